"""How much the rows of a measurement scatter about the fit, against what their own statistics allow."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.results.numbers import format_value

Array = npt.NDArray[np.float64]

_TELLING: Final = 0.01


@final
@dataclass(frozen=True)
class Dispersion:
    """factor: root of deviance over its expectation, 1 where only the stated statistics are at work; its error."""

    measurement: str
    factor: float
    stderr: float
    sentence: str

    def as_dict(self) -> dict[str, Any]:
        """As result.json stores it."""
        return asdict(self)


def dispersion(measurement: str, deviance: tuple[float, float, float], p_value: float, *, counting: bool) -> Dispersion:
    """From a deviance, its expectation and its standard deviation were the model true.

    counting: whether the rows' statistics are those of counts, else errors that were stated. The error of the factor
    is that of data with the scatter found: the root halves the relative error of the deviance.
    """
    found, expected, deviation = deviance
    factor = float(np.sqrt(found / expected))
    stderr = factor * deviation / (2.0 * expected)
    statistics = "counting statistics" if counting else "their stated errors"
    size = format_value(factor, stderr, "")
    if p_value < _TELLING:
        sentence = f"Rows of {measurement} scatter {size} times as much as {statistics} make them."
    elif factor + 3.0 * stderr < 1.0:
        sentence = (
            f"Rows of {measurement} scatter only {size} times as much as {statistics} would make them: "
            "these are too large, or the rows were smoothed."
        )
    else:
        sentence = f"Rows of {measurement} scatter as {statistics} make them ({size} times as much)."
    return Dispersion(measurement, factor, stderr, sentence)
