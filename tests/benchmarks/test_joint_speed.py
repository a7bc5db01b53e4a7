"""What a joint fit costs beside the same fit written by hand, and a million ramp events beside reading them.

    pytest tests/benchmarks/test_joint_speed.py --benchmark-only -p no:randomly

Each takes both in turn, in one process; the ratio of the median times is stored in the benchmark's extra_info.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import lmfit
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.special import xlogy

import stfit
from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.resonance.data import FmrLines
from stfit.measurement import Observation, Origin
from stfit.models.barrier_angle import angle_at
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from stfit.results import Status
from tests.calibration.virtual_devices import (
    BOLTZMANN,
    DERIVED_TRUTH,
    ELEMENTARY_CHARGE,
    QUOTES,
    TRUTH,
    dwell_table,
    log_dwell_time,
    pulses,
)

Array = npt.NDArray[np.float64]
Fit = Callable[[], Any]

JOINT_GOAL: Final = 1.5
RAMP_GOAL: Final = 3.0
ROUNDS: Final = 20
ROWS: Final = 1000
TINY: Final = 1e-300
EVENTS: Final = 1_000_000
LINES: Final[Mapping[str, float]] = {"power_P": 2.0, "power_AP": 1.5, "linewidth_P": 9e7, "linewidth_AP": 1.2e8}
CONSTANTS: Final = {"beta": (0.35, 0.03), "delta_R": (0.11, 0.004), "temperature": (295.0, 1.0)}  # those of QUOTES


def slopes(state: Array, temperature: Array) -> Array:
    """s_i of every row, 1/A."""
    at_295 = np.where(state == 0, DERIVED_TRUTH["slope_P"], DERIVED_TRUTH["slope_AP"])
    return np.asarray(at_295 * 295.0 / temperature)


def events(temperatures: list[float], rates: list[float], chances: Array) -> dict[str, Array]:
    """Switching events of both transitions at quantiles of Gompertz's law, as columns."""
    grid = np.meshgrid([0, 1], temperatures, rates, chances, indexing="ij")
    state, temperature, rate, chance = (column.reshape(-1) for column in grid)
    slope = slopes(state, temperature)
    dwell = np.exp(log_dwell_time(state.astype(int), np.zeros(state.size), temperature))
    rise = np.log1p(-np.log1p(-chance) * np.abs(slope) * rate * dwell) / np.abs(slope)
    return {"transition": state, "switching_current": -np.sign(slope) * rise, "ramp_rate": rate} | {
        "temperature": temperature
    }


# --- five measurements --------------------------------------------------------------------------------------------


def staircase() -> Observation:
    """50 events a setting, in steps of a quarter of 1/|s|."""
    columns = events([270.0, 295.0], [1.0, 10.0, 100.0], (np.arange(50) + 0.5) / 50)
    step = 0.25 / np.abs(slopes(columns["transition"], columns["temperature"]))
    current = columns["switching_current"]
    columns |= {"switching_current": np.sign(current) * np.ceil(np.abs(current) / step) * step, "current_step": step}
    return RampEvents.from_columns(columns, origin=Origin())


def lines() -> Observation:
    """Power and linewidth of 50 currents in both states."""
    state, current = np.repeat([0.0, 1.0], 50), np.tile(np.linspace(-8e-4, 8e-4, 50), 2)
    columns = {"state": state, "current": current, "power": np.full(100, 1.7), "power_stderr": np.full(100, 0.05)}
    columns |= {"linewidth": np.full(100, 1e8), "linewidth_stderr": np.full(100, 3e6)}
    return FmrLines.from_columns(columns, origin=Origin(), linewidth="fwhm", power="integrated")


