"""One analysis from objective to result: the fit, its estimates, every diagnostic."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.analysis import Analysis
from stfit.backends.least_squares import minimise
from stfit.backends.nested import require
from stfit.backends.optimum import Optimum
from stfit.backends.parallel import available_processes
from stfit.constants import BOLTZMANN
from stfit.diagnostics.budget import budget
from stfit.diagnostics.combinations import combinations
from stfit.diagnostics.comparison import compare
from stfit.diagnostics.contributions import (
    alone,
    contributions,
    line_slope_sentence,
    sign_sentence,
    tensions,
)
from stfit.diagnostics.estimates import spread
from stfit.diagnostics.evidence import evidence
from stfit.diagnostics.goodness import goodness
from stfit.diagnostics.identifiability import identifiability
from stfit.diagnostics.intervals import choose_intervals
from stfit.diagnostics.series import curves, summaries
from stfit.diagnostics.validity import validity
from stfit.errors import InputError, Problem
from stfit.measurement import Observation
from stfit.objective import FitParameter, Objective
from stfit.pipeline.alone import notes_of, own_results, run_alone, speak_alone
from stfit.pipeline.assembly import assemble
from stfit.pipeline.assumptions import assumptions, temperature_is_unknown
from stfit.pipeline.circumstances import LIBRARIES, input_of, now
from stfit.pipeline.outside import refuse_outside_the_law
from stfit.pipeline.simulated import known_truth
from stfit.pipeline.source import Source
from stfit.pipeline.thermal import heating_left_out
from stfit.pipeline.unchecked import unchecked
from stfit.reports.ranking_words import preference, readings_sentence
from stfit.results import Estimate, FitResult, Note, Verdict
from stfit.results.numbers import format_p, format_rounded, format_value
from stfit.results.ranking import NOT_TRIED, RIVAL_READINGS
from stfit.results.symbols import symbol
from stfit.version import __version__

Array = npt.NDArray[np.float64]

_LARGEST_EXPONENT = 300  # of a dwell time in s that a double holds
_LEAST = 1e-100  # of a bound in SI units; what lies beyond it, or beyond its inverse, bounds nothing
_CORRELATED_TOO = ("slope_P", "slope_AP")  # beside the parameters that are fitted


def run(analysis: Analysis, measurements: Sequence[Observation], *, seed: int, command: str) -> FitResult:
    """Fit the measurements as the analysis says and draw every conclusion."""
    if speak_alone(measurements):
        return run_alone(analysis, measurements, seed=seed, command=command)
    if analysis.fit.evidence:
        require()
    own = [own_results(analysis, measurement) for measurement in measurements]
    objective = assemble(analysis, measurements)
    _refuse_absurd_dwells(objective, objective.space.start)
    optimum = minimise(objective)
    refuse_outside_the_law(objective, optimum.x)
    _refuse_absurd_dwells(objective, optimum.x)
    chosen = choose_intervals(analysis.fit.intervals, objective, optimum, seed=seed)
    optimum, found = chosen.optimum, dict(chosen.estimates)
    rivals = compare(objective, optimum) if analysis.fit.compare else []
    joint = {
        "contributions": contributions(objective, optimum, found),
        "tensions": tensions(objective, optimum, found),
        "alone": alone(objective, optimum),
    }
    inputs = [input_of(measurement) for measurement in measurements]
    return FitResult(
        title=analysis.title,
        stfit_version=__version__,
        created=now(),
        command=command,
        seed=seed,
        status=optimum.status,
        backend="least-squares",
        convention=analysis.model.convention,
        inputs=inputs,
        analysis_sha256=analysis.sha256 or None,
        analysis=analysis.text,
        parameters=found,
        combinations=combinations(objective, optimum, found),
        reference_temperature=None if temperature_is_unknown(objective) else objective.reference_temperature,
        covariance=_covariance(objective, optimum, found),
        correlations=_correlations(objective, optimum, found),
        curves=curves(objective, optimum),
        goodness=goodness(objective, optimum, seed, always_bootstrap=analysis.fit.goodness == "bootstrap"),
        identifiability=identifiability(objective, optimum, found, seed=seed),
        validity=[
            *unchecked(analysis),
            *_limits(objective),
            *_without_end(chosen.record),
            *_disagreements(joint),
            *_preference(rivals),
            *_counterpart(objective, rivals),
            *heating_left_out(analysis, objective),
            *notes_of([entry for part in own for entry in part]),
            *validity(objective, optimum, found),
        ],
        budget=budget(objective, optimum, found),
        comparison=rivals,
        evidence=evidence(objective, optimum, seed=seed, processes=available_processes())
        if analysis.fit.evidence
        else [],
        joint=joint,
        intervals=dict(chosen.record),
        assumptions=assumptions(analysis, objective, measurements),
        measurements=[
            replace(summary, own=part) for summary, part in zip(summaries(objective, optimum), own, strict=True)
        ],
        priors=_priors(objective),
        diagnostics={"evaluations": optimum.evaluations, "minus_2_log_likelihood": optimum.sum_of_squares},
        truth=known_truth(inputs),
        versions={"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
        source=Source.of(analysis, measurements, objective, optimum),
    )


def _limits(objective: Objective) -> list[Note]:
    """What data at the edge of the sample space exclude."""
    return [
        Note("edge of the sample space", "warning", sentence)
        for term in objective.terms
        for sentence in term.measurement.edge().limits
    ]


def _without_end(record: Mapping[str, Any]) -> list[Note]:
    """Quantities whose profile has no end that could be found."""
    lost = [symbol(name).text for name in record.get("without_end", ())]
    if not lost:
        return []
    listed = ", ".join(lost)
    sentence = f"No end of the profile of {listed} could be found: the interval shown is that of the covariance."
    return [Note("interval", "warning", sentence)]


def _disagreements(joint: dict[str, list[dict[str, Any]]]) -> list[Note]:
    """Whether the measurements of a joint fit agree: warnings where they do not, and the slopes of lines."""
    notes = []
    for entry in joint["tensions"]:
        if entry["verdict"] == "in tension":
            sentence = (
                f"Without {entry['left_out']}, {entry['quantity']} moves by {entry['pull']:.1f} standard errors of the "
                f"move ({format_p(entry['p_value'], 'p = ')}): the measurements are in tension."
            )
            notes.append(Note("tension", "warning", sentence))
    contradiction, ratio = sign_sentence(joint["alone"]), line_slope_sentence(joint["alone"])
    if contradiction is not None:
        notes.insert(0, Note("sign", "warning", contradiction))
    return notes if ratio is None else [*notes, Note("slopes of lines", "info", ratio)]


def _preference(rivals: list[dict[str, Any]]) -> list[Note]:
    """Warnings where a rival description is much better than the fitted one, or as good with another l/L_θθ."""
    sentence, several = preference(rivals), readings_sentence(rivals)
    better = [] if sentence is None else [Note("rival description", "warning", sentence)]
    untried = [Note("exact rates", "info", e["note"]) for e in rivals if e["status"] == NOT_TRIED]
    return [*better, *([Note(RIVAL_READINGS, "warning", several)] if several else []), *untried]


def _counterpart(objective: Objective, rivals: list[dict[str, Any]]) -> list[Note]:
    """What the exact rates make of l/L_θθ, beside Eq. 27 or the other way round."""
    entries = {entry["name"]: entry for entry in rivals if entry.get("l_over_L") is not None}
    other = entries.get(objective.law.rates.counterpart)
    if other is None or rivals[0]["name"] not in entries:
        return []
    mine, theirs = rivals[0]["l_over_L"], other["l_over_L"]
    change = theirs[0] / mine[0] - 1.0 if mine[0] else 0.0
    size = f", {100.0 * abs(change):.0f} % {'larger' if change > 0 else 'smaller'}" if change else ""
    sentence = (
        f"With {other['description']} the same data give l/L_θθ = {format_value(theirs[0], theirs[1], 'e')}{size}; "
        f"deviance {other['deviance']:.4g} against {rivals[0]['deviance']:.4g}."
    )
    return [Note("exact rates", "info", sentence)]


def _refuse_absurd_dwells(objective: Objective, x: Array) -> None:
    """InputError where constants and settings lead to dwell times that no number can hold."""
    exponents = objective.log_dwell_times(x) / np.log(10.0)
    if np.any(np.isnan(exponents)):
        expected = "two states at every row: a field inside the anisotropy field of its temperature, and T below T_C"
        raise InputError(Problem("Eq. 27 with what is given", expected, "a row with one state, or none"))
    if not np.all(np.abs(exponents) < _LARGEST_EXPONENT):
        expected = f"dwell times between 1e-{_LARGEST_EXPONENT} and 1e{_LARGEST_EXPONENT} s at every row"
        found = f"10^{np.min(exponents):.4g} to 10^{np.max(exponents):.4g} s; check the units of what is given or fixed"
        raise InputError(Problem("Eq. 27 with what is given", expected, found))


def _determined(objective: Objective, found: dict[str, Estimate]) -> list[str]:
    """Parameters that vary and have an error."""
    return [name for name in objective.names if found[name].stderr is not None]


def _covariance(objective: Objective, optimum: Optimum, found: dict[str, Estimate]) -> dict[str, Any]:
    """Covariance of the determined parameters, SI; of the logarithm where `scale` says so."""
    names = _determined(objective, found)
    if optimum.covariance is None or not names:
        return {"names": [], "scale": [], "matrix": []}
    index = [objective.names.index(name) for name in names]
    parameters = [objective.space.varied[i].parameter for i in index]
    unit = np.array([p.scale if p.transform == "linear" else 1.0 for p in parameters])
    matrix = optimum.covariance[np.ix_(index, index)] * np.outer(unit, unit)
    return {"names": names, "scale": [p.transform for p in parameters], "matrix": matrix.tolist()}


def _correlations(objective: Objective, optimum: Optimum, found: dict[str, Estimate]) -> dict[str, dict[str, float]]:
    names = _determined(objective, found)
    names += [name for name in _CORRELATED_TOO if found[name].stderr and name not in names]
    if optimum.covariance is None or len(names) < 2:
        return {}
    quantities = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    gradients = np.array([spread(quantities[name], optimum).gradient for name in names])
    matrix = gradients @ optimum.covariance @ gradients.T
    errors = np.sqrt(np.diag(matrix))
    correlation = np.clip(matrix / np.outer(errors, errors), -1.0, 1.0)
    return {a: dict(zip(names, row, strict=True)) for a, row in zip(names, correlation.tolist(), strict=True)}


def _priors(objective: Objective) -> dict[str, str]:
    """What every parameter that varies was allowed, in words."""
    words = {}
    for p in objective.space.varied:
        unit = "" if p.parameter.unit == "e" else p.parameter.unit
        low, high = (_end(p, end) for end in (p.lower, p.upper))
        inside = f" {_between(low, high, unit)}"
        if unit == "J":
            kt = BOLTZMANN * objective.reference_temperature
            inside = f" {_between(low / kt, high / kt, '')} k_BT at {objective.reference_temperature:g} K"
        if p.constraint is not None:
            label = unit.replace("**3", "³").replace("**2", "²")
            words[p.name] = f"{p.constraint.sentence(label)},{inside}".rstrip(" ,")
        else:
            scale = {"log": " in its logarithm", "log1p": " in ln(1 + χ)"}.get(p.parameter.transform, "")
            words[p.name] = f"uniform{scale}{inside}".rstrip()
    return words


def _end(p: FitParameter, end: float) -> float:
    """An end of the range of a parameter (SI); infinite where only a double or the law ends a logarithm."""
    if p.parameter.transform == "log" and end in (p.parameter.limits or ()):
        return np.inf
    return float(np.asarray(p.parameter.quantity(end)))


def _between(low: float, high: float, unit: str) -> str:
    """Bounds in words; "" where there are none but those of the numbers of a computer."""
    ends = [
        format_rounded(end, unit, 3) if end == 0.0 or _LEAST < abs(end) < 1.0 / _LEAST else "" for end in (low, high)
    ]
    if all(ends):
        return f"between {ends[0]} and {ends[1]}"
    return f"above {ends[0]}" if ends[0] else f"below {ends[1]}" if ends[1] else ""


def asked_but_not_identified(result: FitResult, free: Sequence[str]) -> list[str]:
    """The parameters that the analysis asks for by name and the data do not identify."""
    return [name for name in free if result[name].verdict is Verdict.NOT_IDENTIFIED]
