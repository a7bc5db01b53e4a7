"""Current ramps from files to the answers: the example data set, what ramps identify, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import stfit
from stfit.errors import InputError
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.pipeline.simulating import simulate
from stfit.results import FitResult, Verdict
from tests import builders
from tests.truths import DATASETS, assert_true, truth_of

RAMP = DATASETS / "ramp"
KNOWN = {"delta_R": "0.254 ± 0.005 ohm", "beta": "0.34 ± 0.03", "temperature": "295 ± 1 K"}


@pytest.fixture(scope="module")
def result() -> FitResult:
    return stfit.fit(RAMP / "analysis.toml")


@pytest.mark.slow
def test_the_report_has_both_figures(result: FitResult, tmp_path: Path) -> None:
    page = stfit.report(result, tmp_path).read_text(encoding="utf-8")
    assert "Switched share against current: 12 series" in page
    assert "Switched share against current: 2 series" in page
    assert "P→AP, 260 K, 0.001 A/s" in page
    assert "mean and width of the switching currents" in page


@pytest.mark.slow
def test_the_fit_finds_the_truth(result: FitResult) -> None:
    truth, errors = truth_of(RAMP), ("l_over_L", "tau_0", "E_P", "E_AP", "theta_0")
    assert_true(result.parameters, truth, *errors, "slope_P", "slope_AP", "I_c_P", "I_c_AP")


@pytest.mark.slow
def test_everything_is_identified_and_the_model_accepted(result: FitResult) -> None:
    assert result.status.key == "converged"
    assert result.goodness.verdict == "acceptable"
    assert result.identifiability["rank"] == result.identifiability["n_free"] == 8
    notes = [note for note in result.validity if note.name == "moments of the switching currents"]
    assert [note.level for note in notes] == ["info", "info"]
    assert any(note.name == "barrier height" and "none lies below" in note.sentence for note in result.validity)


@pytest.mark.slow
def test_tables_count_the_events_by_steps(result: FitResult) -> None:
    events, staircase = result.measurements
    assert (events.rows, staircase.rows) == (3600, 1000)
    assert sum(row["n_switched"] for row in events.reduced) == 3600
    assert sum(row["n_switched"] for row in staircase.reduced) == 1000
    assert len(events.reduced) <= 12 * 20
    assert {row["temperature"] for row in events.reduced} == {260.0, 330.0}


def test_one_temperature_leaves_tau_0_and_the_barriers_undetermined() -> None:
    cold = stfit.load(RAMP / "events.csv", "switching-ramp", where={"temperature (K)": 260})
    result = stfit.fit(cold, device=KNOWN, fit=dict(builders.QUICK))
    for name in ("tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP"):
        assert result[name].verdict is Verdict.NOT_IDENTIFIED
        assert result[name].value is None
    assert result["l_over_L"].verdict is Verdict.IDENTIFIED
    assert result["slope_P"].verdict is Verdict.IDENTIFIED


def test_one_ramp_of_one_transition_gives_its_slope() -> None:
    chosen = {"temperature (K)": 260, "ramp_rate (A/s)": 1, "transition": "AP->P"}
    result = stfit.fit(
        stfit.load(RAMP / "events.csv", "switching-ramp", where=chosen), device=KNOWN, fit=dict(builders.QUICK)
    )
    assert_true({"slope_AP": result["slope_AP"]}, truth_of(RAMP), "slope_AP")  # at 295 K, both
    assert result["slope_P"].verdict is Verdict.NOT_IDENTIFIED


DEVICE = """
[device]
l_over_L = 60
E_P = "0.92 eV"
E_AP = "1.05 eV"
tau_0 = "1 ns"
theta_0 = "1.65 rad"
beta = 0.35
delta_R = "0.250 ohm"
temperature = "295 K"

