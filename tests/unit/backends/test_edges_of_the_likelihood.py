"""Fits whose likelihood has no maximum inside, whose bounds bind, or whose slopes may have either sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import brentq, minimize

from stfit.backends.extreme import extreme
from stfit.backends.least_squares import minimise
from stfit.backends.newton import Box
from stfit.backends.profile import LEVELS, profiles
from stfit.backends.ray import Ray, State
from stfit.constants import BOLTZMANN
from stfit.diagnostics.intervals import choose_intervals
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.measurement import Origin
from stfit.objective import Objective
from stfit.results import Verdict
from tests import builders

Array = npt.NDArray[np.float64]
ONE_TEMPERATURE = {"device": {"temperature": "295 K"}, "model": {"asymmetry": "free"}}
STEP = np.array([2.0e-3, 2.2e-3, 2.4e-3, 2.6e-3, 2.8e-3, 3.0e-3])


def stepped_pulses(switched: Sequence[int]) -> Objective:
    table = SwitchingPulses.from_columns(
        {
            "transition": np.ones(STEP.size, dtype=int),
            "current": STEP,
            "pulse_width": np.full(STEP.size, 1e-7),
            "n": np.full(STEP.size, 100),
            "n_switched": np.array(switched),
        },
        origin=Origin(),
    )
    return builders.objective(table, **ONE_TEMPERATURE)


def test_a_step_from_none_to_all_limits_the_slope_on_one_side() -> None:
    """The limit by hand: the best straight ln τ of a given slope, whose deviance is 3.84."""
    objective = stepped_pulses([0, 0, 0, 100, 100, 100])
    optimum = minimise(objective)
    assert optimum.runaway is not None
    assert optimum.sum_of_squares < 1e-9  # a step is described perfectly
    found = profiles(objective, optimum, ["slope_AP"])["slope_AP"]
    low, high = found.ends["ci95"]
    assert low.state is State.OPEN

    def deviance(slope: float) -> float:
        def of(level: Array) -> float:
            exposure = np.exp(-level[0] - slope * (STEP - 2.5e-3))
            never, always = exposure[:3], exposure[3:]
            return float(200.0 * (np.sum(never) - np.sum(np.log(-np.expm1(-always)))))

        return float(minimize(of, [-1.0], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12}).fun)

    expected = brentq(lambda slope: deviance(slope) - LEVELS["ci95"], -5e4, -1e4)
    assert high.value == pytest.approx(expected, rel=1e-4)


def test_pulses_that_all_switched_limit_the_dwell_time_alone() -> None:
    objective = stepped_pulses([100] * 6)
    chosen = choose_intervals("auto", objective, minimise(objective))
    assert all(entry.value is None or entry.verdict is Verdict.FIXED for entry in chosen.estimates.values())


def test_a_barrier_of_two_hundred_thermal_energies_is_no_bound() -> None:
    """Junction ramps at 150 widths, whose E/k_BT + ln τ0 is 170: by default, and in units of 1 K."""
    truth = {**builders.TRUTH, "E_P": 210 * BOLTZMANN, "temperature": 1.0, "c_P": 0.3, "c_AP": 1.2, "l_over_L": 20.0}
    table = builders.ramps(truth, rates=(1e-6, 1e-4), temperatures=(1.0,), states=(0,), n=200)
    objective = builders.objective(table, device={}, model={"asymmetry": "free"})
    found = choose_intervals("auto", objective, minimise(objective)).estimates
    slope = builders.coupling(truth) * 0.3 / BOLTZMANN
    assert found["slope_P"].verdict is Verdict.IDENTIFIED
    assert found["slope_P"].value is not None
    assert found["slope_P"].stderr is not None
    # ln of the exposure has the variance π²/6, and the rates move it by ±ln(100)/2
    error = slope / np.sqrt(400 * (np.pi**2 / 6 + (np.log(100) / 2) ** 2))
    assert found["slope_P"].stderr == pytest.approx(error, rel=0.2)  # of 400 events
    assert abs(found["slope_P"].value - slope) < 3.5 * found["slope_P"].stderr
    assert found["E_P"].verdict is Verdict.NOT_IDENTIFIED


def slopes_by_hand(table: DwellTimes, rise: float) -> dict[str, tuple[float, float]]:
    """The ranges of s_P and s_AP, opposite in sign, over which two straight lines lose `rise` in deviance."""

    def deviance(state: int, slope: float) -> float:
        rows = table.settings.state == state
        n, time, current = table.n[rows], table.total_time[rows], table.settings.drive[rows]
        level = np.log(np.sum(time * np.exp(-slope * current)) / np.sum(n))
        eta = level + slope * current
        return float(2.0 * np.sum(n * eta + time * np.exp(-eta)))

    grid = np.linspace(-400.0, 400.0, 801)
    of_P, of_AP = (np.array([deviance(state, slope) for slope in grid]) for state in (0, 1))
    total = of_P[:, None] + of_AP[None, :]
    allowed = np.where(grid[:, None] * grid[None, :] <= 0.0, total, np.inf)
    inside = allowed - np.min(allowed) <= rise
    ranges = {"slope_P": grid[np.any(inside, axis=1)], "slope_AP": grid[np.any(inside, axis=0)]}
    return {name: (float(found[0]), float(found[-1])) for name, found in ranges.items()}


@pytest.fixture(scope="module")
def flat() -> tuple[DwellTimes, Objective]:
    """Dwell times that hardly follow the current, at τ0 = 1 ns."""
    where = builders.grid(temperatures=(295.0,), currents=np.linspace(-1e-3, 1e-3, 5).tolist())
    table = builders.dwell_times(where, {**builders.TRUTH, "l_over_L": 0.4}, n=40, seed=2)
    objective = builders.objective(table, device=dict(builders.KNOWN), fit={"fix": {"tau_0": "1 ns"}})
    return table, objective


def test_a_profile_passes_through_zero_to_the_other_sign(flat: tuple[DwellTimes, Objective]) -> None:
    table, objective = flat
    found = profiles(objective, minimise(objective), ["slope_P", "slope_AP"])
    expected = slopes_by_hand(table, LEVELS["ci95"])
    for name, ends in expected.items():
        low, high = found[name].interval("ci95")
        assert low is not None
        assert high is not None
        np.testing.assert_allclose([low, high], ends, atol=1.0)  # the grid's step
        assert low < 0.0 < high


def test_a_critical_current_of_such_a_slope_lies_outside_of_an_interval(flat: tuple[DwellTimes, Objective]) -> None:
    """I_c = −E/(k_BT s): the ends of 1/I_c are those of s, as the barrier is known far better."""
    _, objective = flat
    chosen = choose_intervals("auto", objective, minimise(objective)).estimates
    current, slope, barrier = (chosen[name] for name in ("I_c_P", "slope_P", "E_P"))
    assert current.verdict is Verdict.NOT_IDENTIFIED
    assert current.value is None
    assert current.ci95 is not None
    assert slope.ci95 is not None
    assert barrier.value is not None
    low, high = current.ci95
    assert low is not None
    assert high is not None
    assert low > high
    heat = barrier.value / (BOLTZMANN * 295.0)
    assert (-heat / low, -heat / high) == pytest.approx(slope.ci95, rel=0.01)


def test_intervals_are_nested(flat: tuple[DwellTimes, Objective]) -> None:
    _, objective = flat
    names = ["l_over_L", "slope_P", "slope_AP", "E_P", "E_AP"]
    found = profiles(objective, minimise(objective), names)
    for name in names:
        (a, b), (c, d) = found[name].interval("ci68"), found[name].interval("ci95")
        assert c is None or (a is not None and c <= a)
        assert d is None or (b is not None and d >= b)


def test_counts_cost_nothing() -> None:
    """A likelihood of 10⁹ counts takes as many evaluations as one of 10⁵."""
    where = builders.grid(temperatures=(295.0,))
    spent = []
    for n in (10**5, 10**9):
        objective = builders.objective(builders.dwell_times(where, n=n, seed=3))
        optimum = minimise(objective)
        assert optimum.covariance is not None
        spent.append(optimum.evaluations)
        found = profiles(objective, optimum, ["slope_P"])["slope_P"]
        assert None not in found.interval("ci95")
    assert spent[1] <= 2 * spent[0]


def test_constrained_optimisation_finds_the_ends_of_a_parabola_inside_bounds() -> None:
    """cost = x²/2 + y²/2 and the quantity x + y: √(2·level) away without bounds, and along x ≤ 0.5 beyond it."""

    def cost(x: Array) -> tuple[float, Array, Array]:
        return 0.5 * float(x @ x), x, np.eye(2)

    def quantity(x: Array) -> tuple[float, Array, Array]:
        return float(x.sum()), np.ones(2), np.zeros((2, 2))

    wide = Box(np.full(2, -np.inf), np.full(2, np.inf), np.eye(2), np.ones(2))
    found = extreme(Ray(cost, quantity, wide, np.zeros(2), 1.0), 4.0, np.zeros(2))
    assert found.state is State.CLOSED
    assert found.value == pytest.approx(np.sqrt(8.0), rel=1e-6)
    narrow = Box(np.full(2, -np.inf), np.array([0.5, np.inf]), np.eye(2), np.ones(2))
    found = extreme(Ray(cost, quantity, narrow, np.zeros(2), 1.0), 4.0, np.zeros(2))
    assert found.value == pytest.approx(0.5 + np.sqrt(4.0 - 0.25), rel=1e-6)


def test_a_bound_that_was_given_cuts_the_profile_of_what_follows_it() -> None:
    """With τ0 ≥ 0.85 ns, E_P + k_BT ln τ0 being known, the upper end of E_P lies where τ0 meets its bound."""
    table = builders.dwell_times(builders.grid(), n=100, seed=5)
    bounds = {"tau_0": ["0.99 ns", "1 us"]}
    sections: dict[str, Any] = {"device": dict(builders.KNOWN)}
    objective = builders.objective(table, fit={"bounds": bounds}, **sections)
    free = builders.objective(table, **sections)
    found = profiles(objective, minimise(objective), ["E_P"])["E_P"].interval("ci95")
    unbound = profiles(free, minimise(free), ["E_P"])["E_P"].interval("ci95")
    assert found[1] is not None
    assert unbound[1] is not None
    assert found[1] < unbound[1]
    held = builders.objective(table, fit={"fix": {"tau_0": "0.99 ns"}}, **sections)
    least = minimise(objective).sum_of_squares
    end = profiles(held, minimise(held), ["E_P"])["E_P"]
    # along the bound the deviance starts higher: at this end of E_P it has risen to the level of the whole
    assert end.best < found[1]
    assert minimise(held).sum_of_squares >= least
