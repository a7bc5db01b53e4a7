"""The curves of a fit with the bands of its posterior, in place of those of its covariance."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.backends.chain import Chain
from stfit.diagnostics.convergence import QUANTILES
from stfit.diagnostics.draws import thinned
from stfit.diagnostics.series import curve_grid, curve_of, series_labels
from stfit.objective import Objective, Term
from stfit.results import Curve

Array = npt.NDArray[np.float64]

_MOST_DRAWS: Final = 1000  # an end of the 95 % band then lies within 1/10 of a standard deviation


def posterior_curves(objective: Objective, chain: Chain) -> list[Curve]:
    """The median of the law of every series over the posterior, with equal-tailed 68 % and 95 % bands."""
    x = thinned(chain.flat, _MOST_DRAWS)
    result = []
    for term in (term.shown for term in objective.terms):
        view = term.measurement.view()
        series = series_labels(view)
        for index, label in enumerate(series.labels):
            rows = np.flatnonzero(series.group == index)
            bands = _bands(objective, term.along(int(rows[0]), curve_grid(view.axis, rows)), x)
            result.append(curve_of(view, label, rows, bands))
    return result


def _bands(objective: Objective, there: Term, x: Array) -> list[Array]:
    """Median and ends of the 68 % and 95 % bands along a curve, as displayed; x: draws of shape (draws, p)."""
    drawn = there.measurement.view().displayed(np.asarray(there.prediction(objective.space.quantities(x))))
    levels = [QUANTILES[name] for name in ("median", "lo68", "hi68", "lo95", "hi95")]
    return list(np.quantile(np.broadcast_to(drawn, (x.shape[0], there.thermometer.size)), levels, axis=0))
