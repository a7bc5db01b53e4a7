"""Spectra without a current are a result of their own: no law, no state, no temperature."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import stfit
from stfit.errors import InputError
from stfit.physics.fluctuations import LINE_SHAPES
from stfit.physics.resonance import resonance_field_in_plane
from stfit.reports.bundle import forms
from stfit.reports.summary import summary
from stfit.results import FitResult, read, write
from tests.saying import unnamed

GAMMA, MAGNETISATION, ALPHA, LEVEL = 1.80e11, 0.9, 0.008, 1e-3


def write_index(folder: Path, *, offset: float = 0.0, settings: str = "", values: tuple[str, ...] = ("",)) -> None:
    """Spectra of a film in its plane at five frequencies for each value of a setting; offset: of the last centre, T."""
    rng, rows = np.random.default_rng(3), []
    for place, value in enumerate(values):
        for ghz in (6, 8, 10, 13, 16):
            center = float(resonance_field_in_plane(ghz * 1e9, GAMMA, MAGNETISATION)) + offset * (ghz == 16)
            width = LEVEL + 4e9 * np.pi * ALPHA * ghz / GAMMA
            field = center + np.linspace(-5 * width, 5 * width, 61)
            signal = LINE_SHAPES["lorentzian"](field, center, width)[0] + 0.01 * rng.standard_normal(field.size)
            lines = [f"{1e3 * x:.6f},{y:.6f}" for x, y in zip(field.tolist(), signal.tolist(), strict=True)]
            name = f"{place}_{ghz}.csv"
            (folder / name).write_text("\n".join(["field (mT),signal", *lines]))
            rows.append(f"{name},{ghz}{value}")
    (folder / "index.csv").write_text("\n".join([f"file,frequency (GHz){settings}", *rows]))


def fit(folder: Path, more: str = "", keys: str = 'geometry = "in-plane"') -> FitResult:
    measurement = '[[measurement]]\nkind = "fmr-spectra"\nfile = "index.csv"\n'
    measurement += f'line_shape = "lorentzian"\nlines = 1\nbackground = 0\n{keys}\n'
    (folder / "analysis.toml").write_text(f"{measurement}{more}")
    found = stfit.fit(folder / "analysis.toml")
    assert isinstance(found, FitResult)
    return found


def test_a_film_needs_no_state_no_temperature_no_given_constant_and_is_stored_and_reported(tmp_path: Path) -> None:
    write_index(tmp_path)
    found = fit(tmp_path)
    truth = {"gyromagnetic_ratio": GAMMA, "effective_magnetisation": MAGNETISATION, "alpha": ALPHA}
    for name, value in (truth | {"inhomogeneous_linewidth": LEVEL}).items():
        estimate = found[name]
        assert estimate.stderr is not None
        assert estimate.value == pytest.approx(value, abs=5 * estimate.stderr)
    assert found["g_factor"].value == pytest.approx(GAMMA * 1.054571817e-34 / 9.2740100657e-24, rel=0.01)
    assert found.reference_temperature is None
    assert found.goodness.verdict == "acceptable"
    said = summary(found)
    assert not unnamed(said, "Film (in-plane)", "α", "μ0M_eff")
    assert "l/L" not in said
    assert "300" not in said
    again = read(write(found, tmp_path / "result.json"))
    assert again.as_dict() == found.as_dict()
    files = forms(again, ("md",))
    assert "0.00" in str(files["report.md"])
    assert {"figures/film-1.svg", "figures/map-1.svg", "figures/spectra-1.svg"} <= files.keys()


def test_a_film_that_is_contradicted_quotes_nothing(tmp_path: Path) -> None:
    write_index(tmp_path, offset=5e-3)
    found = fit(tmp_path)
    assert not found.parameters
    assert found.goodness.verdict == "rejected"
    assert not unnamed(summary(found), "no constants", "contradict")


def test_several_temperatures_have_constants_of_their_own(tmp_path: Path) -> None:
    write_index(tmp_path, settings=",temperature (K)", values=(",10", ",300"))
    found = fit(tmp_path)
    assert {"alpha[10 K]", "alpha[300 K]"} <= found.parameters.keys()
    assert not unnamed(summary(found), "2 of 2 series")


def test_without_a_geometry_a_given_gyromagnetic_ratio_gives_the_damping(tmp_path: Path) -> None:
    write_index(tmp_path)
    found = fit(tmp_path, '[device]\ngyromagnetic_ratio = "1.80e11 rad/s/T"\n', keys="")
    assert found["alpha"].stderr is not None
    assert found["alpha"].value == pytest.approx(ALPHA, abs=5 * found["alpha"].stderr)
    assert "gyromagnetic_ratio" not in found


def test_a_single_line_has_a_place_and_a_width(tmp_path: Path) -> None:
    write_index(tmp_path)
    (tmp_path / "index.csv").write_text("file,frequency (GHz)\n0_8.csv,8\n")
    found = fit(tmp_path, keys="")
    width = LEVEL + 32e9 * np.pi * ALPHA / GAMMA
    assert found["field_linewidth"].stderr is not None
    assert found["field_linewidth"].value == pytest.approx(width, abs=5 * found["field_linewidth"].stderr)
    assert "resonance_field" in found


@pytest.mark.parametrize(
    ("more", "named"),
    [('[fit]\nbackend = "mcmc"\n', "fit.backend"), ('[fit]\nfree = ["l_over_L"]\n', "fit.free")],
)
def test_what_such_spectra_cannot_give_is_refused(tmp_path: Path, more: str, named: str) -> None:
    write_index(tmp_path)
    with pytest.raises(InputError) as refused:
        fit(tmp_path, more)
    assert not unnamed(str(refused.value), f"'{named}'", "spin transfer")
