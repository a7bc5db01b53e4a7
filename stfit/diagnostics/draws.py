"""Draws of every quantity from the draws of the coordinates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stfit.objective import Objective

Array = npt.NDArray[np.float64]


def quantity_draws(objective: Objective, x: Array) -> dict[str, Array]:
    """Parameters and what follows from them, by public name, each of shape (...); x: coordinates, shape (..., p).

    Only what varies from draw to draw.
    """
    quantities = objective.all_quantities(objective.space.quantities(x))
    varying = {name: np.asarray(value) for name, value in quantities.items() if np.ndim(value)}
    return {name: np.broadcast_to(value[..., 0], x.shape[:-1]) for name, value in varying.items()}


def thinned(draws: Array, most: int) -> Array:
    """At most `most` of the draws, shape (n, ...), evenly spaced."""
    if draws.shape[0] <= most:
        return draws
    return draws.take(np.linspace(0, draws.shape[0] - 1, most).round().astype(int), axis=0)
