"""The best fit in other words: descriptions and conventions that no data can tell from the law that was fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from stfit.backends.optimum import Optimum
from stfit.models.law import RESTATED
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective import Objective, ParameterSpace
from stfit.physics.transport import CONVENTIONS, convert_asymmetry, convert_energy, convert_l_over_L
from stfit.results.numbers import format_rounded
from stfit.results.ranking import SAME_LAW

Entry = dict[str, Any]

ENERGIES: Final = frozenset({"E_P", "E_AP", "Kv"})
_FACTORS: Final = frozenset({"c_P", "c_AP"})


def same_laws(objective: Objective, optimum: Optimum, first: Entry, *, described: bool) -> list[Entry]:
    """Entries whose predictions are those of the best fit, number by number; first: the entry of the fit.

    described: whether all data follow a description of ln τ(I).
    """
    quantities = objective.space.quantities(optimum.x)
    entries = []
    thermometers = np.concatenate([term.thermometer for term in objective.terms])
    for rates in RESTATED.get(objective.law.name, ()) if described else ():
        restated = with_law(objective, replace(objective.law, rates=rates), objective.space)
        words = (rates.name, rates.words.short)
        note = rates.note(several=bool(np.ptp(thermometers) > 0.0), constant=objective.law.device.constant)
        entries.append(_restated(objective, restated, (quantities, quantities), first, words, note))
    if all(term.measurement.settings.energy is None for term in objective.terms):
        other = "printed" if objective.law.device.convention.name == "consistent" else "consistent"
        restated = with_law(objective, objective.law.in_convention(other), objective.space)
        converted = _converted(objective, quantities, other)
        words = (f"{other}-convention", f"the equations in the {other} convention")
        note = _convention_note(optimum, converted, other)
        entries.append(_restated(objective, restated, (quantities, converted), first, words, note))
    return entries


def _restated(
    objective: Objective,
    other: Objective,
    quantities: tuple[Mapping[str, Any], Mapping[str, Any]],
    first: Entry,
    words: tuple[str, str],
    note: str,
) -> Entry:
    """The first entry in other words, with the deviance that the other law itself gives; quantities: of both laws."""
    change = _misfit(other, quantities[1]) - _misfit(objective, quantities[0])
    numbers = {name: first[name] + change for name in ("deviance", "aic", "bic")}
    return (
        numbers
        | {"parameters": first["parameters"], "delta_aic": None, "delta_bic": None, "differs_in": "", "contains": []}
        | {"name": words[0], "description": words[1], "status": SAME_LAW, "note": note}
    )


def _misfit(objective: Objective, quantities: Mapping[str, Any]) -> float:
    """−2 ln L of the data alone, up to a constant."""
    misfit = 0.0
    for term in objective.terms:
        prediction = np.asarray(term.prediction(quantities))
        if term.measurement.traits.has_residuals:
            misfit += float(np.sum(np.square(term.measurement.residuals(prediction))))
        else:
            misfit -= 2.0 * float(term.measurement.log_likelihood(prediction))
    return misfit


def _converted(objective: Objective, quantities: Mapping[str, Any], convention: str) -> dict[str, Any]:
    """The quantities as another convention has them."""
    source, target = objective.law.device.convention, CONVENTIONS[convention]
    converted = dict(quantities) | {"l_over_L": convert_l_over_L(quantities["l_over_L"], source, target)}
    for name in ENERGIES & quantities.keys():
        converted[name] = convert_energy(quantities[name], source, target)
    for name in _FACTORS & quantities.keys():
        converted[name] = convert_asymmetry(quantities[name], source, target)
    return converted


def _convention_note(optimum: Optimum, converted: Mapping[str, Any], convention: str) -> str:
    """What changes its number, and what does not."""
    known = "l_over_L" not in optimum.directions.not_identified
    value = format_rounded(float(np.squeeze(converted["l_over_L"])), "e") if known else "other"
    change = "doubled" if convention == "printed" else "halved"
    changed = f"l/L_θθ is {value} there, barriers and c_i are {change}"
    return f"The same law in other words: {changed}, slopes and I_c unchanged."


def with_law(objective: Objective, law: SpinTransferLaw, space: ParameterSpace) -> Objective:
    """The same data under another law with its own parameters."""
    terms = tuple(replace(term, law=law) for term in objective.terms)
    return replace(objective, terms=terms, space=space)
