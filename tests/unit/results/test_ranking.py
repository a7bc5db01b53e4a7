"""What is said of rival descriptions, by the differences of their AIC."""

from __future__ import annotations

from typing import Any

import pytest

from stfit.results.ranking import comparison_sentence, preference, verdicts


def entry(name: str, aic: float | None, parameters: int = 5, status: str = "converged") -> dict[str, Any]:
    return {"description": name, "aic": aic, "parameters": parameters, "status": status}


@pytest.mark.parametrize(
    ("distance", "verdict"),
    [
        (0.5, "as good"),
        (1.99, "as good"),
        (2.0, "less supported"),
        (9.9, "less supported"),
        (10.0, "hardly supported"),
        (500.0, "hardly supported"),
    ],
)
def test_a_rival_of_as_many_parameters_is_judged_by_its_distance(distance: float, verdict: str) -> None:
    assert verdicts([entry("a", 100.0), entry("b", 100.0 + distance)]) == ["best", verdict]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (1.7, ["best", "adds nothing"]),
        (-1.0, ["best", "adds nothing"]),
        (-2.0, ["best", "adds nothing"]),
        (-2.1, ["less supported", "best"]),
        (12.0, ["best", "hardly supported"]),
    ],
)
def test_a_parameter_more_must_earn_its_place(change: float, expected: list[str]) -> None:
    assert verdicts([entry("a", 100.0), entry("b", 100.0 + change, parameters=6)]) == expected


def test_failures_and_other_words_do_not_compete() -> None:
    comparison = [entry("a", 100.0), entry("b", None, status="not-converged"), entry("c", 99.0, status="same-law")]
    assert verdicts(comparison) == ["best", "no fit", "same law"]
    assert comparison_sentence(comparison) == ""


def test_nothing_is_best_where_nothing_was_fitted() -> None:
    comparison = [entry("a", None, status="not-converged")]
    assert verdicts(comparison) == ["no fit"]
    assert comparison_sentence(comparison) == comparison_sentence([]) == ""
    assert preference(comparison) is None
    assert preference([]) is None


def test_what_cannot_be_told_apart_is_said() -> None:
    comparison = [entry("a", 101.0), entry("b", 100.0), entry("c", 105.0), entry("d", 100.5, parameters=6)]
    assert comparison_sentence(comparison) == "The data cannot tell these apart (|ΔAIC| < 2): b; a."
    assert preference(comparison) is None


def test_what_is_preferred_is_said_with_its_lead() -> None:
    comparison = [entry("a", 100.0), entry("b", 104.25), entry("c", 130.0)]
    assert (
        comparison_sentence(comparison) == "Of the descriptions tried the data prefer “a”, by 4.2 in AIC over the next."
    )


def test_a_much_better_rival_is_a_warning() -> None:
    sentence = preference([entry("a", 120.0), entry("b", 100.0)])
    assert sentence is not None
    assert sentence.startswith("“b” describes the data better than “a”, by 20.0 in AIC")
    assert preference([entry("a", 109.0), entry("b", 100.0)]) is None


def test_of_equals_the_first_is_the_best() -> None:
    assert verdicts([entry("a", 100.0), entry("b", 100.0 - 5e-13)]) == ["best", "as good"]
