"""Directions in parameter space in words, and the measurement that would help where the data see nothing of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from stfit.objective.information import NULL_COMPONENT, Directions, gauge

_LARGEST_EXPONENT: Final = 20.0  # of a factor written as a number
_BARRIERS_NEEDED = (
    "Give the barriers: a column of the critical currents, E_P and E_AP in [device], "
    "or dwell times at several temperatures beside them."
)
_REMEDIES: Final[tuple[tuple[frozenset[str], str], ...]] = (
    (
        frozenset({"alpha", "inhomogeneous_linewidth"}),
        (
            "Measure lines at several frequencies, or give inhomogeneous_linewidth in [[measurement]]: widths at one "
            "frequency cannot tell damping, and with it slopes and critical currents, from a width that no current "
            "changes."
        ),
    ),
    *((frozenset({one, barrier}), _BARRIERS_NEEDED) for one in ("l_over_L", "theta_0") for barrier in ("E_P", "E_AP")),
    (frozenset({"c_P", "c_AP", "l_over_L"}), 'Take asymmetry = "theta_0" with the GMR curve, or give c_P in [device].'),
    (
        frozenset({"theta_0", "l_over_L"}),
        "Measure the other state too (its slope fixes c_AP/c_P), or give theta_0 in [device].",
    ),
    (frozenset({"chi", "l_over_L"}), "Measure the other state too, or give chi from the measured GMR curve."),
    (frozenset({"h", "l_over_L"}), "Measure the other state too, or give h from the stray field."),
    (
        frozenset({"curie_temperature"}),
        'Give curie_temperature in [device], for example curie_temperature = "1100 ± 50 K".',
    ),
    (
        frozenset({"tau_0"}),
        "Measure at another temperature (a tenth higher or lower is plenty), or give tau_0 in [device].",
    ),
    (frozenset({"beta"}), 'Give beta in [device], for example beta = "0.35 ± 0.03".'),
    (frozenset({"delta_R"}), 'Give delta_R in [device], for example delta_R = "0.110 ± 0.004 ohm".'),
    (frozenset({"temperature"}), 'Give the temperature, in [device] (temperature = "295 ± 1 K") or as a column.'),
    (frozenset({"E_P"}), "Measure dwell times out of P."),
    (frozenset({"E_AP"}), "Measure dwell times out of AP."),
)
_BARRIERS = frozenset({"E_P", "E_AP", "Kv"})
_PLAIN = frozenset({"theta_0", "chi", "h", "exponent", "heating"})  # of a natural size of one; all else has a logarithm


def null_directions(found: Directions, symbols: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each null direction as words, components (scaled coordinates) and a remedy; symbols: by parameter name."""
    if found.null.shape[1] == 0:
        return []
    held = gauge(found)
    # the direction in which one held parameter moves by one and the other held ones stay
    basis = found.null @ np.linalg.pinv(found.null[list(held)])
    result = []
    for i in range(len(held)):
        column = basis[:, i]
        large = np.abs(column) > NULL_COMPONENT * np.linalg.norm(column)
        parts = {n: float(c) for n, c, part in zip(found.names, column, large, strict=True) if part}
        result.append({"direction": _words(parts, symbols), "components": parts, "remedy": remedy(parts)})
    return result


def _words(parts: Mapping[str, float], symbols: Mapping[str, str]) -> str:
    # one per cent of what has a logarithm; a whole k_BT, and a factor e of τ0, where nothing else moves
    step = 0.01 if any(_is_relative(name) for name in parts) else 1.0
    if len(parts) == 1:
        return f"{symbols.get(next(iter(parts)), '')} alone: no prediction depends on it"
    return f"{moved(parts, step, symbols)}: no prediction changes"


def moved(parts: Mapping[str, float], step: float, symbols: Mapping[str, str]) -> str:
    """A step along a direction (components in scaled coordinates) as "τ0 × 2.3 with E_P − 0.8 k_BT and …"."""
    moves = [_move(name, step * component, symbols.get(name, name)) for name, component in parts.items()]
    return " with ".join([moves[0], " and ".join(moves[1:])]) if len(moves) > 1 else moves[0]


def _move(name: str, component: float, symbol: str) -> str:
    sign = "+" if component > 0 else "−"
    kind = _kind(name)
    if kind in _BARRIERS:
        return f"{symbol} {sign} {abs(component):.3g} k_BT"
    if kind == "tau_0":
        if abs(component) > _LARGEST_EXPONENT:
            return f"{symbol} × e^{component:.3g}"
        return f"{symbol} × {np.exp(component):.3g}"
    if kind in _PLAIN:
        return f"{symbol} {sign} {abs(component):.3g}"
    return f"{symbol} {sign} {100 * abs(component):.3g} %"


def _kind(name: str) -> str:
    """Without the number of the measurement that it belongs to: tau_0 of tau_0[2]."""
    return name.partition("[")[0]


def _is_relative(name: str) -> bool:
    return _kind(name) not in _BARRIERS | _PLAIN | {"tau_0"}


def remedy(parts: Mapping[str, float]) -> str:
    """The measurement, or the constant, that would settle a direction with these components."""
    if parts.keys() <= {"tau_0"}:
        return "Measure dwell times or switching probabilities too. Nothing measured so far depends on τ0."
    for names, sentence in _REMEDIES:
        if names <= parts.keys():
            return sentence
    return f"Give {'one of ' if len(parts) > 1 else ''}{', '.join(parts)} in [device]."
