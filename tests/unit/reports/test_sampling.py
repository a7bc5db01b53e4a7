"""The chain in a report, from a stored result alone."""

from __future__ import annotations

import runpy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stfit.diagnostics.posterior import posterior_estimates
from stfit.diagnostics.reliability import reliability
from stfit.diagnostics.sampling import sampling_summary
from stfit.reports.document import document
from stfit.reports.drawn_chain import posterior_figure, traces_figure
from stfit.reports.html import render
from stfit.reports.markdown import markdown
from stfit.reports.sampling_section import sampling
from stfit.reports.sentences import chain_sentence, headline
from stfit.reports.summary import summary
from stfit.results import FitResult, Status, read, write
from stfit.results.numbers import format_estimate
from tests.chains import chain_of, device

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
PAGE: Any = runpy.run_path(str(Path(__file__).with_name("test_html.py")))["Page"]


@cache
def result(*, usable: bool = True) -> FitResult:
    objective, optimum, chain = device()
    if not usable:
        apart = chain.draws.copy()
        apart[0] += 1.0
        chain = chain_of(objective, apart)
    judged = reliability(objective, optimum, chain)
    assert judged.usable == usable
    found = posterior_estimates(objective, optimum, chain, judged)
    summary = sampling_summary(objective, optimum, chain, 1, judged, found)
    status = Status.CONVERGED if usable else Status.UNUSABLE_CHAIN
    example: FitResult = EXAMPLES["nanopillar"]()
    return replace(example, parameters=found, sampling=summary, status=status, backend="mcmc")


@cache
def page(*, usable: bool = True) -> Any:
    return PAGE(render(result(usable=usable)))


@pytest.mark.parametrize("usable", [True, False])
def test_a_sampled_result_is_stored_and_read_back(usable: bool, tmp_path: Path) -> None:
    stored = result(usable=usable)
    assert read(write(stored, tmp_path / "result.json")) == stored


def test_the_page_has_verdict_table_figures_and_priors() -> None:
    assert page().open == []
    assert "Sampling: the chain is reliable" in page().text
    assert "4 independent ensembles of 64 walkers" in page().text
    assert "Influence of the priors" in page().text
    assert "strong prior / weak likelihood" in page().text
    named = [attributes.get("aria-label") or "" for tag, attributes in page().elements if tag == "svg"]
    assert any(words.startswith("Posterior densities of l/L_θθ") for words in named)
    assert any("largest R̂ is 1.0" in words for words in named)


def test_the_verdict_stands_where_a_reader_decides_whether_to_believe_it() -> None:
    text = page().text
    belief = text[text.rindex("Reliability ") : text.rindex("Measurements ")]
    assert str(chain_sentence(result().sampling))[:20] in belief


def test_a_page_without_a_chain_says_nothing_of_one() -> None:
    plain = EXAMPLES["nanopillar"]()
    assert sampling(plain) is None
    assert posterior_figure(plain) is None
    assert traces_figure(plain) is None
    assert "chain" not in markdown(document(plain))


def test_an_unusable_chain_shows_why_and_no_number() -> None:
    broken = result(usable=False)
    section = sampling(broken)
    assert section is not None
    assert section.corner is None
    assert section.traces is not None
    assert section.priors == []
    assert {row.effective for row in section.worth} == {"–"}
    assert {error for row in section.worth for error in row.errors} == {"–"}
    assert format_estimate(broken.parameters["l_over_L"]) == "–"
    assert headline(broken).startswith("The chain is unusable")
    text = page(usable=False).text
    assert "unusable" in text
    assert "no fit" in text


def test_the_summary_says_what_the_chain_is_worth() -> None:
    assert str(chain_sentence(result().sampling)) in summary(result())
    assert chain_sentence({}) is None
