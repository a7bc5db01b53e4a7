"""Does the model describe the data? Deviances, with a parametric bootstrap where counts are small, and the shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincc

from stfit.backends.least_squares import Optimum, refit
from stfit.diagnostics.shape import exponential_shape_test
from stfit.measurements import DwellEvents, MissedDwellEvents, name_of
from stfit.objective import Objective
from stfit.results import Goodness, GoodnessTest, Status

Array = npt.NDArray[np.float64]

ACCEPTABLE_FROM: Final = 0.01
DOUBTFUL_FROM: Final = 0.001
_SMALL_COUNT = 15.0  # expected counts below which the asymptotic deviance is wrong (architecture.md, section 5)
_REPLICAS = 1000
_BATCH = 100  # replicas between two looks at whether the tests are decided
_HOPELESS = 1e-6  # a tail probability that more replicas would not bring back to 0.001
_EXCEEDANCES = 20  # enough to stop (Besag & Clifford, Biometrika 78, 301, 1991)


@final
@dataclass(frozen=True)
class _Group:
    """Rows whose deviance is tested together. rows, sensitive: masks over rows and over rows of the sensitivity."""

    name: str
    measurement: str
    rows: npt.NDArray[np.bool_]
    sensitive: npt.NDArray[np.bool_]


def goodness(objective: Objective, optimum: Optimum, seed: int) -> Goodness:
    """All tests of fit at the optimum; the seed drives the parametric bootstrap."""
    values, freedom = objective.discrepancies(optimum.x)
    groups = _groups(objective)
    deviances = _deviances(values, groups)
    left = _degrees_of_freedom(objective, optimum, groups, freedom)
    small = any(
        np.any(term.measurement.expected_counts(prediction) < _SMALL_COUNT)
        for term, prediction in zip(objective.terms, objective.predictions(optimum.x), strict=True)
    )
    dof = round(float(np.sum(freedom))) - optimum.directions.rank
    p_values: Sequence[float | None]
    if dof <= 0 or optimum.covariance is None or optimum.status is not Status.CONVERGED:
        p_values = [None] * len(groups)
    elif small:
        p_values = _bootstrap(objective, optimum, groups, deviances, seed)
    else:
        # a group whose rows the fit uses up has nothing left to test
        p_values = [float(gammaincc(k / 2, d / 2)) if k >= 1.0 else None for k, d in zip(left, deviances, strict=True)]
    tests = [
        GoodnessTest(group.name, group.measurement, float(deviance), p, _verdict(p))
        for group, deviance, p in zip(groups, deviances, p_values, strict=True)
    ]
    tests += _shape_tests(objective)
    smallest = holm([test.p_value for test in tests if test.p_value is not None])
    method = "parametric bootstrap" if small else "asymptotic"
    return Goodness(_verdict(smallest), smallest, float(deviances[0]), dof, method, tests)


def holm(p_values: Sequence[float]) -> float | None:
    """The smallest p-value after Holm's correction; None where nothing could be tested."""
    return min(1.0, len(p_values) * min(p_values)) if p_values else None


def _verdict(p_value: float | None) -> str:
    if p_value is None:
        return "not-testable"
    if p_value >= ACCEPTABLE_FROM:
        return "acceptable"
    return "doubtful" if p_value >= DOUBTFUL_FROM else "rejected"


def _groups(objective: Objective) -> list[_Group]:
    """All rows and constraints, then each state (or transition) of each measurement."""
    states = [term.measurement.settings.state for term in objective.terms]
    repeats = objective.sensitivity_rows
    groups = []
    for index, (term, state) in enumerate(zip(objective.terms, states, strict=True)):
        for code in np.unique(state):
            chosen = [(other == code) & (position == index) for position, other in enumerate(states)]
            sensitive = [np.tile(mask, count) for mask, count in zip(chosen, repeats, strict=True)]
            label = term.measurement.state_words[int(code)]
            groups.append(
                _Group(
                    f"deviance, {label}",
                    name_of(term.measurement),
                    _with_constraints(chosen, objective, value=False),
                    _with_constraints(sensitive, objective, value=False),
                )
            )
    rows = [np.ones(state.size, dtype=bool) for state in states]
    sensitive = [np.ones(state.size * count, dtype=bool) for state, count in zip(states, repeats, strict=True)]
    everything = _Group(
        "deviance",
        "all",
        _with_constraints(rows, objective, value=True),
        _with_constraints(sensitive, objective, value=True),
    )
    return [everything, *groups] if len(groups) > 1 else [everything]


def _with_constraints(
    masks: Sequence[npt.NDArray[np.bool_]], objective: Objective, *, value: bool
) -> npt.NDArray[np.bool_]:
    return np.concatenate([*masks, np.full(objective.constraint_count, value)])


def _deviances(values: Array, groups: Sequence[_Group]) -> Array:
    return np.array([float(np.sum(values[group.rows])) for group in groups])


def _degrees_of_freedom(
    objective: Objective, optimum: Optimum, groups: Sequence[_Group], freedom: Array
) -> list[float]:
    """What the rows bring less their leverages: what the fit leaves of each group."""
    scaled = objective.sensitivity(optimum.x) * optimum.directions.scales
    left, _ = np.linalg.qr(scaled @ optimum.directions.seen)
    leverage = np.sum(left**2, axis=1)
    return [float(np.sum(freedom[group.rows]) - np.sum(leverage[group.sensitive])) for group in groups]


def _bootstrap(
    objective: Objective, optimum: Optimum, groups: Sequence[_Group], observed: Array, seed: int
) -> list[float]:
    """p-values of the deviances from refits of simulated measurements, stopped when each is decided."""
    rng = np.random.default_rng(seed)
    drawn: list[Array] = []
    undecided = True
    while len(drawn) < _REPLICAS and undecided:
        for _ in range(_BATCH):
            replica = objective.replicate(optimum.x, rng)
            drawn.append(_deviances(replica.discrepancies(refit(replica, optimum))[0], groups))
        columns = np.array(drawn).T
        p_values = [_tail(replicas, value) for replicas, value in zip(columns, observed, strict=True)]
        exceeded = np.count_nonzero(columns >= observed[:, None], axis=1)
        undecided = any(count < _EXCEEDANCES and p > _HOPELESS for count, p in zip(exceeded, p_values, strict=True))
    return p_values


def _tail(replicas: Array, observed: float) -> float:
    """P(deviance ≥ observed): counted where enough replicas exceed it, else from a gamma law with their moments.

    A count of 0 among 999 could not tell p = 0.001 from p = 10⁻²⁰; the sum of many squared residuals is close to a
    scaled χ², whose tail can.
    """
    exceeded = int(np.count_nonzero(replicas >= observed))
    if exceeded >= _EXCEEDANCES:
        return (exceeded + 1.0) / (replicas.size + 1.0)
    mean, variance = float(np.mean(replicas)), float(np.var(replicas, ddof=1))
    if variance <= 0.0:
        return (exceeded + 1.0) / (replicas.size + 1.0)
    return float(gammaincc(mean**2 / variance, observed * mean / variance))


def _shape_tests(objective: Objective) -> list[GoodnessTest]:
    tests: list[GoodnessTest] = []
    for term in objective.terms:
        if isinstance(term.measurement, DwellEvents | MissedDwellEvents):
            statistic, p_value = exponential_shape_test(term.measurement)
            name = name_of(term.measurement)
            tests.append(GoodnessTest("exponential shape of dwells", name, statistic, p_value, _verdict(p_value)))
    return tests
