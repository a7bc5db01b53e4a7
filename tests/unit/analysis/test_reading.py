"""What a good analysis file says, as objects in SI units. Wrong ones: tests/integration/test_bad_analysis.py."""

from __future__ import annotations

import dataclasses
import hashlib
import pickle
from pathlib import Path

import pytest

from stfit.analysis import (
    Analysis,
    Constant,
    FitEntry,
    GmrChi,
    GmrTable,
    MeasurementEntry,
    ModelEntry,
    Prior,
    analysis_of,
    parse_analysis,
    read_analysis,
    with_backend,
)
from stfit.constants import ELEMENTARY_CHARGE
from stfit.errors import InputError
from stfit.measurement.description import ColumnSource, Description

MEASUREMENT = '[[measurement]]\nkind = "dwell-times"\nfile = "dwell.csv"\n'
EXAMPLE = """
title = "Co/Cu/Co nanopillar, 295 K"
[device]
delta_R = "0.110 ± 0.004 ohm"
beta = "0.35 ± 0.03"
temperature = "295 ± 1 K"
[[measurement]]
kind = "dwell-times"
file = "dwell.csv"
polarity = 1
[[measurement]]
kind = "switching-pulse"
file = "pulse.csv"
polarity = -1
temperature = "22 degC"
sign = "magnitude"
columns = {transition = "direction", n = "n_reps"}
where = {device_id = "A", run = 3}
[model]
gmr = "cosine"
barrier = "high"
asymmetry = "theta_0"
convention = "consistent"
mapping = "damping"
[fit]
backend = "least-squares"
free = ["tau_0", "l_over_L", "tau_0"]
fix = {theta_0 = "90 deg"}
bounds = {tau_0 = ["1 ps", "1 us"]}
reference_temperature = "295 K"
seed = 7
[priors]
l_over_L = {lognormal = ["8", "1.3"]}
tau_0 = {uniform = ["10 ps", "10 ns"]}
E_P = {normal = ["0.6 eV", "50 meV"]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder called nanopillar with the data files of the examples."""
    folder = tmp_path / "nanopillar"
    folder.mkdir()
    for name in ("dwell.csv", "pulse.csv", "r_theta.csv"):
        (folder / name).touch()
    return folder


def parsed(text: str, folder: Path) -> Analysis:
    return parse_analysis(text, folder, "analysis.toml")


def test_every_key_arrives_in_si_units(folder: Path) -> None:
    read = parsed(EXAMPLE, folder)
    assert read.title == "Co/Cu/Co nanopillar, 295 K"
    assert read.device == {
        "delta_R": Constant(0.110, 0.004),
        "beta": Constant(0.35, 0.03),
        "temperature": Constant(295.0, 1.0),
    }
    assert read.measurement == (
        MeasurementEntry("dwell-times", folder / "dwell.csv"),
        MeasurementEntry(
            "switching-pulse",
            folder / "pulse.csv",
            polarity=-1,
            temperature=295.15,
            description=Description(
                columns={"transition": ColumnSource("direction"), "n": ColumnSource("n_reps")},
                where={"device_id": "A", "run": 3},
            ),
            keys={"sign": "magnitude"},
        ),
    )
    assert read.model == ModelEntry()
    assert read.fit.free == ("tau_0", "l_over_L")
    # one multiplication by a conversion factor is exact to a rounding of each: two units in the last place of 2^-52
    assert read.fit.fix["theta_0"] == pytest.approx(1.5707963267948966, rel=5e-16)
    assert read.fit.bounds["tau_0"] == pytest.approx((1e-12, 1e-6), rel=5e-16)
    assert (read.fit.reference_temperature, read.fit.seed) == (295.0, 7)
    assert read.priors["l_over_L"] == Prior("lognormal", 8.0, 1.3)
    assert read.priors["tau_0"].family == "uniform"
    energy = read.priors["E_P"]
    assert (energy.first, energy.second) == pytest.approx(
        (0.6 * ELEMENTARY_CHARGE, 0.05 * ELEMENTARY_CHARGE), rel=5e-16
    )


def test_what_is_left_out_has_its_default(folder: Path) -> None:
    read = parsed(MEASUREMENT, folder)
    assert read.title == "nanopillar"
    assert (read.device, read.priors) == ({}, {})
    assert (read.model, read.fit) == (ModelEntry(), FitEntry())
    assert read.measurement == (MeasurementEntry("dwell-times", folder / "dwell.csv", polarity=1),)


def test_a_pure_number_needs_no_quotes(folder: Path) -> None:
    read = parsed(f"{MEASUREMENT}[device]\nbeta = 0.35\n[fit]\nfix = {{l_over_L = 8}}", folder)
    assert read.device["beta"] == Constant(0.35)
    assert read.fit.fix == {"l_over_L": 8.0}


