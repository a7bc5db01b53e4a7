"""The constants of a film from its lines at several frequencies: γ and M_eff from where, α and ΔH0 from how wide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.choices import SHIFTS
from stfit.kinds.resonance.line_fit import Line
from stfit.physics.resonance import GEOMETRIES

Array = npt.NDArray[np.float64]

FEWEST: Final = 4  # frequencies: γ and M_eff, or α and ΔH0, and one more than either pair needs
_REJECTED: Final = 1e-3
_ACCEPTED: Final = 1e-2
_DISTANT: Final = 3.0  # widths of a line between it and where the others put it: another mode


class Fit(NamedTuple):
    """χ², degrees of freedom and p-value of a fit to positions or to widths."""

    chi2: float
    freedom: int
    p_value: float

    @property
    def rejected(self) -> bool:
        """Whether the data contradict what was fitted."""
        return self.p_value < _REJECTED


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
    def both_signs(self) -> bool:
        """Whether there are lines at positive and at negative fields."""
        return bool(np.any(self.center > 0) and np.any(self.center < 0))


@final
@dataclass(frozen=True)
class FilmFit:
    """What the lines of a film share.

    values, stderr: by name, SI. positions: of the test of Kittel's relation. widths: of that of the straight line
    ΔH = ΔH0 + 4παf/γ. used: indices of the lines that are of one mode.
    """

    values: Mapping[str, float]
    stderr: Mapping[str, float]
    positions: Fit
    widths: Fit
    used: tuple[int, ...]

    @property
    def doubtful(self) -> bool:
        """Whether either test has a p-value below 0.01."""
        return min(self.positions.p_value, self.widths.p_value) < _ACCEPTED


def fit_film(lines: FilmLines, geometry: str, shifts: Sequence[str] = ()) -> FilmFit | None:
    """The constants of the film; None for fewer frequencies than they need.

    Lines at negative fields are mirrored, and the zero of the field is then free.

    Parameters
    ----------
    lines : FilmLines
        With independent errors.
    geometry : str
        A key of GEOMETRIES.
    shifts : sequence of str
        Names from SHIFTS: an anisotropy field along the sweep, which adds to |H|; an offset of the field.

    Returns
    -------
    FilmFit or None
        Errors as those of the lines say; they do not grow with a misfit, which the tests show.
    """
    shifts = _free(lines, shifts)
    used = _of_one_mode(lines, geometry, shifts)
    chosen = lines.at(used)
    wanted = max(FEWEST, 3 + len(shifts) - (2 if lines.both_signs else 0))
    if np.unique(chosen.frequency).size < wanted:
        return None
    place, information, positions = _positions(chosen, geometry, shifts)
    slope_level, width_covariance, widths = _widths(chosen)
    covariance = np.linalg.pinv(information, hermitian=True)
    gamma, gamma_stderr = 1e11 * place[0], 1e11 * float(np.sqrt(covariance[0, 0]))
    alpha = slope_level[0] * gamma / (4.0 * np.pi)
    alpha_stderr = np.hypot(np.sqrt(width_covariance[0, 0]) * gamma / (4.0 * np.pi), alpha * gamma_stderr / gamma)
    names = ("gyromagnetic_ratio", "effective_magnetisation", "alpha", "inhomogeneous_linewidth", *shifts)
    values = [gamma, place[1], alpha, slope_level[1], *place[2:]]
    errors = np.sqrt(np.diag(covariance))
    stderr = [gamma_stderr, errors[1], alpha_stderr, np.sqrt(width_covariance[1, 1]), *errors[2:]]
    return FilmFit(
        dict(zip(names, map(float, values), strict=True)),
        dict(zip(names, map(float, stderr), strict=True)),
        positions,
        widths,
        tuple(used.tolist()),
    )


def _free(lines: FilmLines, shifts: Sequence[str]) -> list[str]:
    """The shifts in the order of SHIFTS, with the zero of the field where lines lie on either side of it."""
    return [name for name in SHIFTS if name in shifts or (name == "field_offset" and lines.both_signs)]


def remedies(lines: FilmLines, geometry: str, shifts: Sequence[str]) -> list[str]:
    """What the positions agree with, in the words of the analysis file, where they contradict Kittel's relation."""
    found = []
    tried = [(geometry, [*shifts, name], f'film = ["{name}"]') for name in SHIFTS if name not in shifts]
    tried += [(other, list(shifts), f'geometry = "{other}"') for other in GEOMETRIES if other != geometry]
    for other, free, words in tried:
        if not may_be_free(free, other, both_signs=lines.both_signs):
            continue
        fit = fit_film(lines, other, free)
        if fit is not None and fit.positions.p_value > _ACCEPTED and len(fit.used) == lines.center.size:
            found.append(words)
    return found


def may_be_free(shifts: Sequence[str], geometry: str, *, both_signs: bool) -> bool:
    """Whether positions can tell the shifts from each other and from M_eff."""
    if "anisotropy_field" in shifts and geometry != "in-plane":
        return False
    if both_signs:
        return True
    return len(shifts) < 2 and ("field_offset" not in shifts or geometry == "in-plane")


