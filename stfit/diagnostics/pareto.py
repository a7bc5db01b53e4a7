"""Are importance weights to be trusted? The shape of their largest ones."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

RELIABLE_SHAPE: Final = 0.7  # Vehtari, Simpson, Gelman, Yao & Gabry, JMLR 25, 72 (2024)
_LEAST_TAIL: Final = 5


def pareto_shape(log_weights: Array) -> float:
    """k̂ of the generalised Pareto law of the largest weights, shape (n,): their variance is finite below 1/2.

    As Pareto-smoothed importance sampling takes it: the tail of min(n/5, 3√n) weights, fitted after Zhang & Stephens
    (Technometrics 51, 316, 2009) with a prior of ten weights at 1/2. Infinite where there are too few draws.
    """
    size = int(np.ceil(min(0.2 * log_weights.size, 3.0 * np.sqrt(log_weights.size))))
    if size < _LEAST_TAIL:
        return np.inf
    weights = np.sort(np.exp(log_weights - np.max(log_weights)))
    excess = weights[-size:] - weights[-size - 1]
    excess = excess[excess > 0.0]
    return _fitted_shape(excess) if excess.size >= _LEAST_TAIL else np.inf


def _fitted_shape(excess: Array) -> float:
    """The shape by the posterior mean of Zhang & Stephens; excess: ascending, positive."""
    count = excess.size
    grid = 30 + int(np.sqrt(count))
    quartile = excess[int(count / 4 + 0.5) - 1]
    rates = (1.0 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3.0 * quartile) + 1.0 / excess[-1]
    shapes = np.mean(np.log1p(-rates[:, None] * excess), axis=1)
    profile = count * (np.log(-rates / shapes) - shapes - 1.0)
    weights = np.exp(profile - np.max(profile))
    rate = float(np.sum(rates * weights) / np.sum(weights))
    shape = float(np.mean(np.log1p(-rate * excess)))
    return (count * shape + 10 * 0.5) / (count + 10)
