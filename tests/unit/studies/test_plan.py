"""The ranking of candidates, and their simulation."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import pytest

from stfit.results.measurement_plan import SimulatedCheck
from stfit.studies.candidates import candidates
from stfit.studies.conditions import offers
from stfit.studies.forecast import forecast
from stfit.studies.plan import Trials, checked, rank
from stfit.studies.trial import trial
from tests.unit.studies.planning import AGAIN, cold, today

REFITS: Final = 100


def test_the_best_gain_per_hour_stands_first() -> None:
    entries = rank(today(precision_time=AGAIN)).entries
    there = [entry for entry in entries if entry.worthwhile and entry.kind not in offers()]
    another = [entry for entry in entries if entry.worthwhile and entry.kind in offers()]
    assert [entry for entry in entries if entry.worthwhile] == [*there, *another]
    for group in (there, another):
        merits = [entry.gain_per_hour or 0.0 for entry in group]
        assert merits == sorted(merits, reverse=True)
    assert [entry.worthwhile for entry in entries] == sorted([e.worthwhile for e in entries], reverse=True)
    assert entries[0].kind == "constants"  # β, known to 9 %, is most of the error of λ


def test_what_identifies_the_target_stands_first() -> None:
    entries = rank(cold(target="tau_0")).entries
    identifying = [entry.stderr is not None for entry in entries]
    assert identifying == sorted(identifying, reverse=True)
    assert identifying[0]
    assert not identifying[-1]
    assert "tau_0" in entries[0].identifies
    assert entries[0].gain is None


def test_every_candidate_fills_the_time_there_is() -> None:
    ranking = rank(today(hours=8 * 3600.0))
    assert [entry.hours for entry in ranking.entries] == pytest.approx([8.0] * len(ranking.entries), rel=1e-12)
    there = [entry.stderr for entry in ranking.entries if entry.worthwhile and entry.kind not in offers()]
    assert there == sorted(there, key=lambda error: error or np.inf)
    assert sum(entry.kind == "longer" for entry in ranking.entries) == 1


def test_what_takes_too_long_says_so() -> None:
    ranking = rank(today(hours=600.0, candidates=("temperature", "constants"), precision_time=AGAIN))
    assert {entry.kind for entry in ranking.entries} == {"constants"}
    assert any("with 0.167 h to spend" in why for _, why in ranking.without)


def test_a_goal_and_the_hours_to_it() -> None:
    entries = rank(today(goal=0.05, candidates=("constants", "longer"), precision_time=AGAIN)).entries
    beta = next(entry for entry in entries if entry.title.startswith("β"))
    assert beta.hours_to_goal is not None
    assert beta.hours_to_goal > 0
    longer = next(entry for entry in entries if entry.kind == "longer")
    assert longer.hours_to_goal is None  # β alone leaves 9 %


@cache
def simulated(target: str, kind: str) -> tuple[float, SimulatedCheck]:
    """The predicted error of a candidate, and its simulation; τ0 from one temperature, all else from four."""
    start = (cold if target == "tau_0" else today)(target=target, candidates=(kind,), precision_time=AGAIN)
    candidate = candidates(start)[0][0]
    predicted = forecast(start, candidate).estimates[target].stderr or 0.0
    return predicted, trial(start, candidate, predicted, REFITS, np.random.SeedSequence(11))


@pytest.mark.parametrize(("target", "kind"), [("l_over_L", "constants"), ("tau_0", "temperature")])
def test_simulated_spread_is_the_predicted_error(target: str, kind: str) -> None:
    predicted, check = simulated(target, kind)
    assert (check.refits, check.failed) == (REFITS, 0)
    assert check.spread == pytest.approx(check.ratio * predicted, rel=1e-12)
    # 4 Monte-Carlo errors: a false alarm in 16,000 seeds
    assert abs(check.ratio - 1.0) < 4.0 * check.ratio_error
    assert check.ratio_error == pytest.approx(0.962 / np.sqrt(REFITS) * check.ratio, rel=1e-12)


@pytest.mark.parametrize(("target", "kind"), [("l_over_L", "constants"), ("tau_0", "temperature")])
def test_a_predicted_error_of_half_is_found_out(target: str, kind: str) -> None:
    _, check = simulated(target, kind)
    assert 2.0 * check.ratio - 1.0 > 4.0 * 2.0 * check.ratio_error


def test_the_same_seed_gives_the_same_check() -> None:
    start = today(candidates=("longer",))
    ranking = rank(start)
    first, same, other = (checked(ranking, Trials(1, 10, seed)).entries[0].check for seed in (1, 1, 2))
    assert first == same
    assert first != other


def test_chosen_points_are_listed_in_si() -> None:
    entries = rank(today(candidates=("temperature", "pulses"))).entries
    for entry in entries:
        assert entry.settings
        assert {row["state"] for row in entry.settings} <= {"P", "AP"}
        assert all(row["temperature"] > 200.0 for row in entry.settings)
