"""Do residuals that lie side by side resemble each other? Serial correlation and runs of signs along each series.

A wrong law leaves neighbours on the same side of the curve where the deviance, which knows no order, sees little. The
parameters that a fit uses up tie its residuals together, so their null distribution is never that of independent
numbers: it is drawn through the fit's own leverage, or from refits of simulated measurements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from stfit.backends.optimum import Optimum
from stfit.diagnostics.series import series_labels
from stfit.diagnostics.tails import COUNTED
from stfit.measurement.observation import View
from stfit.objective import Objective
from stfit.objective.information import seen_and_free
from stfit.results.fit_tests import CORRELATION, RUNS

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

NAMES: Final = (CORRELATION, RUNS)
DRAWS: Final = 2000
_FEWEST_PAIRS: Final = 6
_CHUNK: Final = 500  # draws at a time: some 40 MB for 10⁴ rows
_NO_SIGN: Final = 1e-6  # product of two residuals below which they have no signs to compare: data without noise


@final
@dataclass(frozen=True)
class Neighbours:
    """Pairs of rows side by side in a series, over the residuals of all measurements that have them.

    first, second: indices of the pairs' rows. sensitive: of each residual its row of the sensitivity. freedom: what the
    fit leaves of the rows, below which the sum of squares is not taken for their scale. series: how many there are.
    """

    first: Rows
    second: Rows
    sensitive: Rows
    freedom: float
    series: int

    def statistics(self, residuals: Array) -> Array:
        """Lag-1 correlation, and the number of pairs on one side of the curve; (..., rows) to (..., 2).

        The correlation is Σ r_k r_{k+1} over the larger of Σ r² and the degrees of freedom, so that residuals of data
        without noise have none.
        """
        products = residuals[..., self.first] * residuals[..., self.second]
        scale = np.maximum(np.sum(residuals**2, axis=-1), self.freedom)
        alike = np.count_nonzero(products > _NO_SIGN, axis=-1)
        return np.stack([np.sum(products, axis=-1) / scale, alike.astype(float)], axis=-1)

    def reported(self, statistics: Array) -> tuple[float, float]:
        """The correlation, and the number of runs: one for each series and each change of side."""
        return float(statistics[0]), float(self.first.size + self.series - statistics[1])


def neighbours(objective: Objective, freedom: float, informative: Mask) -> Neighbours | None:
    """The pairs of informative rows; None where there are too few, or the fit leaves too little.

    freedom: degrees left of the rows. informative: mask over the rows of all measurements, and what follows them.
    """
    first, second, sensitive = [], [], []
    offset, place, begin, series = 0, 0, 0, 0
    for term, repeats in zip(objective.terms, objective.sensitivity_rows, strict=True):
        rows = term.measurement.settings.state.size
        if term.measurement.traits.has_residuals:
            order, joined = _in_series(term.measurement.view(), informative[begin : begin + rows])
            first.append(offset + order[:-1][joined])
            second.append(offset + order[1:][joined])
            sensitive.append(place + np.arange(rows))
            series += order.size - int(np.count_nonzero(joined))
            offset += rows
        place += rows * repeats
        begin += rows
    pairs = sum(part.size for part in first)
    if pairs < _FEWEST_PAIRS or freedom < 3.0:
        return None
    return Neighbours(np.concatenate(first), np.concatenate(second), np.concatenate(sensitive), freedom, series)


def _in_series(view: View, informative: Mask) -> tuple[Rows, Mask]:
    """Informative rows ordered along their series, and which of them are followed by one of the same series."""
    group = series_labels(view).group
    order = np.lexsort((view.axis.values, group))
    order = order[informative[order]]
    return order, np.diff(group[order]) == 0


def residuals_of(objective: Objective, x: Array) -> Array:
    """Signed residuals of the rows that have them, without the constraints, shape (rows,)."""
    pairs = zip(objective.terms, objective.predictions(x), strict=True)
    parts = [
        np.asarray(term.measurement.residuals(prediction))
        for term, prediction in pairs
        if term.measurement.traits.has_residuals
    ]
    return np.concatenate([np.zeros(0), *parts])


def drawn_through_the_fit(objective: Objective, optimum: Optimum, layout: Neighbours, seed: int) -> Array:
    """The statistics of normal residuals as this fit would leave them, shape (DRAWS, 2).

    A fit takes from standard normal deviates their part in the span of the sensitivity, that of the constraints' rows
    included: r = (1 − QQᵀ)z.
    """
    scaled = objective.sensitivity(optimum.x) * optimum.directions.scales
    span, _ = np.linalg.qr(scaled @ seen_and_free(optimum.directions, optimum.at_bound))
    rng = np.random.default_rng([seed, 2])
    found = []
    for _ in range(DRAWS // _CHUNK):
        z = rng.standard_normal((_CHUNK, scaled.shape[0]))
        found.append(layout.statistics((z - (z @ span) @ span.T)[:, layout.sensitive]))
    return np.concatenate(found)


def normal_tail(replicas: Array, observed: float) -> float:
    """P(statistic ≥ observed): counted where enough replicas reach it, else from a normal law with their moments.

    Both statistics are bounded, so that their far tails lie below the normal one: p is then too large, if anything.
    """
    reached = int(np.count_nonzero(replicas >= observed - 1e-12))
    deviation = float(np.std(replicas, ddof=1))
    if reached >= COUNTED or deviation <= 1e-9:
        return (reached + 1.0) / (replicas.size + 1.0)
    return float(ndtr((float(np.mean(replicas)) - observed) / deviation))
