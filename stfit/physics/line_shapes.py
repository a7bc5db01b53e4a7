"""The shapes of a resonance line against field or frequency, with derivatives.

All follow from the response z = 1/(1 − i d) of a damped oscillator, d = 2(x − center)/fwhm, whose real part is the
absorption and whose imaginary part the dispersion. Lock-in amplifiers show the first harmonic of a modulated field
(H. Wahlquist, J. Chem. Phys. 35, 1708 (1961), doi:10.1063/1.1732163); a distribution of oscillators is a Voigt
profile, of the Faddeeva function w.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, final

import numpy as np
import numpy.typing as npt
import scipy

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

_SIGMA: Final = 1.0 / (2.0 * np.sqrt(2.0 * np.log(2.0)))  # standard deviation of a Gaussian over its FWHM


class Response(NamedTuple):
    """A line of amplitude 1 and its derivatives by centre, ln fwhm and, of a Voigt profile, ln of its Gaussian FWHM."""

    value: Complex
    slopes: tuple[Complex, ...]


@final
@dataclass(frozen=True)
class LineShape:
    """How a resonance is seen.

    Parameters
    ----------
    parts : int
        Amplitudes of a line: 1 for the absorption alone, 2 where a phase mixes in the dispersion.
    derivative : bool
        Whether it is seen by a modulation of x.
    gaussian : bool
        Whether lines are broadened by a Gaussian distribution of centres.
    modulation : float
        Amplitude of the modulation (half of peak-to-peak), in units of x; 0 for one too small to broaden a line.
    """

    parts: int
    derivative: bool = False
    gaussian: bool = False
    modulation: float = 0.0

    def response(self, offset: Array, fwhm: float, gaussian: float = 0.0) -> Response:
        """The response of a line.

        Parameters
        ----------
        offset : array
            x − center.
        fwhm : float
            That of the Lorentzian, in units of x.
        gaussian : float
            FWHM of the Gaussian; used by a Voigt profile alone.

        Returns
        -------
        Response
            Complex, of the shape of offset: the height of a Lorentzian is 1. A derivative is fwhm · dz/dx, and in a
            modulation 2/modulation · fwhm/2 times the first harmonic. A Voigt profile has the area of the Lorentzian.
        """
        if self.gaussian:
            return _voigt(offset, fwhm, gaussian, derivative=self.derivative)
        detuning = 2.0 * offset / fwhm
        value, by_detuning, by_modulation = (
            _first_harmonic(detuning, 2.0 * self.modulation / fwhm) if self.derivative else _plain(detuning)
        )
        return Response(value, (by_detuning * (-2.0 / fwhm), -by_detuning * detuning - by_modulation))


def _plain(detuning: Array) -> tuple[Complex, Complex, Complex]:
    """z and its derivative by d; none by a modulation."""
    value = np.asarray(1.0 / (1.0 - 1j * detuning))
    return value, 1j * np.square(value), np.zeros_like(value)


def _first_harmonic(detuning: Array, modulation: float) -> tuple[Complex, Complex, Complex]:
    """2/m times that of z(d + m cos ωt), and its derivatives by d, and by m times m; 2 dz/dd for m = 0."""
    a = 1.0 - 1j * detuning
    root = np.sqrt(np.square(a) + modulation**2)
    value = 4j / (root * (root + a))
    by_root = -value * (1.0 / root + 1.0 / (root + a))
    by_detuning = -1j * (by_root * a / root - value / (root + a))
    return value, by_detuning, by_root * modulation**2 / root


def _voigt(offset: Array, fwhm: float, gaussian: float, *, derivative: bool) -> Response:
    """z averaged over a Gaussian: fwhm/2 · √(π/2)/σ · w(ζ), ζ = (offset + i fwhm/2)/(σ√2)."""
    scale = _SIGMA * gaussian * np.sqrt(2.0)
    zeta = (offset + 0.5j * fwhm) / scale
    w = scipy.special.wofz(zeta)
    first = 2j / np.sqrt(np.pi) - 2.0 * zeta * w
    second = -2.0 * (w + zeta * first)
    height = 0.5 * fwhm * np.sqrt(np.pi) / scale
    if derivative:  # fwhm · dz/dx
        third = -2.0 * (2.0 * first + zeta * second)
        height, w, first, second, order = height * fwhm / scale, first, second, third, 2
    else:
        order = 1
    by_center = -height * first / scale
    by_log_width = height * (order * w + first * 0.5j * fwhm / scale)
    return Response(height * w, (by_center, by_log_width, -height * (order * w + first * zeta)))


SHAPES: Final[Mapping[str, LineShape]] = {
    "lorentzian": LineShape(1),
    "symmetric+antisymmetric": LineShape(2),
    "derivative": LineShape(2, derivative=True),
    "voigt": LineShape(2, gaussian=True),
    "voigt-derivative": LineShape(2, derivative=True, gaussian=True),
}
