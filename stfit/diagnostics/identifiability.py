"""What the data do not determine, in words; the combinations they do determine; and what would help."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.least_squares import Optimum
from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.diagnostics.estimates import spread
from stfit.objective import Objective
from stfit.objective.information import NULL_COMPONENT, Directions, gauge
from stfit.results import Combination, Estimate, Verdict

Array = npt.NDArray[np.float64]
Quantities = Mapping[str, Any]


@final
@dataclass(frozen=True)
class _Candidate:
    """A combination that may be identified where its parts are not."""

    expression: str
    unit: str
    value: Callable[[Quantities], Any]


def _spin_transfer_ladder(factor: str) -> tuple[_Candidate, ...]:
    """Products with l/L_θθ, from the most telling to what the bare slope gives; factor: "", "c_P" or "c_AP"."""
    times = f"*{factor}" if factor else ""
    unit = "e rad" if factor else "e"

    def c(q: Quantities) -> Any:
        return q[factor] if factor else 1.0

    return (
        _Candidate(f"l_over_L{times}", unit, lambda q: q["l_over_L"] * c(q)),
        _Candidate(f"l_over_L{times}/beta", unit, lambda q: q["l_over_L"] * c(q) / q["beta"]),
        _Candidate(f"l_over_L{times}*delta_R", f"{unit} ohm", lambda q: q["l_over_L"] * c(q) * q["delta_R"]),
        _Candidate(
            f"l_over_L{times}*delta_R/beta",
            f"{unit} ohm",
            lambda q: q["l_over_L"] * c(q) * q["delta_R"] / q["beta"],
        ),
        _Candidate(
            f"l_over_L{times}*delta_R/(beta*temperature)",
            f"{unit} ohm/K",
            lambda q: q["l_over_L"] * c(q) * q["delta_R"] / (q["beta"] * q["temperature"]),
        ),
        *(_critical_current_rungs(factor.removeprefix("c_")) if factor else ()),
    )


def _critical_current_rungs(state: str) -> tuple[_Candidate, ...]:
    """What critical currents against ΔR give without the barriers: an eighth of the slope of 1/I_c against ΔR."""

    def over_barrier(q: Quantities) -> Any:
        return ELEMENTARY_CHARGE * q["l_over_L"] * q[f"c_{state}"] / q[f"E_{state}"]

    return (
        _Candidate(f"l_over_L*c_{state}/E_{state}", "rad/V", over_barrier),
        _Candidate(f"l_over_L*c_{state}/(beta*E_{state})", "rad/V", lambda q: over_barrier(q) / q["beta"]),
    )


def _barrier_ladder(state: str, thermal: float) -> tuple[_Candidate, ...]:
    """What is known of a barrier and the attempt time; thermal: the convention's multiple of k_BT."""
    kt = "k_B*temperature" if thermal == 1.0 else f"{thermal:g}*k_B*temperature"

    def reduced(q: Quantities) -> Any:
        return q[f"E_{state}"] / (thermal * BOLTZMANN * q["temperature"])

    return (
        _Candidate(f"E_{state}/({kt})", "", reduced),
        _Candidate(f"ln(tau_0/s) + E_{state}/({kt})", "", lambda q: np.log(q["tau_0"]) + reduced(q)),
    )


def combinations(objective: Objective, optimum: Optimum, estimates: Mapping[str, Estimate]) -> list[Combination]:
    """The identified combinations of parameters that are not identified themselves."""
    quantities = _jets(objective, optimum)
    return [
        _combination(candidate, quantities, optimum)
        for candidate in identified_candidates(objective, optimum, estimates)
    ]


def _jets(objective: Objective, optimum: Optimum) -> dict[str, Any]:
    quantities = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    return {name: q if not isinstance(q, float) else np.array([q]) for name, q in quantities.items()}


def identified_candidates(
    objective: Objective,
    optimum: Optimum,
    estimates: Mapping[str, Estimate],
    accept: Callable[[_Candidate], bool] = lambda _: True,
) -> list[_Candidate]:
    """The combinations that are identified where parameters, by these estimates, are not.

    accept: whether one that the rank determines is known well enough.
    """
    quantities = _jets(objective, optimum)
    thermal = objective.law.convention.thermal

    def first(*ladders: tuple[_Candidate, ...]) -> list[_Candidate]:
        return _first_identified(ladders, quantities, optimum, accept)

    chosen: list[_Candidate] = []
    if estimates["l_over_L"].verdict is Verdict.NOT_IDENTIFIED and "l_over_L" not in optimum.directions.not_identified:
        chosen += _sharpest(_spin_transfer_ladder("")[1:], quantities, optimum)
    elif estimates["l_over_L"].verdict is Verdict.NOT_IDENTIFIED:
        chosen += first(_spin_transfer_ladder("")) or first(_spin_transfer_ladder("c_P"), _spin_transfer_ladder("c_AP"))
    for state in ("P", "AP"):
        if estimates[f"E_{state}"].verdict is Verdict.NOT_IDENTIFIED:
            chosen += first(_barrier_ladder(state, thermal))
    difference = _Candidate("E_P - E_AP", "J", lambda q: q["E_P"] - q["E_AP"])
    if all(estimates[f"E_{state}"].verdict is Verdict.NOT_IDENTIFIED for state in ("P", "AP")):
        chosen += first((difference,))
    return chosen


