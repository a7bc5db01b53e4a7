"""How much the rows of a measurement scatter about the fit, against what their own statistics allow."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc, gammaincc

from stfit.diagnostics.tails import lower_tail, upper_tail
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


@final
@dataclass(frozen=True)
class Scatter:
    """The dispersion of a measurement, and the probability that its deviance were as small as it is or smaller.

    asymptotic, simulated: that probability from the χ² law, and from replicas where there are any.
    """

    dispersion: Dispersion
    asymptotic: float
    simulated: float | None

    @property
    def below(self) -> float:
        """The probability that counts."""
        return self.asymptotic if self.simulated is None else self.simulated


def scatter_of(measurement: str, deviance: float, freedom: float, replicas: Array | None, *, counting: bool) -> Scatter:
    """Scatter of rows whose deviance is known, with both tails from replicas (replicas,) or else the χ² law.

    freedom: degrees that the fit leaves the rows. counting: whether the rows' statistics are those of counts.
    """
    below = float(gammainc(freedom / 2, deviance / 2))
    if replicas is None:
        tails = float(gammaincc(freedom / 2, deviance / 2)), below
        moments = (deviance, freedom, float(np.sqrt(2.0 * freedom)))
        return Scatter(dispersion(measurement, moments, tails, counting=counting), below, None)
    tails = upper_tail(replicas, deviance), lower_tail(replicas, deviance)
    moments = (deviance, float(np.mean(replicas)), float(np.std(replicas, ddof=1)))
    return Scatter(dispersion(measurement, moments, tails, counting=counting), below, tails[1])


def dispersion(
    measurement: str, deviance: tuple[float, float, float], tails: tuple[float, float], *, counting: bool
) -> Dispersion:
    """From a deviance, its expectation and its standard deviation were the model true.

    tails: the probabilities of a larger and of a smaller deviance. counting: whether the rows' statistics are those of
    counts, else errors that were stated. The error of the factor is that of data with the scatter found: the root
    halves the relative error of the deviance.
    """
    found, expected, deviation = deviance
    factor = float(np.sqrt(found / expected))
    stderr = factor * deviation / (2.0 * expected)
    expectation = "counting" if counting else "the stated errors"
    size = format_value(factor, stderr, "")
    judgement = "consistent"
    if tails[0] < _TELLING:
        judgement = "too large"
    elif tails[1] < _TELLING:
        judgement = "too small, as if errors were overstated or rows not independent"
    sentence = f"{measurement}: scatter is {size} times that expected from {expectation}: {judgement}."
    return Dispersion(measurement, factor, stderr, sentence)
