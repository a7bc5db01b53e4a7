"""Does the model describe the data? Deviances, scatter, order of residuals, shape; simulated where counts are few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincc

from stfit.backends.least_squares import Optimum, refit
from stfit.backends.parallel import told
from stfit.diagnostics.dispersion import Dispersion, dispersion
from stfit.diagnostics.neighbours import NAMES, Neighbours, drawn_through_the_fit, neighbours, normal_tail, residuals_of
from stfit.diagnostics.remarks import remarks_of
from stfit.measurement import name_of
from stfit.objective import Objective
from stfit.results import Goodness, GoodnessTest, Status

Array = npt.NDArray[np.float64]

ACCEPTABLE_FROM: Final = 0.01
DOUBTFUL_FROM: Final = 0.001
SCATTER: Final = "over-dispersion"
_SMALL_COUNT = 15.0  # expected counts below which the asymptotic deviance is wrong
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


def goodness(objective: Objective, optimum: Optimum, seed: int, *, always_bootstrap: bool = False) -> Goodness:
    """All tests of fit at the optimum; the seed drives the parametric bootstrap and all other draws.

    Where any row expects few counts, or where it is asked for, every p-value comes from refits of simulated
    measurements; the asymptotic one stands beside it.
    """
    values, freedom = objective.discrepancies(optimum.x)
    groups = _groups(objective)
    left = _degrees_of_freedom(objective, optimum, groups, freedom)
    dof = round(float(np.sum(freedom))) - optimum.directions.rank
    design = _Design(tuple(groups), neighbours(objective, _freedom_of_rows(groups, left)))
    observed = design.statistics(objective, optimum.x, values)
    simulated = always_bootstrap or _has_small_counts(objective, optimum)
    asymptotic: Sequence[float | None] = [None] * observed.size
    replicas = None
    if dof > 0 and optimum.covariance is not None and optimum.status is Status.CONVERGED:
        asymptotic = _asymptotic(objective, optimum, design, left, observed, seed)
        replicas = _bootstrap(objective, optimum, design, observed, seed) if simulated else None
    bootstrap = [None] * observed.size if replicas is None else design.p_values(replicas, observed)
    scatter = _dispersions(objective, optimum, design, left, observed, replicas)
    tests = [
        _test(label, value, pair)
        for label, value, pair in zip(
            design.labels, design.reported(observed, scatter), zip(asymptotic, bootstrap, strict=True), strict=True
        )
    ]
    tests += _shape_tests(objective)
    smallest = holm([test.p_value for test in tests if test.p_value is not None])
    method = "parametric bootstrap" if simulated else "asymptotic"
    told = [found.as_dict() for found in scatter.values()]
    return Goodness(verdict_of(smallest), smallest, float(observed[0]), dof, method, tests, told)


@final
@dataclass(frozen=True)
class _Design:
    """What is tested: deviances of groups of rows, then the resemblance of neighbours where there are enough."""

    groups: tuple[_Group, ...]
    layout: Neighbours | None

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Name and measurement of each test."""
        own = [] if self.layout is None else [(name, "all") for name in NAMES]
        return [*((group.name, group.measurement) for group in self.groups), *own]

    def statistics(self, objective: Objective, x: Array, values: Array) -> Array:
        """Of a fit that ended at x with these discrepancies, one for each test; large is bad."""
        deviances = np.array([float(np.sum(values[group.rows])) for group in self.groups])
        own = np.zeros(0) if self.layout is None else self.layout.statistics(residuals_of(objective, x))
        return np.concatenate([deviances, own])

    def p_values(self, replicas: Array, observed: Array) -> list[float]:
        """From simulated statistics, shape (replicas, tests)."""
        tails = [_tail] * len(self.groups) + [normal_tail] * (observed.size - len(self.groups))
        return [tail(column, float(value)) for tail, column, value in zip(tails, replicas.T, observed, strict=True)]

    def reported(self, observed: Array, scatter: Mapping[int, Dispersion]) -> list[float]:
        """What a table shows of each test: deviance, factor of the scatter, correlation, number of runs."""
        count = len(self.groups)
        deviances = [scatter[i].factor if i in scatter else float(observed[i]) for i in range(count)]
        return deviances if self.layout is None else [*deviances, *self.layout.reported(observed[count:])]


def _test(label: tuple[str, str], value: float, p_values: tuple[float | None, float | None]) -> GoodnessTest:
    asymptotic, bootstrap = p_values
    used = asymptotic if bootstrap is None else bootstrap
    return GoodnessTest(*label, value, used, verdict_of(used), asymptotic, bootstrap)


def _has_small_counts(objective: Objective, optimum: Optimum) -> bool:
    return any(
        bool(np.any(term.measurement.expected_counts(prediction) < _SMALL_COUNT))
        for term, prediction in zip(objective.terms, objective.predictions(optimum.x), strict=True)
    )


