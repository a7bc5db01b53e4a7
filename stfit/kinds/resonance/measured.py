"""A spectrum as it was measured, and what is looked for in all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from stfit.kinds.resonance.choices import BACKGROUNDS, MOST_LINES
from stfit.kinds.resonance.line_fit import Array, Search, Signal, SpectrumFit, fit_spectrum, refit_spectrum
from stfit.physics.line_shapes import SHAPES, LineShape


@final
@dataclass(frozen=True)
class MeasuredSpectrum:
    """One spectrum: x in T or Hz in increasing order and signal, shape (samples,), complex where it has a phase.

    decibel: whether the signal was given in dB, and is now a power whose noise grows with it.
    """

    file: str
    x: Array
    signal: Signal
    decibel: bool = False

    @property
    def structure(self) -> float:
        """How far the signal varies beside its noise."""
        signal = np.log(np.maximum(self.signal.real, np.finfo(float).tiny)) if self.decibel else self.signal
        noise = float(np.median(np.abs(np.diff(signal))))
        rounding = np.finfo(float).eps * float(np.max(np.abs(signal)))
        return float(np.std(signal)) / max(noise, rounding, np.finfo(float).tiny)


@final
@dataclass(frozen=True)
class LineSearch:
    """What is looked for.

    Parameters
    ----------
    shape : str, optional
        A key of SHAPES.
    most : int
        Lines at most.
    orders : tuple[int, ...]
        Of the background.
    modulation : float
        Amplitude of that of the field, in units of x.
    smoothed : bool, optional
        Whether a time constant smoothed the lines as it smoothed the noise.
    """

    shape: str | None = None
    most: int = MOST_LINES
    orders: tuple[int, ...] = BACKGROUNDS
    modulation: float = 0.0
    smoothed: bool | None = None

    def fit(self, spectrum: MeasuredSpectrum, shape: str) -> SpectrumFit:
        """The lines of one spectrum."""
        return fit_spectrum(spectrum.x, spectrum.signal, self.line_shape(shape), self._search(spectrum))

    def refit(self, spectrum: MeasuredSpectrum, like: SpectrumFit, pole: float = 0.0) -> SpectrumFit | None:
        """The lines of one spectrum from where they are nearly."""
        return refit_spectrum(spectrum.x, spectrum.signal, like, self._search(spectrum), pole)

    def line_shape(self, shape: str) -> LineShape:
        """That of a key of SHAPES, as it is modulated."""
        return replace(SHAPES[shape], modulation=self.modulation)

    def _search(self, spectrum: MeasuredSpectrum) -> Search:
        return Search(self.most, self.orders, proportional=spectrum.decibel)
