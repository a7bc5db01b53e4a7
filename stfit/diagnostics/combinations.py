"""What is identified where parameters are not: products, sums, and dwell times at settings of the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.backends.profile import profiles
from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.derivatives import Jet
from stfit.diagnostics.estimates import is_beside_a_bound, spread
from stfit.diagnostics.intervals import not_quadratic, with_profile
from stfit.objective import Objective, Term
from stfit.results import Combination, Estimate, Verdict
from stfit.units.display import choose_prefix

Array = npt.NDArray[np.float64]
Quantities = Mapping[str, Any]


_SAME = 1.001  # of two relative errors


@final
@dataclass(frozen=True)
class Candidate:
    """A combination that may be identified where its parts are not."""

    expression: str
    unit: str
    value: Callable[[Quantities], Any]


def _spin_transfer_ladder(factor: str) -> tuple[Candidate, ...]:
    """Products with l/L_θθ, from the most telling to what the bare slope gives; factor: "", "c_P" or "c_AP"."""
    times = f"*{factor}" if factor else ""
    unit = "e rad" if factor else "e"

    def c(q: Quantities) -> Any:
        return q[factor] if factor else 1.0

    return (
        Candidate(f"l_over_L{times}", unit, lambda q: q["l_over_L"] * c(q)),
        Candidate(f"l_over_L{times}/beta", unit, lambda q: q["l_over_L"] * c(q) / q["beta"]),
        Candidate(f"l_over_L{times}*delta_R", f"{unit} ohm", lambda q: q["l_over_L"] * c(q) * q["delta_R"]),
        Candidate(
            f"l_over_L{times}*delta_R/beta",
            f"{unit} ohm",
            lambda q: q["l_over_L"] * c(q) * q["delta_R"] / q["beta"],
        ),
        Candidate(
            f"l_over_L{times}*delta_R/(beta*temperature)",
            f"{unit} ohm/K",
            lambda q: q["l_over_L"] * c(q) * q["delta_R"] / (q["beta"] * q["temperature"]),
        ),
        *(_critical_current_rungs(factor.removeprefix("c_")) if factor else ()),
    )


def _critical_current_rungs(state: str) -> tuple[Candidate, ...]:
    """What critical currents against ΔR give without the barriers: an eighth of the slope of 1/I_c against ΔR."""

    def over_barrier(q: Quantities) -> Any:
        return ELEMENTARY_CHARGE * q["l_over_L"] * q[f"c_{state}"] / q[f"E_{state}"]

    return (
        Candidate(f"l_over_L*c_{state}/E_{state}", "rad/V", over_barrier),
        Candidate(f"l_over_L*c_{state}/(beta*E_{state})", "rad/V", lambda q: over_barrier(q) / q["beta"]),
    )


def _barrier_ladder(state: str, thermal: float) -> tuple[Candidate, ...]:
    """What is known of a barrier and the attempt time; thermal: the convention's multiple of k_BT."""
    kt = "k_B*temperature" if thermal == 1.0 else f"{thermal:g}*k_B*temperature"

    def reduced(q: Quantities) -> Any:
        return q[f"E_{state}"] / (thermal * BOLTZMANN * q["temperature"])

    return (
        Candidate(f"E_{state}/({kt})", "", reduced),
        Candidate(f"ln(tau_0/s) + E_{state}/({kt})", "", lambda q: np.log(q["tau_0"]) + reduced(q)),
    )


def _jets(objective: Objective, optimum: Optimum) -> dict[str, Any]:
    quantities = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    return {name: q if not isinstance(q, float) else np.array([q]) for name, q in quantities.items()}


def identified_candidates(
    objective: Objective,
    optimum: Optimum,
    estimates: Mapping[str, Estimate],
    accept: Callable[[Candidate], bool] = lambda _: True,
) -> list[Candidate]:
    """The combinations that are identified where parameters, by these estimates, are not.

    accept: whether one that the rank determines is known well enough.
    """
    quantities = _jets(objective, optimum)
    thermal = objective.law.device.convention.thermal

    def first(*ladders: tuple[Candidate, ...]) -> list[Candidate]:
        return _first_identified(ladders, quantities, optimum, accept)

    chosen: list[Candidate] = []
    if estimates["l_over_L"].verdict is Verdict.NOT_IDENTIFIED and "l_over_L" not in optimum.directions.not_identified:
        chosen += _sharpest(_spin_transfer_ladder("")[1:], quantities, optimum)
    elif estimates["l_over_L"].verdict is Verdict.NOT_IDENTIFIED:
        chosen += first(_spin_transfer_ladder("")) or first(_spin_transfer_ladder("c_P"), _spin_transfer_ladder("c_AP"))
    for state in ("P", "AP"):
        if estimates[f"E_{state}"].verdict is Verdict.NOT_IDENTIFIED:
            chosen += first(_barrier_ladder(state, thermal))
    difference = Candidate("E_P - E_AP", "J", lambda q: q["E_P"] - q["E_AP"])
    if all(estimates[f"E_{state}"].verdict is Verdict.NOT_IDENTIFIED for state in ("P", "AP")):
        chosen += first((difference,))
    return chosen


