"""Least squares is maximum likelihood: against an independent maximiser, at bounds, in gauges, on hostile data."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from stfit.backends.least_squares import minimise, refit
from stfit.backends.optimum import Optimum
from stfit.diagnostics.combinations import combinations
from stfit.diagnostics.estimates import estimates
from stfit.diagnostics.goodness import goodness
from stfit.diagnostics.identifiability import identifiability
from stfit.diagnostics.series import curves, summaries
from stfit.diagnostics.validity import validity
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.measurement import Observation, Origin
from stfit.objective import Objective
from stfit.results import Status
from tests import builders

GRID = builders.grid(temperatures=(260.0, 310.0), currents=(-8e-3, -2e-3, 3e-3, 9e-3))


def joint() -> Objective:
    parts: list[Observation] = [
        builders.dwell_times(GRID, n=3, seed=1),
        builders.mean_dwells(GRID, seed=2),
        builders.dwell_events(GRID, n=4, seed=3, censored=True),
        builders.watched(GRID, expected=1.0, seed=4),
        builders.pulses(GRID, n=30, seed=5),
    ]
    return builders.objective(parts)


OBJECTIVES: dict[str, Callable[[], Objective]] = {
    "dwell table": lambda: builders.objective(builders.dwell_times(GRID, n=5, seed=1)),
    "watched": lambda: builders.objective(builders.watched(GRID, expected=2.0, seed=1)),
    "Gaussian table": lambda: builders.objective(builders.mean_dwells(GRID, relative=0.2, seed=1)),
    "events": lambda: builders.objective(builders.dwell_events(GRID, n=5, seed=1, censored=True)),
    "pulses": lambda: builders.objective(builders.pulses(GRID, n=100, seed=1)),
    "ramp events": lambda: builders.objective(builders.ramps(n=40, seed=6)),
    "ramps in steps": lambda: builders.objective(builders.ramps(n=40, seed=7, step=2e-3)),
    "ramp events and dwells": lambda: builders.objective(
        [builders.ramps(n=15, seed=8), builders.dwell_times(GRID, n=5, seed=1)]
    ),
    "joint": joint,
    "no constraint": lambda: builders.objective(builders.dwell_times(GRID, n=5, seed=1), device=builders.KNOWN),
    "prior": lambda: builders.objective(
        builders.dwell_times(GRID, n=5, seed=1), priors={"l_over_L": {"lognormal": ["8", 1.1]}}
    ),
    "free, printed": lambda: builders.objective(
        builders.dwell_times(GRID, n=5, seed=1), model={"convention": "printed", "asymmetry": "chi"}
    ),
}


def maximum(objective: Objective, start: Any) -> Any:
    """The least cost by another road: quasi-Newton on its values, with gradients by differences."""
    jacobian = objective.sensitivity(start)
    whitening = np.linalg.cholesky(np.linalg.inv(jacobian.T @ jacobian))  # so that BFGS starts near the curvature

    def loss(z: Any) -> float:
        x = start + whitening @ z
        lower, upper = objective.bounds
        value = objective.cost(x) if np.all((lower <= x) & (x <= upper)) else np.inf
        return value if np.isfinite(value) else 1e10

    def gradient(z: Any) -> Any:
        return builders.central_difference(loss, z, 1e-4)

    origin = np.zeros(start.size)
    found = minimize(loss, origin, jac=gradient, method="BFGS", options={"gtol": 1e-6})
    return start + whitening @ found.x


@pytest.mark.parametrize("name", OBJECTIVES)
def test_least_squares_ends_at_the_least_cost(name: str) -> None:
    objective = OBJECTIVES[name]()
    optimum = minimise(objective)
    assert optimum.status is Status.CONVERGED
    assert optimum.covariance is not None
    other = maximum(objective, 0.5 * (objective.start + optimum.x))  # from the start itself BFGS strays into a corner
    errors = np.sqrt(np.diag(optimum.covariance))
    # in whitened coordinates BFGS ends where the slope is below gtol, 1e-6, or ε·|ln L|/1e-4 = 1e-9 of rounding: 1e-5
    # of a standard error with a curvature of 1 at the start, and a hundred times that where it is another at the end
    assert np.all(np.abs(optimum.x - other) < 1e-3 * errors)
    assert objective.cost(optimum.x) <= objective.cost(other) + 1e-9


@pytest.mark.parametrize("name", OBJECTIVES)
def test_no_neighbour_is_better(name: str) -> None:
    objective = OBJECTIVES[name]()
    optimum = minimise(objective)
    assert optimum.covariance is not None
    steps = np.linalg.cholesky(optimum.covariance).T  # one standard deviation in independent directions
    for step in 1e-2 * np.vstack([steps, -steps]):
        # a Gaussian loses half the square of the step, 5e-5; a tenth of it allows for the third derivative
        loss = objective.cost(optimum.x + step) - objective.cost(optimum.x)
        assert loss == pytest.approx(5e-5, rel=0.1)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_end_does_not_depend_on_the_start(name: str) -> None:
    objective = OBJECTIVES[name]()
    optimum = minimise(objective)
    assert optimum.covariance is not None
    rng = np.random.default_rng(0)
    lower, upper = objective.bounds
    for _ in range(3):
        start = np.clip(
            optimum.x
            + 0.3 * objective.scales(optimum.x, objective.sensitivity(optimum.x)) * rng.uniform(-1, 1, optimum.x.size),
            lower,
            upper,
        )
        again = minimise(objective, start)
        assert again.status is Status.CONVERGED
        # converged promises a gain of ln L below 1e-6: √(2e-6) of a standard error
        assert np.all(np.abs(again.x - optimum.x) < 1.5e-3 * np.sqrt(np.diag(optimum.covariance)))


def test_covariance_is_the_inverse_hessian() -> None:
    objective = OBJECTIVES["joint"]()
    optimum = minimise(objective)
    assert optimum.covariance is not None
    unity = optimum.covariance @ objective.information(optimum.x)
    assert unity == pytest.approx(np.eye(optimum.x.size), abs=1e-6)  # conditioned like 1e8 in these units


def test_null_directions_cost_no_likelihood_wherever_they_are_held() -> None:
    one = builders.dwell_times(builders.grid(temperatures=(295.0,)), n=50, seed=1)
    free = minimise(builders.objective(one))
    assert free.status is Status.CONVERGED
    assert free.directions.not_identified == {"tau_0", "E_P", "E_AP"}
    for tau_0 in ("10 ps", "30 ns"):
        held = minimise(builders.objective(one, fit={"fix": {"tau_0": tau_0}}))
        assert held.directions.null.shape[1] == 0
        assert held.sum_of_squares == pytest.approx(free.sum_of_squares, rel=1e-9)


def test_a_replica_is_refitted_from_where_the_original_ended() -> None:
    objective = OBJECTIVES["dwell table"]()
    optimum = minimise(objective)
    replica = objective.replicate(optimum.x, np.random.default_rng(3))
    near, fresh = refit(replica, optimum), minimise(replica)
    # a few 1e-8 of the sum of squares, which is about 20
    assert np.sum(replica.residuals(near) ** 2) == pytest.approx(fresh.sum_of_squares, abs=2e-6)


def test_a_slope_that_runs_against_its_bound_is_at_bound() -> None:
    # AP's slope forbidden to exceed c_P: θ0 held from above
    objective = builders.objective(
        builders.dwell_times(GRID, n=500), fit={"bounds": {"theta_0": ["0.3 rad", "1.5 rad"]}}
    )
    optimum = minimise(objective)
    i = objective.names.index("theta_0")
    assert optimum.at_bound.tolist() == [name == "theta_0" for name in objective.names]
    assert objective.space.varied[i].parameter.quantity(optimum.x[i]) == pytest.approx(1.5, abs=1e-5)
    assert optimum.covariance is not None
    assert optimum.covariance[i, i] == pytest.approx(0.0, abs=1e-20)
    assert optimum.status is Status.CONVERGED
    # the others stand where they would with θ0 fixed at 1.5
    fixed = minimise(builders.objective(builders.dwell_times(GRID, n=500), fit={"fix": {"theta_0": "1.5 rad"}}))
    assert optimum.sum_of_squares == pytest.approx(fixed.sum_of_squares, rel=1e-4)


def test_too_few_evaluations_are_no_convergence() -> None:
    objective = builders.objective(builders.dwell_times(GRID, n=50, seed=1))
    far = objective.start.copy()
    far[objective.names.index("E_P")] *= 1.5
    assert minimise(objective, far, max_evaluations=2).status is not Status.CONVERGED


# --- hostile but valid ----------------------------------------------------------------------------------------------


def table(state: Any, current: Any, n: Any, total_time: Any, **more: Any) -> DwellTimes:
    columns = {"state": state, "current": current, "n": n, "total_time": total_time} | more
    built = DwellTimes.from_columns(
        {name: np.array(values, dtype=float) for name, values in columns.items()}, origin=Origin()
    )
    assert isinstance(built, DwellTimes)
    return built


def pulsed(switched: Any, n: float = 50.0, **more: Any) -> SwitchingPulses:
    size = len(switched)
    columns = {
        "transition": np.arange(size) % 2,
        "current": np.linspace(-1e-3, 1e-3, size),
        "pulse_width": np.full(size, 1e-8),
        "n": np.full(size, n),
        "n_switched": np.array(switched, dtype=float),
    } | more
    return SwitchingPulses.from_columns(columns, origin=Origin())


FOUR = {"state": [0, 1, 0, 1], "current": [-1e-3, -1e-3, 1e-3, 1e-3]}
TINY_SLOPES = dict(builders.TRUTH) | {"l_over_L": 1e-5}
TWO_STATES = builders.grid(temperatures=(295.0,))

HOSTILE: dict[str, Callable[[], Observation | list[Observation]]] = {
    "one row": lambda: table([0], [1e-3], [10], [1.0]),
    "one row without a transition": lambda: table([1], [1e-3], [0], [1.0]),
    "two rows": lambda: table([0, 1], [1e-3, 1e-3], [10, 20], [1.0, 3.0]),
    "two rows of one state": lambda: table([0, 0], [1e-3, 2e-3], [10, 20], [1.0, 3.0]),
    "nothing ever happened": lambda: table(**FOUR, n=[0, 0, 0, 0], total_time=[1.0, 2.0, 3.0, 4.0]),
    "one transition in all": lambda: table(**FOUR, n=[0, 1, 0, 0], total_time=[1.0, 2.0, 3.0, 4.0]),
    "one count a row": lambda: table(**FOUR, n=[1, 1, 1, 1], total_time=[1.0, 2.0, 3.0, 4.0]),
    "identical rows": lambda: table([0] * 6, [1e-3] * 6, [5] * 6, [1.0] * 6),
    "no current": lambda: table(
        [0, 1, 0, 1], [0.0] * 4, [5, 6, 7, 8], [1.0, 2.0, 1.1, 2.1], temperature=[290, 290, 310, 310]
    ),
    "dwell times that do not change": lambda: table(**FOUR, n=[100] * 4, total_time=[1.0] * 4),
    "slopes of one sign": lambda: table(**FOUR, n=[100] * 4, total_time=[1.0, 1.0, 3.0, 3.0]),
    "kiloamperes": lambda: builders.dwell_times(builders.grid(currents=(-2e3, 0.0, 2e3)), TINY_SLOPES, n=100, seed=1),
    "picoamperes": lambda: builders.dwell_times(builders.grid(currents=(-2e-12, 0.0, 2e-12)), n=100, seed=1),
    "equal temperatures": lambda: builders.dwell_times(
        builders.grid(temperatures=(295.0, 295.0 * (1 + 1e-6))), n=100, seed=1
    ),
    "a billion counts": lambda: builders.dwell_times(builders.grid(), n=10**9, seed=1),
    "years and picoseconds": lambda: table(**FOUR, n=[1, 10, 1, 10], total_time=[1e8, 1e-11, 1e8, 1e-11]),
    "only P": lambda: builders.dwell_times(builders.grid(states=(0,)), n=20, seed=1),
    "all pulses switched": lambda: pulsed([50, 50, 50, 50]),
    "no pulse switched": lambda: pulsed([0, 0, 0, 0]),
    "all or none": lambda: pulsed([0, 50, 0, 50, 0, 50]),
    "one pulse a row": lambda: pulsed([0, 1, 1, 0, 1, 0], n=1.0),
    "one pulse": lambda: pulsed([1], n=1.0),
    "a means table of one row": lambda: builders.mean_dwells(
        builders.grid(temperatures=(295.0,), currents=(1e-3,), states=(0,))
    ),
    "a mixture that contradicts itself": lambda: [
        builders.dwell_times(TWO_STATES, n=500, seed=1),
        builders.pulses(TWO_STATES, dict(builders.TRUTH) | {"l_over_L": -3.0}, n=500, seed=1),
    ],
}


def numbers_of(value: Any) -> list[float]:
    """All numbers in nested containers, as JSON would write them."""
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers_of(part)]
    if isinstance(value, list | tuple):
        return [number for part in value for number in numbers_of(part)]
    if hasattr(value, "__dataclass_fields__"):
        return numbers_of([getattr(value, name) for name in value.__dataclass_fields__])
    return [float(value)] if isinstance(value, int | float) else []


def everything(objective: Objective, optimum: Optimum) -> list[Any]:
    """All that a report is made from."""
    found = estimates(objective, optimum)
    return [
        list(found.values()),
        combinations(objective, optimum, found),
        identifiability(objective, optimum, found, seed=1),
        validity(objective, optimum, found),
        curves(objective, optimum),
        summaries(objective, optimum),
        goodness(objective, optimum, seed=1),
    ]


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few simulated tests of fit and a short search for ends of profiles: as finite as many and a long one."""
    monkeypatch.setattr("stfit.diagnostics.goodness._REPLICAS", 20)
    monkeypatch.setattr("stfit.backends.profile_ends._MOST_TARGETS", 4)
    monkeypatch.setattr("stfit.backends.profile_ends._BISECTIONS", 2)
    monkeypatch.setattr("stfit.backends.extreme._STEPS", 5)
    monkeypatch.setattr("stfit.backends.newton._MOST_STEPS", 10)


@pytest.mark.usefixtures("coarse")
@pytest.mark.parametrize("device", [builders.QUOTES, {}], ids=["quotes", "nothing known"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_data_end_with_a_status_and_finite_numbers(name: str, device: dict[str, str]) -> None:
    # no exception, and no warning of NumPy, which filterwarnings = error would raise
    objective = builders.objective(HOSTILE[name](), device=device)
    optimum = minimise(objective, max_evaluations=100)  # data without an optimum would use up all 2000
    assert isinstance(optimum.status, Status)
    assert np.all(np.isfinite(optimum.x))
    assert np.all(np.isfinite(numbers_of(everything(objective, optimum))))


@pytest.mark.usefixtures("coarse")
@pytest.mark.parametrize("asymmetry", ["symmetric", "uniaxial", "chi", "free"])
@pytest.mark.parametrize("name", ["one row", "nothing ever happened", "slopes of one sign"])
def test_hostile_data_by_every_asymmetry(name: str, asymmetry: str) -> None:
    objective = builders.objective(HOSTILE[name](), model={"asymmetry": asymmetry})
    optimum = minimise(objective, max_evaluations=100)
    assert np.all(np.isfinite(numbers_of(everything(objective, optimum))))
