"""The constants of a film from its lines at several frequencies: γ and M_eff from where, α and ΔH0 from how wide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.analysis import Constant
from stfit.diagnostics.estimates import Z68, Z95
from stfit.kinds.resonance.choices import SHIFTS
from stfit.kinds.resonance.film_lines import FilmLines
from stfit.kinds.resonance.film_widths import ACCEPTED, Fit, Widths, fit_widths
from stfit.kinds.resonance.series import Series
from stfit.physics.resonance import GEOMETRIES
from stfit.results.estimate import Estimate, Verdict

Array = npt.NDArray[np.float64]

FEWEST: Final = 4  # frequencies: γ and M_eff, or α and ΔH0, and one more than either pair needs
_HELD: Final = 1e-7  # of γ, relative: the error of one that is given without an error
_DISTANT: Final = 3.0  # widths of a line between it and where the others put it: another mode


@final
@dataclass(frozen=True)
class FilmFit:
    """What the lines of a film share.

    Parameters
    ----------
    estimates : mapping of str to Estimate
        By name, SI: γ, μ0M_eff and the shifts follow from the positions, α and μ0ΔH0 from the widths.
    place : array
        γ (10¹¹ rad/s/T), μ0M_eff (T) and the shifts (T).
    positions : Fit
        The test of Kittel's relation.
    line : Widths
        The straight line ΔH = ΔH0 + 4παf/γ.
    used : tuple of int
        Which lines are of one mode.
    gamma : (float, float, float), optional
        γ (rad/s/T) by the positions alone, its error, and the p-value of the one that is given; where one is.
    """

    estimates: Mapping[str, Estimate]
    place: Array
    positions: Fit
    line: Widths
    used: tuple[int, ...]
    gamma: tuple[float, float, float] | None = None

    @property
    def widths(self) -> Fit:
        """The test of the straight line."""
        return self.line.test

    @property
    def doubtful(self) -> bool:
        """Whether either test has a p-value below 0.01."""
        return self.positions.doubtful or self.widths.doubtful

    def fields(self, lines: FilmLines, geometry: str) -> Array:
        """Where Kittel's relation puts lines, with the sign of their centres; T, shape (lines,)."""
        shifts = [name for name in SHIFTS if name in self.estimates]
        return _expected(lines, geometry, shifts, self.place)

    @property
    def gamma_contradicted(self) -> bool:
        """Whether a γ is given that the positions contradict: the constants are then those with γ free."""
        return self.gamma is not None and self.gamma[2] < ACCEPTED

    @property
    def values(self) -> dict[str, float]:
        """The estimates without their errors."""
        return {name: float(entry.value or 0.0) for name, entry in self.estimates.items()}


