"""The expected error after a candidate, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.diagnostics.budget import budget
from stfit.studies.candidate import Candidate, Today
from stfit.studies.candidates import candidates
from stfit.studies.costs import Cost
from stfit.studies.forecast import forecast
from tests.builders import dwell_times, grid
from tests.unit.studies.planning import cold, today

FREE_OF_NOISE = dwell_times(grid())  # the information of the data is then the expected one


def again(start: Today) -> Candidate:
    terms = start.objective.terms
    return Candidate("longer", "again", start.cost(*terms), terms)


def test_twice_the_time_with_known_constants_is_an_error_smaller_by_root_two() -> None:
    start = today(FREE_OF_NOISE, known=True)
    before = start.estimates["l_over_L"].stderr
    after = forecast(start, again(start)).estimates["l_over_L"].stderr
    assert before is not None
    # the fit ends within 1e-7 of its error of the truth
    assert after == pytest.approx(before / np.sqrt(2.0), rel=1e-6)


def test_a_constant_known_perfectly_leaves_the_other_shares() -> None:
    start = today(FREE_OF_NOISE)
    shares = budget(start.objective, start.optimum, start.estimates)["l_over_L"]
    total = float(start.estimates["l_over_L"].stderr or 0.0)
    better = Candidate("constants", "β", Cost(1.0, 0.0), quotes={"beta": 1e-5})
    after = forecast(start, better).estimates["l_over_L"].stderr
    # β, like all constants here, has no part in what the dwells tell: its variance goes and nothing else changes;
    # 1e-5 in place of 0 for its error leaves (1e-5/0.03)² of its share, a part in 1e7, times (0.26/0.11)²
    assert after == pytest.approx(np.sqrt(total**2 - shares["beta"] ** 2), rel=1e-5)


def test_all_constants_known_leave_the_statistics() -> None:
    start = today(FREE_OF_NOISE)
    shares = budget(start.objective, start.optimum, start.estimates)["l_over_L"]
    quotes = {"beta": 1e-5, "delta_R": 1e-6, "temperature": 1e-2}
    after = forecast(start, Candidate("constants", "all", Cost(1.0, 0.0), quotes=quotes)).estimates["l_over_L"].stderr
    # what is left of β, ΔR and T is (8.6, 2.7 and 10)e-5 of λ = 3 beside statistics of 7.7e-3: 1.5e-4 in quadrature
    assert after == pytest.approx(shares["statistics"], rel=3e-4)


def test_the_curve_passes_through_the_stated_error() -> None:
    start = today()
    for candidate in candidates(start)[0]:
        found = forecast(start, candidate)
        assert found.error(1.0) == pytest.approx(found.estimates["l_over_L"].stderr, rel=1e-6), candidate.title


def test_errors_fall_with_time_to_what_is_best() -> None:
    start = today()
    for candidate in candidates(start)[0]:
        found = forecast(start, candidate)
        curve = np.array(found.curve()["stderr"])
        assert np.all(np.diff(curve) <= 1e-12 * curve[0]), candidate.title
        # a temperature that is measured alone leaves directions seen 1e-7 as sharply as the others
        assert found.at_best <= curve[-1] * (1.0 + 1e-6)
        assert curve[0] <= (start.estimates["l_over_L"].stderr or 0.0) * (1.0 + 1e-9)


def test_hours_to_a_goal() -> None:
    start = today(FREE_OF_NOISE, known=True)
    found = forecast(start, again(start))
    before = float(start.estimates["l_over_L"].stderr or 0.0)
    # 1/σ² grows with 1 + k: half of σ at k = 3
    reached = found.hours_to(0.5 * before)
    assert reached == pytest.approx(found.hours(3.0), rel=1e-5)
    assert found.hours_to(1e-4 * before) is None


def test_another_temperature_identifies_the_attempt_time() -> None:
    start = cold(target="tau_0")
    assert start.estimates["tau_0"].value is None
    found = {c.kind: forecast(start, c) for c in candidates(start)[0]}
    assert found["temperature"].identified
    assert found["temperature"].estimates["tau_0"].stderr is not None
    assert not found["longer"].identified
    assert found["longer"].curve() == {"hours": [], "stderr": []}