def critical_currents(rows: int) -> Observation:
    """Currents of both transitions with errors of 10 %, against ΔR."""
    state, delta_R = np.arange(rows) % 2, np.linspace(0.05, 0.5, rows)
    of_device = np.where(state == 0, DERIVED_TRUTH["I_c_P"], DERIVED_TRUTH["I_c_AP"])
    current = of_device * TRUTH["delta_R"] / delta_R
    columns = {"transition": state, "critical_current": current, "critical_current_stderr": 0.1 * np.abs(current)}
    return CriticalCurrents.from_columns(columns | {"delta_R": delta_R}, origin=Origin())


def objective_of(measurements: list[Observation]) -> Objective:
    """What stfit does before the fit: the analysis is read, a start is guessed."""
    return assemble(analysis_of({"device": dict(QUOTES)}, Path(), "benchmark"), measurements)


@pytest.fixture(scope="module")
def measurements() -> list[Observation]:
    """Five measurements drawn from one device, 1000 rows together."""
    designs: list[Observation] = [dwell_table((200, 3000), 1.5e-3, currents=25), pulses(1000), staircase(), lines()]
    left = ROWS - sum(measurement.settings.state.size for measurement in designs)
    objective = objective_of([*designs, critical_currents(left)])
    truth = objective.space.coordinates({**TRUTH, **LINES})
    drawn = objective.replicate(truth, np.random.default_rng(17), redraw_constraints=False)
    return [term.measurement for term in drawn.terms]


@dataclass(frozen=True)
class ByHand:
    """The concatenated residual as one would write it in a script of NumPy."""

    measurements: list[Any]
    coordinates: list[str]

    def __call__(self, x: Array) -> Array:
        value = dict(zip(self.coordinates, x.tolist(), strict=True))
        top = float(angle_at(value["theta_0"]))
        coupling = 8 * value["l_over_L"] * value["delta_R"] / value["beta"]  # eV/A
        value["G_P"], value["G_AP"] = coupling * (top - np.sin(top)) / 2, coupling * (np.pi - top + np.sin(top)) / 2
        parts = (self.dwells, self.pulses, self.staircase, self.lines, self.critical)
        rows = [part(value, data) for part, data in zip(parts, self.measurements, strict=True)]
        return np.concatenate([*rows, [(value[name] - mean) / error for name, (mean, error) in CONSTANTS.items()]])

    def log_tau(self, value: dict[str, float], state: Array, current: Array, temperature: Array) -> Array:
        """Eq. 27."""
        thermal = BOLTZMANN / ELEMENTARY_CHARGE * temperature * value["temperature"] / 295.0
        in_P, in_AP = value["E_P"] + value["G_P"] * current, value["E_AP"] - value["G_AP"] * current
        return np.asarray(value["ln_tau_0"] + np.where(state == 0, in_P, in_AP) / thermal)

    def dwells(self, value: dict[str, float], data: Any) -> Array:
        u = np.log(data.total_time / data.n) - self.log_tau(
            value, data.settings.state, data.settings.drive, data.settings.temperature
        )
        return np.asarray(np.sign(u) * np.sqrt(2 * data.n * (np.expm1(u) - u)))

    def pulses(self, value: dict[str, float], data: Any) -> Array:
        log_tau = self.log_tau(value, data.settings.state, data.settings.drive, data.settings.temperature)
        return binomial(data.n, data.n_switched, data.pulse_width * np.exp(-log_tau))

    def staircase(self, value: dict[str, float], data: Any) -> Array:
        ramps, of = data.ramps, data.setting
        state, temperature, way = ramps.state[of], ramps.temperature[of], ramps.direction[of]
        ends = [-self.log_tau(value, state, way * rise, temperature) for rise in (data.lower, data.upper)]
        per_ampere = (ends[1] - ends[0]) / (data.upper - data.lower)
        exposure = (np.exp(ends[1]) - np.exp(ends[0])) / (per_ampere * ramps.ramp_rate[of])
        return binomial(data.n, data.n_switched, exposure)

    def lines(self, value: dict[str, float], data: Any) -> Array:
        in_P, width = data.settings.state == 0, data.is_linewidth == 1
        thermal = BOLTZMANN / ELEMENTARY_CHARGE * value["temperature"]
        rise = np.where(in_P, value["G_P"], -value["G_AP"]) * data.settings.drive / thermal
        log_power = np.where(in_P, value["ln_power_P"], value["ln_power_AP"]) - rise
        log_width = np.where(in_P, value["ln_linewidth_P"], value["ln_linewidth_AP"]) + rise
        return np.asarray((data.value - np.exp(np.where(width, log_width, log_power))) / data.stderr)

    def critical(self, value: dict[str, float], data: Any) -> Array:
        of_device = np.where(data.settings.state == 0, -value["E_P"] / value["G_P"], value["E_AP"] / value["G_AP"])
        return np.asarray((data.current - of_device * value["delta_R"] / data.settings.delta_R) / data.stderr)


