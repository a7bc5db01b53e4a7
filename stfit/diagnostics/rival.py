"""A description of the data that may be fitted to them beside the one of the analysis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from stfit.objective import Objective

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class Rival:
    """A description with the objective it makes of the same data, and where a fit of it may start."""

    name: str
    words: str
    objective: Objective
    starts: tuple[Array, ...]
