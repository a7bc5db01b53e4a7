"""The constants of a film in words, or why its lines give none and what would help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from stfit.analysis import Constant
from stfit.kinds.resonance.film import FEWEST, FilmFit, fit_film, remedies
from stfit.kinds.resonance.film_lines import FilmLines
from stfit.kinds.resonance.film_widths import ACCEPTED, Fit, Widths, fit_widths
from stfit.results import Estimate
from stfit.results.numbers import format_estimate, format_p, format_value

CYCLES: Final = 1.0 / (2e9 * np.pi)  # GHz in a rad/s
_NAMES: Final = {
    "gyromagnetic_ratio": "γ/2π",
    "effective_magnetisation": "μ0M_eff",
    "anisotropy_field": "μ0H_k",
    "field_offset": "zero of the field",
    "alpha": "α",
    "inhomogeneous_linewidth": "μ0ΔH_0",
    "resonance_field": "μ0H_res",
    "field_linewidth": "μ0ΔH",
    "resonance_frequency": "f_res",
    "linewidth": "Δf",
}


def constant(name: str, estimate: Estimate) -> str:
    """An estimate with its name, as "γ/2π = 28.03(2) GHz/T" or "μ0ΔH_0 ≤ 0.2 mT (95 %)"."""
    if name == "gyromagnetic_ratio" and estimate.value is not None:
        return f"{_NAMES[name]} = {_cycles(estimate.value, estimate.stderr)}"
    value = format_estimate(estimate)
    return f"{_NAMES[name]} {value}" if value.startswith(("≤", "≥")) else f"{_NAMES[name]} = {value}"


def constants(fit: FilmFit, *, with_widths: bool) -> str:
    """The constants of a film and the tests behind them."""
    shown = {n: e for n, e in fit.estimates.items() if with_widths or n not in ("alpha", "inhomogeneous_linewidth")}
    parts = [", ".join(constant(name, entry) for name, entry in shown.items())]
    parts.append(f"positions {test_words(fit.positions)}")
    if with_widths:
        parts.append(f"widths {test_words(fit.widths)}")
    if fit.positions.doubtful or (with_widths and fit.widths.doubtful):
        parts.append("doubtful, since a test nearly rejects")
    return "; ".join(parts)


def gamma_words(fit: FilmFit) -> list[str]:
    """What the positions say of a γ that is given, a sentence; none where none is."""
    if fit.gamma is None:
        return []
    value, stderr, p_value = fit.gamma
    alone = f"the positions alone give γ/2π = {_cycles(value, stderr)}"
    if fit.gamma_contradicted:
        return [f"the given γ is contradicted and not used: {alone} ({format_p(p_value, 'p = ')})"]
    return [f"{alone}, which agrees with the given γ ({format_p(p_value, 'p = ')})"]


def bend_words(line: Widths) -> list[str]:
    """What is said of widths that bend over frequency."""
    size, p_value = line.bend
    if p_value >= ACCEPTED:
        return []
    tail = format_p(p_value, "p = ")
    if size < 0:
        return [
            f"the widths bend downwards over frequency ({tail}), as two-magnon scattering makes them: α is too large"
        ]
    return [f"the widths bend upwards over frequency ({tail}): low fields may not saturate the film"]


def positions_contradicted(
    lines: FilmLines, fit: FilmFit, geometry: str, shifts: Sequence[str], gamma: Constant | None
) -> str:
    """That the positions contradict Kittel's relation, and which keys or which frequencies would mend it."""
    helps = [f"{words} describes them" for words in remedies(lines, geometry, shifts, gamma)]
    lowest = _lowest(lines, lambda part: _agrees(part, geometry, shifts, gamma))
    helps += [] if lowest is None else [_above(lowest)]
    remedy = ", or ".join(helps) or "look for another mode among them"
    return f"no constants, as the positions contradict Kittel's relation, {test_words(fit.positions)}: {remedy}"


def widths_contradicted(lines: FilmLines, line: Widths) -> str:
    """That the widths are no straight line, and from which frequency on they are."""
    said = f"no damping, as the widths are no straight line over frequency, {test_words(line.test)}"
    lowest = _lowest(lines, _straight)
    return said if lowest is None else f"{said}: {_above(lowest)}"


def test_words(fit: Fit) -> str:
    """χ² with its degrees of freedom and p-value."""
    return f"χ² = {fit.chi2:.1f} for {fit.freedom} degrees of freedom ({format_p(fit.p_value, 'p = ')})"


def _cycles(value: float, stderr: float | None) -> str:
    return f"{format_value(value * CYCLES, None if stderr is None else stderr * CYCLES, '')} GHz/T"


def _above(frequency: float) -> str:
    return f"the lines from {1e-9 * frequency:g} GHz on agree with it"


def _agrees(lines: FilmLines, geometry: str, shifts: Sequence[str], gamma: Constant | None) -> bool:
    fit = fit_film(lines, geometry, shifts, gamma)
    return fit is not None and fit.positions.p_value > ACCEPTED and len(fit.used) == lines.center.size


def _straight(lines: FilmLines) -> bool:
    return fit_widths(lines.frequency, lines.fwhm, lines.fwhm_stderr).test.p_value > ACCEPTED


def _lowest(lines: FilmLines, agrees: Callable[[FilmLines], bool]) -> float | None:
    """The lowest frequency from which on lines agree, more of them than any two constants need; None without one."""
    for frequency in np.unique(lines.frequency)[1:-FEWEST].tolist():
        if agrees(lines.at(np.flatnonzero(lines.frequency >= frequency))):
            return float(frequency)
    return None
