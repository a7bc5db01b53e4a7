"""The G² test: counts in classes against what is expected there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

CLASS_SIZE = 10  # events that a class expects, where their number allows
FEWEST, MOST = 2, 40  # classes


def class_counts(n: Array) -> npt.NDArray[np.intp]:
    """Into how many classes n events are sorted, shape of n."""
    return np.clip(np.asarray(n) // CLASS_SIZE, FEWEST, MOST).astype(np.intp)


def g_squared(observed: Array, expected: Array, first: npt.NDArray[np.intp]) -> tuple[Array, Array]:
    """G² = 2 Σ O ln(O/E) of each set of classes over Williams' q, and its degrees of freedom, one less than classes.

    observed, expected: counts, shape (classes,), with the same sum within a set. first: where each set begins, shape
    (sets,). q = 1 + (Σ 1/p − 1)/(6n(k−1)) brings the mean of G² close to that of χ² (D. A. Williams, Biometrika 63, 33,
    1976). Parameters estimated from the classes take their freedom away; from the events behind them, nearly as much
    where there are many classes.
    """
    classes = np.diff(first, append=observed.size).astype(float)
    n = np.add.reduceat(expected, first)
    safe = np.maximum(expected, np.finfo(float).tiny)
    deviance = 2.0 * np.add.reduceat(observed * np.log(np.where(observed > 0, observed, safe) / safe), first)
    least = np.repeat(n, classes.astype(np.intp)) / 1e6  # a class that expects next to nothing would make q anything
    inverse = np.add.reduceat(1.0 / np.maximum(safe, least), first) * n
    q = 1.0 + (inverse - 1.0) / (6.0 * n * np.maximum(classes - 1.0, 1.0))
    return np.asarray(np.maximum(deviance, 0.0) / q), classes - 1.0
