"""What the two states of a hidden chain show."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Emission(NamedTuple):
    """What the states show: z = (sample − shift)·factor, and ln of the ratio of their densities, e0 + e1 z + e2 z²."""

    shift: float
    factor: float
    exponent: Array  # shape (3,)
