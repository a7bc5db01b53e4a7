"""Lines of a film, at several frequencies: where they lie and how wide they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from stfit.kinds.resonance.line_fit import Line

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class FilmLines:
    """Lines swept in field, arrays of shape (lines,): frequency (Hz), and T for all else; centres with their sign."""

    frequency: Array
    center: Array
    center_stderr: Array
    fwhm: Array
    fwhm_stderr: Array

    @classmethod
    def of(cls, frequency: Array, lines: Sequence[Line]) -> FilmLines:
        """The lines at their frequencies."""
        numbers = np.array([(one.center, one.center_stderr, one.fwhm, one.fwhm_stderr) for one in lines]).reshape(-1, 4)
        return cls(np.asarray(frequency, dtype=float), *numbers.T)

    def at(self, rows: npt.NDArray[np.intp]) -> FilmLines:
        """Some of them."""
        return FilmLines(*(np.asarray(part)[rows] for part in vars(self).values()))

    def in_field(self, field: Array, slope: Array) -> FilmLines:
        """Lines swept in frequency, Hz in the places of T, as lines swept in field; slope: ∂H/∂f, T/Hz."""
        errors = self.center_stderr * slope
        return FilmLines(self.center, field, errors, self.fwhm * slope, self.fwhm_stderr * slope)

    @property
    def numbers(self) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
        """Centres and widths, each with its errors."""
        return (self.center, self.center_stderr), (self.fwhm, self.fwhm_stderr)

    @property
    def both_signs(self) -> bool:
        """Whether there are lines at positive and at negative fields."""
        return bool(np.any(self.center > 0) and np.any(self.center < 0))
