"""Critical currents from the command line and from Python: the example dataset, what is identified, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stfit
from stfit.analysis import analysis_of
from stfit.constants import BOLTZMANN
from stfit.errors import InputError
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.dwell.data import DwellTimes
from stfit.pipeline.assembly import assemble
from stfit.pipeline.simulating import simulate
from stfit.results import FitResult, Verdict
from tests.truths import DATASETS, assert_true, pulls, truth_of

DATASET = DATASETS / "spin-valve-ic"
BETA = {"beta": "0.41 ± 0.02"}


@pytest.fixture(scope="module")
def result() -> FitResult:
    return stfit.fit(DATASET / "analysis.toml")


def table(**keys: Any) -> CriticalCurrents:
    measured = stfit.load(DATASET / "currents.csv", "switching-currents", **keys)
    assert isinstance(measured, CriticalCurrents)
    return measured


def test_the_report_has_the_figure(result: FitResult, tmp_path: Path) -> None:
    page = stfit.report(result, tmp_path).read_text(encoding="utf-8")
    assert "Inverse critical current against ΔR: 2 series (P→AP; AP→P), 20 rows" in page
    assert "extrapolated linearly to zero temperature, Eq. 28" in page


def test_the_fit_finds_the_truth(result: FitResult) -> None:
    truth = truth_of(DATASET)
    assert list(pulls(result.parameters, truth)) == ["l_over_L", "theta_0", "beta", "c_P", "c_AP", "c_ratio"]
    assert_true(result.parameters, truth)
    assert result.goodness.verdict == "acceptable"
    assert result.identifiability["rank"] == 3  # λ and θ0 from the data, β from the device


def test_curves_start_at_the_origin(result: FitResult) -> None:
    assert [curve.labels["x"] for curve in result.curves] == ["delta_R", "delta_R"]
    for curve in result.curves:
        assert (curve.x[0], curve.y[0], curve.lo95[0], curve.hi95[0]) == (0.0, 0.0, 0.0, 0.0)
        assert curve.units == {"x": "ohm", "y": "1/A"}


def test_no_device_delta_R_is_missed_where_every_row_has_its_own(result: FitResult) -> None:
    assert "delta_R" not in result.parameters
    assert result["l_over_L"].verdict is Verdict.IDENTIFIED
    for name in ("slope_P", "slope_AP", "I_c_P", "I_c_AP", "tau_0", "temperature"):
        assert result[name].verdict is Verdict.NOT_IDENTIFIED


def test_a_device_delta_R_quotes_slopes_and_leaves_the_rest_alone(result: FitResult) -> None:
    device = BETA | {"delta_R": "0.25 ± 0.01 ohm", "temperature": "295 K"}
    quoted = stfit.fit(table(), device=device)
    assert quoted["delta_R"].verdict is Verdict.CONSTRAINED
    assert quoted["slope_P"].verdict is Verdict.IDENTIFIED
    # the same optimum, converged to a gain of 1e-13 in ln L: √2e-13 standard errors
    for name in ("l_over_L", "theta_0"):
        value, stderr, other = result[name].value, result[name].stderr, quoted[name].value
        assert value is not None
        assert stderr is not None
        assert other == pytest.approx(value, abs=1e-6 * stderr)


def test_without_barriers_the_product_is_given_instead() -> None:
    text = (DATASET / "currents.csv").read_text(encoding="utf-8")
    measured = table()
    bare = CriticalCurrents.from_columns(
        {
            "transition": measured.settings.state,
            "critical_current": measured.current,
            "critical_current_stderr": 5 * measured.stderr,
            "delta_R": np.asarray(measured.settings.delta_R),
        },
        origin=measured.origin,
    )
    assert "barrier" in text.splitlines()[0]
    found = stfit.fit(bare, device=BETA)
    assert found["l_over_L"].verdict is Verdict.NOT_IDENTIFIED
    assert [c.expression for c in found.combinations] == ["l_over_L*c_P/E_P", "l_over_L*c_AP/E_AP"]
    assert {c.unit for c in found.combinations} == {"rad/V"}
    remedies = [entry["remedy"] for entry in found.identifiability["null_directions"]]
    assert sum("Give the barriers" in remedy for remedy in remedies) == 2
    unknown = stfit.fit(bare)
    assert [c.expression for c in unknown.combinations] == ["l_over_L*c_P/(beta*E_P)", "l_over_L*c_AP/(beta*E_AP)"]
    known = stfit.fit(bare, device=BETA | {"E_P": "0.30 ± 0.01 eV", "E_AP": "0.27 ± 0.01 eV"})
    assert known["l_over_L"].verdict is Verdict.IDENTIFIED


def test_a_reversed_polarity_reverses_the_sign_and_is_remarked_on(result: FitResult) -> None:
    turned = stfit.fit(table(polarity=-1), device=BETA)
    assert turned["l_over_L"].value == pytest.approx(-(result["l_over_L"].value or 0.0), rel=1e-8)
    assert any("set polarity = 1" in note.sentence for note in turned.validity)


def test_the_printed_convention_reads_the_same_currents_and_barriers(result: FitResult) -> None:
    printed = stfit.fit(table(), device=BETA, model={"convention": "printed"})
    # λ_printed = −8 λ; both converged to a gain of 1e-13 in ln L, √2e-13 standard errors of 5 %
    assert printed["l_over_L"].value == pytest.approx(-8 * (result["l_over_L"].value or 0.0), rel=1e-6)
    assert printed.goodness.deviance == pytest.approx(result.goodness.deviance, rel=1e-9)


def test_without_spin_transfer_there_is_no_critical_current() -> None:
    with pytest.raises(InputError, match=r"key 'fit.fix.l_over_L': expected a number that is not 0.*found 0"):
        stfit.fit(table(), fit={"fix": {"l_over_L": 0}})


def test_dwells_beside_currents_measure_delta_R_too() -> None:
    # λ c_i/β from the critical currents and their barriers, λ c_i ΔR/β from the dwells: ΔR needs not be given
    pillar = stfit.load(DATASET.parent / "nanopillar" / "dwell.csv", "dwell-times")
    assert isinstance(pillar, DwellTimes)
    without = stfit.fit(pillar)
    both = stfit.fit([pillar, table()])
    assert (without["delta_R"].verdict, both["delta_R"].verdict) == (Verdict.NOT_IDENTIFIED, Verdict.IDENTIFIED)
    # the currents need no temperature, though the dwells have theirs
    assert both.measurements[1].reduced[0].keys().isdisjoint({"temperature"})


MEASURED = """
title = "measured"
[device]
l_over_L = 12
E_P = "0.60 eV"
E_AP = "0.55 eV"
tau_0 = "1 ns"
theta_0 = "1.65 rad"
beta = 0.4
delta_R = "0.25 ohm"
temperature = "80 K"
[[measurement]]
kind = "switching-currents"
file = "currents.csv"
delta_R = ["0.05 ohm", "0.5 ohm"]
points = 5
relative_stderr = 0.003
measurement_time = "2 s"
temperatures = ["20 K", "80 K", "140 K", "200 K"]
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("measured")
    (folder / "device.toml").write_text(MEASURED, encoding="utf-8")
    simulate(folder / "device.toml", seed=5, out=folder)
    return folder


