"""What a fit predicts where nothing was measured."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.diagnostics.series import curves_at
from stfit.errors import InputError, Problem
from stfit.pipeline.source import source_of
from stfit.results import FitResult

Array = npt.NDArray[np.float64]


def predicted(result: FitResult, values: Array, measurement: int) -> dict[str, Any]:
    """The fitted law of every series of a measurement, with bands of its covariance.

    Parameters
    ----------
    result : FitResult
        A fit of this process.
    values : array, shape (n,)
        Of the axis of the measurement's figure, SI.
    measurement : int
        Which, counted from 0.

    Returns
    -------
    dict of str to list or array
        series, x, y, lo68, hi68, lo95, hi95; n rows a series.

    Raises
    ------
    InputError
        If the result was read from a file, or there is no such measurement.
    """
    source = source_of(result, "result.predict")
    terms, optimum = source.objective.terms, source.optimum
    if not 0 <= measurement < len(terms):
        raise InputError(
            Problem("result.predict, measurement", f"a number from 0 to {len(terms) - 1}", f"{measurement}")
        )
    at = np.atleast_1d(values)
    found = curves_at(terms[measurement], source.objective.space.jets(optimum.x, order=1), optimum, at)
    names = ("y", "lo68", "hi68", "lo95", "hi95")
    bands = {name: np.concatenate([curve[place] for _, curve in found]) for place, name in enumerate(names)}
    series = [label for label, _ in found for _ in at]
    return {"series": series, "x": np.tile(at, len(found)), **bands}
