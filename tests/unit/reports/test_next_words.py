"""What a terminal advises to type next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from stfit.reports.next_words import next_steps
from stfit.results.result import FitResult
from tests.unit.reports.example import nanopillar, not_converged

UNKNOWN_TAU_0 = {"components": {"tau_0": 1.0, "E_P": -1.0, "E_AP": -1.0}, "direction": "", "remedy": ""}


def with_rival(name: str, model: str = "") -> FitResult:
    """A result whose data prefer another description by 20 in AIC."""
    shared: dict[str, Any] = {"description": "", "contains": [], "parameters": 5, "status": "converged"}
    fitted = shared | {"name": "eq-27", "aic": 30.0, "delta_aic": 20.0, "deviance": 20.0}
    rival = shared | {"name": name, "aic": 10.0, "delta_aic": 0.0, "deviance": 0.0}
    text = nanopillar().analysis + f"[model]\n{model}"
    return replace(nanopillar(), comparison=[fitted, rival], analysis=text)


def test_a_good_fit_and_one_that_failed_need_no_advice() -> None:
    assert next_steps(nanopillar()) == []
    assert next_steps(not_converged()) == []


def test_a_rejected_fit_is_to_be_looked_at() -> None:
    rejected = replace(nanopillar(), goodness=replace(nanopillar().goodness, verdict="rejected"))
    assert next_steps(rejected) == ["Look at the residuals in the report: they show which rows disagree with the fit."]


def test_a_preferred_rival_is_named_by_its_keys() -> None:
    said = {
        name: next_steps(with_rival(name)) for name in ("exact-rates", "joule-heating", "mapping-peak", "barrier-2")
    }
    assert said["exact-rates"] == ['Try [model] barrier = "exact": the data prefer this description.']
    assert said["joule-heating"] == ['Try [model] heating = "joule": the data prefer this description.']
    assert said["mapping-peak"] == ['Try [model] mapping = "peak": the data prefer this description.']
    assert said["barrier-2"] == [
        'Try [model] barrier = "power-law" with [fit] fix = {exponent = 2}: the data prefer this description.'
    ]
    assert next_steps(with_rival("exact-rates", 'asymmetry = "symmetric"')) == said["exact-rates"]
    assert next_steps(with_rival("exact-rates", 'asymmetry = "theta_0"')) == [
        'Try [model] barrier = "exact", asymmetry = "uniaxial": the data prefer this description.'
    ]


@pytest.mark.parametrize(
    "said",
    ['[fit]\nfree = ["tau_0"]', '[fit.bounds]\ntau_0 = ["1 ps", "1 us"]', '[priors.tau_0]\nuniform = ["1 ps", "1 us"]'],
)
def test_an_analysis_that_says_something_of_the_attempt_time_is_not_told_to_fix_it(said: str) -> None:
    found = replace(nanopillar(), identifiability=nanopillar().identifiability | {"null_directions": [UNKNOWN_TAU_0]})
    assert len(next_steps(found)) == 1
    asked = replace(found, analysis=found.analysis + said)
    assert next_steps(asked) == []
