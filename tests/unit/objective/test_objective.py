"""The objective: both faces of one likelihood, its derivatives, walkers, replicas."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import norm

from stfit.errors import InputError
from stfit.kinds.dwell.data import DwellTimes
from stfit.measurement import Observation, Origin
from stfit.objective import Normal, Objective
from stfit.objective.predictions import current_at
from tests import builders
from tests.builders import E

EPS = 2.0**-52
GRID = builders.grid(temperatures=(260.0, 310.0), currents=(-8e-3, -2e-3, 3e-3, 9e-3))


def scales_at_start(objective: Objective) -> Any:
    return objective.scales(objective.start, objective.sensitivity(objective.start))


def dwells() -> Objective:
    return builders.objective(builders.dwell_times(GRID, n=40, seed=1))


def pulses() -> Objective:
    return builders.objective(builders.pulses(GRID, n=100, seed=2))


def joint() -> Objective:
    parts: list[Observation] = [
        builders.dwell_times(GRID, n=3, seed=1),
        builders.mean_dwells(GRID, seed=2),
        builders.dwell_events(GRID, n=4, seed=3, censored=True),
        builders.watched(GRID, expected=1.0, seed=4),
        builders.pulses(GRID, n=30, seed=5),
    ]
    priors = {"tau_0": {"lognormal": ["1 ns", 3]}}
    return builders.objective(parts, priors=priors)


def by_field() -> Objective:
    columns = GRID.columns() | {
        "n": np.full(GRID.current.size, 20.0),
        "total_time": np.exp(GRID.log_dwell_time(builders.TRUTH)),
    }
    columns["field"] = np.where(np.arange(GRID.current.size) % 2 == 0, -5e-3, 5e-3)
    table = DwellTimes.from_columns(columns, origin=Origin())
    device = dict(builders.QUOTES) | {"anisotropy_field": "120 ± 5 mT", "field_offset": "2 ± 1 mT"}
    return builders.objective(table, model={"asymmetry": "uniaxial"}, device=device)


@pytest.mark.parametrize(("scale", "offset"), [("4 mT", "0 mT"), ("120 mT", "-118 mT")])
def test_a_field_with_no_two_states_is_refused(scale: str, offset: str) -> None:
    device = dict(builders.QUOTES) | {"anisotropy_field": scale, "field_offset": offset}
    with pytest.raises(InputError, match=r"key 'device\.anisotropy_field'.*no two states beyond it; found .* mT"):
        builders.objective(by_field().terms[0].measurement, model={"asymmetry": "uniaxial"}, device=device)


def voltage() -> Objective:
    base = builders.pulses(GRID, n=100, seed=2)
    columns: dict[str, Any] = {
        "transition": base.settings.state,
        "voltage": base.settings.drive * 776.0,
        "pulse_width": base.pulse_width,
        "n": base.n,
        "n_switched": base.n_switched,
        "temperature": base.settings.temperature,
    }
    table = type(base).from_columns(columns, origin=Origin())
    return builders.objective(table, device=dict(builders.QUOTES) | {"resistance": "776 ± 20 ohm"})


def with_model(**model: str) -> Callable[[], Objective]:
    return lambda: builders.objective(builders.dwell_times(GRID, n=40, seed=1), model=model)


OBJECTIVES: dict[str, Callable[[], Objective]] = {
    "dwells": dwells,
    "pulses": pulses,
    "joint": joint,
    "by field": by_field,
    "voltage": voltage,
    "printed": with_model(convention="printed"),
    **{name: with_model(asymmetry=name) for name in ("symmetric", "uniaxial", "chi", "free")},
}
named = pytest.mark.parametrize("name", OBJECTIVES)


def near(objective: Objective) -> Any:
    """A point near the start, at no special place."""
    lower, upper = objective.bounds
    steps = 0.02 * scales_at_start(objective) * np.cos(np.arange(objective.start.size))
    return np.clip(objective.start + steps, lower, upper)


@named
def test_both_faces_agree(name: str) -> None:
    objective = OBJECTIVES[name]()
    points = [objective.start, near(objective), 0.5 * (objective.start + near(objective))]
    posteriors = [objective.log_posterior(x) - flat(objective, x) for x in points]
    constants = [np.sum(objective.residuals(x) ** 2) + 2 * value for x, value in zip(points, posteriors, strict=True)]
    size = max(abs(float(objective.log_posterior(x))) for x in points)
    # sums of some hundred terms of that size
    assert np.ptp(constants) < 100 * EPS * size


def flat(objective: Objective, x: npt.NDArray[np.float64]) -> float:
    """ln of the density of the uniform priors: not constant in a coordinate that is not what they are uniform in."""
    entries = enumerate(objective.prior.coordinates)
    return float(sum(prior.log_density(x[i]) for i, prior in entries if not prior.informed))


@named
def test_jacobian_equals_central_differences(name: str) -> None:
    objective = OBJECTIVES[name]()
    x = near(objective)
    scales = objective.scales(x, objective.sensitivity(x))
    scaled = builders.central_difference(lambda y: objective.residuals(y * scales), x / scales, 1e-5)
    jacobian = objective.jacobian(x) * scales
    # error h²/6 times the third derivative, which is that of e^{B/k_BT}: 25³ of the residual's slope at most
    assert np.max(np.abs(jacobian - scaled)) < 1e-5 * np.max(np.abs(jacobian))


@named
def test_information_equals_the_numerical_hessian(name: str) -> None:
    objective = OBJECTIVES[name]()
    x = near(objective)
    scales = objective.scales(x, objective.sensitivity(x))

    def gradient(y: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        # of −ln posterior, from the other face: half the sum of squares
        point = y * scales
        return np.asarray((objective.jacobian(point) * scales).T @ objective.residuals(point))

    numerical = builders.central_difference(gradient, x / scales, 1e-5)
    information = objective.information(x) * np.outer(scales, scales)
    assert np.max(np.abs(information - numerical)) < 1e-5 * np.max(np.abs(information))  # as above
    assert information == pytest.approx(information.T, rel=1e-9, abs=1e-9 * np.max(np.abs(information)))


@named
def test_log_posterior_of_walkers_equals_the_loop(name: str) -> None:
    objective = OBJECTIVES[name]()
    lower, upper = objective.bounds
    rng = np.random.default_rng(6)
    walkers = objective.start + 0.01 * scales_at_start(objective) * rng.standard_normal((3, 5, objective.start.size))
    walkers = np.clip(walkers, lower, upper)
    together = objective.log_posterior(walkers)
    assert together.shape == (3, 5)
    for index in np.ndindex(3, 5):
        # loops over one and over many walkers sum in another order
        assert together[index] == pytest.approx(float(objective.log_posterior(walkers[index])), rel=1e-12)
    assert objective.log_posterior(walkers[0, :1]).shape == (1,)


def test_outside_the_bounds_there_is_no_probability() -> None:
    objective = dwells()
    x = objective.start.copy()
    assert np.isfinite(objective.log_posterior(x))
    for i in range(x.size):
        for end, sign in zip(objective.bounds, (-1, 1), strict=True):
            beyond = x.copy()
            beyond[i] = end[i] + sign * 1e-6 * max(abs(end[i]), 1e-6)
            if np.isfinite(end[i]):
                assert objective.log_posterior(beyond) == -np.inf


def test_anywhere_inside_the_bounds_the_posterior_is_silent() -> None:
    # walkers may stand anywhere; filterwarnings = error turns an overflow or a NaN into a failure
    objective = joint()
    lower, upper = (np.where(np.isfinite(end), end, 1e3 * np.sign(end)) for end in objective.bounds)
    walkers = lower + (upper - lower) * np.random.default_rng(0).random((500, lower.size))
    assert not np.any(np.isnan(objective.log_posterior(walkers)))


def test_constraints_are_the_last_residuals_and_a_prior() -> None:
    objective = dwells()
    x = objective.start.copy()
    assert objective.residuals(x)[-3:].tolist() == [0.0, 0.0, 0.0]
    i = objective.names.index("beta")
    x[i] += 2 * 0.03
    rows = GRID.current.size
    assert objective.residuals(x)[rows:] == pytest.approx([2.0, 0.0, 0.0], abs=1e-12)
    free = builders.objective(builders.dwell_times(GRID, n=40, seed=1), device={"temperature": "295 ± 1 K"})
    assert free.residuals(free.start).size == rows + 1


def test_a_common_temperature_scale() -> None:
    # the true temperature is the reading times temperature/nominal: a relative error common to all rows
    objective = dwells()
    quantities = objective.space.quantities(objective.start) | {"temperature": 295.0 * 1.01}
    warmer = objective.terms[0].prediction(quantities)
    known = {name: float(np.squeeze(value)) for name, value in objective.space.quantities(objective.start).items()}
    expected = builders.log_dwell_time(known, GRID.state, GRID.current, GRID.temperature * 1.01)
    assert warmer == pytest.approx(expected, rel=1e-12)
    slope = objective.all_quantities(known | {"temperature": 295.0 * 1.01})["slope_P"]
    assert slope * 1.01 == pytest.approx(objective.all_quantities(known)["slope_P"], rel=1e-12)


def test_a_voltage_over_the_resistance_is_the_current() -> None:
    objective = voltage()
    settings = objective.terms[0].measurement.settings
    current = current_at({"resistance": 776.0}, settings)
    assert current == pytest.approx(GRID.current, rel=1e-12)


def test_scales_are_those_of_the_documented_coordinates() -> None:
    objective = dwells()
    x = near(objective)
    scales = dict(zip(objective.names, objective.scales(x, objective.sensitivity(x)), strict=True))
    values = dict(zip(objective.names, x, strict=True))
    assert scales["tau_0"] == 1.0  # its coordinate is the logarithm
    assert scales["theta_0"] == 1.0
    assert scales["E_P"] * E == pytest.approx(builders.K_B * 295.0, rel=8 * EPS)
    for name in ("l_over_L", "beta", "delta_R", "temperature"):
        assert scales[name] == abs(values[name])


def test_a_spin_transfer_of_zero_has_the_size_that_moves_the_data_as_much_as_the_thermal_energy() -> None:
    objective = dwells()
    x = objective.start.copy()
    i = objective.names.index("l_over_L")
    x[i] = 0.0
    scales = objective.scales(x, objective.sensitivity(x))
    moved = dict(zip(objective.names, np.linalg.norm(objective.sensitivity(x) * scales, axis=0), strict=True))
    assert moved["l_over_L"] == pytest.approx(max(moved[name] for name in ("E_P", "E_AP", "tau_0")), rel=1e-12)


@pytest.mark.parametrize("name", ["dwells", "pulses", "joint"])
def test_replicas_have_fresh_data_and_fresh_quotes_of_the_same_design(name: str) -> None:
    objective = OBJECTIVES[name]()
    x = objective.start
    one, same, other = (objective.replicate(x, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one.residuals(x), same.residuals(x))
    assert not np.array_equal(one.residuals(x), other.residuals(x))
    assert one.names == objective.names
    assert np.array_equal(one.start, objective.start)
    held = objective.replicate(x, np.random.default_rng(1), redraw_constraints=False)
    assert held.space == objective.space
    assert one.space != objective.space


def test_replicated_quotes_and_data_have_the_right_size() -> None:
    objective = builders.objective(builders.dwell_times(GRID, n=400))
    x = objective.start
    rng = np.random.default_rng(8)
    replicas = 300
    squares = np.array([objective.replicate(x, rng).residuals(x) ** 2 for _ in range(replicas)])
    z = float(norm.isf(0.5e-5))
    # E r² = 2n(ln n − ψ(n)) = 1 + 1/(6n) + …: 1.0004; the variance of r² is 2 to the same order, with 1 % to spare
    for block in (squares[:, :-3], squares[:, -3:]):
        assert abs(block.mean() - 1.0) < z * np.sqrt(2.1 / block.size) + 5e-4


def test_quotes_scatter_about_the_point_not_about_the_old_quote() -> None:
    objective = dwells()
    x = objective.start.copy()
    i = objective.names.index("beta")
    x[i] = 0.9
    rng = np.random.default_rng(1)
    means = []
    for _ in range(200):
        constraint = next(p for p in objective.replicate(x, rng).space.parameters if p.name == "beta").constraint
        assert isinstance(constraint, Normal)
        means.append(constraint.mean)
    assert abs(np.mean(means) - 0.9) < 4.4 * 0.03 / np.sqrt(200)  # z as above