def test_measured_currents_fall_with_temperature_by_the_time_they_took(measured: Path) -> None:
    keys: dict[str, Any] = {"critical_current": "measured", "measurement_time": 2.0}
    currents = stfit.load(measured / "currents.csv", "switching-currents", **keys)
    assert isinstance(currents, CriticalCurrents)
    device = {"beta": "0.4", "E_P": "0.60 eV", "E_AP": "0.55 eV"}
    found = stfit.fit(currents, device=device)
    assert found["tau_0"].verdict is Verdict.IDENTIFIED
    for name, truth in (("l_over_L", 12.0), ("theta_0", 1.65), ("tau_0", 1e-9)):
        value, interval = found[name].value, found[name].ci68
        assert value is not None
        assert interval is not None
        assert None not in interval
        # 4 half widths of the 68 % interval: 3 standard errors at least, for a probability of 0.003 over the three
        half = max(abs(np.log(end / value)) for end in interval if end is not None)
        assert abs(np.log(value / truth)) < 4 * half, name
    assert found.goodness.verdict == "acceptable"
    assert any("measured in 2 s" in sentence for sentence in found.assumptions)
    # the same currents taken as extrapolated ones do not fit
    assert stfit.fit(table_of(measured), device=device).goodness.verdict == "rejected"


