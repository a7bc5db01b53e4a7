"""What is known of a parameter beside the data: one more residual in least squares, a prior in MCMC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol, final

import numpy as np


class Constraint(Protocol):
    """A constraint of one quantity; residual() is its whitened distance, whose half square is −ln of its density."""

    @property
    def centre(self) -> float:
        """The quoted value (SI)."""
        ...

    def residual(self, quantity: Any) -> Any:
        """Distance from the centre in standard deviations; float, array or Jet."""
        ...

    def redrawn(self, rng: np.random.Generator, truth: float) -> Constraint:
        """The constraint another laboratory would quote: its centre drawn about the truth."""
        ...

    def sentence(self, unit: str) -> str:
        """The constraint in words."""
        ...


@final
@dataclass(frozen=True)
class Normal:
    """Gaussian: mean ± standard_deviation, in the unit of the quantity (SI)."""

    mean: float
    standard_deviation: float

    @property
    def centre(self) -> float:
        """The mean."""
        return self.mean

    def residual(self, quantity: Any) -> Any:
        """(quantity − mean)/standard deviation."""
        return (quantity - self.mean) / self.standard_deviation

    def redrawn(self, rng: np.random.Generator, truth: float) -> Normal:
        """A mean drawn about the truth."""
        return Normal(float(rng.normal(truth, self.standard_deviation)), self.standard_deviation)

    def sentence(self, unit: str) -> str:
        """For example 'normal, 0.11 ± 0.004 ohm'."""
        return f"normal, {self.mean:.6g} ± {self.standard_deviation:.3g} {unit}".rstrip()


_EXCLUDED: Final = 30.0  # standard deviations


@final
@dataclass(frozen=True)
class LogNormal:
    """Gaussian in the logarithm: a median and the factor of one standard deviation."""

    median: float
    factor: float

    @property
    def lowest(self) -> float:
        """A quantity that the constraint excludes, above 0, where there is no logarithm."""
        return float(self.median * self.factor**-_EXCLUDED)

    @property
    def centre(self) -> float:
        """The median."""
        return self.median

    def residual(self, quantity: Any) -> Any:
        """(ln quantity − ln median)/ln factor."""
        return (np.log(quantity) - np.log(self.median)) / np.log(self.factor)

    def redrawn(self, rng: np.random.Generator, truth: float) -> LogNormal:
        """A median drawn about the truth."""
        return LogNormal(float(truth * self.factor ** rng.standard_normal()), self.factor)

    def sentence(self, unit: str) -> str:
        """For example 'log-normal, 8 within a factor 1.3'."""
        return f"log-normal, {self.median:.6g} {unit}".rstrip() + f" within a factor {self.factor:.3g}"