def _first_identified(
    ladders: Sequence[tuple[_Candidate, ...]],
    quantities: Quantities,
    optimum: Optimum,
    accept: Callable[[_Candidate], bool],
) -> list[_Candidate]:
    """The first rung of each ladder that the data determine."""
    found = []
    for ladder in ladders:
        for candidate in ladder:
            if "delta_R" in candidate.expression and "delta_R" not in quantities:
                continue  # every row has a ΔR of its own
            result = spread(candidate.value(quantities), optimum)
            determined = not result.touches_null and np.any(result.gradient) and np.isfinite(result.value)
            if determined and accept(candidate):
                found.append(candidate)
                break
    return found


def _sharpest(ladder: tuple[_Candidate, ...], quantities: Quantities, optimum: Optimum) -> list[_Candidate]:
    """The rung with the smallest relative error, where a parameter is determined but too vague to be bounded."""

    def relative_error(candidate: _Candidate) -> float:
        result = spread(candidate.value(quantities), optimum)
        unusable = result.touches_null or result.value == 0.0
        return np.inf if unusable else result.stderr / abs(result.value)

    best = min(ladder, key=relative_error)
    return [best] if relative_error(best) < 1.0 else []


def _combination(candidate: _Candidate, quantities: Quantities, optimum: Optimum) -> Combination:
    found = spread(candidate.value(quantities), optimum)
    return Combination(candidate.expression, found.value, found.stderr, found.ci68, found.ci95, candidate.unit)


# --- null directions in words -------------------------------------------------------------------------------------

_BARRIERS_NEEDED = (
    "Give the barriers: a column of the critical currents, E_P and E_AP in [device], "
    "or dwell times at several temperatures beside them."
)
_REMEDIES: Final[tuple[tuple[frozenset[str], str], ...]] = (
    *((frozenset({one, barrier}), _BARRIERS_NEEDED) for one in ("l_over_L", "theta_0") for barrier in ("E_P", "E_AP")),
    (frozenset({"c_P", "c_AP", "l_over_L"}), 'Take asymmetry = "theta_0" with the GMR curve, or give c_P in [device].'),
    (
        frozenset({"theta_0", "l_over_L"}),
        "Measure the other state too (its slope fixes c_AP/c_P), or give theta_0 in [device].",
    ),
    (frozenset({"chi", "l_over_L"}), "Measure the other state too, or give chi from the measured GMR curve."),
    (frozenset({"h", "l_over_L"}), "Measure the other state too, or give h from the stray field."),
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
_LOGARITHMIC = frozenset(
    {
        *("l_over_L", "c_P", "c_AP", "beta", "delta_R", "temperature"),
        *("resistance", "series_resistance", "half_voltage", "anisotropy_field"),
    }
)
_BARRIERS = frozenset({"E_P", "E_AP", "Kv"})


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
        result.append({"direction": _words(parts, symbols), "components": parts, "remedy": _remedy(parts)})
    return result


def _words(parts: Mapping[str, float], symbols: Mapping[str, str]) -> str:
    # one per cent of what has a logarithm; a whole k_BT, and a factor e of τ0, where nothing else moves
    step = 0.01 if _LOGARITHMIC & parts.keys() else 1.0
    moves = [_move(name, step * component, symbols.get(name, name)) for name, component in parts.items()]
    if len(moves) == 1:
        return f"{symbols.get(next(iter(parts)), '')} alone: no prediction depends on it"
    return " with ".join([moves[0], " and ".join(moves[1:])]) + ": no prediction changes"


def _move(name: str, component: float, symbol: str) -> str:
    sign = "+" if component > 0 else "−"
    if name in _BARRIERS:
        return f"{symbol} {sign} {abs(component):.3g} k_BT"
    if name in _LOGARITHMIC:
        return f"{symbol} {sign} {100 * abs(component):.3g} %"
    if name == "tau_0":
        return f"{symbol} × {np.exp(component):.3g}"
    return f"{symbol} {sign} {abs(component):.3g}"


def _remedy(parts: Mapping[str, float]) -> str:
    if parts.keys() <= {"tau_0"}:
        return "Measure dwell times too, or switching: critical currents at zero temperature know no time."
    for names, sentence in _REMEDIES:
        if names <= parts.keys():
            return sentence
    return f"Give one of {', '.join(parts)} in [device]."


def identifiability(objective: Objective, optimum: Optimum) -> dict[str, Any]:
    """Rank, number of free parameters and null directions, as result.json stores them."""
    symbols = {p.name: p.parameter.symbol for p in objective.space.parameters}
    found = optimum.directions
    return {
        "rank": found.rank,
        "n_free": len(found.names),
        "singular_values": [float(value) for value in found.singular_values],
        "null_directions": null_directions(found, symbols),
    }