def field_of(frequency: Array, geometry: str, constants: Array) -> Array:
    """|μ0H| (T) of the resonance by γ (10¹¹ rad/s/T) and μ0M_eff (T)."""
    return np.asarray(GEOMETRIES[geometry](frequency, 1e11 * constants[0], constants[1]))


def _expected(lines: FilmLines, geometry: str, shifts: Sequence[str], x: Array) -> Array:
    """Centres with their sign, T."""
    own = dict(zip(shifts, x[2:], strict=True))
    size = field_of(lines.frequency, geometry, x) - own.get("anisotropy_field", 0.0)
    return np.asarray(np.sign(lines.center) * size + own.get("field_offset", 0.0))


def _positions(
    lines: FilmLines, geometry: str, shifts: Sequence[str], *, robust: bool = False
) -> tuple[Array, Array, Fit]:
    """Constants (γ in 10¹¹ rad/s/T), their information, and the test."""

    def off(x: Array) -> Array:
        return np.asarray((_expected(lines, geometry, shifts, x) - lines.center) / lines.center_stderr)

    starts = [np.array([1.76, magnetisation, *np.zeros(len(shifts))]) for magnetisation in (0.1, 1.0)]
    outcomes = [
        scipy.optimize.least_squares(
            off, start, loss="soft_l1" if robust else "linear", x_scale=0.1, xtol=1e-12, ftol=1e-12, max_nfev=500
        )
        for start in starts
    ]
    best = min(outcomes, key=lambda outcome: float(outcome.cost))
    total, freedom = float(np.sum(np.square(off(best.x)))), lines.center.size - best.x.size
    fit = Fit(total, freedom, float(scipy.special.chdtrc(max(freedom, 1), total)))
    jacobian = np.asarray(best.jac)
    return np.asarray(best.x), jacobian.T @ jacobian, fit


def _widths(lines: FilmLines) -> tuple[Array, Array, Fit]:
    """Slope (T/Hz) and level (T) of the widths over frequency, their covariance, and the test."""
    columns = np.stack([1e-10 * lines.frequency, np.ones_like(lines.frequency)], axis=1) / lines.fwhm_stderr[:, None]
    target = lines.fwhm / lines.fwhm_stderr
    covariance = np.linalg.pinv(columns.T @ columns, hermitian=True)
    found = covariance @ columns.T @ target
    total, freedom = float(np.sum(np.square(target - columns @ found))), target.size - 2
    scale = np.array([1e-10, 1.0])
    fit = Fit(total, freedom, float(scipy.special.chdtrc(max(freedom, 1), total)))
    return np.asarray(found * scale), np.asarray(covariance * np.outer(scale, scale)), fit


def _of_one_mode(lines: FilmLines, geometry: str, shifts: Sequence[str]) -> npt.NDArray[np.intp]:
    """The lines that lie where the others put them: the one that is farthest off goes first, until all are near."""
    used = np.arange(lines.center.size)
    while used.size >= FEWEST:
        chosen = lines.at(used)
        place, *_ = _positions(chosen, geometry, shifts, robust=True)
        off = np.abs(_expected(chosen, geometry, shifts, place) - chosen.center) / chosen.fwhm
        if np.max(off) <= _DISTANT:
            break
        used = np.delete(used, np.argmax(off))
    return used


def field_slopes(lines: FilmLines, field: Array, geometry: str, shifts: Sequence[str] = ()) -> Array | None:
    """∂H/∂f (T/Hz) of Kittel's relation at each line that was swept in frequency: what makes a Δf a ΔH.

    The relation need not hold within the errors, which test it later; the slope needs only a curve that most lines
    are near.

    Parameters
    ----------
    lines : FilmLines
        Centres and widths in Hz, in the places of those in T.
    field : array, shape (lines,)
        μ0H, T.
    geometry : str
        A key of GEOMETRIES.
    shifts : sequence of str
        As of fit_film.

    Returns
    -------
    array, shape (lines,), or None
        None where fewer than half of the lines, or than FEWEST, lie near one curve. Of Δf = α (γ/2π)(2H + M_eff) in
        plane, Δf ∂H/∂f is 4παf/γ.
    """
    frequency = lines.center
    # a constant more makes the slope right also of a film that the positions are to contradict
    wanted = shifts or (["anisotropy_field"] if np.unique(field).size > FEWEST else [])
    slope = np.full(frequency.size, 2.0 * np.pi / 1.76e11)
    for _ in range(3):
        swept = lines.in_field(field, slope)
        free = _free(swept, wanted if may_be_free(wanted, geometry, both_signs=swept.both_signs) else ())
        used = _of_one_mode(swept, geometry, free)
        if used.size < max(FEWEST, 0.5 * frequency.size):
            return None
        place, *_ = _positions(swept.at(used), geometry, free, robust=True)
        step = 1e-4 * frequency
        upper, lower = (field_of(frequency + sign * step, geometry, place) for sign in (1, -1))
        slope = (upper - lower) / (2.0 * step)
    return slope