def fit_film(
    lines: FilmLines, geometry: str, shifts: Sequence[str] = (), gamma: Constant | None = None
) -> FilmFit | None:
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
    gamma : Constant, optional
        What is known of γ (rad/s/T). One that the positions contradict is not used.

    Returns
    -------
    FilmFit or None
        Errors as those of the lines say; they do not grow with a misfit, which the tests show.
    """
    shifts = _free(lines, shifts)
    used = _of_one_mode(lines, geometry, shifts)
    chosen = lines.at(used)
    wanted = max(FEWEST, 3 + len(shifts) - (2 if lines.both_signs else 0)) - (gamma is not None)
    if np.unique(chosen.frequency).size < wanted:
        return None
    given = None if gamma is None else _gamma_by_positions(chosen, geometry, shifts, gamma)
    known = None if given is not None and given[2] < ACCEPTED else gamma
    place, information, positions = _positions(chosen, geometry, shifts, gamma=known)
    line = fit_widths(chosen.frequency, chosen.fwhm, chosen.fwhm_stderr)
    errors = np.sqrt(np.diag(np.linalg.pinv(information, hermitian=True)))
    names = ("gyromagnetic_ratio", "effective_magnetisation", *shifts)
    units = ("rad/s/T", *("T" for _ in place[1:]))
    scale = np.array([1e11, *np.ones(place.size - 1)])
    numbers = zip((place * scale).tolist(), (errors * scale).tolist(), units, strict=True)
    estimates = {name: normal(*number) for name, number in zip(names, numbers, strict=True)}
    if known is not None:
        verdict = Verdict.FIXED if known.uncertainty is None else Verdict.CONSTRAINED
        stated = estimates["gyromagnetic_ratio"]
        held = replace(stated, value=known.value, stderr=None, ci68=None, ci95=None, interval="")
        estimates["gyromagnetic_ratio"] = replace(held if known.uncertainty is None else stated, verdict=verdict)
    estimates |= damping(line, 1e11 * float(place[0]), float(errors[0] / place[0]))
    return FilmFit(estimates, place, positions, line, tuple(used.tolist()), given)


def damping(line: Widths, gamma: float, relative_stderr: float) -> dict[str, Estimate]:
    """α and the inhomogeneous width by γ (rad/s/T) and its relative error."""
    return {
        "alpha": line.estimate(0, gamma / (4.0 * np.pi), relative_stderr, ""),
        "inhomogeneous_linewidth": line.estimate(1, 1.0, 0.0, "T"),
    }


def normal(value: float, stderr: float, unit: str) -> Estimate:
    """An estimate with the intervals of a normal distribution; value and stderr in the unit."""
    ci68, ci95 = ((value - z * stderr, value + z * stderr) for z in (Z68, Z95))
    return Estimate(value, stderr, ci68, ci95, unit, Verdict.IDENTIFIED, "covariance")


def _gamma_by_positions(
    lines: FilmLines, geometry: str, shifts: Sequence[str], gamma: Constant
) -> tuple[float, float, float] | None:
    """γ by the positions alone (rad/s/T), its error, the p-value of the given one; None where they do not tell it."""
    if np.unique(lines.frequency).size < FEWEST:
        return None
    place, information, _ = _positions(lines, geometry, shifts)
    stderr = float(np.sqrt(np.linalg.pinv(information, hermitian=True)[0, 0]))
    pull = (1e11 * float(place[0]) - gamma.value) / np.hypot(1e11 * stderr, gamma.uncertainty or 0.0)
    return 1e11 * float(place[0]), 1e11 * stderr, float(2.0 * scipy.special.ndtr(-abs(pull)))


def _free(lines: FilmLines, shifts: Sequence[str]) -> list[str]:
    """The shifts in the order of SHIFTS, with the zero of the field where lines lie on either side of it."""
    return [name for name in SHIFTS if name in shifts or (name == "field_offset" and lines.both_signs)]


def of_one_mode(
    lines: FilmLines, geometry: str, shifts: Sequence[str], series: Sequence[Series]
) -> npt.NDArray[np.intp]:
    """Which lines are of the mode of their series; all where its film is contradicted, which tells of no other mode."""
    stay: list[int] = []
    for one in series:
        part = lines.at(one.rows)
        fit = fit_film(part, geometry, shifts) if may_be_free(shifts, geometry, both_signs=part.both_signs) else None
        known = fit is not None and not fit.positions.rejected and not fit.widths.rejected
        stay += one.rows[list(fit.used)].tolist() if fit is not None and known else one.rows.tolist()
    return np.sort(np.array(stay, dtype=np.intp))


def remedies(lines: FilmLines, geometry: str, shifts: Sequence[str], gamma: Constant | None = None) -> list[str]:
    """What the positions agree with, in the words of the analysis file, where they contradict Kittel's relation."""
    found = []
    more = [[*shifts, name] for name in SHIFTS if name not in shifts]
    tried = [(geometry, names, "film = [" + ", ".join(f'"{name}"' for name in names) + "]") for names in more]
    tried += [(other, list(shifts), f'geometry = "{other}"') for other in GEOMETRIES if other != geometry]
    for other, free, words in tried:
        if not may_be_free(free, other, both_signs=lines.both_signs):
            continue
        fit = fit_film(lines, other, free, gamma)
        if fit is not None and fit.positions.p_value > ACCEPTED and len(fit.used) == lines.center.size:
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
    lines: FilmLines,
    geometry: str,
    shifts: Sequence[str],
    *,
    gamma: Constant | None = None,
    robust: bool = False,
) -> tuple[Array, Array, Fit]:
    """Constants (γ in 10¹¹ rad/s/T), their information, and the test."""
    known = [] if gamma is None else [(1e-11 * gamma.value, 1e-11 * (gamma.uncertainty or _HELD * gamma.value))]

    def off(x: Array) -> Array:
        beside = [(x[0] - value) / stderr for value, stderr in known]
        return np.append((_expected(lines, geometry, shifts, x) - lines.center) / lines.center_stderr, beside)

    first = known[0][0] if known else 1.76
    starts = [np.array([first, magnetisation, *np.zeros(len(shifts))]) for magnetisation in (0.1, 1.0)]
    outcomes = [
        scipy.optimize.least_squares(
            off, start, loss="soft_l1" if robust else "linear", x_scale=0.1, xtol=1e-12, ftol=1e-12, max_nfev=500
        )
        for start in starts
    ]
    best = min(outcomes, key=lambda outcome: float(outcome.cost))
    total, freedom = float(np.sum(np.square(off(best.x)))), lines.center.size + len(known) - best.x.size
    fit = Fit(total, freedom, float(scipy.special.chdtrc(max(freedom, 1), total)))
    jacobian = np.asarray(best.jac)
    return np.asarray(best.x), jacobian.T @ jacobian, fit


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
