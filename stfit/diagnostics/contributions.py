"""A joint fit taken apart: what each measurement tells of each number, and whether the measurements agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import erfc

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.estimates import estimates, spread
from stfit.measurement import kinds, name_of
from stfit.objective import Objective, ParameterSpace
from stfit.results import Estimate, Status
from stfit.results.numbers import format_value

Array = npt.NDArray[np.float64]

COMPARED: Final = ("l_over_L", "slope_P", "slope_AP", "tau_0", "E_P", "E_AP", "c_ratio", "I_c_P", "I_c_AP")
_ALONE: Final = ("slope_P", "slope_AP", "l_over_L")
_TENSE = 0.001  # two-sided probability, shared among all comparisons, below which measurements disagree


def contributions(objective: Objective, optimum: Optimum, found: Mapping[str, Estimate]) -> list[dict[str, Any]]:
    """The share of each measurement, and of the constraints, in the precision of each number; shares sum to 1.

    With moved = C∇g, a set of rows with sensitivity S brings |S·moved|² to the variance ∇gᵀC∇g of a number g.
    """
    if optimum.covariance is None or len(objective.terms) < 2:
        return []
    quantities = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    rows = objective.sensitivity(optimum.x)
    ends = np.cumsum([0, *_row_counts(objective), objective.constraint_count])
    names = [name_of(term.measurement) for term in objective.terms]
    result = []
    for name in COMPARED:
        if name in found and found[name].stderr:
            moved = optimum.covariance @ spread(quantities[name], optimum).gradient
            parts = [float(np.sum(np.square(rows[low:high] @ moved))) for low, high in pairwise(ends)]
            shares = [part / sum(parts) for part in parts]
            measured = [{"measurement": label, "share": share} for label, share in zip(names, shares[:-1], strict=True)]
            result.append({"quantity": name, "shares": measured, "constraints": shares[-1]})
    return result


def _row_counts(objective: Objective) -> list[int]:
    return [
        term.measurement.settings.state.size * repeats
        for term, repeats in zip(objective.terms, objective.sensitivity_rows, strict=True)
    ]


def alone(objective: Objective, optimum: Optimum) -> list[dict[str, Any]]:
    """What each measurement says by itself, with the constraints: slopes and l/L_θθ, where it identifies them."""
    if len(objective.terms) < 2:
        return []
    result = []
    for index, term in enumerate(objective.terms):
        single = keeping(objective, optimum, [index])
        end = minimise(single)
        if end.status is Status.CONVERGED:
            found = estimates(single, end)
            values = {name: {"value": found[name].value, "stderr": found[name].stderr} for name in _ALONE}
            result.append({"measurement": name_of(term.measurement), "kind": term.measurement.origin.kind} | values)
    return result


def sign_sentence(entries: Sequence[Mapping[str, Any]]) -> str | None:
    """A sentence where single measurements contradict each other in the sign of l/L_θθ, seen at 2 standard errors."""
    signs: dict[str, list[str]] = {"positive": [], "negative": []}
    for entry in entries:
        for name, positive in (("slope_P", 1.0), ("slope_AP", -1.0)):
            value, stderr = entry[name]["value"], entry[name]["stderr"]
            if value is not None and stderr and abs(value) > 2.0 * stderr:
                signs["positive" if value * positive > 0 else "negative"].append(entry["measurement"])
    if not signs["positive"] or not signs["negative"]:
        return None
    groups = [", ".join(dict.fromkeys(names)) for names in (signs["positive"], signs["negative"])]
    return (
        f"The measurements contradict each other in the sign of λ/β: positive by {groups[0]}, negative by {groups[1]}."
    )


def line_slope_sentence(entries: Sequence[Mapping[str, Any]]) -> str | None:
    """The ratio of the slopes that resonance lines show to those that switching shows, with its error, in a sentence.

    Eq. 32 takes them to be the same s_i; slopes of several measurements are averaged by their errors.
    """
    ratios = []
    for name, symbol in (("slope_P", "s_P"), ("slope_AP", "s_AP")):
        lines = _mean([entry[name] for entry in entries if kinds()[entry["kind"]].mapped])
        switching = _mean([entry[name] for entry in entries if not kinds()[entry["kind"]].mapped])
        if lines is not None and switching is not None and switching[0] != 0.0:
            ratio = lines[0] / switching[0]
            error = abs(ratio) * float(np.hypot(lines[1] / lines[0], switching[1] / switching[0]))
            ratios.append(f"{symbol}: {format_value(ratio, error, '')}")
    if not ratios:
        return None
    return f"Ratio of the slope from resonance lines to that from switching (1 if Eq. 32 holds): {'; '.join(ratios)}."


def _mean(slopes: Sequence[Mapping[str, float | None]]) -> tuple[float, float] | None:
    """Mean weighted by inverse variances, and its error; None without a slope that is known and not zero."""
    known = [(entry["value"], entry["stderr"]) for entry in slopes if entry["value"] and entry["stderr"]]
    if not known:
        return None
    values, errors = (np.array(column, dtype=float) for column in zip(*known, strict=True))
    precision = float(np.sum(errors**-2.0))
    return float(np.sum(values * errors**-2.0)) / precision, precision**-0.5


def tensions(objective: Objective, optimum: Optimum, found: Mapping[str, Estimate]) -> list[dict[str, Any]]:
    """Each measurement left out in turn: how far every number moves, in units of the error of that move.

    The move of an estimate on leaving out data has the variance of the poorer estimate less that of the better one
    (Hausman, Econometrica 46, 1251, 1978). Numbers that hang on one measurement alone are not compared.
    """
    if len(objective.terms) < 2 or optimum.covariance is None:
        return []
    result: list[dict[str, Any]] = []
    for index, term in enumerate(objective.terms):
        rest = keeping(objective, optimum, [other for other in range(len(objective.terms)) if other != index])
        end = minimise(rest)
        if end.status is not Status.CONVERGED:
            continue
        result += _moves(name_of(term.measurement), found, estimates(rest, end))
    limit = _TENSE / max(len(result), 1)
    return [entry | {"verdict": "in tension" if entry["p_value"] < limit else "agrees"} for entry in result]


def keeping(objective: Objective, optimum: Optimum, kept: Sequence[int]) -> Objective:
    """The objective with some of its measurements, without the parameters that only the others have.

    Started at the optimum of the whole.
    """
    terms = tuple(objective.terms[index] for index in kept)
    owned = {name for term in objective.terms for name in term.own.values()}
    lost = owned - {name for term in terms for name in term.own.values()}
    coordinates = dict(zip(objective.names, optimum.x, strict=True))
    parameters = tuple(
        replace(p, start=float(coordinates.get(p.name, p.start)))
        for p in objective.space.parameters
        if p.name not in lost
    )
    return replace(objective, terms=terms, space=ParameterSpace(parameters))


def _moves(left_out: str, whole: Mapping[str, Estimate], rest: Mapping[str, Estimate]) -> list[dict[str, Any]]:
    moves = []
    for name in COMPARED:
        all_data, fewer = whole.get(name), rest.get(name)
        if all_data is None or fewer is None or all_data.value is None or fewer.value is None:
            continue
        if not all_data.stderr or not fewer.stderr:
            continue
        variance = fewer.stderr**2 - all_data.stderr**2
        if variance <= 1e-6 * all_data.stderr**2:  # the measurement left out told nothing of this number
            continue
        pull = (fewer.value - all_data.value) / float(np.sqrt(variance))
        moves.append(
            {
                "left_out": left_out,
                "quantity": name,
                "value": fewer.value,
                "stderr": fewer.stderr,
                "pull": pull,
                "p_value": float(erfc(abs(pull) / np.sqrt(2.0))),
            }
        )
    return moves
