"""Tests of fit in words: which one rejects, what it means, what to do; and no agreement read off p = 1."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stfit.reports.fit_test_words import EXPLANATIONS, alarms, explanation_of
from stfit.reports.sentences import goodness_sentence, headline, rejection
from stfit.reports.summary import summary
from stfit.results import Goodness, GoodnessTest
from stfit.results.fit_tests import PREDICTIVE, UNDER_DISPERSION
from tests.unit.reports.example import nanopillar

NANOPILLAR = nanopillar()

FINE = GoodnessTest("deviance", "all", 9.0, 0.31, "acceptable")
SHAPE = GoodnessTest("exponential shape of dwells", "dwells.csv", 1.3, 1e-12, "rejected")
QUIET = GoodnessTest(UNDER_DISPERSION, "means.csv", 0.3, 1e-9, "doubtful")


def goodness(verdict: str, p_value: float, *tests: GoodnessTest) -> Goodness:
    return Goodness(verdict, p_value, 9.0, 9, "asymptotic", list(tests))


def test_a_test_that_rejects_is_named_with_its_meaning_and_a_remedy() -> None:
    found = goodness("rejected", 2e-12, FINE, SHAPE)
    ((verdict, sentence),) = alarms(found)
    assert verdict == "rejected"
    assert sentence.startswith("Test exponential shape of dwells (p < 10⁻⁹): ")
    assert sentence.endswith(" ".join(EXPLANATIONS["exponential shape of dwells"]))
    assert "test: exponential shape of dwells" in rejection(found)
    assert f"rejected: {sentence}" in summary(replace(NANOPILLAR, goodness=found)).splitlines()


def test_tests_of_one_kind_are_said_together_the_gravest_first() -> None:
    several = [
        GoodnessTest("deviance, P", "a.csv", 40.0, 2e-4, "doubtful"),
        GoodnessTest("deviance, AP", "b.csv", 90.0, 1e-6, "rejected"),
    ]
    found = alarms(goodness("rejected", 1e-11, *several, SHAPE))
    assert [verdict for verdict, _ in found] == ["rejected", "rejected"]
    assert found[0][1].startswith("Test exponential shape of dwells of dwells.csv")
    assert found[1][1].startswith("Tests deviance, AP of b.csv (p = 1×10⁻⁶); deviance, P of a.csv (p = 2×10⁻⁴)")


def test_where_holm_ends_at_one_the_smallest_p_value_is_said() -> None:
    other = replace(FINE, name="runs of signs", p_value=0.7)
    capped, not_capped = (
        goodness("acceptable", 1.0, FINE, other, other, QUIET),
        goodness("acceptable", 0.62, FINE, other),
    )
    assert goodness_sentence(replace(capped, tests=capped.tests[:3])).startswith(
        "No test rejects the fit (smallest of 3 p-values: 0.31; deviance 9"
    )
    assert "p = 1" not in goodness_sentence(capped)
    assert goodness_sentence(not_capped).startswith("The data agree with the fit (p = 0.62, the smallest of 2 tests")


def test_too_little_scatter_is_no_agreement() -> None:
    found = goodness("acceptable", 0.31, FINE, QUIET)
    assert alarms(found)[0][1].count("The data scatter less than their errors say") == 1
    assert headline(replace(NANOPILLAR, goodness=found)).endswith(
        "no test rejects the fit, but the data scatter less than their errors say (p = 0.31)."
    )


@pytest.mark.parametrize("name", ["deviance, P→AP", f"{PREDICTIVE}largest residual", "switching currents, AP→P"])
def test_every_kind_of_test_has_words_of_its_own(name: str) -> None:
    assert explanation_of(name) in EXPLANATIONS.values()


def test_a_test_of_another_version_has_general_words() -> None:
    assert explanation_of("astrology") not in EXPLANATIONS.values()
