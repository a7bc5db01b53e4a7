"""Rival descriptions fitted to the same data, with what each costs in parameters and gains in deviance."""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.backends.parallel import mapped
from stfit.diagnostics.line_readings import line_reading
from stfit.diagnostics.rival import (
    Rival,
    known_of_the_barriers,
    with_barriers_of_its_own,
    with_the_same_barriers,
)
from stfit.diagnostics.same_law import same_laws, with_law
from stfit.measurement.observation import StraightLawOnly
from stfit.models.heating import HEATING
from stfit.models.rivals import not_tried, rivals_of
from stfit.objective import Objective, Term
from stfit.objective.predictions import current_at
from stfit.physics.fluctuations import MAPPINGS
from stfit.results import Status
from stfit.results.numbers import format_rounded, format_value
from stfit.results.ranking import NOT_TRIED, SAME_LAW

Array = npt.NDArray[np.float64]
Entry = dict[str, Any]

_MAPPING_WORDS: Final = {
    "power": "Eq. 32 on the power alone, linewidth constant",
    "damping": "Eq. 32 at constant noise strength (damping)",
    "peak": "Eq. 32 on the peak of the line",
    "torque": "spin-transfer torque, linewidth ∝ 1 − I/I_c",
}


def candidates(objective: Objective, optimum: Optimum) -> list[Rival]:
    """The description that was fitted, then every rival that these data could tell from it."""
    first = Rival(*_first_words(objective), objective, (optimum.x,))
    same, own = _described(objective, optimum)
    return [first, *same, *_mapped(objective, optimum), *own]


def compare(objective: Objective, optimum: Optimum) -> list[Entry]:
    """The description that was fitted and its rivals, as result.json stores them; empty where the fit failed.

    deviance: of rows and constraints at the best fit, the number that the tests of fit quote. parameters: how many
    combinations data and constraints determine, k. Events of ramps, whose exact density is that of Eq. 27, are counted
    in cells first, and the description that was fitted is fitted to these counts as its rivals are. AIC = D + 2 k and
    BIC = D + k ln n with n rows and constraints; D is the deviance, or, where the likelihood of a kind has none,
    −2 ln L counted from that of the first entry.
    delta_aic, delta_bic: above the lowest of all. differs_in, contains: see `Rival`.
    """
    objective, optimum = _for_any_law(objective, optimum)
    if optimum.status is not Status.CONVERGED:
        return []
    fitted, *others = candidates(objective, optimum)
    rivals = list(mapped(_fitted, others, doing="rival descriptions"))
    if not rivals:
        return []
    first = _entry(fitted, optimum)
    untried = _untried(objective) if _shows_descriptions(objective, optimum) else []
    same = same_laws(objective, optimum, first, described=_follows_descriptions(objective))
    entries = [first, *rivals, *untried, *same]
    return _ranked(entries, origin=0.0 if objective.has_residuals else optimum.sum_of_squares)


def _for_any_law(objective: Objective, optimum: Optimum) -> tuple[Objective, Optimum]:
    """The data with likelihoods that hold for any ln τ(I), and the best fit to them."""
    terms = tuple(_curved(term) for term in objective.terms)
    if optimum.status is not Status.CONVERGED or all(map(operator.is_, terms, objective.terms)):
        return objective, optimum
    curved = replace(objective, terms=terms)
    return curved, minimise(curved, optimum.x)


def _curved(term: Term) -> Term:
    if not isinstance(term.measurement, StraightLawOnly):
        return term
    measurement, rows = term.measurement.for_curved_law()
    return replace(term, measurement=measurement, thermometer=term.thermometer[rows])


def _untried(objective: Objective) -> list[Entry]:
    """An entry for every law that could not be fitted to these data, with the reason."""
    return [
        _without_fit((rates.name, rates.words.short)) | {"status": NOT_TRIED, "note": reason}
        for rates, reason in not_tried(objective.law, known_of_the_barriers(objective))
    ]


def _first_words(objective: Objective) -> tuple[str, str]:
    if all(_are_lines(objective)):
        return f"mapping-{objective.law.mapping}", _MAPPING_WORDS[objective.law.mapping]
    return objective.law.name, objective.law.words


