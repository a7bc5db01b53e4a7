"""From an analysis to a plan: fit, rank what could come next, simulate the best, write it down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from stfit.analysis import Analysis, PlanEntry
from stfit.analysis.reading import with_target
from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.goodness import goodness
from stfit.errors import OPTION, InputError, Problem
from stfit.measurement import Observation
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from stfit.pipeline.circumstances import now
from stfit.results import Estimate, Status, Verdict
from stfit.results.measurement_plan import MeasurementPlan
from stfit.studies.candidate import Today
from stfit.studies.conditions import candidate_words
from stfit.studies.costs import pricing_of
from stfit.studies.plan import Ranking, Trials, checked, rank
from stfit.studies.planner import planners
from stfit.version import __version__


def plan_analysis(
    analysis: Analysis,
    measurements: Sequence[Observation],
    trials: Trials,
    *,
    command: str,
) -> MeasurementPlan:
    """The plan of an analysis: its fit, the candidates in order, the first of them simulated.

    InputError where the target is no quantity of this model, or is held at its value.
    """
    objective = assemble(analysis, measurements)
    optimum = minimise(objective)
    today = Today(objective, optimum, analysis.plan)
    _refuse_idle_target(today, analysis)
    ranking = checked(rank(today), trials) if optimum.status is Status.CONVERGED else Ranking(today, (), (), ())
    return _plan(analysis, ranking, trials.seed, command)


def end_of(plan: MeasurementPlan, free: Sequence[str]) -> list[str]:
    """Why the fit behind a plan gave no answer to what was asked of it, as for `stfit fit`; empty where it did."""
    if plan.status != Status.CONVERGED.key:
        return [Status.from_key(plan.status).sentence]
    asked = [name for name in free if name in plan.not_identified]
    return [f"the data do not identify {', '.join(asked)}, which 'fit.free' asks for"] if asked else []


def with_plan(
    analysis: Analysis, target: str | None = None, hours: float | None = None, where: str = OPTION
) -> Analysis:
    """The analysis with another target or time to spend (h); InputError where they are impossible, at `where`."""
    conditions = analysis.plan
    if target is not None:
        conditions = with_target(analysis, target, where).plan
    if hours is not None:
        if not 0.0 < hours < np.inf:
            raise InputError(Problem(where.format("hours"), "a finite time above 0 h", f"{hours:g} h"))
        conditions = replace(conditions, hours=3600.0 * hours)
    return replace(analysis, plan=conditions)


def _refuse_idle_target(today: Today, analysis: Analysis) -> None:
    target, where = today.conditions.target, f"{analysis.source or 'analysis'}, key 'plan.target'"
    known = [name for name in today.estimates if name in today.quantities]
    if target not in known:
        raise InputError(Problem(where, f"a quantity of this model: {', '.join(sorted(known))}", repr(target)))
    if today.estimates[target].verdict is Verdict.FIXED:
        raise InputError(Problem(where, "a quantity that is fitted", f"'{target}', which is held at its value"))


def _plan(analysis: Analysis, ranking: Ranking, seed: int, command: str) -> MeasurementPlan:
    today = ranking.today
    found: Estimate = today.estimates[today.conditions.target]
    hours = today.conditions.hours
    return MeasurementPlan(
        title=analysis.title,
        stfit_version=__version__,
        created=now(),
        command=command,
        seed=seed,
        status=today.optimum.status.key,
        analysis_sha256=analysis.sha256 or None,
        target=today.conditions.target,
        unit=found.unit,
        value=found.value,
        stderr=found.stderr,
        verdict=found.verdict.value,
        not_identified=[n for n, e in today.estimates.items() if e.verdict is Verdict.NOT_IDENTIFIED],
        goal=today.conditions.goal,
        hours=None if hours is None else hours / 3600.0,
        candidates=list(ranking.entries),
        without=[{"kind": candidate_words()[kind], "why": why} for kind, why in ranking.without],
        assumptions=_assumptions(today.conditions, today.objective, ranking),
        warnings=_warnings(today.objective, today.optimum, seed, today.estimates),
    )


def _assumptions(conditions: PlanEntry, objective: Objective, ranking: Ranking) -> list[str]:
    chosen = {entry.kind for entry in ranking.entries}
    sentences = [_HOW, _overheads(conditions)]
    if "longer" in chosen and any(pricing_of(term.measurement).by_error(term.measurement) for term in objective.terms):
        sentences.append("Stated errors are assumed to fall with the square root of the time, so they must be random.")
    sentences += [sentence for planner in planners() for sentence in planner.assumptions(chosen)]
    if "constants" in chosen:
        sentences.append(
            f"A new determination of a constant takes {conditions.constant_time / 3600:g} h unless "
            "[plan] precision_time says otherwise. Its error is that of [plan] precision, or half of the present one."
        )
    return sentences


_HOW: Final = (
    "Expected errors come from the observed Fisher information of the present data and the expected one of the new "
    "data, both at the present fit. They hold where errors are so small that the law is linear within them."
)


def _overheads(conditions: PlanEntry) -> str:
    return (
        f"Each point costs {conditions.overhead_per_point:g} s in addition to measuring, each temperature other than "
        f"the device's {conditions.overhead_per_temperature / 60:g} min, each further field "
        f"{conditions.overhead_per_field / 60:g} min."
    )


def _warnings(objective: Objective, optimum: Optimum, seed: int, found: dict[str, Estimate]) -> list[str]:
    if optimum.status is not Status.CONVERGED:
        return [optimum.status.sentence]
    warnings = []
    if goodness(objective, optimum, seed).verdict == "rejected":
        warnings.append("The present data reject the model, so errors expected from it mean little.")
    unknown = [name for name in objective.names if found[name].verdict is Verdict.NOT_IDENTIFIED]
    if unknown:
        warnings.append(
            f"Not identified today: {', '.join(unknown)}. Expected errors of candidates that identify them depend on "
            "their true values, which are not known. The errors are computed for the values at the fit."
        )
    return warnings
