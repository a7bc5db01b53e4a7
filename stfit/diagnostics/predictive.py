"""Posterior predictive checks: whether the model, as the chain has it, gives data like these.

At each of some hundred draws the design is measured again, and a discrepancy of the fresh data from that draw is
compared with the discrepancy of the real data from it (Gelman, Meng & Stern, Statistica Sinica 6, 733, 1996). The
p-value is the fraction of draws at which the fresh data are worse. It is conservative: under a right model it gathers
about 1/2 and is below α in less than 2α of the cases (Meng, Ann. Statist. 22, 1142, 1994), since every draw has seen
the data. A small one is therefore serious; a middling one is weaker evidence than that of a refitted bootstrap. For the
same reason these tests stand beside the others and stay out of Holm's correction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.chain import Chain
from stfit.diagnostics.draws import thinned
from stfit.diagnostics.goodness import verdict_of
from stfit.diagnostics.series import series_labels
from stfit.measurement import Observation, name_of
from stfit.objective import Objective
from stfit.results import Goodness, GoodnessTest
from stfit.results.fit_tests import CORRELATED_RESIDUALS, DEVIANCE, LARGEST_RESIDUAL, PREDICTIVE

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

REPLICAS: Final = 400  # a p-value of 0.01 then has a Monte-Carlo error of 0.005, and none is below 1/401
_LEAST_CORRELATED: Final = 4  # rows of a measurement, from which neighbours can be correlated

Discrepancy = Callable[[Observation, Array], float]


@final
@dataclass(frozen=True)
class _Check:
    """A discrepancy of one measurement; value: of the measurement at a prediction, shape (rows,)."""

    name: str
    value: Discrepancy


def posterior_predictive(objective: Objective, chain: Chain, seed: int, replicas: int = REPLICAS) -> list[GoodnessTest]:
    """Total deviance, then of each measurement: deviance of each state, largest residual, correlation of neighbours.

    statistic: the mean over the draws of the discrepancy of the data.
    """
    x = thinned(chain.flat, replicas)
    rng = np.random.default_rng(seed)
    predictions = objective.predictions(x)
    checks = [_checks(term.measurement) for term in objective.terms]
    observed, replicated = (np.zeros((x.shape[0], sum(len(group) for group in checks))) for _ in range(2))
    for draw in range(x.shape[0]):
        rows = [prediction[draw] for prediction in predictions]
        measurements = [term.measurement for term in objective.terms]
        fresh = [m.draw(row, rng) for m, row in zip(measurements, rows, strict=True)]
        observed[draw] = _values(checks, measurements, rows)
        replicated[draw] = _values(checks, fresh, rows)
    return _tests(objective, checks, observed, replicated)


def with_predictive(found: Goodness, tests: Sequence[GoodnessTest]) -> Goodness:
    """The goodness of fit with posterior predictive checks beside its tests; its verdict and p-value stay."""
    return replace(found, tests=[*found.tests, *tests])


def _values(
    checks: Sequence[Sequence[_Check]], measurements: Sequence[Observation], rows: Sequence[Array]
) -> list[float]:
    return [
        check.value(measurement, prediction)
        for group, measurement, prediction in zip(checks, measurements, rows, strict=True)
        for check in group
    ]


def _tests(
    objective: Objective, checks: Sequence[Sequence[_Check]], observed: Array, replicated: Array
) -> list[GoodnessTest]:
    labels = [
        (check.name, name_of(term.measurement))
        for term, group in zip(objective.terms, checks, strict=True)
        for check in group
    ]
    tests = [
        _test(name, measurement, observed[:, column], replicated[:, column])
        for column, (name, measurement) in enumerate(labels)
    ]
    parts = [column for column, (name, _) in enumerate(labels) if name.startswith(DEVIANCE)]
    if len(parts) < 2:
        return tests
    total = [np.sum(values[:, parts], axis=1) for values in (observed, replicated)]
    return [_test(DEVIANCE, "all", *total), *tests]


def _test(name: str, measurement: str, observed: Array, replicated: Array) -> GoodnessTest:
    p_value = (1.0 + np.count_nonzero(replicated >= observed)) / (1.0 + observed.size)
    return GoodnessTest(
        f"{PREDICTIVE}{name}", measurement, float(np.mean(observed)), float(p_value), verdict_of(p_value)
    )


def _checks(measurement: Observation) -> list[_Check]:
    """What is asked of a measurement: residuals only of a kind that has them."""
    state = measurement.settings.state
    codes = np.unique(state)
    words = measurement.view().state_words
    several = codes.size > 1
    checks = [
        _Check(f"{DEVIANCE}, {words[int(code)]}" if several else DEVIANCE, _deviance(state == code)) for code in codes
    ]
    if not measurement.traits.has_residuals:
        return checks
    checks.append(_Check(LARGEST_RESIDUAL, _largest))
    before, after = _neighbours(measurement)
    if before.size >= _LEAST_CORRELATED:
        checks.append(_Check(CORRELATED_RESIDUALS, _correlation(before, after)))
    return checks


def _deviance(rows: Mask) -> Discrepancy:
    return lambda measurement, prediction: float(np.sum(measurement.row_fit(prediction).discrepancy[rows]))


def _residuals(measurement: Any, prediction: Array) -> Array:
    return np.asarray(measurement.residuals(prediction))


def _largest(measurement: Observation, prediction: Array) -> float:
    return float(np.max(np.abs(_residuals(measurement, prediction))))


def _correlation(before: npt.NDArray[np.intp], after: npt.NDArray[np.intp]) -> Discrepancy:
    """Mean product of neighbours: large where residuals wander, as they do where the law has the wrong shape."""

    def value(measurement: Observation, prediction: Array) -> float:
        residuals = _residuals(measurement, prediction)
        return float(np.mean(residuals[before] * residuals[after]))

    return value


def _neighbours(measurement: Observation) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows of one series that follow each other along the axis of the figure."""
    view = measurement.view()
    group = series_labels(view).group
    order = np.lexsort((view.axis.values, group))
    same = group[order[:-1]] == group[order[1:]]
    return order[:-1][same], order[1:][same]
