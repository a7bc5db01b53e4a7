"""An instrument that is read beside every row makes no series of settings, whatever the kind of data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pytest

import stfit
from stfit.analysis import analysis_of
from stfit.cli import main
from stfit.pipeline.assembly import assemble
from stfit.pipeline.assumptions import assumptions
from stfit.pipeline.fitting import run_analysis
from stfit.pipeline.loading import load_measurements
from stfit.results import FitResult, Verdict
from tests import builders

Array = npt.NDArray[np.float64]

TEMPERATURE: Final = 295.0
NOISE: Final = 0.02  # K, of the thermometer
ASKED: Final = {"model": {"asymmetry": "free"}, "fit": {"compare": False}}
NEVER: Final = ("tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP")  # of what one temperature cannot tell
SLOPES: Final = ("slope_P", "slope_AP")


def fitted(folder: Path, name: str, temperature: Array, columns: dict[str, Any], **keys: Any) -> FitResult:
    file = builders.write_ramps(folder / f"{name}.csv", columns, temperature)
    entry = {"kind": "switching-ramp", "file": file.name} | keys
    return run_analysis(analysis_of({"measurement": [entry]} | ASKED, folder, name))


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["stfit", *arguments])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


@pytest.fixture(scope="module")
def events() -> dict[str, Any]:
    return builders.ramp_columns(rates=(1.0, 10.0, 100.0), temperatures=(TEMPERATURE,), n=25, seed=5)


@pytest.fixture(scope="module")
def steady(events: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> FitResult:
    constant = np.full(events["transition"].size, TEMPERATURE)
    return fitted(tmp_path_factory.mktemp("steady"), "steady", constant, events)


def noise_of(events: dict[str, Any], seed: int = 6) -> Array:
    return np.asarray(TEMPERATURE + NOISE * np.random.default_rng(seed).standard_normal(events["transition"].size))


@pytest.mark.parametrize("keys", [{}, {"temperature_uncertainty": "20 mK"}, {"temperature_uncertainty": "0.02 degC"}])
def test_thermometer_noise_changes_no_answer(
    tmp_path: Path, events: dict[str, Any], steady: FitResult, keys: dict[str, str]
) -> None:
    noisy = fitted(tmp_path, "noisy", noise_of(events), events, **keys)
    for name in SLOPES:
        there, here = steady[name], noisy[name]
        assert there.verdict is here.verdict is Verdict.IDENTIFIED
        assert there.value is not None
        assert there.stderr is not None
        # the exact likelihood of the same events at one temperature: equal to the tolerance of the optimiser
        assert here.value == pytest.approx(there.value, abs=1e-3 * there.stderr)
        assert here.stderr == pytest.approx(there.stderr, rel=1e-3)
    assert {noisy[name].verdict for name in NEVER} == {Verdict.NOT_IDENTIFIED}
    assert {curve.series for curve in noisy.curves} == {curve.series for curve in steady.curves}
    assert len(noisy.goodness.tests) == len(steady.goodness.tests)
    notice = noisy.measurements[0].notices[0]
    assert notice.startswith("column 'temperature (K)': 150 readings between 294.9")
    assert "count as one setting, 295.0" in notice


def test_readings_that_are_told_apart_are_a_series(tmp_path: Path, events: dict[str, Any]) -> None:
    """The negative control: of a thermometer that is said to be exact, each reading is a temperature."""
    file, readings = (
        builders.write_ramps(tmp_path / "events.csv", events, noise_of(events)),
        np.round(noise_of(events), 3),
    )
    exact = stfit.load(file, "switching-ramp", temperature_uncertainty=1e-6)
    assert np.unique(exact.settings.temperature).tolist() == np.unique(readings).tolist()
    assert stfit.load(file, "switching-ramp").settings.state.size == 6


@pytest.mark.parametrize(("device", "taken"), [("295.1 K", TEMPERATURE), ("300 K", 300.0)])
def test_rows_without_a_temperature_share_the_one_that_others_read(device: str, taken: float) -> None:
    """A tenth of a kelvin between a constant of the device and a thermometer is no series; 5 K are."""
    without = builders.dwell_times(builders.grid(with_temperature=False))
    beside = builders.dwell_times(builders.grid(temperatures=(TEMPERATURE,)))
    content = {"device": {"temperature": device}, "model": {"asymmetry": "free"}}
    objective = builders.objective([without, beside], **content)
    said = "Rows without a temperature are taken at 295 K, the temperature of other rows."
    found = assumptions(analysis_of(content, Path(), "in memory"), objective, [without, beside])
    assert (said in found) is (taken == TEMPERATURE)
    assert np.unique(objective.terms[0].thermometer).tolist() == [taken]
    assert np.unique(objective.terms[1].thermometer).tolist() == [TEMPERATURE]


def dwells_beside_a_probe(file: Path, seed: int) -> Path:
    """Dwell times at 295 K in no field, whose probe scatters by 0.03 mT."""
    dwell = builders.dwell_times(builders.grid(temperatures=(TEMPERATURE,)), n=400, seed=3)
    return builders.write_table(
        file,
        {
            "state": ("", np.where(dwell.settings.state == 0, "P", "AP")),
            "current (mA)": (".6f", dwell.settings.drive * 1e3),
            "n": (".0f", dwell.n),
            "total_time (s)": (".9g", dwell.total_time),
            "temperature (K)": (".1f", dwell.settings.temperature),
            "field (mT)": (".4f", 0.03 * np.random.default_rng(seed).standard_normal(dwell.n.size)),
        },
    )


def test_a_field_probe_about_zero_asks_for_no_other_barrier(tmp_path: Path) -> None:
    measurement = stfit.load(dwells_beside_a_probe(tmp_path / "dwell.csv", 1), "dwell-times")
    result = stfit.fit(measurement, device=dict(builders.KNOWN), fit={"compare": False})
    assert result["slope_P"].verdict is Verdict.IDENTIFIED
    assert "count as one setting" in result.measurements[0].notices[0]


def test_a_draft_beside_a_field_probe_needs_no_anisotropy_field(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dwells_beside_a_probe(tmp_path / "dwell.csv", 1)
    assert command(monkeypatch, "init", "dwell.csv") == 0
    assert "anisotropy_field" not in (tmp_path / "analysis.toml").read_text(encoding="utf-8")


def test_two_files_in_one_field_are_fitted_together(tmp_path: Path) -> None:
    entries = [
        {"kind": "dwell-times", "file": dwells_beside_a_probe(tmp_path / f"{seed}.csv", seed).name} for seed in (1, 2)
    ]
    analysis = analysis_of({"measurement": entries, "model": {"asymmetry": "free"}}, tmp_path, "two files")
    objective = assemble(analysis, load_measurements(analysis))
    fields = np.concatenate([term.measurement.settings.field for term in objective.terms])
    assert np.unique(fields).size == 1


def test_pulse_widths_from_an_oscilloscope_are_those_of_the_series(tmp_path: Path) -> None:
    """Widths of 10 and 100 ns that scatter by half a percent, beside a thermometer."""
    rng = np.random.default_rng(2)
    width, current = (a.ravel() for a in np.meshgrid([10.0, 100.0], np.linspace(-3.0, -2.0, 12), indexing="ij"))
    columns = {
        "transition": ("", np.full(width.size, "P->AP")),
        "current (mA)": (".3f", current),
        "pulse_width (ns)": (".4f", width * (1.0 + 0.005 * rng.standard_normal(width.size))),
        "n": ("d", np.full(width.size, 100)),
        "n_switched": ("d", rng.integers(20, 80, width.size)),
        "temperature (K)": (".2f", TEMPERATURE + 0.3 * rng.standard_normal(width.size)),
    }
    found: Any = stfit.load(builders.write_table(tmp_path / "pulses.csv", columns), "switching-pulse")
    assert np.unique(found.pulse_width).size == 2
    assert np.unique(found.settings.temperature).size == 1
    assert len(found.origin.notices) == 2


def test_inspect_and_init_know_the_key(
    tmp_path: Path, events: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    builders.write_ramps(tmp_path / "events.csv", events, noise_of(events))
    key = ("--key", "temperature_uncertainty=20 mK")
    assert command(monkeypatch, "inspect", "events.csv", "--kind", "switching-ramp", *key) == 0
    assert "count as one setting" in capsys.readouterr().out
    assert command(monkeypatch, "init", "events.csv", *key) == 0
    text = (tmp_path / "analysis.toml").read_text(encoding="utf-8")
    assert 'temperature_uncertainty = "20 mK"' in text
    assert "150 readings between" in text
