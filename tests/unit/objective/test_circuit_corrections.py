"""Corrections by name: a resistance in series with the device, and a ΔR that falls with its bias."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE, N_GMR
from stfit.diagnostics.estimates import estimates
from stfit.errors import InputError
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.measurement import Observation, Origin
from stfit.notebook.interface import fit
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from stfit.results import Estimate, Status

Array = npt.NDArray[np.float64]

LAMBDA, BETA, DELTA_R, RESISTANCE, SERIES, HALF = 25.0, 0.35, 0.11, 300.0, 60.0, 0.4
ENERGY = np.array([0.50, 0.45]) * ELEMENTARY_CHARGE
C = np.array([(np.pi - 2) / 4, (np.pi + 2) / 4])  # θ0 = π/2
KNOWN = {"beta": "0.35 ± 0.01", "delta_R": "0.110 ± 0.002 ohm", "temperature": "295 K", "resistance": "300 ± 1 ohm"}


def log_dwell_time(state: Any, current: Array, temperature: Array, delta_R: Array) -> Array:
    """Eq. 27 by hand, with the ΔR of each row."""
    pull = N_GMR * ELEMENTARY_CHARGE * LAMBDA * delta_R / BETA * C[state] * current
    return np.asarray(np.log(1e-9) + (ENERGY[state] + (1 - 2 * state) * pull) / (BOLTZMANN * temperature))


def dwells(seed: int) -> DwellTimes:
    """Means of 400 dwells at currents to 2 mA, where ΔR at V = I·R has fallen to 30 %."""
    grid = np.meshgrid([0, 1], [270.0, 295.0, 320.0], np.linspace(-2e-3, 2e-3, 15), indexing="ij")
    state, temperature, current = (column.reshape(-1) for column in grid)
    delta_R = DELTA_R / (1 + (current * RESISTANCE / HALF) ** 2)
    eta = log_dwell_time(state.astype(int), current, temperature, delta_R)
    counts = np.full(state.size, 400.0)
    columns = {"state": state, "current": current, "temperature": temperature, "n": counts}
    table = DwellTimes.from_columns(columns | {"total_time": counts * np.exp(eta)}, origin=Origin())
    assert isinstance(table, DwellTimes)
    return table.draw(eta, np.random.default_rng(seed))


def pulses(seed: int, *, polarity: int = 1) -> SwitchingPulses:
    """500 pulses at each of 12 voltages and 2 widths, about where half of them switch."""
    grid = np.meshgrid([0, 1], [270.0, 295.0, 320.0], [1e-4, 1e-2], np.linspace(-2.0, 1.0, 12), indexing="ij")
    state, temperature, width, log_exposure = (column.reshape(-1) for column in grid)
    state = state.astype(int)
    eta = np.log(width) - log_exposure
    pull = (eta - np.log(1e-9)) * BOLTZMANN * temperature - ENERGY[state]
    current = pull / ((1 - 2 * state) * N_GMR * ELEMENTARY_CHARGE * LAMBDA * DELTA_R / BETA * C[state])
    table = SwitchingPulses.from_columns(
        {
            "transition": state,
            "voltage": polarity * current * (RESISTANCE + SERIES),
            "pulse_width": width,
            "n": np.full(state.size, 500.0),
            "n_switched": np.zeros(state.size),
            "temperature": temperature,
        },
        origin=Origin(polarity=polarity),
    )
    return table.draw(eta, np.random.default_rng(seed))


def objective_of(measurements: list[Observation], device: dict[str, str]) -> Objective:
    return assemble(analysis_of({"device": KNOWN | device}, Path(), "lab.toml"), measurements)


def fitted(objective: Objective) -> dict[str, Estimate]:
    optimum = minimise(objective)
    assert optimum.status is Status.CONVERGED
    return estimates(objective, optimum)


def pulls(found: dict[str, Estimate], truth: dict[str, float]) -> dict[str, float]:
    result = {}
    for name, value in truth.items():
        estimate = found[name]
        assert estimate.value is not None
        assert estimate.stderr is not None
        result[name] = (estimate.value - value) / estimate.stderr
    return result


G = N_GMR * ELEMENTARY_CHARGE * LAMBDA * DELTA_R / BETA
TRUTH = {
    "l_over_L": LAMBDA,
    "theta_0": np.pi / 2,
    "tau_0": 1e-9,
    "E_P": float(ENERGY[0]),
    "slope_AP": float(-G * C[1] / (BOLTZMANN * 295.0)),
}
CASES: dict[str, tuple[Callable[[], list[Observation]], dict[str, str]]] = {
    "half_voltage": (lambda: [dwells(11)], {"half_voltage": "0.40 ± 0.05 V"}),
    "series_resistance": (lambda: [pulses(12)], {"series_resistance": "60 ± 2 ohm"}),
    "series_resistance, polarity −1": (lambda: [pulses(13, polarity=-1)], {"series_resistance": "60 ± 2 ohm"}),
}


@pytest.mark.parametrize("name", ["half_voltage", "series_resistance", "series_resistance, polarity −1"])
def test_with_the_correction_the_truth_is_found_and_without_it_not(name: str) -> None:
    build, device = CASES[name]
    measurements = build()
    # 5 quantities in 3 cases: 4 standard errors are passed by chance once in 1000 times
    corrected = pulls(fitted(objective_of(measurements, device)), TRUTH)
    assert max(map(abs, corrected.values())) < 4.0, corrected
    plain = pulls(fitted(objective_of(measurements, {})), TRUTH)
    assert abs(plain["slope_AP"]) > 10.0, plain


def test_the_data_themselves_fix_the_half_voltage_better_than_its_quote() -> None:
    found = fitted(objective_of([dwells(11)], {"half_voltage": "0.40 ± 0.05 V"}))["half_voltage"]
    assert found.stderr is not None
    assert found.stderr < 0.02
    assert found.verdict.value == "constrained"
    assert abs(pulls({"half_voltage": found}, {"half_voltage": HALF})["half_voltage"]) < 4.0


def test_an_infinite_half_voltage_changes_nothing() -> None:
    plain = objective_of([dwells(11)], {})
    wide = objective_of([dwells(11)], {"half_voltage": "1e9 V"})
    x = dict(zip(plain.names, plain.start, strict=True)) | {"resistance": 300.0}
    at = np.array([x[name] for name in wide.names])
    # (IR/V_h)² = 4e-19 is less than half a rounding of 1
    assert np.array_equal(wide.predictions(at)[0], plain.predictions(plain.start)[0])


def test_no_series_resistance_is_the_limit_of_a_small_one() -> None:
    plain, small = objective_of([pulses(12)], {}), objective_of([pulses(12)], {"series_resistance": "1e-9 ohm"})
    # 1e-9 of 300 ohm moves B/k_BT ≤ 20 by 7e-11
    assert small.predictions(small.start)[0] == pytest.approx(plain.predictions(small.start)[0], abs=2e-10)


@pytest.mark.parametrize("name", ["half_voltage", "series_resistance"])
def test_derivatives_against_differences(name: str) -> None:
    build, device = CASES[name]
    objective = objective_of(build(), device)
    optimum = minimise(objective)
    x, scales = optimum.x, 1e-4 * optimum.directions.scales
    jacobian = objective.jacobian(x)
    information = objective.information(x)
    for i in range(x.size):
        shift = np.zeros_like(x)
        shift[i] = scales[i]
        ends = [objective.residuals(x + k * shift) for k in (-2, -1, 1, 2)]
        numerical = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * scales[i])
        size = np.max(np.abs(jacobian[:, i]))
        # residuals to 1e-13 over a step of 1e-4 in units in which the column is of size 1 and more
        assert jacobian[:, i] == pytest.approx(numerical, abs=1e-7 * size)
        slopes = [objective.gradient(x + k * shift) for k in (-2, -1, 1, 2)]
        curvature = (slopes[0] - 8 * slopes[1] + 8 * slopes[2] - slopes[3]) / (12 * scales[i])
        assert information[i] == pytest.approx(curvature, abs=1e-6 * np.max(np.abs(information[i])))


def test_walkers_broadcast_over_rows_of_different_delta_R() -> None:
    objective = objective_of([dwells(11)], {"half_voltage": "0.40 ± 0.05 V"})
    walkers = objective.start + 1e-3 * np.random.default_rng(1).standard_normal((3, 2, objective.start.size))
    (many,) = objective.predictions(walkers)
    assert many.shape == (3, 2, 90)
    (one,) = objective.predictions(walkers[2, 1])
    assert np.array_equal(many[2, 1], one)


def test_slopes_are_quoted_for_zero_bias() -> None:
    found = fitted(objective_of([dwells(11)], {"half_voltage": "0.40 ± 0.05 V"}))
    assert abs(pulls(found, {"slope_AP": TRUTH["slope_AP"]})["slope_AP"]) < 4.0


def test_a_half_voltage_needs_the_resistance() -> None:
    analysis = analysis_of({"device": {"half_voltage": "0.4 V"}}, Path(), "lab.toml")
    with pytest.raises(InputError, match=r"key 'device\.half_voltage': expected resistance beside it.*found no resist"):
        assemble(analysis, [dwells(11)])


@pytest.mark.slow
def test_the_assumptions_name_the_corrections() -> None:
    device = KNOWN | {"half_voltage": "40 ± 5 V", "series_resistance": "60 ± 2 ohm"}
    sentences = fit(pulses(12), device=device, fit={"compare": False}).assumptions
    assert any(sentence.startswith("A resistance R_s lies in series") for sentence in sentences)
    assert any("ΔR/(1 + (V/V_h)²)" in sentence for sentence in sentences)
    alone = fit(dwells(11), device=device, fit={"compare": False}).assumptions
    assert not any("lies in series" in sentence for sentence in alone)
    assert "series_resistance is given in [device] but plays no part here." in alone


@pytest.mark.parametrize("value", ["0 V", "-0.4 V", "0.4 ohm"])
def test_a_half_voltage_is_a_positive_voltage(value: str) -> None:
    with pytest.raises(InputError, match=r"device\.half_voltage"):
        analysis_of({"device": {"half_voltage": value}}, Path(), "lab.toml")


def tunnel_junction(seed: int, *, series: float = 0.0, half: float = np.inf) -> SwitchingPulses:
    """2000 pulses a row: R_P = 1 kΩ, R_AP = 2 kΩ without bias, s_P = 30 and s_AP = −60 1/mA, ln τ(0) = 17 and 15."""
    state, voltage = (column.reshape(-1) for column in np.meshgrid([0, 1], np.linspace(0.2, 0.9, 25), indexing="ij"))
    voltage = np.where(state == 0, -voltage, voltage)
    bias = voltage
    for _ in range(50):
        resistance = 1000.0 + state * 1000.0 / (1.0 + (bias / half) ** 2)
        bias = voltage * resistance / (resistance + series)
    slope, log_zero = np.where(state == 0, 30e3, -60e3), np.where(state == 0, 17.0, 15.0) + np.log(1e-9)
    eta = log_zero + slope / (1.0 + (bias / half) ** 2) * voltage / (resistance + series)
    columns = {"transition": state, "voltage": voltage, "pulse_width": np.full(state.size, 1e-7)}
    columns |= {"n": np.full(state.size, 2000.0), "n_switched": np.zeros(state.size)}
    return SwitchingPulses.from_columns(columns, origin=Origin()).draw(eta, np.random.default_rng(seed))


JUNCTION = {"beta": "0.35", "delta_R": "1 kohm", "temperature": "295 K", "resistance": "1 kohm"}


@pytest.mark.parametrize(
    ("device", "circuit"),
    [
        (JUNCTION, {}),
        ({"temperature": "295 K", "beta": "0.35", "resistance_P": "1 kohm", "resistance_AP": "2 kohm"}, {}),
        (JUNCTION | {"half_voltage": "0.6 V"}, {"half": 0.6}),
        (JUNCTION | {"half_voltage": "0.6 V", "series_resistance": "200 ohm"}, {"half": 0.6, "series": 200.0}),
    ],
)
def test_a_voltage_drives_each_state_through_its_own_resistance(
    device: dict[str, str], circuit: dict[str, float]
) -> None:
    content = {"device": device, "model": {"asymmetry": "free"}}
    found = fitted(assemble(analysis_of(content, Path(), "lab.toml"), [tunnel_junction(3, **circuit)]))
    assert found["delta_R"].value == 1000.0
    off = pulls(found, {"slope_P": 30e3, "slope_AP": -60e3})
    assert max(abs(pull) for pull in off.values()) < 4.0
    assert found["slope_AP"].stderr is not None
    assert found["slope_AP"].stderr < 2e3


def test_resistances_that_contradict_delta_R_are_refused() -> None:
    content = {"device": JUNCTION | {"resistance_AP": "1.5 kohm"}}
    with pytest.raises(InputError, match=r"key 'device\.resistance_AP': expected resistance \+ delta_R = 2000 ohm, or"):
        assemble(analysis_of(content, Path(), "lab.toml"), [tunnel_junction(3)])


def test_a_current_and_the_voltage_that_drives_it_are_one_measurement() -> None:
    """The bias is that of the state: over AP of R_P = 1 kΩ and R_AP = 3 kΩ it is not I·R_P."""
    by_voltage = tunnel_junction(7, half=0.6)
    voltage, state = by_voltage.settings.voltage, by_voltage.settings.state
    assert voltage is not None
    columns: dict[str, Any] = {"transition": state}
    columns["current"] = voltage / (1000.0 + state * 2000.0 / (1.0 + (voltage / 0.6) ** 2))
    columns |= {"pulse_width": by_voltage.pulse_width, "n": by_voltage.n, "n_switched": by_voltage.n_switched}
    by_current = SwitchingPulses.from_columns(columns, origin=Origin())
    device = {"resistance": "1000 ohm", "delta_R": "2000 ohm", "half_voltage": "0.6 V"}
    one, other = (objective_of([measurement], device) for measurement in (by_voltage, by_current))
    x = dict(zip(one.names, one.start, strict=True))
    predicted = [found.predictions(np.array([x[name] for name in found.names]))[0] for found in (one, other)]
    assert predicted[0] == pytest.approx(predicted[1], rel=1e-11)


def test_a_fit_starts_with_the_fall_with_bias_taken_along() -> None:
    device = {"resistance": "1000 ohm", "delta_R": "1000 ohm", "half_voltage": "0.6 V", "tau_0": "1 ns"}
    objective = objective_of([tunnel_junction(8, half=0.6)], device)
    # 50 rows of 2000 pulses: a start that took the torque of zero bias would be thousands off
    assert np.sum(np.square(objective.residuals(objective.start))) < 500.0
