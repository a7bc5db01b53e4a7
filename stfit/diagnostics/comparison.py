"""Rival descriptions fitted to the same data, with what each costs in parameters and gains in deviance."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.backends.least_squares import Optimum, minimise
from stfit.backends.parallel import mapped
from stfit.constants import BOLTZMANN
from stfit.diagnostics.exact_rival import EXACT_WORDS, exact_rivals
from stfit.diagnostics.rival import Rival
from stfit.diagnostics.same_law import ENERGIES, same_laws, with_law
from stfit.measurement.observation import StraightLawOnly
from stfit.models.rivals import EQ_27, HEATING, POWERS, Description, JouleHeating
from stfit.objective import FitParameter, Objective, ParameterSpace
from stfit.objective.predictions import current_at
from stfit.physics.fluctuations import MAPPINGS
from stfit.results import Status
from stfit.results.numbers import format_rounded, format_value
from stfit.results.ranking import SAME_LAW

Array = npt.NDArray[np.float64]
Entry = dict[str, Any]

_SHALLOWEST: Final = 0.1  # k_BT: a barrier of no height has no power
_MAPPING_WORDS: Final = {
    "power": "Eq. 32 on the power alone, linewidth constant",
    "damping": "Eq. 32 at constant noise strength (damping)",
    "peak": "Eq. 32 on the peak of the line",
    "torque": "spin-transfer torque, linewidth ∝ 1 − I/I_c",
}


def candidates(objective: Objective, optimum: Optimum) -> list[Rival]:
    """The description that was fitted, then every rival that these data could tell from it."""
    first = Rival(*_first_words(objective), objective, (optimum.x,))
    rivals = [*_described(objective, optimum), *_mapped(objective, optimum)]
    exact = exact_rivals(objective, optimum) if _shows_descriptions(objective, optimum) else []
    return [first, *rivals, *exact]


def compare(objective: Objective, optimum: Optimum) -> list[Entry]:
    """The description that was fitted and its rivals, as result.json stores them; empty where the fit failed.

    deviance: of the best fit, with the constraints; where a kind has none, −2 ln L above that of the first entry.
    parameters: how many combinations data and constraints determine. AIC = deviance + 2 parameters, BIC = deviance +
    parameters · ln n with n rows and constraints. delta_aic: above the lowest of all.
    """
    if optimum.status is not Status.CONVERGED:
        return []
    rivals = list(mapped(_fitted, candidates(objective, optimum)[1:], doing="rival descriptions"))
    if not rivals:
        return []
    first = _entry(objective, optimum, _first_words(objective))
    described = _follows_descriptions(objective) and objective.law.rates is None
    return _ranked(
        [first, *rivals, *same_laws(objective, optimum, first, described=described)],
        has_deviance=objective.has_residuals,
    )


def _first_words(objective: Objective) -> tuple[str, str]:
    if all(_are_lines(objective)):
        return f"mapping-{objective.law.mapping}", _MAPPING_WORDS[objective.law.mapping]
    if objective.law.rates is not None:
        return EXACT_WORDS
    return objective.law.description.name, objective.law.description.words


# --- rivals that are fitted ---------------------------------------------------------------------------------------


def _described(objective: Objective, optimum: Optimum) -> list[Rival]:
    """Other laws of ln τ(I), where rates were measured at currents and every other kind follows them."""
    if not _shows_descriptions(objective, optimum):
        return []
    heating = JouleHeating((objective.reference_temperature / _largest_current(objective, optimum)) ** 2)
    fitted = "" if objective.law.rates is not None else objective.law.description.name
    rivals = (description for description in (EQ_27, *POWERS, heating) if description.name != fitted)
    return [_rewritten(objective, optimum, description) for description in rivals]


def _mapped(objective: Objective, optimum: Optimum) -> list[Rival]:
    """Other readings of Eq. 32, where resonances were measured."""
    if not any(_are_lines(objective)):
        return []
    return [
        Rival(
            f"mapping-{mapping}",
            _MAPPING_WORDS[mapping],
            with_law(objective, objective.law.rewritten(mapping=mapping), objective.space),
            (optimum.x, objective.start),
        )
        for mapping in MAPPINGS
        if mapping != objective.law.mapping
    ]


def _rewritten(objective: Objective, optimum: Optimum, description: Description) -> Rival:
    """A description of ln τ(I), to start from the slopes and barriers of the fit, else from the crude dwell times."""
    extra = tuple(FitParameter.unbounded(p) for p in description.parameters)
    reached = objective.space.reaching(optimum.x)
    kept = [p.confined for p in reached.parameters if not _is_idle(p, objective)]
    space = ParameterSpace((*(_above_zero(p, objective) for p in kept), *extra))
    rival = with_law(objective, objective.law.rewritten(description=description, barrier="high"), space)
    own = [p.start for p in extra]
    shared = [p.name in space.names for p in objective.space.varied]
    starts = (_same_slopes(objective, optimum, description), objective.start)
    return Rival(description.name, description.words, rival, tuple(np.append(x[shared], own) for x in starts))


def _is_idle(p: FitParameter, objective: Objective) -> bool:
    """Whether only the description that was fitted has a parameter; a constraint of it is a datum for every one."""
    return p.constraint is None and p.name in {own.name for own in objective.law.description.parameters}


def _above_zero(p: FitParameter, objective: Objective) -> FitParameter:
    """A barrier kept above a tenth of k_BT."""
    if p.name not in ENERGIES:
        return p
    unit = objective.law.convention.thermal * BOLTZMANN * objective.reference_temperature
    return replace(p, lower=max(p.lower, p.parameter.coordinate_of(_SHALLOWEST * unit)))


def _follows_descriptions(objective: Objective) -> bool:
    """Whether rates were measured, and nothing that rests on a straight ln τ(I), as the exact density of ramps does."""
    measured = [term.measurement for term in objective.terms]
    tied = any(isinstance(m, StraightLawOnly) or m.settings.measurement_time is not None for m in measured)
    return any(m.traits.activated for m in measured) and not tied


def _shows_descriptions(objective: Objective, optimum: Optimum) -> bool:
    """Whether data that follow a description were taken at currents at all."""
    return _follows_descriptions(objective) and _largest_current(objective, optimum) > 0.0


def _are_lines(objective: Objective) -> list[bool]:
    """Which measurements are of resonance lines, whose slopes a mapping reads off."""
    return [term.measurement.settings.lines is not None for term in objective.terms]


def _largest_current(objective: Objective, optimum: Optimum) -> float:
    """Of all rows with rates, A."""
    quantities = objective.space.quantities(optimum.x)
    terms = (term for term in objective.terms if term.measurement.traits.activated)
    return max(float(np.max(np.abs(current_at(quantities, term.measurement.settings)))) for term in terms)


def _same_slopes(objective: Objective, optimum: Optimum, description: Description) -> Array:
    """The best fit with λ changed so that the slopes at zero current stay."""
    x = optimum.x.copy()
    if "l_over_L" in objective.names:
        start = {p.name: p.quantity(p.start) for p in description.parameters}
        x[objective.names.index("l_over_L")] /= float(description.slope_ratio(start))
    return x


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
                return _beyond(words) if _leaves_the_table(rival, ends[-1].x) else _entry(rival, ends[-1], words)
    return _entry(rival, min(ends, key=lambda end: end.sum_of_squares), words) if ends else _without_fit(words)


def _leaves_the_table(rival: Objective, x: Array) -> bool:
    rates, quantities = rival.law.rates, rival.space.quantities(x)
    rows = (term.exact_rows(quantities) for term in rival.terms)
    return rates is not None and any(rates.outside(found).any() for found in rows if found is not None)


# --- entries ------------------------------------------------------------------------------------------------------


def _entry(objective: Objective, optimum: Optimum, words: tuple[str, str]) -> Entry:
    """What one fit costs and gains. A fit that failed has no criteria."""
    rank = optimum.directions.rank
    rows = float(np.sum(objective.discrepancies(optimum.x)[1]))
    converged = optimum.status is Status.CONVERGED
    return {
        "name": words[0],
        "description": words[1],
        "deviance": optimum.sum_of_squares,
        "parameters": rank,
        "aic": optimum.sum_of_squares + 2.0 * rank if converged else None,
        "bic": optimum.sum_of_squares + rank * float(np.log(rows)) if converged else None,
        "delta_aic": None,
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


def _beyond(words: tuple[str, str]) -> Entry:
    """The entry of exact rates whose best fit has no two states somewhere."""
    beyond = "At its best fit some rows have no two states, or a barrier beyond the table of exact rates"
    return _without_fit(words) | {"note": f"{beyond}: it is not compared."}


def _without_fit(words: tuple[str, str]) -> Entry:
    """The entry of a description that gives these data no probability anywhere near."""
    absent = dict.fromkeys(("deviance", "aic", "bic", "delta_aic", "l_over_L"))
    return {
        "name": words[0],
        "description": words[1],
        "parameters": 0,
        "status": Status.NO_CONVERGENCE.key,
        "note": "No start has a finite likelihood: it is not compared.",
    } | absent


def _note(objective: Objective, optimum: Optimum) -> str:
    """The parameters of a description, those at an end of their range, and what it makes of l/L_θθ."""
    names = [p.name for p in objective.law.description.parameters if p.name in objective.names]
    names += [name for name, bound in zip(objective.names, optimum.at_bound, strict=True) if bound]
    names += [name for name in ("l_over_L",) if name in objective.names]
    return "; ".join(_value(objective, optimum, name) for name in dict.fromkeys(names))


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


def _ranked(entries: list[Entry], *, has_deviance: bool) -> list[Entry]:
    """The entries with ΔAIC; where there is no deviance, −2 ln L counted from the first."""
    lowest = min(entry["aic"] for entry in entries if entry["aic"] is not None and entry["status"] != SAME_LAW)
    origin = 0.0 if has_deviance else entries[0]["deviance"]
    ranked = []
    for entry in entries:
        known = {name: entry[name] for name in ("deviance", "aic", "bic") if entry[name] is not None}
        change = {name: value - origin for name, value in known.items()}
        distance = {} if entry["aic"] is None else {"delta_aic": entry["aic"] - lowest}
        ranked.append(entry | change | distance)
    return ranked
