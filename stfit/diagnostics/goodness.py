"""Does the model describe the data? Deviances, scatter, order of residuals, shape; simulated where counts are few."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.least_squares import refit
from stfit.backends.optimum import Optimum
from stfit.backends.parallel import told
from stfit.diagnostics.dispersion import Scatter, scatter_of
from stfit.diagnostics.groups import NO_DEVIANCE, Groups, groups
from stfit.diagnostics.neighbours import NAMES, Neighbours, drawn_through_the_fit, neighbours, normal_tail, residuals_of
from stfit.diagnostics.remarks import ReplicaTest, remarks_of, replica_statistics, replica_tests
from stfit.diagnostics.tails import COUNTED, chi_square_tail, deviance_tail, exponential_tail
from stfit.measurement import name_of
from stfit.objective import Objective
from stfit.results import Goodness, GoodnessTest, Status
from stfit.results.fit_tests import UNDER_DISPERSION

Array = npt.NDArray[np.float64]

ACCEPTABLE_FROM: Final = 0.01
DOUBTFUL_FROM: Final = 0.001
_SMALL_COUNT = 15.0  # expected counts below which the asymptotic deviance is wrong
_REPLICAS = 1000
_BATCH = 100  # replicas between two looks at whether the tests are decided
_HOPELESS = 1e-6  # a tail probability that more replicas would not bring back to 0.001
_TOO_QUIET: Final = 0.004  # shared among the measurements: with the 0.01 of Holm's verdict, clean data alarm below 2 %


def goodness(objective: Objective, optimum: Optimum, seed: int, *, always_bootstrap: bool = False) -> Goodness:
    """All tests of fit at the optimum; the seed drives the parametric bootstrap and all other draws.

    Where any row expects few counts, or where it is asked for, every p-value comes from refits of simulated
    measurements, the asymptotic one stands beside it, and single switching events are tested too.
    """
    optimum = optimum.at_supremum  # where data and prediction agree best
    values, freedom = objective.discrepancies(optimum.x)
    found = groups(objective, optimum, values, freedom)
    simulated = always_bootstrap or _has_small_counts(objective, optimum)
    layout = neighbours(objective, found.left_of_rows, found.informative)
    design = _Design(found, replica_tests(objective) if simulated else (), layout)
    observed = design.statistics(objective, optimum.x, values)
    asymptotic: Sequence[float | None] = [None] * observed.size
    replicas = None
    if optimum.covariance is not None and optimum.status is Status.CONVERGED:
        asymptotic = _asymptotic(objective, optimum, design, observed, seed)
        if simulated and design.may_fail(observed):
            replicas = _bootstrap(objective, optimum, design, observed, seed)
    bootstrap = [None] * observed.size if replicas is None else design.p_values(replicas, observed)
    scatter = _scatter(objective, optimum, found, observed, replicas)
    tests = [
        GoodnessTest(*label, value, pair[0] if replicas is None else pair[1], "", *pair)
        for label, value, pair in zip(
            design.labels, design.reported(observed, scatter), zip(asymptotic, bootstrap, strict=True), strict=True
        )
    ]
    tests = judged([*tests, *_shape_tests(objective)])
    smallest = min((p for p in holm([test.p_value for test in tests]) if p is not None), default=None)
    return Goodness(
        verdict_of(smallest),
        smallest,
        float(observed[0]),
        found.dof,
        "parametric bootstrap" if simulated else "asymptotic",
        [*tests, *_quiet_tests(scatter)],
        [entry.dispersion.as_dict() for entry in scatter.values()],
    )


@final
@dataclass(frozen=True)
class _Design:
    """What is tested: deviances of groups of rows, single switching events, the resemblance of neighbours."""

    found: Groups
    events: tuple[tuple[int, ReplicaTest], ...]
    layout: Neighbours | None

    @property
    def labels(self) -> list[tuple[str, str]]:
        """Name and measurement of each test."""
        parts = [(group.name, group.measurement) for group in self.found.groups]
        events = [(test.name, test.measurement) for _, test in self.events]
        own = [] if self.layout is None else [(name, "all") for name in NAMES]
        return [*parts, *events, *own]

    def statistics(self, objective: Objective, x: Array, values: Array) -> Array:
        """Of a fit that ended at x with these discrepancies, one for each test; large is bad."""
        deviances = [group.deviance(values) for group in self.found.groups]
        own = np.zeros(0) if self.layout is None else self.layout.statistics(residuals_of(objective, x))
        return np.concatenate([deviances, replica_statistics(self.events, objective, x), own])

    def may_fail(self, observed: Array) -> bool:
        """Whether a test could come out either way, or the data disagree with a fit that leaves no freedom."""
        return self.found.dof > 0 or bool(self.events) or observed[0] > NO_DEVIANCE

    def p_values(self, replicas: Array, observed: Array) -> list[float | None]:
        """From simulated statistics, shape (replicas, tests)."""
        columns = list(zip(replicas.T, observed.tolist(), strict=True))
        count, more = len(self.found.groups), len(self.found.groups) + len(self.events)
        deviances = [
            deviance_tail(*column, group.freedom) for column, group in zip(columns, self.found.groups, strict=False)
        ]
        events = [exponential_tail(*column) for column in columns[count:more]]
        return [*deviances, *events, *(normal_tail(*column) for column in columns[more:])]

    def reported(self, observed: Array, scatter: Mapping[int, Scatter]) -> list[float]:
        """What a table shows of each test: deviance, factor of the scatter, A², correlation, number of runs."""
        more = len(self.found.groups) + len(self.events)
        shown = [scatter[i].dispersion.factor if i in scatter else float(observed[i]) for i in range(more)]
        return shown if self.layout is None else [*shown, *self.layout.reported(observed[more:])]


def _has_small_counts(objective: Objective, optimum: Optimum) -> bool:
    return any(
        bool(np.any(term.measurement.row_fit(prediction).expected_counts < _SMALL_COUNT))
        for term, prediction in zip(objective.terms, objective.predictions(optimum.x), strict=True)
    )


def _asymptotic(
    objective: Objective, optimum: Optimum, design: _Design, observed: Array, seed: int
) -> list[float | None]:
    """χ² tails of the deviances; of neighbours, those of normal residuals as the fit leaves them; of events, none."""
    pairs = zip(observed.tolist(), design.found.left, design.found.groups, strict=False)
    found = [chi_square_tail(deviance, left, group.freedom) for deviance, left, group in pairs]
    found += [None] * len(design.events)
    if design.layout is None:
        return found
    drawn = drawn_through_the_fit(objective, optimum, design.layout, seed)
    own = zip(drawn.T, observed[len(found) :].tolist(), strict=True)
    return [*found, *(normal_tail(column, value) for column, value in own)]


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
        undecided = any(
            count < COUNTED and p is not None and p > _HOPELESS for count, p in zip(exceeded, p_values, strict=True)
        )
    return np.array(drawn)


def _simulated(objective: Objective, optimum: Optimum, design: _Design, seed: int) -> Iterator[Array]:
    """Statistics of one replica after the other, (tests,)."""
    rng = np.random.default_rng(seed)
    for _ in range(_REPLICAS):
        replica = objective.replicate(optimum.x, rng)
        x = refit(replica, optimum)
        yield design.statistics(replica, x, replica.discrepancies(x)[0])


def _scatter(
    objective: Objective, optimum: Optimum, found: Groups, observed: Array, replicas: Array | None
) -> dict[int, Scatter]:
    """Of each measurement, by the place of its group; none where the fit uses up the rows."""
    scatter = {}
    for place, term, prediction in zip(found.measured, objective.terms, objective.predictions(optimum.x), strict=True):
        if place is None or found.left[place] < 1.0:
            continue
        simulated = None if replicas is None else replicas[:, place]
        if simulated is not None and np.mean(simulated) <= NO_DEVIANCE:
            continue
        counting = bool(np.any(np.isfinite(term.measurement.row_fit(prediction).expected_counts)))
        scatter[place] = scatter_of(
            name_of(term.measurement), float(observed[place]), found.left[place], simulated, counting=counting
        )
    return scatter


def _quiet_tests(scatter: Mapping[int, Scatter]) -> list[GoodnessTest]:
    """Whether a measurement scatters less than its errors allow: a warning of its own, outside Holm's correction."""
    return [
        GoodnessTest(
            UNDER_DISPERSION,
            entry.dispersion.measurement,
            entry.dispersion.factor,
            entry.below,
            "doubtful" if entry.below * len(scatter) < _TOO_QUIET else "acceptable",
            entry.asymptotic,
            entry.simulated,
        )
        for entry in scatter.values()
    ]


def _shape_tests(objective: Objective) -> list[GoodnessTest]:
    return [test for term in objective.terms for test in remarks_of(term.measurement).tests(term.measurement)]


def judged(tests: Sequence[GoodnessTest]) -> list[GoodnessTest]:
    """The tests with the verdicts on their p-values after Holm's correction."""
    corrected = holm([test.p_value for test in tests])
    return [replace(test, verdict=verdict_of(p)) for test, p in zip(tests, corrected, strict=True)]


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """The p-values after Holm's correction (Scand. J. Statist. 6, 65, 1979), in their order; None stays None.

    The smallest of m is multiplied by m, the next one by m − 1 and so on; none becomes smaller than the one before.
    """
    tested = sorted((p, place) for place, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (p, place) in enumerate(tested):
        largest = min(1.0, max(largest, (len(tested) - rank) * p))
        corrected[place] = largest
    return corrected


def verdict_of(p_value: float | None) -> str:
    """The verdict on a p-value; "not-testable" where there is none."""
    if p_value is None:
        return "not-testable"
    if p_value >= ACCEPTABLE_FROM:
        return "acceptable"
    return "doubtful" if p_value >= DOUBTFUL_FROM else "rejected"