# --- rivals that are fitted ---------------------------------------------------------------------------------------


def _described(objective: Objective, optimum: Optimum) -> tuple[list[Rival], list[Rival]]:
    """Other laws of ln τ(I), where rates were measured at currents and every other kind follows them.

    First those of the same barriers, then those whose barriers have parameters of their own.
    """
    if not _shows_descriptions(objective, optimum):
        return [], []
    heating = (
        (objective.reference_temperature / current) ** 2 if (current := _largest_current(objective, optimum)) else None
    )
    same, own = [], []
    for law in rivals_of(objective.law, heating):
        if law.device is objective.law.device:
            same.append(with_the_same_barriers(objective, optimum, law))
        else:
            own += with_barriers_of_its_own(objective, optimum, law)
    return same, own


def _mapped(objective: Objective, optimum: Optimum) -> list[Rival]:
    """Other readings of Eq. 32, where resonances were measured."""
    if not any(_are_lines(objective)):
        return []
    return [
        Rival(
            f"mapping-{mapping}",
            _MAPPING_WORDS[mapping],
            with_law(objective, replace(objective.law, mapping=mapping), objective.space),
            (optimum.x, objective.start),
            "the reading of Eq. 32",
        )
        for mapping in MAPPINGS
        if mapping != objective.law.mapping
    ]


def _follows_descriptions(objective: Objective) -> bool:
    """Whether rates were measured, or critical currents in a time."""
    return any(term.measurement.traits.activated or _in_a_time(term) for term in objective.terms)


def _in_a_time(term: Term) -> bool:
    return term.measurement.settings.measurement_time is not None


def _shows_descriptions(objective: Objective, optimum: Optimum) -> bool:
    """Whether data that follow a description were taken at currents at all."""
    return any(map(_in_a_time, objective.terms)) or _largest_current(objective, optimum) > 0.0


def _are_lines(objective: Objective) -> list[bool]:
    """Which measurements are of resonance lines, whose slopes a mapping reads off."""
    return [term.measurement.settings.lines is not None for term in objective.terms]


def _largest_current(objective: Objective, optimum: Optimum) -> float:
    """Of all rows with rates, A; 0 beside critical currents measured in a time, of which no heating is known."""
    if any(map(_in_a_time, objective.terms)):
        return 0.0
    quantities = objective.space.quantities(optimum.x)
    terms = (term for term in objective.terms if term.measurement.traits.activated)
    found = (np.abs(current_at(quantities, term.measurement.settings)) for term in terms)
    return max((float(np.max(currents)) for currents in found), default=0.0)


def _fitted(candidate: Rival) -> Entry:
    """The first fit that converges of those from several starts, else the best of them."""
    rival, words = candidate.objective, (candidate.name, candidate.words)
    lower, upper = rival.bounds
    ends: list[Optimum] = []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a trial step may lead anywhere
        for start in candidate.starts:
            inside = np.clip(start, lower, upper)
            if np.isfinite(rival.cost(inside)):
                ends.append(minimise(rival, inside))
            if ends and ends[-1].status is Status.CONVERGED:
                return _beyond(rival, words) if _leaves_the_law(rival, ends[-1].x) else _entry(candidate, ends[-1])
    return _entry(candidate, min(ends, key=lambda end: end.sum_of_squares)) if ends else _without_fit(words)


def _leaves_the_law(rival: Objective, x: Array) -> bool:
    """Whether some row lies beyond what the law knows."""
    quantities = rival.space.quantities(x)
    asked = (term.rows_asked(quantities) for term in rival.terms)
    return any(rival.law.rates.outside(rival.law.device, *rows).any() for rows in asked if rows is not None)


# --- entries ------------------------------------------------------------------------------------------------------


def _entry(description: Rival, optimum: Optimum) -> Entry:
    """What one fit costs and gains. A fit that failed has no criteria."""
    objective, rank = description.objective, optimum.directions.rank
    discrepancies, freedom = objective.discrepancies(optimum.x)
    converged = optimum.status is Status.CONVERGED
    return {
        "name": description.name,
        "description": description.words,
        "differs_in": description.differs_in,
        "contains": list(description.contains),
        "deviance": float(np.sum(discrepancies)),
        "parameters": rank,
        "aic": optimum.sum_of_squares + 2.0 * rank if converged else None,
        "bic": optimum.sum_of_squares + rank * float(np.log(np.sum(freedom))) if converged else None,
        "delta_aic": None,
        "delta_bic": None,
        "status": optimum.status.key,
        "note": _note(objective, optimum) if converged else "The fit did not converge: it is not compared.",
        "l_over_L": _l_over_L(objective, optimum) if converged else None,
    }


