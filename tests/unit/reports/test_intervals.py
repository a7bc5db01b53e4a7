"""Where the intervals come from, as a report says it."""

from __future__ import annotations

from dataclasses import replace

from stfit.reports.intervals_section import intervals
from tests.unit.reports.example import nanopillar


def test_a_profile_without_an_end_is_said() -> None:
    result = nanopillar()
    assert intervals(result).notes == []
    lost = replace(result, intervals={"chosen_by": "auto", "without_end": ["tau_0", "E_P"]})
    assert list(intervals(lost).notes) == [
        "The profile of τ0, E_P has no end that could be found; the covariance interval is given instead."
    ]


def test_replicas_that_failed_are_counted() -> None:
    stored = {"chosen_by": "bootstrap", "bootstrap": {"fitted": 997, "failed": 2}}
    found = intervals(replace(nanopillar(), intervals=stored)).notes
    assert list(found) == ["997 replicas were drawn from the fit and refitted; 2 more could not be fitted."]
