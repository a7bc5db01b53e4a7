"""Which measurement to take next: candidates ranked by what they do for the error of one quantity in an hour."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np

from stfit.backends.parallel import told
from stfit.results import Verdict
from stfit.results.measurement_plan import NextMeasurement
from stfit.studies.candidate import Candidate, Today
from stfit.studies.candidates import candidates
from stfit.studies.conditions import offers
from stfit.studies.forecast import Forecast, forecast
from stfit.studies.planner import settings_of
from stfit.studies.trial import trial

_SHORTEST: Final = 0.02  # of its own size: below this a candidate has no transition left at most points
_SAME: Final = 0.005  # of a factor that is written with three digits


@final
@dataclass(frozen=True)
class Ranking:
    """Candidates, the best first; and what offers none, with the reason."""

    today: Today
    forecasts: tuple[Forecast, ...]
    entries: tuple[NextMeasurement, ...]
    without: tuple[tuple[str, str], ...]


@final
@dataclass(frozen=True)
class Trials:
    """How many candidates are simulated, and how often each; processes: how many share the refits."""

    candidates: int
    refits: int
    seed: int
    processes: int = 1


def rank(today: Today) -> Ranking:
    """Every candidate with its expected error, in order of what it does for the target in an hour.

    First those that identify the target where it is not identified today, by error · √hours, which does not depend on
    how long each is; then by ln(error today/error then) per hour, those that change nothing behind the others;
    last those with which it still is not identified. In each group measurements of the kinds there are come before the
    first one of another kind, which needs another set-up.
    """
    found, without = candidates(today)
    if today.conditions.hours is not None:  # twice and four times as long are the same then
        found = [c for c in found if c.kind != "longer" or c.factor == 1.0]
    pairs = []
    for candidate in told(found, "candidates ranked", len(found)):
        sized = _sized(candidate, today.conditions.hours)
        if isinstance(sized, str):
            without.append((candidate.kind, sized))
        else:
            expected = forecast(today, sized)
            pairs.append((expected, _entry(today, expected)))
    pairs.sort(key=lambda pair: _order(pair[1], offers()))
    return Ranking(today, tuple(f for f, _ in pairs), tuple(e for _, e in pairs), tuple(without))


def checked(ranking: Ranking, trials: Trials) -> Ranking:
    """The same with the first candidates that leave an error simulated and fitted many times each."""
    seeds = np.random.SeedSequence(trials.seed).spawn(len(ranking.entries))
    entries = list(ranking.entries)
    for i in [i for i, entry in enumerate(entries) if entry.stderr is not None][: trials.candidates]:
        predicted = entries[i].stderr or 0.0
        candidate = ranking.forecasts[i].candidate
        check = trial(ranking.today, candidate, predicted, trials.refits, seeds[i], trials.processes)
        entries[i] = replace(entries[i], check=check)
    return replace(ranking, entries=tuple(entries))


def _order(entry: NextMeasurement, another: Container[str]) -> tuple[int, bool, float]:
    """By group, kinds that are there first, then merit. another: names of a first measurement of another kind."""
    if entry.stderr is None:
        group, merit = 3, entry.hours
    elif entry.gain is None:
        group, merit = 0, entry.stderr * float(np.sqrt(entry.hours))
    else:
        group, merit = (1 if entry.worthwhile else 2), -entry.gain / entry.hours
    return group, entry.kind in another, merit


def _sized(candidate: Candidate, seconds: float | None) -> Candidate | str:
    """The candidate made to fill a time, or why it cannot."""
    if seconds is None:
        return candidate
    left = seconds - candidate.cost.overhead
    factor = left / candidate.cost.measuring
    if factor < _SHORTEST:
        least = (candidate.cost.overhead + _SHORTEST * candidate.cost.measuring) / 3600.0
        return f"{candidate.title}: takes {least:.3g} h or more, with {seconds / 3600.0:.3g} h to spend"
    sized = candidate.stretched(factor)
    return replace(sized, title=_resized_title(candidate, sized))


def _resized_title(candidate: Candidate, sized: Candidate) -> str:
    if candidate.kind == "longer":
        stem = candidate.title.rpartition(" × as long")[0].rpartition(" ")[0]
        return f"{stem} {1.0 + sized.factor:.3g} × as long in all"
    if abs(sized.factor - 1.0) < _SAME:
        return candidate.title
    if candidate.kind == "constants":
        return f"{candidate.title}, {sized.factor:.3g} times over"
    return f"{candidate.title}; each point {sized.factor:.3g} × as long as one so far"


def _entry(today: Today, found: Forecast) -> NextMeasurement:
    candidate, target = found.candidate, today.conditions.target
    before, after = today.estimates[target], found.estimates[target]
    stderr = after.stderr if found.identified else None
    goal = today.conditions.goal
    reached = goal is not None and stderr is not None
    return NextMeasurement(
        kind=candidate.kind,
        title=candidate.title,
        hours=candidate.cost.hours,
        measuring_hours=candidate.cost.measuring / 3600.0,
        overhead_hours=candidate.cost.overhead / 3600.0,
        points=candidate.cost.points,
        temperatures=candidate.cost.temperatures,
        fields=candidate.cost.fields,
        factor=candidate.factor,
        stderr=stderr,
        verdict=after.verdict.value,
        gain=float(np.log(before.stderr / stderr)) if before.stderr and stderr else None,
        at_best=found.at_best if stderr is not None else None,
        hours_to_goal=found.hours_to((goal or 0.0) * abs(today.value(target))) if reached else None,
        identifies=_identified_anew(today, found),
        curve=found.curve(),
        settings=[] if candidate.kind == "longer" else [row for term in candidate.terms for row in settings_of(term)],
    )


def _identified_anew(today: Today, found: Forecast) -> list[str]:
    unknown = (name for name, e in today.estimates.items() if e.verdict is Verdict.NOT_IDENTIFIED)
    return [n for n in unknown if found.estimates[n].verdict is not Verdict.NOT_IDENTIFIED]
