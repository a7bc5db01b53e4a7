"""All spectra of a series of frequencies fitted together: α, ΔH0, γ and M_eff, which they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.line_fit import Line, SpectrumFit
from stfit.physics.fluctuations import LINE_SHAPES, field_linewidth
from stfit.physics.resonance import GEOMETRIES

Array = npt.NDArray[np.float64]

FEWEST: Final = 4  # frequencies: γ and M_eff, or α and ΔH0, and one more than either pair needs
_NAMES: Final = ("gyromagnetic_ratio", "effective_magnetisation", "alpha", "inhomogeneous_linewidth")
_SCALES: Final = np.array([1e11, 1.0, 1e-2, 1e-2])
_DISTANT: Final = 3.0  # widths of a line between it and where the others put it: another mode


@final
@dataclass(frozen=True)
class Spectrum:
    """One spectrum swept in field: frequency (Hz), field (T) and signal, shape (samples,), and its own fit."""

    frequency: float
    field: Array
    signal: Array
    fit: SpectrumFit


@final
@dataclass(frozen=True)
class SeriesFit:
    """What all spectra share. values, stderr: by name, SI; covariance: of the values in their order.

    geometry: a key of GEOMETRIES. reduced_chi2: of the samples, by the noise of the single fits. width_p_value: of the
    scatter of the single widths about the straight line, against their errors. used: indices of the spectra with a line
    of this mode.
    """

    geometry: str
    values: dict[str, float]
    stderr: dict[str, float]
    covariance: Array
    reduced_chi2: float
    width_chi2: float
    width_p_value: float
    used: tuple[int, ...]


def fit_series(spectra: Sequence[Spectrum], geometry: str) -> SeriesFit | None:
    """The common fit of the strongest lines; None with fewer than FEWEST frequencies that show one.

    Amplitudes and backgrounds of each spectrum are eliminated; a second line of a spectrum keeps its place and width.
    Every spectrum counts by its own noise, and errors grow with √χ²/ν where it is above 1.
    """
    used, lines = _of_one_mode(spectra, geometry)
    if len({spectra[index].frequency for index in used}) < FEWEST:
        return None
    start = _start([spectra[index].frequency for index in used], lines, geometry)
    parts = [_Part(spectra[index], line) for index, line in zip(used, lines, strict=True)]

    def residuals(scaled: Array) -> Array:
        return np.concatenate([part.left(scaled * _SCALES, geometry) for part in parts])

    outcome = scipy.optimize.least_squares(residuals, start / _SCALES, x_scale="jac", xtol=1e-12, ftol=1e-12)
    values = outcome.x * _SCALES
    freedom = residuals(outcome.x).size - values.size - sum(part.columns for part in parts)
    reduced = float(2.0 * outcome.cost / freedom)
    jacobian = np.asarray(outcome.jac)
    information = jacobian.T @ jacobian
    covariance = np.linalg.pinv(information, hermitian=True) * np.outer(_SCALES, _SCALES) * max(reduced, 1.0)
    stderr = np.sqrt(np.diag(covariance))
    scatter = _width_scatter([spectra[index].frequency for index in used], lines)
    return SeriesFit(
        geometry,
        dict(zip(_NAMES, values.tolist(), strict=True)),
        dict(zip(_NAMES, stderr.tolist(), strict=True)),
        covariance,
        reduced,
        *scatter,
        tuple(used),
    )


@final
@dataclass(frozen=True)
class _Part:
    """A spectrum in the common fit, with the line of the mode."""

    spectrum: Spectrum
    line: Line

    @property
    def columns(self) -> int:
        """How many amplitudes it has for itself."""
        return 2 + len(self._shapes(self.line.center, self.line.fwhm)) * len(self.spectrum.fit.lines)

    def left(self, values: Array, geometry: str) -> Array:
        """Residuals over the noise, at the best amplitudes."""
        gamma, magnetisation, alpha, inhomogeneous = values
        center = GEOMETRIES[geometry](self.spectrum.frequency, gamma, magnetisation)
        fwhm = max(float(field_linewidth(self.spectrum.frequency, alpha, gamma, inhomogeneous)), 1e-3 * self.line.fwhm)
        columns = [np.ones_like(self.spectrum.field), self.spectrum.field, *self._shapes(center, fwhm)]
        for other in self.spectrum.fit.lines:
            if other is not self.line:
                columns += self._shapes(other.center, other.fwhm)
        basis, _ = np.linalg.qr(np.stack(columns, axis=1))
        signal = self.spectrum.signal
        return np.asarray((signal - basis @ (basis.T @ signal)) / self.spectrum.fit.noise)

    def _shapes(self, center: Any, fwhm: Any) -> list[Array]:
        return LINE_SHAPES[self.spectrum.fit.shape](self.spectrum.field, center, fwhm)


def _of_one_mode(spectra: Sequence[Spectrum], geometry: str) -> tuple[list[int], list[Line]]:
    """The spectra whose strongest line lies where the others put it, and those lines.

    The line that is farthest off goes first, until all are near.
    """
    used = [index for index, spectrum in enumerate(spectra) if spectrum.fit.strongest is not None]
    while len(used) >= FEWEST:
        lines = [line for index in used if (line := spectra[index].fit.strongest) is not None]
        frequency = np.array([spectra[index].frequency for index in used])
        gamma, magnetisation = _start(frequency.tolist(), lines, geometry)[:2]
        distance = np.abs(GEOMETRIES[geometry](frequency, gamma, magnetisation) - [line.center for line in lines])
        off = distance / np.array([line.fwhm for line in lines])
        if np.max(off) <= _DISTANT:
            return used, lines
        del used[int(np.argmax(off))]
    return [], []


def _start(frequency: Sequence[float], lines: Sequence[Line], geometry: str) -> Array:
    """γ and M_eff from the positions, α and ΔH0 from the widths; robust against a line that is another's."""
    f, center, width = np.array(frequency), *np.array([(line.center, line.fwhm) for line in lines]).T
    error = np.array([max(line.center_stderr, 1e-6 * line.fwhm) for line in lines])

    def off(x: Array) -> Array:
        return np.asarray((GEOMETRIES[geometry](f, x[0] * 1e11, x[1]) - center) / error)

    place = scipy.optimize.least_squares(off, [1.76, 0.1], loss="soft_l1", x_scale=[0.1, 0.1], max_nfev=500)
    gamma = place.x[0] * 1e11
    weight = np.array([1.0 / max(line.fwhm_stderr, 1e-3 * line.fwhm) for line in lines])
    slope, level = np.polyfit(f, width, 1, w=weight)
    return np.array([gamma, place.x[1], max(slope, 0.0) * gamma / (4.0 * np.pi), max(level, 0.0)])


def _width_scatter(frequency: Sequence[float], lines: Sequence[Line]) -> tuple[float, float]:
    """χ² of the single widths about their straight line over frequency, and its p-value."""
    f, width = np.array(frequency), np.array([line.fwhm for line in lines])
    weight = 1.0 / np.array([line.fwhm_stderr for line in lines])
    left = (width - np.polyval(np.polyfit(f, width, 1, w=weight), f)) * weight
    total = float(left @ left)
    return total, float(scipy.special.chdtrc(max(f.size - 2, 1), total))