def binomial(n: Array, switched: Array, exposure: Array) -> Array:
    """Signed roots of the deviance of k of n where 1 − exp(−exposure) is expected."""
    expected, left = -n * np.expm1(-exposure), n - switched
    whole = np.maximum(n, 1.0)  # steps that no device was left to enter tell nothing
    deviance = xlogy(switched, switched / np.maximum(expected, TINY)) + xlogy(left, left / whole) + left * exposure
    return np.asarray(np.sign(switched - expected) * np.sqrt(2 * np.maximum(deviance, 0.0)))


@pytest.fixture(scope="module")
def by_hand(measurements: list[Observation]) -> Fit:
    """One lmfit.minimize of it: same start, same bounds, numerical derivatives."""
    objective = objective_of(measurements)
    return minimised_by_lmfit(objective, ByHand(measurements, coordinates(objective)))


@pytest.fixture(scope="module")
def same_residual(measurements: list[Observation]) -> Fit:
    """The same of stfit's own residuals."""
    objective = objective_of(measurements)
    return minimised_by_lmfit(objective, objective.residuals)


def coordinates(objective: Objective) -> list[str]:
    return [p.parameter.coordinate for p in objective.space.varied]


def minimised_by_lmfit(objective: Objective, residuals: Callable[[Array], Array]) -> Fit:
    """The fit as one writes it in a script."""
    names, starts, (lower, upper) = coordinates(objective), objective.start, objective.bounds

    def fit() -> Any:
        params = lmfit.Parameters()
        for name, start, low, high in zip(names, starts, lower, upper, strict=True):
            params.add(name, value=start, min=low, max=high)
        return lmfit.minimize(lambda p: residuals(np.array(list(p.valuesdict().values()))), params, scale_covar=False)

    return fit


