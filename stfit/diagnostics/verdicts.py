"""What is known of each parameter, and why not where it is not: by structure, at this point alone, or in practice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from stfit.diagnostics.structural import Structure
from stfit.objective import Constraint, LogNormal, Normal, Objective
from stfit.results import Estimate, Verdict
from stfit.results.numbers import format_rounded
from stfit.results.symbols import symbol

_WIDER: Final = "Measure longer, or over a wider range of currents or temperatures."
_UNCHANGED: Final = 0.95  # of the error of a quote, from which the data have added nothing to speak of
_NEGLIGIBLE: Final = 1e-9  # of the largest derivative
_ENDS: Final = {(True, True): "on both sides", (True, False): "below", (False, True): "above"}


def verdicts(
    objective: Objective,
    found: Mapping[str, Estimate],
    structure: Structure,
    null_directions: Sequence[Mapping[str, Any]],
) -> dict[str, dict[str, str]]:
    """By parameter: verdict, kind of what is missing (structural, local, practical, none), a sentence, a remedy.

    structural: no data of this design could tell, at any point tried. local: not at the best fit, though elsewhere they
    could. practical: the data could tell, but are too few. Exactly the parameters of `found`.
    """
    constraints = {p.name: p.constraint for p in objective.space.varied if p.constraint is not None}
    judged = {}
    for name, entry in found.items():
        if entry.verdict is Verdict.NOT_IDENTIFIED and structure.touched(name):
            kind, sentence, remedy = _unseen(name, structure, null_directions)
        elif entry.verdict in {Verdict.NOT_IDENTIFIED, Verdict.ONE_SIDED, Verdict.AT_BOUND}:
            kind, sentence, remedy = "practical", _vague(entry), _WIDER
        else:
            kind, sentence, remedy = "none", _known(entry, constraints.get(name)), ""
        judged[name] = {"verdict": entry.verdict.value, "kind": kind, "sentence": sentence, "remedy": remedy}
    return judged


def _unseen(name: str, structure: Structure, null_directions: Sequence[Mapping[str, Any]]) -> tuple[str, str, str]:
    """Of a quantity that moves along a null direction of the best fit."""
    gradient = structure.gradients[0].get(name)
    if gradient is None:
        return "structural", "Not identified: data of this design cannot determine it.", _WIDER
    names = structure.points[0].names
    parts = {n for n, g in zip(names, gradient, strict=True) if abs(g) > _NEGLIGIBLE * np.max(np.abs(gradient))}
    touched = [entry for entry in null_directions if parts & entry["components"].keys()]
    own = {name} if name in names else set()
    others = dict.fromkeys(n for entry in touched for n in entry["components"] if n not in own)
    remedy = str(touched[0]["remedy"]) if touched else _WIDER
    company = f" together with {_listed([symbol(n).text for n in others])}" if own and others else ""
    through = f" through {_listed([symbol(n).text for n in others])}" if not own and others else ""
    if structure.seen_elsewhere(name):
        here, most = structure.ranks[0], max(structure.ranks)
        sentence = (
            f"Not identified at this best fit, a special point where the data determine {here} combinations. Nearby "
            f"the same measurements would determine {most} and identify it. Here it is free{company}{through}."
        )
        return "local", sentence, remedy
    points = len(structure.points)
    return (
        "structural",
        f"Not identified by data of this design: it is free{company}{through} at all {points} points tried.",
        remedy,
    )


def _vague(entry: Estimate) -> str:
    if entry.verdict is Verdict.AT_BOUND:
        return "The best fit lies at the bound, and the data would move it further."
    what = "95 % profile" if entry.interval == "profile" else "95 % interval"
    ends = (True, True)
    if entry.verdict is Verdict.ONE_SIDED and entry.ci95 is not None:
        ends = (entry.ci95[0] is None, entry.ci95[1] is None)
    head = "One-sided" if entry.verdict is Verdict.ONE_SIDED else "Not identified"
    return f"{head}: the data are too few to close its {what} {_ENDS.get(ends, 'on one side')}."


def _known(entry: Estimate, constraint: Constraint | None) -> str:
    if entry.verdict is Verdict.FIXED:
        return "Held fixed, or follows from fixed parameters."
    if entry.value is None or entry.stderr is None:
        return "Identified; the fit gave no error."
    if constraint is None:
        if entry.stderr >= abs(entry.value):
            return "Identified: zero lies within its error."
        return f"Identified to {format_rounded(100.0 * entry.stderr / abs(entry.value), '%', 2)}."
    left = _left(entry, constraint)
    if left is None or left > _UNCHANGED:
        return "Given; the data do not reduce its error."
    return f"Given; the data reduce its error to {format_rounded(100.0 * left, '%', 2)} of that given."


def _left(entry: Estimate, constraint: Constraint) -> float | None:
    """What the data leave of the error of a quote."""
    if entry.stderr is None or entry.value is None:
        return None
    if isinstance(constraint, Normal):
        return entry.stderr / constraint.standard_deviation
    if isinstance(constraint, LogNormal) and entry.value > 0.0:
        return entry.stderr / entry.value / abs(float(np.log(constraint.factor)))
    return None


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
