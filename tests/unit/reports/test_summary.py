from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stfit.reports.sentences import goodness_sentence, headline, identifiability_sentence
from stfit.reports.summary import beside, ordered, summary
from stfit.results.result import Estimate, FitResult, Goodness, Verdict

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
NANOPILLAR: FitResult = EXAMPLES["nanopillar"]()
ONE_TEMPERATURE: FitResult = EXAMPLES["one_temperature"]()
FAILED: FitResult = EXAMPLES["not_converged"]()


def test_the_headline_gives_the_answer_and_whether_to_believe_it() -> None:
    expected = "l/L_θθ = 8.12(74) e (95 %: 6.7 to 9.6 e); the data agree with the fit (p = 0.21)."
    assert headline(NANOPILLAR) == expected


def test_the_headline_gives_the_combination_instead_of_a_number_nobody_knows() -> None:
    found = headline(ONE_TEMPERATURE)
    assert found.startswith("l/L_θθ is not identified by these data; (l/L_θθ) · c_P/β = 6.62(11) e rad is what")


def test_the_headline_of_a_failed_fit_is_its_failure() -> None:
    assert headline(FAILED) == FAILED.status.sentence


def test_a_coefficient_held_fixed_is_said_to_be() -> None:
    fixed = Estimate(8.0, None, None, None, "e", Verdict.FIXED)
    result = replace(NANOPILLAR, parameters=NANOPILLAR.parameters | {"l_over_L": fixed})
    assert headline(result).startswith("l/L_θθ = 8 e (held fixed);")


def test_without_a_coefficient_there_is_still_a_headline() -> None:
    assert headline(replace(NANOPILLAR, parameters={})).startswith("l/L_θθ is not identified by these data; the data")


@pytest.mark.parametrize(
    ("verdict", "dof", "words"),
    [
        (
            "acceptable",
            9,
            "The data agree with the fit (p = 0.21; deviance 12.3 for 9 degrees of freedom, its p from a",
        ),
        ("doubtful", 9, "The data hardly agree with the fit"),
        ("rejected", 1, "The data reject this description (p = 0.21; deviance 12.3 for 1 degree of freedom"),
        ("not-testable", 0, "The fit cannot be tested: the data leave no freedom"),
        ("not-testable", 5, "The fit cannot be tested (deviance 12.3"),
    ],
)
def test_the_sentence_of_goodness(verdict: str, dof: int, words: str) -> None:
    goodness = Goodness(verdict, 0.21, 12.3, dof, "parametric bootstrap")
    assert goodness_sentence(goodness).startswith(words)


def test_the_sentence_of_identifiability() -> None:
    assert identifiability_sentence(NANOPILLAR) == "The data determine all 8 free parameters."
    found = identifiability_sentence(ONE_TEMPERATURE)
    assert found.startswith("The data determine 5 combinations of 7 free parameters; not identified: l/L_θθ, τ0, E_P")


def test_the_answers_come_first() -> None:
    names = [name for name, _ in ordered(NANOPILLAR)]
    assert names[:4] == ["l_over_L", "c_P", "c_AP", "tau_0"]
    assert sorted(names) == sorted(NANOPILLAR.parameters)


def test_pairs_of_states_share_a_prefix() -> None:
    slopes = [NANOPILLAR.parameters[f"slope_{state}"].value or 0.0 for state in ("P", "AP")]
    assert beside("slope_P", NANOPILLAR) == max(abs(slope) for slope in slopes)
    assert beside("l_over_L", NANOPILLAR) == 8.12


def test_the_summary_is_an_aligned_table_with_verdicts() -> None:
    lines = summary(NANOPILLAR).splitlines()
    table = lines[4 : 5 + len(NANOPILLAR.parameters)]
    column = table[0].index("verdict")
    assert all(line[column - 2 : column] == "  " for line in table)
    assert {line[column:] for line in table[1:]} == {"identified", "constrained", "fixed"}
    assert any("1.10 (+0.49 −0.34) ns" in line for line in table)


def test_the_summary_gives_no_number_for_what_is_not_identified() -> None:
    text = summary(ONE_TEMPERATURE)
    row = next(line for line in text.splitlines() if line.startswith("τ0"))
    assert row.split(maxsplit=1)[1] == "not identified    –"
    assert "Identified instead\n  (l/L_θθ) · c_P/β = 6.62(11) e rad" in text


def test_the_summary_carries_warnings_and_notices() -> None:
    text = summary(NANOPILLAR)
    assert "warning: Pulses of 10 ns" in text
    assert "notice, pulses.csv: every n_switched" in text
    assert "info:" not in text