def table_of(folder: Path) -> CriticalCurrents:
    found = stfit.load(folder / "currents.csv", "switching-currents")
    assert isinstance(found, CriticalCurrents)
    return found


def test_a_start_with_unknown_barriers_keeps_the_sign_of_the_currents(measured: Path) -> None:
    keys: dict[str, Any] = {"critical_current": "measured", "measurement_time": 1e6}
    currents = stfit.load(measured / "currents.csv", "switching-currents", **keys)
    assert isinstance(currents, CriticalCurrents)
    objective = assemble(analysis_of({"device": {"beta": 0.4}}, Path(), "test"), [currents])
    assert objective.space.quantities(objective.start)["l_over_L"] > 0


ANALYSIS = """
[[measurement]]
kind = "switching-currents"
file = "currents.csv"
"""


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        (
            'critical_current = "extrapolated"\nmeasurement_time = "1 s"',
            r"\]\] 1, key 'measurement_time': expected no such key with critical_current = .extrapolated..*found 1 s",
        ),
        ('critical_current = "guessed"', r"expected 'extrapolated' or 'measured'; found 'guessed'"),
        ('critical_current = "measured"\nmeasurement_time = "0 s"', "expected a time above 0 s; found '0 s'"),
        ('critical_current = "measured"\nmeasurement_time = "1 K"', r"measurement_time.*expected a (time|duration)"),
    ],
)
def test_keys_that_do_not_fit_are_refused(tmp_path: Path, keys: str, message: str) -> None:
    (tmp_path / "currents.csv").write_text("transition\n", encoding="utf-8")
    (tmp_path / "analysis.toml").write_text(ANALYSIS + keys, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        stfit.load(tmp_path / "analysis.toml")


def test_the_virtual_laboratory_refuses_an_error_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "device.toml").write_text(MEASURED.replace("0.003", "0"), encoding="utf-8")
    with pytest.raises(InputError, match=r"relative_stderr': expected a number between 0 and 1; found 0"):
        simulate(tmp_path / "device.toml", seed=1, out=tmp_path)


# I_c0 and E/k_BT of currents that a pulse of each width needs: I_c = I_c0 [1 − (k_BT/E) ln(t/τ0)], Sun (2000)
I_C0, DELTA, ATTEMPT = 12e-3, 45.0, 1e-9


def test_the_thermal_stability_follows_from_currents_against_pulse_width(tmp_path: Path) -> None:
    times = np.logspace(-5, 1, 13)
    current = I_C0 * (1.0 - np.log(times / ATTEMPT) / DELTA)
    rows = "".join(f"AP->P,{1e3 * i:.9f},0.06,{1e3 * t:.9e}\n" for i, t in zip(current, times, strict=True))
    header = "transition,I_c (mA),I_c_err (mA),pulse_width (ms)\n"
    (tmp_path / "currents.csv").write_text(header + rows, encoding="utf-8")
    currents = stfit.load(tmp_path / "currents.csv", "switching-currents")
    fit = {"compare": False, "fix": {"tau_0": "1 ns"}}
    found = stfit.fit(currents, device={"temperature": "295 K"}, model={"asymmetry": "free"}, fit=fit)
    # nothing scatters; nine digits of a current, and a minimum found to 1e-4 of the standard error (1 % here)
    assert found["I_c_AP"].value == pytest.approx(I_C0, rel=1e-5)
    assert found["E_AP"].value == pytest.approx(DELTA * BOLTZMANN * 295.0, rel=1e-5)
    assert any("times t from 10 µs to 10 s" in sentence for sentence in found.assumptions)
