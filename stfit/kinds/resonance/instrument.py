"""How a virtual spectrometer shows resonances: the shape of the lines, on what they stand, and its noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.physics.line_shapes import SHAPES

Array = npt.NDArray[np.float64]
Signal = npt.NDArray[np.float64] | npt.NDArray[np.complex128]


@final
@dataclass(frozen=True)
class Instrument:
    """What stands between a line and its record. Heights and noise are in units of the signal.

    Parameters
    ----------
    shape : str
        A key of SHAPES.
    parts : (float, float)
        Amplitudes of absorption and dispersion, by which the height of a line is multiplied.
    gaussian : float
        FWHM of the Gaussian of a Voigt profile, in units of x.
    modulation : float
        Amplitude of the modulation behind a derivative, in units of x.
    background : tuple of float
        Value in the middle, change along the sweep, and further coefficients of Legendre polynomials.
    ripple : (float, float)
        Amplitude of a sine under the lines, and its periods along the sweep.
    noise, relative_noise : float
        Standard deviation of a sample; and of a part in proportion to the signal.
    time_constant : float
        In samples, of a lock-in that smooths the noise; 0 for white noise.
    smoothed_lines : bool
        Whether the lines pass through it too.
    drift : float
        Standard deviation of a step of a random walk from sample to sample.
    satellites : tuple of (float, float)
        Further lines: distance from each line in its widths, height over its own.
    mirrored : float
        Height, over that of a line, of its image at the opposite field; 0 for none.
    zero : float
        Where the magnet shows no field, T.
    complex_signal : bool
        Whether both channels of the response are recorded.
    """

    shape: str
    noise: float
    parts: tuple[float, float] = (1.0, 0.0)
    gaussian: float = 0.0
    modulation: float = 0.0
    background: tuple[float, ...] = (0.0,)
    ripple: tuple[float, float] = (0.0, 1.0)
    relative_noise: float = 0.0
    time_constant: float = 0.0
    smoothed_lines: bool = False
    drift: float = 0.0
    satellites: tuple[tuple[float, float], ...] = ()
    mirrored: float = 0.0
    zero: float = 0.0
    complex_signal: bool = False

    def record(self, x: Array, line: tuple[float, float, float], rng: np.random.Generator) -> Signal:
        """One spectrum of a line and of what comes with it.

        Parameters
        ----------
        x : array, shape (samples,)
            T or Hz.
        line : (float, float, float)
            Centre and FWHM in units of x, height.
        rng : numpy.random.Generator
            Of the noise.

        Returns
        -------
        array, shape (samples,)
            Complex where both channels are recorded.
        """
        seen = sum(height * self._shown(x, center, line[1]) for center, height in self._lines(line))
        if self.smoothed_lines and self.time_constant > 0.0:
            seen = self._smoothed(np.asarray(seen))
        whole = np.asarray(seen) + self._under(x)
        if not self.complex_signal:
            return np.asarray(whole.real + self._noise(whole.real, rng))
        return np.asarray(whole + self._noise(np.abs(whole), rng) + 1j * self._noise(np.abs(whole), rng))

    def _lines(self, line: tuple[float, float, float]) -> Sequence[tuple[float, float]]:
        """Centre and height of the line, its satellites and their images."""
        center, fwhm, height = line
        own = [(center, height), *((center + far * fwhm, share * height) for far, share in self.satellites)]
        return own + [(2.0 * self.zero - place, self.mirrored * size) for place, size in own if self.mirrored]

    def _shown(self, x: Array, center: float, fwhm: float) -> npt.NDArray[np.complex128]:
        """A line of height 1: its parts, and in the imaginary channel what follows with them."""
        shape = replace(SHAPES[self.shape], modulation=self.modulation)
        response = shape.response(x - center, fwhm, self.gaussian).value
        absorption, dispersion = self.parts
        return np.asarray(response * (absorption - 1j * dispersion))

    def _under(self, x: Array) -> Array:
        """Background and ripple."""
        along = 2.0 * (x - x[0]) / (x[-1] - x[0]) - 1.0
        middle, change, *more = (*self.background, 0.0)[: max(len(self.background), 2)]
        level = np.polynomial.legendre.legval(along, [middle, 0.5 * change, *more])
        amplitude, periods = self.ripple
        return np.asarray(level + amplitude * np.sin(np.pi * periods * along))

    def _smoothed(self, values: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
        """The values behind the time constant, which has settled before the first of them."""
        pole = np.exp(-1.0 / self.time_constant)
        start = pole * values[:1]
        return np.asarray(scipy.signal.lfilter([1.0 - pole], [1.0, -pole], values, zi=start)[0])

    def _noise(self, level: Array, rng: np.random.Generator) -> Array:
        white = rng.standard_normal(level.size)
        if self.time_constant > 0.0:
            pole = np.exp(-1.0 / self.time_constant)
            step = np.sqrt(1.0 - pole**2)
            white = scipy.signal.lfilter([step], [1.0, -pole], white, zi=[pole * rng.standard_normal()])[0]
        size = np.hypot(self.noise, self.relative_noise * level)
        walk = self.drift * np.cumsum(rng.standard_normal(level.size)) if self.drift else 0.0
        return np.asarray(size * white + walk)