@pytest.mark.parametrize("uncertainty", ["0.110 ± 0.004 ohm", "0.110 +/- 0.004 ohm", "110 ± 4 mohm", "0.110(4) Ω"])
def test_an_uncertainty_in_every_spelling(folder: Path, uncertainty: str) -> None:
    constant = parsed(f'{MEASUREMENT}[device]\ndelta_R = "{uncertainty}"', folder).device["delta_R"]
    # a product of two rounded numbers: three roundings of 2^-53 each
    assert (constant.value, constant.uncertainty) == pytest.approx((0.110, 0.004), rel=4e-16)


@pytest.mark.parametrize(
    ("gmr", "curve"),
    [
        ('"cosine"', "cosine"),
        ("{chi = 0.4}", GmrChi(0.4)),
        ('{chi = "-0.5"}', GmrChi(-0.5)),
    ],
)
def test_gmr_curves(folder: Path, gmr: str, curve: object) -> None:
    assert parsed(f"{MEASUREMENT}[model]\ngmr = {gmr}", folder).model.gmr == curve


def test_a_gmr_table_is_found_beside_the_file(folder: Path) -> None:
    read = parsed(f'{MEASUREMENT}[model]\ngmr = {{file = "r_theta.csv"}}', folder)
    assert read.model.gmr == GmrTable(folder / "r_theta.csv")


@pytest.mark.parametrize("asymmetry", ["theta_0", "symmetric", "uniaxial", "chi", "free"])
@pytest.mark.parametrize("convention", ["consistent", "printed"])
def test_models(folder: Path, asymmetry: str, convention: str) -> None:
    text = f'{MEASUREMENT}[model]\nasymmetry = "{asymmetry}"\nconvention = "{convention}"'
    model = parsed(text, folder).model
    assert (model.asymmetry, model.convention) == (asymmetry, convention)


def test_paths_start_at_the_file_wherever_the_shell_stands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "analysis.toml").write_text(MEASUREMENT, encoding="utf-8")
    monkeypatch.chdir(folder.parent)
    read = read_analysis(Path("nanopillar/analysis.toml"))
    assert read.measurement[0].file == Path("nanopillar/dwell.csv")
    assert read.title == "nanopillar"
    assert read.source == "nanopillar/analysis.toml"


def test_an_absolute_path_stays(folder: Path, tmp_path: Path) -> None:
    text = f'[[measurement]]\nkind = "dwell-times"\nfile = "{folder / "dwell.csv"}"'
    assert parsed(text, tmp_path).measurement[0].file == folder / "dwell.csv"


def test_names_are_not_expanded(folder: Path) -> None:
    (folder / "$HOME~.csv").touch()
    text = '[[measurement]]\nkind = "dwell-times"\nfile = "$HOME~.csv"'
    assert parsed(text, folder).measurement[0].file == folder / "$HOME~.csv"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "byte order mark"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_files_of_every_editor(folder: Path, mark: bytes, line_end: str) -> None:
    content = mark + EXAMPLE.replace("\n", line_end).encode()
    (folder / "analysis.toml").write_bytes(content)
    read = read_analysis(folder / "analysis.toml")
    assert read.device == parsed(EXAMPLE, folder).device
    assert read.sha256 == hashlib.sha256(content).hexdigest()
    assert read.text == EXAMPLE.replace("\n", line_end)


def test_an_analysis_is_frozen_and_travels_to_other_processes(folder: Path) -> None:
    read = parsed(EXAMPLE, folder)
    with pytest.raises(dataclasses.FrozenInstanceError, match="title"):
        read.title = "another"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(read)) == read  # noqa: S301 - our own bytes


def test_tables_from_python_read_like_a_file() -> None:
    read = analysis_of({"title": "in memory", "device": {"beta": "0.35 ± 0.03"}}, Path(), "stfit.fit")
    assert read == Analysis("in memory", device={"beta": Constant(0.35, 0.03)}, source="stfit.fit")


def test_tables_from_python_are_checked_like_a_file() -> None:
    with pytest.raises(
        InputError, match=r"stfit.fit, key 'device.bta': expected a key known here \(the nearest is 'beta'"
    ):
        analysis_of({"device": {"bta": "0.35"}}, Path(), "stfit.fit")


def test_another_backend(folder: Path) -> None:
    read = parsed(EXAMPLE, folder)
    assert with_backend(read, "least-squares", "option '--backend'") == read
    with pytest.raises(InputError, match="option '--backend': expected 'least-squares' or 'mcmc'; found 'simplex'"):
        with_backend(read, "simplex", "option '--backend'")


@pytest.mark.parametrize("value", ["true", '{"" = {}}', '"x"', "2000", "-1", "nan"])
def test_a_key_whose_field_pydantic_itself_checks_is_named_too(value: str, folder: Path) -> None:
    text = f'[[measurement]]\nkind = "hysteresis-loop"\nfile = "dwell.csv"\nhold = {value}\n'
    with pytest.raises(InputError, match="key 'hold'"):
        parsed(text, folder)
