from __future__ import annotations

import base64
import hashlib
import re
import runpy
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from stfit.reports import html
from stfit.reports.html import render
from stfit.results.result import FitResult

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """What a browser would make of a page: its elements, its text, and whether they are nested properly."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.set_cdata_mode(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: render(EXAMPLES[name]()) for name in ("nanopillar", "one_temperature", "not_converged", "hostile")}


@pytest.mark.parametrize("name", ["nanopillar", "one_temperature", "not_converged", "hostile"])
def test_a_page_is_whole_and_self_contained(name: str, pages: dict[str, str]) -> None:
    page = Page(pages[name])
    assert page.open == []
    tags = [tag for tag, _ in page.elements]
    assert not {"link", "iframe", "object", "embed", "img", "image", "foreignobject"} & set(tags)
    for _, attributes in page.elements:
        assert not [key for key in attributes if key.startswith("on")]
        assert all((attributes.get(key) or "#").startswith("#") for key in ("href", "xlink:href", "src", "action"))
    assert not re.search(r"url\((?!#)|@import", pages[name])
    assert not re.search(r"https?://", pages[name])


@pytest.mark.parametrize("name", ["nanopillar", "hostile"])
def test_the_only_script_is_ours_and_nothing_may_be_fetched(name: str, pages: dict[str, str]) -> None:
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", pages[name], re.DOTALL)
    assert scripts == [Path(html.__file__).with_name("templates").joinpath("report.js").read_text(encoding="utf-8")]
    hashed = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    policy = next(a["content"] or "" for tag, a in Page(pages[name]).elements if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{hashed}';" in policy


def test_a_page_says_without_its_script_all_it_has_to_say(pages: dict[str, str]) -> None:
    # the script only makes buttons and tips: nothing in the page is hidden until it runs
    page = Page(pages["nanopillar"])
    assert not [attributes for _, attributes in page.elements if "hidden" in attributes]
    assert "button" not in {tag for tag, _ in page.elements}


@pytest.mark.parametrize("name", ["nanopillar", "one_temperature", "not_converged", "hostile"])
def test_no_identity_stands_twice(name: str, pages: dict[str, str]) -> None:
    # matplotlib itself repeats the id of a marker it defines twice; those of the page and of its figures must differ.
    ids = [attributes["id"] for tag, attributes in Page(pages[name]).elements if "id" in attributes and tag != "path"]
    assert len(ids) == len(set(ids))


def test_the_answer_comes_first(pages: dict[str, str]) -> None:
    text = Page(re.sub(r"<(nav|style|svg|script).*?</\1>", "", pages["nanopillar"], flags=re.DOTALL)).text
    places = [
        text.index(words)
        for words in (
            "l/Lθθ = 8.12(74) e (95 %: 6.7 to 9.6 e); the data agree with the fit",
            "Answer",
            "1.10 (+0.49 −0.34) ns",
            "18.67(41) mA",
            "Reliability",
            "P = 1 − exp(−tp/τ) is marginal",
            "The fit converged.",
            "Measurements",
            "Barriers and constants: EP = 520.0(9.4) meV, EAP",
            "20.46(37) kBT at 295 K",
            "Rivals: ",
            "Tests of fit: none of",
            "Identifiability: all 8 free parameters determined",
            "Error budget: 82 % of the variance of l/Lθθ from β",
            "Next measurements: a better value of β reduces the error of l/Lθθ",
            "dwell.csv: dwell-times",
            "Assumptions: ",
            "Provenance: ",
            "How to cite: Phys. Rev. B 77, 174408 (2008)",
            "10.1103/PhysRevB.77.174408",
        )
    ]
    assert places == sorted(places)


def test_everything_a_reader_needs_to_repeat_the_fit_is_there(pages: dict[str, str]) -> None:
    result: FitResult = EXAMPLES["nanopillar"]()
    text = Page(pages["nanopillar"]).text
    for entry in result.inputs:
        assert entry.sha256 in text
    assert all(note.sentence[:20] in text for note in result.validity)
    assert '<th scope="row">seed</th><td class="wrap">7</td>' in pages["nanopillar"]
    for words in (result.command, result.created, "numpy 2.4.6", "least-squares", "n may be 50"):
        assert words in text
    assert "delta_R = &#34;0.110 ± 0.004 ohm&#34;\n" in pages["nanopillar"]


def test_every_figure_has_words_for_who_cannot_see_it(pages: dict[str, str]) -> None:
    figures = [attributes for tag, attributes in Page(pages["nanopillar"]).elements if tag == "svg"]
    assert len(figures) == 6  # three measurements, residuals, correlations, budget
    words = [attributes["aria-label"] or "" for attributes in figures]
    assert all(attributes["role"] == "img" for attributes in figures)
    assert words[0].startswith("Dwell time against current: 8 series (P, 275 K; AP, 275 K;")
    assert words[2].startswith("Switching probability against current: 4 series (P->AP, 10 ns;")
    assert "the strongest: τ0 and E_P −0.97" in words[4] or "E_P and τ0 −0.97" in words[4]
    assert words[5].endswith("the largest are l/L_θθ 82 % β.")


def test_what_is_not_identified_has_no_number_but_a_remedy(pages: dict[str, str]) -> None:
    page = pages["one_temperature"]
    rows = re.findall(r'<tr class="not-identified">.*?</tr>', page, re.DOTALL)
    assert len(rows) == 7
    for row in rows:
        cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        assert cells[:2] == ["not identified", "–"]
    text = Page(page).text
    assert "Identified instead" in text
    assert "6.62(11) e rad" in text
    assert "Measure dwell times at a second temperature, at least 10 K away." in text
    assert "direction: +0.58 τ0, −0.58 EP, −0.58 EAP" in text


def test_a_fit_that_did_not_converge_says_so_and_calls_nothing_identified(pages: dict[str, str]) -> None:
    result: FitResult = EXAMPLES["not_converged"]()
    text = Page(pages["not_converged"]).text
    assert text.count(result.status.sentence) == 2
    assert 'class="badge identified"' not in pages["not_converged"]


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "{{7*7}}", "$\\frac$", "\"'&"])
def test_text_from_files_is_shown_literally(words: str, pages: dict[str, str]) -> None:
    # title (twice), command, analysis, assumption, note, prior, diagnostics, versions, parameter, file, notice, …
    assert Page(pages["hostile"]).text.count(words) >= 20


def test_characters_that_html_forbids_are_replaced(pages: dict[str, str]) -> None:
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", pages["hostile"])


def test_the_same_result_is_the_same_page(pages: dict[str, str]) -> None:
    assert render(EXAMPLES["one_temperature"]()) == pages["one_temperature"]
