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
    """A description with the objective it makes of the same data, and where a fit of it may start.

    Parameters
    ----------
    name, words : str
        Its key in result.json, and what a table calls it.
    objective : Objective
        The same data under this description.
    starts : tuple of ndarray
        Points to start a fit from, each of shape (free parameters,).
    differs_in : str
        In what it differs from the description that was fitted, in words: "the barrier law".
    contains : tuple of str
        Names of the descriptions that it becomes for one value of its own parameter.
    """

    name: str
    words: str
    objective: Objective
    starts: tuple[Array, ...]
    differs_in: str = ""
    contains: tuple[str, ...] = ()