def _asymptotic(
    objective: Objective, optimum: Optimum, design: _Design, left: Sequence[float], observed: Array, seed: int
) -> list[float | None]:
    """χ² tails of the deviances; of neighbours, those of normal residuals as the fit leaves them."""
    # a group whose rows the fit uses up has nothing left to test
    found = [float(gammaincc(k / 2, d / 2)) if k >= 1.0 else None for k, d in zip(left, observed, strict=False)]
    if design.layout is None:
        return found
    drawn = drawn_through_the_fit(objective, optimum, design.layout, seed)
    own = zip(drawn.T, observed[len(design.groups) :], strict=True)
    return [*found, *(normal_tail(column, float(value)) for column, value in own)]


def _freedom_of_rows(groups: Sequence[_Group], left: Sequence[float]) -> float:
    """Degrees of freedom that the fit leaves of all rows together, without the constraints."""
    return sum(k for group, k in zip(groups, left, strict=True) if group.name == SCATTER and k > 0.0)


def _dispersions(
    objective: Objective,
    optimum: Optimum,
    design: _Design,
    left: Sequence[float],
    observed: Array,
    replicas: Array | None,
) -> dict[int, Dispersion]:
    """Of each measurement, by the number of its group; none where the fit uses up the rows."""
    places = [index for index, group in enumerate(design.groups) if group.name == SCATTER]
    found = {}
    for index, term, prediction in zip(places, objective.terms, objective.predictions(optimum.x), strict=True):
        k, deviance = left[index], float(observed[index])
        if k < 1.0:
            continue
        expected, deviation, p_value = k, float(np.sqrt(2.0 * k)), float(gammaincc(k / 2, deviance / 2))
        if replicas is not None:
            column = replicas[:, index]
            expected, deviation = float(np.mean(column)), float(np.std(column, ddof=1))
            p_value = _tail(column, deviance)
        counting = bool(np.any(np.isfinite(term.measurement.expected_counts(prediction))))
        found[index] = dispersion(
            name_of(term.measurement), (deviance, expected, deviation), p_value, counting=counting
        )
    return found


def holm(p_values: Sequence[float]) -> float | None:
    """The smallest p-value after Holm's correction; None where nothing could be tested."""
    return min(1.0, len(p_values) * min(p_values)) if p_values else None


def verdict_of(p_value: float | None) -> str:
    """The verdict on a p-value; "not-testable" where there is none."""
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
    groups += [_of_one(objective, index, repeats) for index in range(len(states))]
    everything = _Group(
        "deviance",
        "all",
        _with_constraints(rows, objective, value=True),
        _with_constraints(sensitive, objective, value=True),
    )
    several = len(groups) > 1 + len(states)
    return [everything, *(group for group in groups if several or group.name == SCATTER)]


def _of_one(objective: Objective, index: int, repeats: Sequence[int]) -> _Group:
    """All rows of one measurement."""
    sizes = [term.measurement.settings.state.size for term in objective.terms]
    rows = [np.full(size, position == index) for position, size in enumerate(sizes)]
    sensitive = [
        np.full(size * n, position == index) for position, (size, n) in enumerate(zip(sizes, repeats, strict=True))
    ]
    name = name_of(objective.terms[index].measurement)
    return _Group(
        SCATTER,
        name,
        _with_constraints(rows, objective, value=False),
        _with_constraints(sensitive, objective, value=False),
    )


def _with_constraints(
    masks: Sequence[npt.NDArray[np.bool_]], objective: Objective, *, value: bool
) -> npt.NDArray[np.bool_]:
    return np.concatenate([*masks, np.full(objective.constraint_count, value)])


def _degrees_of_freedom(
    objective: Objective, optimum: Optimum, groups: Sequence[_Group], freedom: Array
) -> list[float]:
    """What the rows bring less their leverages: what the fit leaves of each group."""
    scaled = objective.sensitivity(optimum.x) * optimum.directions.scales
    left, _ = np.linalg.qr(scaled @ optimum.directions.seen)
    leverage = np.sum(left**2, axis=1)
    return [float(np.sum(freedom[group.rows]) - np.sum(leverage[group.sensitive])) for group in groups]


def _bootstrap(objective: Objective, optimum: Optimum, design: _Design, observed: Array, seed: int) -> Array:
    """Statistics of refits of simulated measurements, (replicas, tests), stopped when each test is decided."""
    simulated = told(_simulated(objective, optimum, design, seed), "simulated tests of fit", _REPLICAS)
    drawn: list[Array] = []
    undecided = True
    while len(drawn) < _REPLICAS and undecided:
        drawn += islice(simulated, _BATCH)
        replicas = np.array(drawn)
        exceeded = np.count_nonzero(replicas >= observed, axis=0)
        p_values = design.p_values(replicas, observed)
        undecided = any(count < _EXCEEDANCES and p > _HOPELESS for count, p in zip(exceeded, p_values, strict=True))
    return np.array(drawn)


def _simulated(objective: Objective, optimum: Optimum, design: _Design, seed: int) -> Iterator[Array]:
    """Statistics of one replica after the other, (tests,)."""
    rng = np.random.default_rng(seed)
    for _ in range(_REPLICAS):
        replica = objective.replicate(optimum.x, rng)
        x = refit(replica, optimum)
        yield design.statistics(replica, x, replica.discrepancies(x)[0])


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
    return [test for term in objective.terms for test in remarks_of(term.measurement).tests(term.measurement)]