def times_in_turn(ours: Fit, theirs: Fit, rounds: int) -> tuple[float, float]:
    """Median times, s."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for run, times in zip((ours, theirs), spent, strict=True):
            begin = perf_counter()
            run()
            times.append(perf_counter() - begin)
    return median(spent[0]), median(spent[1])


def compared(benchmark: Any, ours: Fit, theirs: Fit, goal: float, rounds: int = ROUNDS) -> None:
    """Run, store both times, and hold the ratio against its goal."""
    assert benchmark.pedantic(ours, rounds=2) is not None
    mine, other = times_in_turn(ours, theirs, rounds)
    benchmark.extra_info |= {"ours (s)": mine, "theirs (s)": other, "ratio": mine / other}
    assert mine <= goal * other


def test_the_residual_by_hand_is_that_of_stfit(measurements: list[Observation], by_hand: Fit) -> None:
    objective = objective_of(measurements)
    assert sum(measurement.settings.state.size for measurement in measurements) == ROWS
    assert objective.has_residuals
    truth = objective.space.coordinates({**TRUTH, **LINES})
    hand, ours = ByHand(measurements, coordinates(objective))(truth), objective.residuals(truth)
    # the root of a deviance that cancels: 1e-16 of its largest part, n·exposure ~ 1e4, has the root 1e-6
    np.testing.assert_allclose(hand[:ROWS], ours[:ROWS], rtol=1e-6, atol=3e-6)
    assert np.sum(hand**2) == pytest.approx(np.sum(ours**2), rel=1e-9)
    optimum, result = minimise(objective), by_hand()
    assert optimum.status is Status.CONVERGED
    # lmfit stops within 1.5e-8 of χ² relative, and its differences are worth half the digits
    assert optimum.sum_of_squares == pytest.approx(result.chisqr, rel=1e-6)
    assert optimum.sum_of_squares <= result.chisqr * (1 + 1e-9)


@pytest.mark.benchmark(group="joint")
def test_joint_fit(benchmark: Any, measurements: list[Observation], by_hand: Fit, same_residual: Fit) -> None:
    objective = objective_of(measurements)
    mine, other = times_in_turn(lambda: minimise(objective), same_residual, ROUNDS)
    benchmark.extra_info["ratio to the same residual"] = mine / other
    compared(benchmark, lambda: minimise(objective), by_hand, JOINT_GOAL)


@pytest.mark.benchmark(group="joint")
def test_joint_fit_from_the_analysis_to_estimates(
    benchmark: Any, measurements: list[Observation], by_hand: Fit, same_residual: Fit
) -> None:
    def fit() -> Any:
        objective = objective_of(measurements)
        return estimates(objective, minimise(objective))

    mine, other = times_in_turn(fit, same_residual, ROUNDS)
    benchmark.extra_info["ratio to the same residual"] = mine / other
    compared(benchmark, fit, by_hand, JOINT_GOAL)


# --- a million ramp events ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both transitions at two temperatures and five rates, as a laboratory writes them."""
    each = EVENTS // 20
    rng = np.random.default_rng(19)
    columns = events([270.0, 295.0], [1.0, 3.0, 10.0, 30.0, 100.0], rng.random(each))
    words = np.where(columns["transition"] == 0, "P->AP", "AP->P")
    frame = pd.DataFrame({"transition": words, "switching_current (mA)": columns["switching_current"] * 1e3})
    frame["ramp_rate (A/s)"], frame["temperature (K)"] = columns["ramp_rate"], columns["temperature"]
    path = tmp_path_factory.mktemp("ramp") / "events.csv"
    frame.to_csv(path, index=False, float_format="%.7g")
    return path


def loaded_and_fitted(table: Path) -> tuple[Objective, Any]:
    """From the file to the optimum and its errors."""
    measurement = stfit.load(table, "switching-ramp")
    assert isinstance(measurement, RampEvents)
    objective = objective_of([measurement])
    optimum = minimise(objective)
    assert optimum.status is Status.CONVERGED
    return objective, estimates(objective, optimum)


@pytest.mark.benchmark(group="ramp")
def test_a_million_ramp_events(benchmark: Any, table: Path) -> None:
    _, found = loaded_and_fitted(table)
    for name in ("slope_P", "slope_AP"):
        value, stderr = found[name].value, found[name].stderr
        assert abs(value - DERIVED_TRUTH[name]) < 5 * stderr
    compared(benchmark, lambda: loaded_and_fitted(table), lambda: pd.read_csv(table), RAMP_GOAL, rounds=5)


@pytest.mark.benchmark(group="ramp")
def test_a_million_ramp_events_with_every_diagnostic(benchmark: Any, table: Path) -> None:
    def run() -> Any:
        measurement = stfit.load(table, "switching-ramp")
        assert isinstance(measurement, RampEvents)
        return stfit.fit(measurement, device=dict(QUOTES))

    mine, other = times_in_turn(run, lambda: pd.read_csv(table), 1)
    benchmark.extra_info |= {"ours (s)": mine, "theirs (s)": other, "ratio": mine / other}
    assert benchmark.pedantic(run, rounds=1).status is Status.CONVERGED
