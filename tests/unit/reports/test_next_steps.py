"""What a report says to measure next, and what it says on its first screen."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

from stfit.reports.answer_section import first_sentence, reliability, validity_items
from stfit.reports.content import Listing, plain
from stfit.reports.drawn_budget import variance_shares
from stfit.reports.next_steps_section import section
from stfit.results.result import FitResult, Note

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
NANOPILLAR: FitResult = EXAMPLES["nanopillar"]()


def said(result: FitResult) -> list[str]:
    shown = section(result)
    assert shown is not None
    return [plain(item) for block in shown.blocks if isinstance(block, Listing) for item in block.items]


def test_the_shares_of_a_variance_add_to_one() -> None:
    shares = variance_shares(NANOPILLAR)["l_over_L"]
    # 0.12² + 0.70² + 0.30² = 0.5944, of which β brings 0.49
    assert shares["beta"] == 0.70**2 / (0.12**2 + 0.70**2 + 0.30**2)
    assert abs(sum(shares.values()) - 1.0) < 1e-15  # three roundings of doubles below 1


def test_a_negligible_source_is_left_out() -> None:
    small = replace(NANOPILLAR, budget={"l_over_L": {"statistics": 1.0, "beta": 0.01}})  # 1e-4 of the variance
    assert list(variance_shares(small)["l_over_L"]) == ["statistics"]


def test_the_constant_that_an_error_is_made_of_is_named_with_what_it_would_leave() -> None:
    # without β: √(0.12² + 0.30²) = 0.323
    assert said(NANOPILLAR) == [
        "The error of l/L_θθ comes mostly from β. With β exact, the error of l/L_θθ would fall from 0.74 e to 0.32 e."
    ]


def test_counting_statistics_ask_for_time() -> None:
    counted = replace(NANOPILLAR, budget={"l_over_L": {"statistics": 0.7, "beta": 0.1}, "tau_0": {"statistics": 1e-10}})
    assert said(counted) == [
        (
            "The error of l/L_θθ, τ0 comes mostly from the statistics of the data. "
            "It falls with the square root of the measuring time."
        )
    ]


def test_what_is_not_identified_comes_first_each_remedy_once() -> None:
    remedies = said(EXAMPLES["one_temperature"]())
    assert remedies[0] == "Measure dwell times at a second temperature, at least 10 K away."
    assert remedies[1] == "Give β in [device], from a measurement of the spin polarisation."


def test_a_fit_that_failed_promises_nothing() -> None:
    assert said(EXAMPLES["not_converged"]()) == []


def sentences(result: FitResult) -> list[str]:
    (listing,) = reliability(result).blocks
    assert isinstance(listing, Listing)
    return [plain(item) for item in listing.items]


def test_reliability_is_one_sentence_each_on_validity_fit_and_identifiability_the_gravest_first() -> None:
    words = sentences(NANOPILLAR)
    assert len(words) == 3
    assert words[0].startswith("warning Pulses of 10 ns")
    assert words[1].startswith("acceptable The fit converged. The data agree with the fit (p =")
    assert words[2] == "8 of 8 The data determine all 8 free parameters."


def test_reliability_has_at_most_five_sentences() -> None:
    notes = [Note(str(place), "warning", f"Warning {place}. More of it.") for place in range(7)]
    words = sentences(replace(NANOPILLAR, validity=notes))
    assert len(words) == 5
    assert words[3] == "warning Warning 3."
    assert words[4] == "5 more They are listed under “Tests of fit” and “Assumptions”."


def test_every_grave_remark_on_validity_is_said_the_gravest_first() -> None:
    notes = [Note("a", "warning", "Hm."), Note("b", "info", "So."), Note("c", "failure", "No. Not at all.")]
    assert [plain(item) for item in validity_items(notes)] == ["failure No.", "warning Hm."]
    assert validity_items(notes[1:2]) == []


def test_the_first_sentence_ends_before_the_next_one() -> None:
    assert first_sentence("Eq. 27 is 1.2 times off. It needs E ≫ k_BT.") == "Eq. 27 is 1.2 times off."
    assert first_sentence("No end") == "No end"
