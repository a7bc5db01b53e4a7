"""What the quantities of a simulated device truly are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stfit.objective import Objective

Array = npt.NDArray[np.float64]


def truths_at(objective: Objective, x: Array) -> dict[str, float]:
    """Every public quantity at coordinates x of shape (p,), SI."""
    quantities = objective.all_quantities(objective.space.quantities(x))
    return {name: float(np.asarray(value).reshape(-1)[0]) for name, value in quantities.items()}
