"""The units in which a spectrum is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import numpy.typing as npt

from stfit.kinds.resonance.line_model import LineModel
from stfit.physics.line_shapes import LineShape

Array = npt.NDArray[np.float64]
Signal = npt.NDArray[np.float64] | npt.NDArray[np.complex128]


@final
@dataclass(frozen=True)
class Scale:
    """Units of a fit: x from −1 to 1 is middle ± reach, and a signal of order 1 is size."""

    middle: float
    reach: float
    size: float

    @classmethod
    def of(cls, x: Array, signal: Signal) -> Scale:
        """That of a spectrum."""
        low, high = float(np.min(x)), float(np.max(x))
        size = float(np.max(np.abs(signal - np.mean(signal)))) or 1.0
        return cls(0.5 * (high + low), 0.5 * (high - low), size)

    def model(self, x: Array, signal: Signal, shape: LineShape) -> LineModel:
        """A spectrum, in these units, on a constant background."""
        parts = [signal.real, signal.imag] if np.iscomplexobj(signal) else [signal.real]
        own = replace(shape, modulation=shape.modulation / self.reach)
        return LineModel((x - self.middle) / self.reach, np.stack(parts) / self.size, np.ones(x.size), own, 0)

    def start(self, lines: Sequence[tuple[float, float]], gaussian: float) -> Array:
        """Centres and ln widths of lines, (center, fwhm), and of Voigt profiles that of their Gaussian."""
        places = [((center - self.middle) / self.reach, np.log(fwhm / self.reach)) for center, fwhm in lines]
        broad = [np.log(gaussian / self.reach)] if gaussian else []
        return np.array([number for place in places for number in place] + broad)
