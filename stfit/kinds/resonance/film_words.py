"""The constants of a film in a sentence, or why the spectra give none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.film import FEWEST, FilmFit, FilmLines, Fit, fit_film, may_be_free, remedies
from stfit.kinds.resonance.series import Series
from stfit.results.numbers import format_p, format_rounded, format_value

_BEYOND: Final = 0.05  # of the probability of the values that are not negative, above a limit
_OTHERS: Final = (
    ("anisotropy_field", "μ0H_k"),
    ("field_offset", "zero of the field at"),
)


def film_words(
    lines: FilmLines, geometry: str, shifts: Sequence[str], series: Sequence[Series]
) -> tuple[list[str], npt.NDArray[np.intp]]:
    """One sentence for each series and what is left out, and the lines that stay."""
    found: list[str] = []
    stay: list[int] = []
    for one in series:
        notices, used = _of_one_series(lines.at(one.rows), geometry, shifts, one.where)
        found += notices
        stay += one.rows[used].tolist()
    return found, np.sort(np.array(stay, dtype=np.intp))


def _of_one_series(lines: FilmLines, geometry: str, shifts: Sequence[str], where: str) -> tuple[list[str], list[int]]:
    """All lines stay where they give no constants: none of them is known to be of another mode then."""
    every = list(range(lines.center.size))
    if not may_be_free(shifts, geometry, both_signs=lines.both_signs):
        others = f"{' and '.join(shifts)} from the other constants ({geometry})"
        return [f"no constants of the film{where}: fields of one sign cannot tell {others}"], every
    fit = fit_film(lines, geometry, shifts)
    if fit is None:
        few = f"fewer than {FEWEST} of the {np.unique(lines.frequency).size} frequencies have lines of one mode"
        return [f"no constants of the film{where}: {few}"], every
    if fit.positions.rejected or fit.widths.rejected:
        return [_rejected(lines, fit, geometry, shifts, where)], every
    left_out = [f"{1e-9 * f:g} GHz" for row, f in enumerate(lines.frequency.tolist()) if row not in fit.used]
    notices = [f"lines left out as those of another mode{where}: {', '.join(left_out)}"] if left_out else []
    return [*notices, _constants(fit, geometry, where)], list(fit.used)


def _constants(fit: FilmFit, geometry: str, where: str) -> str:
    cycles = 1.0 / (2e9 * np.pi)  # GHz in a rad/s
    value, stderr = fit.values, fit.stderr
    gamma = format_value(value["gyromagnetic_ratio"] * cycles, stderr["gyromagnetic_ratio"] * cycles, "")
    place = format_value(value["effective_magnetisation"], stderr["effective_magnetisation"], "T")
    others = [
        f"{name} {'' if name.endswith('at') else '= '}{format_value(value[key], stderr[key], 'T')}"
        for key, name in _OTHERS
        if key in value
    ]
    parts = [
        f"γ/2π = {gamma} GHz/T",
        f"μ0M_eff = {place}",
        *others,
        _limited("α", value["alpha"], stderr["alpha"], ""),
        _limited("μ0ΔH_0", value["inhomogeneous_linewidth"], stderr["inhomogeneous_linewidth"], "T"),
    ]
    return (
        f"all spectra together ({geometry}, {len(fit.used)} of one mode{where}): {', '.join(parts)}; "
        f"positions {_test(fit.positions)}, widths {_test(fit.widths)}"
        f"{'; doubtful, since one of the tests nearly rejects' if fit.doubtful else ''}"
    )


def _limited(name: str, value: float, stderr: float, unit: str) -> str:
    """A number that cannot be negative: a limit where it comes out so."""
    if value > 0:
        return f"{name} = {format_value(value, stderr, unit)}"
    limit = value + stderr * float(scipy.special.ndtri(1.0 - _BEYOND * scipy.special.ndtr(value / stderr)))
    return f"{name} < {format_rounded(limit, unit, 2)} (95 %)"


def _test(fit: Fit) -> str:
    return f"χ² = {fit.chi2:.1f} for {fit.freedom} degrees of freedom ({format_p(fit.p_value, 'p = ')})"


def _rejected(lines: FilmLines, fit: FilmFit, geometry: str, shifts: Sequence[str], where: str) -> str:
    reasons = []
    if fit.positions.rejected:
        helps = remedies(lines, geometry, shifts)
        remedy = f"{' or '.join(helps)} describes them" if helps else "look for another mode among them"
        reasons.append(f"the positions contradict Kittel's relation, {_test(fit.positions)}: {remedy}")
    if fit.widths.rejected:
        reasons.append(f"the widths are no straight line over frequency, {_test(fit.widths)}")
    return f"no constants of the film ({geometry}{where}): {'; '.join(reasons)}"
