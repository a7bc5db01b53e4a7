"""What is said of rival descriptions, by the differences of their AIC."""

from __future__ import annotations

from typing import Any

import pytest

from stfit.reports.ranking_words import comparison_sentence, preference, readings_sentence
from stfit.results.ranking import NOT_TRIED, readings, verdicts


def entry(name: str, aic: float | None, status: str = "converged", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": name, "aic": aic, "status": status, "contains": [], "l_over_L": None} | more


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
    assert verdicts([entry("a", 100.0), entry("b", 100.0 + change, contains=["a"])]) == expected


def test_only_a_description_that_contains_another_can_add_nothing_to_it() -> None:
    assert verdicts([entry("a", 100.0), entry("b", 100.5, contains=["c"])]) == ["best", "as good"]


def test_failures_and_other_words_do_not_compete() -> None:
    others = [("b", None, "not-converged"), ("c", 99.0, "same-law"), ("d", None, NOT_TRIED)]
    comparison = [entry("a", 100.0), *(entry(*other) for other in others)]
    assert verdicts(comparison) == ["best", "no fit", "same law", "not tried"]
    assert comparison_sentence(comparison) == ""


def test_nothing_is_best_where_nothing_was_fitted() -> None:
    comparison = [entry("a", None, status="not-converged")]
    assert verdicts(comparison) == ["no fit"]
    assert comparison_sentence(comparison) == comparison_sentence([]) == ""
    assert preference(comparison) is None
    assert preference([]) is None


def test_what_cannot_be_told_apart_is_said() -> None:
    comparison = [entry("a", 101.0), entry("b", 100.0), entry("c", 105.0), entry("d", 100.5, contains=["a"])]
    assert comparison_sentence(comparison) == "The data cannot tell these apart (|ΔAIC| < 2): b; a."
    assert preference(comparison) is None


def test_what_is_preferred_is_said_with_its_distance_from_the_true_next() -> None:
    comparison = [entry("a", 100.0), entry("b", 104.25), entry("c", 130.0)]
    assert comparison_sentence(comparison) == "The data prefer “a”. “b” comes next; its AIC is 4.2 higher."
    needless = entry("d", 101.8, contains=["a"])
    sentence = comparison_sentence([*comparison, needless])
    assert sentence.startswith("The data prefer “a”. “d” has one more parameter, which the data do not need.")
    assert sentence.endswith("“b” comes next; its AIC is 4.2 higher.")


# --- readings that the data support ------------------------------------------------------------------------------


FIT = entry("eq-27", 100.0, l_over_L=[8.0, 1.0])


def rival(aic: float, value: float, differs_in: str = "the barrier law") -> dict[str, Any]:
    return entry("other", aic, l_over_L=[value, 1.0], differs_in=differs_in)


def test_supported_descriptions_that_give_another_value_make_a_range() -> None:
    found = readings([FIT, rival(103.9, 6.0), rival(101.0, 11.2, "heating"), rival(104.1, 40.0), rival(100.0, 8.9)])
    assert found is not None
    assert (found.low, found.high, found.count) == (6.0, 11.2, 3)  # 8.9 is within the error, 40 hardly supported
    assert found.text == "6 to 11 e"
    assert found.depends_on == ("the barrier law", "heating")


def test_the_support_is_counted_from_the_best_not_from_the_fit() -> None:
    assert readings([FIT, rival(97.0, 12.0), rival(101.5, 30.0)]) == readings([FIT, rival(97.0, 12.0)])


@pytest.mark.parametrize(
    "comparison",
    [
        [],
        [FIT],
        [FIT, rival(101.0, 8.9)],
        [FIT, rival(120.0, 80.0)],
        [entry("eq-27", 100.0), rival(100.0, 80.0)],
        [entry("eq-27", None, "not-converged"), rival(100.0, 80.0)],
    ],
)
def test_there_is_one_reading_where_no_supported_description_differs(comparison: list[dict[str, Any]]) -> None:
    assert readings(comparison) is None
    assert readings_sentence(comparison) == ""


def test_a_much_better_rival_is_a_warning() -> None:
    sentence = preference([entry("a", 120.0), entry("b", 100.0)])
    assert sentence is not None
    assert sentence.startswith("“b” describes the data better than “a”, by 20.0 in AIC")
    assert preference([entry("a", 109.0), entry("b", 100.0)]) is None


def test_of_equals_the_first_is_the_best() -> None:
    assert verdicts([entry("a", 100.0), entry("b", 100.0 - 5e-13)]) == ["best", "as good"]