[[measurement]]
kind = "switching-ramp"
file = "events.csv"
ramp_rates = ["10 mA/s"]
temperatures = ["295 K"]
events = 40
"""


@pytest.mark.parametrize("polarity", [1, -1])
def test_simulated_ramps_may_start_anywhere_and_rise_in_steps(tmp_path: Path, polarity: int) -> None:
    device = DEVICE.replace("l_over_L = 60", f"l_over_L = {60 * polarity}")
    (tmp_path / "device.toml").write_text(device + 'start_current = "0.25 mA"\ncurrent_step = "50 uA"\n')
    simulate(tmp_path / "device.toml", seed=1, out=tmp_path)
    table = stfit.load(tmp_path / "events.csv", "switching-ramp", polarity=polarity)
    assert isinstance(table, SteppedRamps)
    np.testing.assert_allclose(table.ramps.start, table.ramps.direction * 0.25e-3)
    steps = table.upper / 50e-6
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-6)  # the file has seven digits
    assert table.settings.current is not None
    # with l/L_θθ < 0 the device is the same one wired the other way round
    assert np.all(np.sign(table.settings.current) == np.where(table.settings.state == 0, -1, 1))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("events = 40", "", "key 'events'"),
        ('ramp_rates = ["10 mA/s"]', 'ramp_rates = ["10 mA"]', "A/s"),
        ('ramp_rates = ["10 mA/s"]', 'ramp_rates = ["-10 mA/s"]', "above 0"),
        ("l_over_L = 60", "l_over_L = 0", "expected a device that a current switches.*found a slope of 0"),
    ],
)
def test_designs_that_cannot_be_measured_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    (tmp_path / "device.toml").write_text(DEVICE.replace(old, new))
    with pytest.raises(InputError, match=message):
        simulate(tmp_path / "device.toml", seed=1, out=tmp_path / "out")


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_and_its_keys(tmp_path: Path) -> None:
    table = written(
        tmp_path / "events.csv",
        "direction,I_sw (mA),sweep_rate (mA/s)\nAP->P,1.2,10\nP->AP,2.9,10\nAP->P,1.3,10\n",
    )
    events = stfit.load(table, "switching-ramp", sign="magnitude", start_current=1e-4)
    assert isinstance(events, RampEvents)
    assert events.ramps.start.tolist() == [1e-4, -1e-4]
    np.testing.assert_allclose(events.ramps.ramp_rate, 0.01)
    analysis = written(
        tmp_path / "analysis.toml",
        '[[measurement]]\nkind = "switching-ramp"\nfile = "events.csv"\nsign = "magnitude"\n'
        'start_current = "0.1 mA"\ncurrent_step = "0.1 mA"\n',
    )
    entry = stfit.load(analysis).measurement[0]
    assert dict(entry.keys) == {"sign": "magnitude", "start_current": 1e-4, "current_step": 1e-4}


@pytest.mark.parametrize(
    ("table", "line", "message"),
    [
        (
            "transition,switching_current (mA),ramp_rate (A/s)\nAP->P,0,0.1\n",
            "",
            r"line 2, column 'switching_current \(mA\)': expected a current other than that where the ramp starts",
        ),
        (
            "transition,switching_current (mA)\nAP->P,1\n",
            "",
            r"expected a column 'ramp_rate \(A/s\)'",
        ),
        (
            "transition,switching_current (mA),ramp_rate (A)\nAP->P,1,0.1\n",
            "",
            r"column 'ramp_rate \(A\)': expected a unit such as A/s, mA/s, uA/s",
        ),
        (
            "transition,switching_current (mA),ramp_rate (A/s),current_step (uA)\nAP->P,1,0.1,0\n",
            "",
            r"column 'current_step \(uA\)': expected a positive number",
        ),
        (
            "transition,switching_current (mA),ramp_rate (A/s)\nAP->P,1,0.1\n",
            'current_step = "0 uA"',
            r"\[\[measurement\]\] 1, key 'current_step': expected a current above 0 A",
        ),
        (
            "transition,switching_current (mA),ramp_rate (A/s)\nAP->P,1,0.1\n",
            'start_current = "1 V"',
            r"\[\[measurement\]\] 1, key 'start_current': expected a current",
        ),
        (
            "transition,switching_current (mA),ramp_rate (A/s)\nAP->P,1,0.1\n",
            'start_curent = "1 mA"',
            r"start_current",
        ),
    ],
)
def test_bad_input_is_refused_in_words(tmp_path: Path, table: str, line: str, message: str) -> None:
    written(tmp_path / "events.csv", table)
    head = '[[measurement]]\nkind = "switching-ramp"\nfile = "events.csv"\n'
    with pytest.raises(InputError, match=message):
        stfit.fit(written(tmp_path / "analysis.toml", f"{head}{line}\n"))


@pytest.mark.slow
def test_ramps_and_dwells_of_one_device_say_more_together() -> None:
    ramps = builders.ramps(n=200, seed=1, temperatures=(295.0,))
    dwells = builders.dwell_times(builders.grid(temperatures=(295.0,)), n=100, seed=2)
    alone = [
        stfit.fit(part, device=dict(builders.QUOTES), fit=dict(builders.QUICK))["slope_AP"].stderr
        for part in (ramps, dwells)
    ]
    joint = stfit.fit([ramps, dwells], device=dict(builders.QUOTES), fit=dict(builders.QUICK))
    assert joint.status.key == "converged"
    stderr = joint["slope_AP"].stderr
    assert stderr is not None
    # ln τ is shared, and far from the currents of either where the other was measured: a longer lever
    assert stderr < sum(1 / error**2 for error in alone if error) ** -0.5
    assert {entry["quantity"] for entry in joint.joint["contributions"]} >= {"slope_P", "slope_AP", "l_over_L"}
