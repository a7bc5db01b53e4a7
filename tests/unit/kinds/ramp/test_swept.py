"""Ramps and loops that sweep a field or a voltage: the truth is found again, in whatever sign, unit and company."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2, norm

from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.errors import InputError, TableError
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.exposure import log_ramp_exposure
from stfit.kinds.ramp.loops import switching_events
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.measurement.base import Origin
from stfit.results import Status
from tests import builders, swept
from tests.saying import unnamed

RATES = (2e-3, 20e-3, 200e-3)  # T/s
DEVICE = {"temperature": "295 K", "tau_0": "1 ns"}
FOUND = ("Kv", "anisotropy_field", "field_offset")
# of pulls, at 1e-5 for each of the comparisons of a test
Z = float(norm.isf(0.5e-5))


def field_ramps(seed: int = 1, *, polarity: int = 1, **how: Any) -> SteppedRamps:
    columns = swept.field_events(RATES, 100, np.random.default_rng(seed), **how)
    measured = RampEvents.from_columns(columns, origin=Origin(polarity=polarity))
    assert isinstance(measured, SteppedRamps)
    return measured


def fitted(measurements: Any, **sections: Any) -> dict[str, Any]:
    objective = builders.objective(measurements, **({"device": DEVICE} | sections))
    optimum = minimise(objective)
    assert optimum.status is Status.CONVERGED
    return dict(estimates(objective, optimum))


def pulls(found: dict[str, Any], truth: dict[str, float]) -> np.ndarray[Any, Any]:
    return np.array([(found[name].value - value) / found[name].stderr for name, value in truth.items()])


TRUTH = {name: swept.TRUTH[name] for name in FOUND}


def test_switching_fields_give_barrier_anisotropy_and_stray_field() -> None:
    found = fitted(field_ramps())
    assert np.max(np.abs(pulls(found, TRUTH))) < Z
    # 600 events: the width of the distribution is known to 1/√600 and less, and so are Kv and H_K
    assert all(found[name].stderr < 0.1 * abs(TRUTH[name]) for name in FOUND)


def test_errors_are_those_of_the_scatter() -> None:
    each = np.array([pulls(fitted(field_ramps(seed)), TRUTH) for seed in range(2, 14)])
    # the square of a pull is χ² with one degree of freedom; 12 seeds and 3 parameters that hang together
    for total in np.sum(np.square(each), axis=0):
        assert chi2.sf(total, len(each)) > 1e-4
        assert chi2.cdf(total, len(each)) > 1e-4


@pytest.mark.parametrize("polarity", [1, -1])
def test_the_field_of_the_laboratory_may_favour_ap(polarity: int) -> None:
    found = fitted(field_ramps(sign=-1.0, polarity=polarity))
    same = fitted(field_ramps())
    assert found["field_offset"].value == pytest.approx(-same["field_offset"].value, rel=1e-4)
    assert found["Kv"].value == pytest.approx(same["Kv"].value, rel=1e-4)


def test_loops_in_a_field_are_cut_into_their_events() -> None:
    measured = switching_events(swept.field_loops(RATES, 30, np.random.default_rng(3)), origin=Origin())
    assert measured.view().axis.name == "field"
    assert np.sum(measured.n_switched) == 180
    assert measured.ramps.size == 6
    assert np.sort(measured.ramps.ramp_rate)[::2] == pytest.approx(RATES, rel=1e-6)
    assert np.max(np.abs(pulls(fitted(measured), TRUTH))) < Z


def test_the_swept_quantity_is_the_one_that_moves() -> None:
    rng = np.random.default_rng(4)
    columns = swept.field_loops(RATES[:1], 5, rng)
    held = columns | {"current": 1e-4 + 1e-7 * rng.standard_normal(columns["field"].size)}
    measured = switching_events(held, origin=Origin(polarity=-1))
    assert measured.ramps.swept.name == "field"
    assert measured.ramps.current == pytest.approx(-1e-4, rel=1e-3)
    turned = columns | {
        "current": 0.1 * columns["field"],
        "field": 1e-3 + 1e-5 * rng.standard_normal(held["time"].size),
    }
    measured = switching_events(turned, origin=Origin())
    assert measured.ramps.swept.name == "current"
    steady = switching_events(columns | {"current": np.full(columns["field"].size, 1e-4)}, origin=Origin())
    assert steady.ramps.swept.name == "field"
    assert measured.ramps.field == pytest.approx(1e-3, rel=1e-2)


def test_the_exposure_in_a_field_is_the_integral_of_the_rate() -> None:
    measured = field_ramps()
    objective = builders.objective(measured, device=DEVICE)
    ends = measured.settings.interval
    assert ends is not None
    known = {**swept.TRUTH, "beta": 0.5, "delta_R": 1.0, "l_over_L": 0.0, "temperature": swept.T}
    found = log_ramp_exposure(objective.law, known, measured.settings, np.array(swept.T))
    expected = []
    for row, (low, high) in enumerate(zip(*ends, strict=True)):
        grid = np.linspace(low, high, 20_001)
        hazard = np.exp(-swept.log_dwell_time(int(measured.settings.state[row]), grid))
        expected.append(np.log(np.abs(np.trapezoid(hazard, grid)) / measured.ramps.ramp_rate[measured.setting[row]]))
    # 12 pieces, straight in each: (ln τ)'' of 2·37 over h², pieces of at most 23/144 of an interval of 1.2
    assert np.max(np.abs(found - expected)) < 0.02


def test_a_field_and_a_current_in_one_fit_give_what_neither_does_alone() -> None:
    still = field_ramps(5)
    driven = [field_ramps(seed, current=current) for seed, current in ((6, 1e-4), (7, -1e-4))]
    device = DEVICE | {"beta": "0.5", "delta_R": "1 ohm"}
    alone, joint = fitted(still, device=device), fitted([still, *driven], device=device)
    assert alone["l_over_L"].verdict == "not-identified"
    assert joint["l_over_L"].verdict == "identified"
    thermal = builders.K_B * swept.T
    slope = swept.SLOPES[0] * 4 / (np.pi - 2)  # G/k_BT, 1/A
    truth = TRUTH | {"l_over_L": slope * thermal * 0.5 / (8 * 1.602176634e-19)}
    assert np.max(np.abs(pulls(joint, truth))) < Z


def test_voltage_ramps_have_the_resistance_of_the_state_that_is_left() -> None:
    columns = swept.voltage_events((0.05, 0.5, 5.0), 80, (1000.0, 2000.0), np.random.default_rng(8))
    measured = RampEvents.from_columns(columns, origin=Origin())
    device = {"temperature": "295 K", "resistance": "1000 ohm", "delta_R": "1000 ohm"}
    found = fitted(measured, device=device, model={"asymmetry": "free"})
    assert np.max(np.abs(pulls(found, dict(zip(("slope_P", "slope_AP"), swept.SLOPES, strict=True))))) < Z
    assert measured.traits.needs == ("resistance",)


def test_steps_of_a_voltage_hold_the_same() -> None:
    columns = swept.voltage_events((0.05, 5.0), 200, (1000.0, 2000.0), np.random.default_rng(9))
    step = 5e-3
    read = np.sign(columns["switching_voltage"]) * np.ceil(np.abs(columns["switching_voltage"]) / step) * step
    columns |= {"switching_voltage": read, "voltage_step": np.full(read.size, step)}
    measured = RampEvents.from_columns(columns, origin=Origin(polarity=-1))
    assert isinstance(measured, SteppedRamps)
    assert measured.view().axis.name == "voltage"
    assert "voltage_rate" in measured.view().observed.extra
    assert np.min(np.abs(measured.view().axis.values)) > 0.0
    device = {"temperature": "295 K", "resistance": "1000 ohm", "delta_R": "1000 ohm"}
    found = fitted(measured, device=device, model={"asymmetry": "free"})
    turned = dict(zip(("slope_P", "slope_AP"), (-s for s in swept.SLOPES), strict=True))  # of a current times −1
    assert np.max(np.abs(pulls(found, turned))) < Z


def test_a_resistance_that_falls_with_bias_bends_a_voltage_ramp() -> None:
    columns = swept.voltage_events((0.05, 5.0), 100, (1000.0, 2000.0), np.random.default_rng(10))
    measured = RampEvents.from_columns(columns, origin=Origin())
    device = {"temperature": "295 K", "resistance": "1000 ohm", "delta_R": "1000 ohm", "half_voltage": "50 V"}
    found = fitted(measured, device=device, model={"asymmetry": "free"})
    assert np.max(np.abs(pulls(found, dict(zip(("slope_P", "slope_AP"), swept.SLOPES, strict=True))))) < Z


def test_a_loop_of_two_layers_is_refused() -> None:
    columns = swept.field_loops(RATES[:1], 10, np.random.default_rng(11))
    field = columns["field"]
    inner = (np.abs(field) < 0.04) & (np.gradient(np.abs(field)) > 0) & (np.abs(field) > 0.02)
    both = columns | {"resistance": 1000.0 + 100.0 * inner}
    with pytest.raises(TableError) as caught:
        switching_events(both, origin=Origin())
    assert not unnamed(str(caught.value), "field", "P left in rising and in falling fields")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"ramp_rate": np.ones(6)}, ("'ramp_rate'", "T/s", "switching_field", "A/s")),
        ({"field_rate": np.array([1.0, 1.0, 1.0, 0.0, 1.0, 1.0])}, ("row 3", "field_rate", "other than 0")),
        ({"start_field": np.array([0.1, 0.2, 0.03, 0.1, 0.1, 0.1])}, ("row 2", "switching_field", "the same")),
    ],
)
def test_what_is_no_ramp_of_a_field_is_refused(changed: dict[str, Any], named: tuple[str, ...]) -> None:
    columns = {"transition": np.array([0, 0, 0, 1, 1, 1]), "switching_field": np.full(6, 0.03)}
    columns |= {"start_field": np.full(6, 0.1), "field_rate": np.ones(6)} | changed
    if "ramp_rate" in changed:
        del columns["field_rate"]
    with pytest.raises(TableError) as caught:
        RampEvents.from_columns(columns, origin=Origin())
    assert not unnamed(str(caught.value), *named)


def test_a_field_that_is_swept_takes_no_other_asymmetry() -> None:
    with pytest.raises(InputError) as caught:
        builders.objective(field_ramps(), device=DEVICE, model={"asymmetry": "symmetric"})
    assert not unnamed(str(caught.value), "model.asymmetry", "uniaxial")
