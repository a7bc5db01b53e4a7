"""What the data determine and what not: structure, practice, sloppiness, and the combinations that are identified."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.backends.least_squares import Optimum
from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.diagnostics.estimates import spread
from stfit.diagnostics.sloppiness import sloppiness
from stfit.diagnostics.structural import structure
from stfit.diagnostics.verdicts import verdicts
from stfit.diagnostics.wording import null_directions
from stfit.objective import Objective
from stfit.results import Combination, Estimate, Verdict

Array = npt.NDArray[np.float64]
Quantities = Mapping[str, Any]


_SAME = 1.001  # of two relative errors


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

    errors = [relative_error(candidate) for candidate in ladder]
    # of rungs that say the same, where a constant between them is exact, the simplest
    best = next(candidate for candidate, error in zip(ladder, errors, strict=True) if error <= _SAME * min(errors))
    return [best] if min(errors) < 1.0 else []


def _combination(candidate: _Candidate, quantities: Quantities, optimum: Optimum) -> Combination:
    found = spread(candidate.value(quantities), optimum)
    return Combination(candidate.expression, found.value, found.stderr, found.ci68, found.ci95, candidate.unit)


def identifiability(
    objective: Objective, optimum: Optimum, estimates: Mapping[str, Estimate], *, seed: int
) -> dict[str, Any]:
    """Rank here and around, null directions, spectrum and a verdict for every parameter, as result.json stores them.

    seed: of the points around the optimum at which the rank is counted.
    """
    symbols = {p.name: p.parameter.symbol for p in objective.space.parameters}
    found = optimum.directions
    around = structure(objective, optimum, seed=seed)
    null = null_directions(found, symbols)
    return {
        "rank": found.rank,
        "n_free": len(found.names),
        "singular_values": [float(value) for value in found.singular_values],
        "null_directions": null,
        "ranks": around.ranks,
        "spectrum": sloppiness(objective, optimum, symbols),
        "parameters": verdicts(objective, estimates, around, null),
    }