def _first_identified(
    ladders: Sequence[tuple[Candidate, ...]],
    quantities: Quantities,
    optimum: Optimum,
    accept: Callable[[Candidate], bool],
) -> list[Candidate]:
    """The first rung of each ladder that the data determine."""
    found = []
    for ladder in ladders:
        for candidate in _known(ladder, quantities):
            result = spread(candidate.value(quantities), optimum)
            determined = not result.touches_null and np.any(result.gradient) and np.isfinite(result.value)
            if determined and accept(candidate):
                found.append(candidate)
                break
    return found


def _known(ladder: tuple[Candidate, ...], quantities: Quantities) -> list[Candidate]:
    """The rungs without those of ΔR, where every row has a ΔR of its own."""
    return [candidate for candidate in ladder if "delta_R" in quantities or "delta_R" not in candidate.expression]


def _sharpest(ladder: tuple[Candidate, ...], quantities: Quantities, optimum: Optimum) -> list[Candidate]:
    """The rung with the smallest relative error, where a parameter is determined but too vague to be bounded."""

    def relative_error(candidate: Candidate) -> float:
        result = spread(candidate.value(quantities), optimum)
        unusable = result.touches_null or result.value == 0.0 or not np.isfinite(result.stderr)
        return np.inf if unusable else result.stderr / abs(result.value)

    rungs = _known(ladder, quantities)
    errors = [relative_error(candidate) for candidate in rungs]
    # of rungs that say the same, where a constant between them is exact, the simplest
    best = next(candidate for candidate, error in zip(rungs, errors, strict=True) if error <= _SAME * min(errors))
    return [best] if min(errors) < 1.0 else []


def combinations(objective: Objective, optimum: Optimum, estimates: Mapping[str, Estimate]) -> list[Combination]:
    """The identified combinations of parameters that are not identified themselves, with profile intervals where due.

    A combination whose profile is open on both sides is none. Of a state whose barrier is then still open, the dwell
    time at the setting where it is known best.
    """
    found = quoted(objective, optimum, identified_candidates(objective, optimum, estimates))
    closed = {entry.expression for entry in found if entry.value is not None}
    missing = [
        state
        for state in ("P", "AP")
        if estimates[f"E_{state}"].verdict is Verdict.NOT_IDENTIFIED
        and not any(f"E_{state}/" in expression for expression in closed)
    ]
    return found + quoted(objective, optimum, dwell_time_candidates(objective, optimum, missing))


def quoted(objective: Objective, optimum: Optimum, candidates: Sequence[Candidate]) -> list[Combination]:
    """Candidates with values and intervals; those that no data bound are left out."""
    quantities = _jets(objective, optimum)
    base = {candidate.expression: _estimate(candidate, quantities, optimum) for candidate in candidates}
    formulas = {candidate.expression: candidate.value for candidate in candidates}
    wanted = not_quadratic(objective, optimum, list(base), base, formulas)
    profiled = profiles(objective, optimum, wanted, formulas=formulas)
    final_estimates = {name: with_profile(entry, profiled.profiles.get(name)) for name, entry in base.items()}
    return [
        _combination(name, entry)
        for name, entry in final_estimates.items()
        if entry.verdict is not Verdict.NOT_IDENTIFIED
    ]


def _estimate(candidate: Candidate, quantities: Quantities, optimum: Optimum) -> Estimate:
    found = spread(candidate.value(quantities), optimum)
    if optimum.covariance is None or is_beside_a_bound(found.gradient, optimum):
        return Estimate(found.value, None, None, None, candidate.unit, Verdict.IDENTIFIED)
    return Estimate(found.value, found.stderr, found.ci68, found.ci95, candidate.unit, Verdict.IDENTIFIED, "covariance")


def _combination(expression: str, entry: Estimate) -> Combination:
    one_sided = entry.verdict is Verdict.ONE_SIDED
    value = None if one_sided else entry.value
    return Combination(expression, value, None if one_sided else entry.stderr, entry.ci68, entry.ci95, entry.unit)


def dwell_time_candidates(objective: Objective, optimum: Optimum, states: Sequence[str]) -> list[Candidate]:
    """ln τ of each state at the setting of its rows where the data know it best."""
    quantities = _jets(objective, optimum)
    found = []
    for state in states:
        known = [entry for term in objective.terms for entry in _dwell_times(term, state, quantities, optimum)]
        if known:
            found.append(min(known, key=lambda entry: entry[0])[1])
    return found


def _dwell_times(term: Term, state: str, quantities: Quantities, optimum: Optimum) -> list[tuple[float, Candidate]]:
    """Error and candidate of ln τ in each row of a state that the data determine."""
    log_dwell = term.log_dwell_times(quantities)
    if log_dwell is None:
        return []
    found = []
    for row in np.flatnonzero(term.measurement.settings.state == ("P", "AP").index(state)).tolist():
        known = spread(_row(log_dwell, row), optimum)
        if np.any(known.gradient) and not known.touches_null:
            found.append((known.stderr, _dwell_time(term, state, row)))
    return found


def _dwell_time(term: Term, state: str, row: int) -> Candidate:
    settings = term.measurement.settings
    drive = float(settings.drive[row])
    factor, label = choose_prefix([drive], "A" if settings.voltage is None else "V")
    shown = f"{drive * term.measurement.origin.polarity * factor:.4g} {label}"
    return Candidate(f"ln(tau_{state}/s) at {shown}", "", lambda q: _row(term.log_dwell_times(q), row))


def _row(values: Any, row: int) -> Any:
    """One row of a prediction, shape (..., 1)."""
    return values[np.array([row])] if isinstance(values, Jet) else np.asarray(values)[..., row : row + 1]