def _l_over_L(objective: Objective, optimum: Optimum) -> list[float] | None:
    """l/L_θθ and its standard error, e; None where the fit does not give it."""
    if "l_over_L" not in objective.names or optimum.covariance is None:
        return None
    if "l_over_L" in optimum.directions.not_identified:
        return None
    i = objective.names.index("l_over_L")
    return [float(optimum.x[i]), float(np.sqrt(optimum.covariance[i, i]))]


def _beyond(rival: Objective, words: tuple[str, str]) -> Entry:
    """The entry of a law whose best fit lies beyond what it knows."""
    return _without_fit(words) | {"note": f"At its best fit {rival.law.rates.words.limits}: it is not compared."}


def _without_fit(words: tuple[str, str]) -> Entry:
    """The entry of a description that gives these data no probability anywhere near."""
    absent = dict.fromkeys(("deviance", "aic", "bic", "delta_aic", "delta_bic", "l_over_L"))
    return {
        "name": words[0],
        "description": words[1],
        "differs_in": "",
        "contains": [],
        "parameters": 0,
        "status": Status.NO_CONVERGENCE.key,
        "note": "No start has a finite likelihood: it is not compared.",
    } | absent


def _note(objective: Objective, optimum: Optimum) -> str:
    """The parameters of a description, those at an end of their range, and what it makes of l/L_θθ."""
    names = [p.name for p in objective.law.of_the_current if p.name in objective.names]
    names += [name for name, bound in zip(objective.names, optimum.at_bound, strict=True) if bound]
    names += [name for name in ("l_over_L",) if name in objective.names]
    said = [_value(objective, optimum, name) for name in dict.fromkeys(names)]
    return "; ".join([*line_reading(objective, optimum), *said])


def _value(objective: Objective, optimum: Optimum, name: str) -> str:
    i = objective.names.index(name)
    fitted = objective.space.varied[i]
    p = fitted.parameter
    unit = p.unit.replace("**2", "²")
    if name in optimum.directions.not_identified:
        return f"{p.symbol} is not identified"
    if optimum.at_bound[i] or optimum.covariance is None:
        end = min(fitted.lower, fitted.upper, key=lambda bound: abs(bound - float(optimum.x[i])))
        shown = format_rounded(float(p.quantity(end)), "" if "²" in unit else unit)
        return f"{p.symbol} = {shown}, the end of its range"
    value = float(p.quantity(optimum.x[i]))
    stderr = float(np.sqrt(optimum.covariance[i, i])) * abs(p.coordinate_slope(float(optimum.x[i])))
    hot = _heated(objective, float(optimum.x[i])) if name == HEATING else ""
    return f"{p.symbol} = {format_value(value, stderr, '')} {unit}".rstrip() + hot


def _heated(objective: Objective, relative: float) -> str:
    """relative: κI²/T² at the largest current, the unit of κ in the fit."""
    temperature = objective.reference_temperature
    hottest = format_rounded(temperature * float(np.sqrt(1.0 + relative)), "K", 5)
    return f" ({temperature:g} K becomes {hottest} at the largest current)"


def _ranked(entries: list[Entry], *, origin: float) -> list[Entry]:
    """The entries with their distances from the lowest AIC and BIC of those that are fits of their own.

    origin: what AIC and BIC are counted from.
    """
    own = [entry for entry in entries if entry["aic"] is not None and entry["status"] != SAME_LAW]
    lowest = {name: min(entry[name] for entry in own) for name in ("aic", "bic")}
    ranked = []
    for entry in entries:
        known = {name: entry[name] for name in lowest if entry[name] is not None}
        counted = {name: value - origin for name, value in known.items()}
        ranked.append(entry | counted | {f"delta_{name}": value - lowest[name] for name, value in known.items()})
    return ranked
