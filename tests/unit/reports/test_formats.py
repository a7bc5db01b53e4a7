"""Which forms of a report there are, and that all of its files are written or none."""

from __future__ import annotations

import importlib.util
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from stfit.errors import InputError
from stfit.outputs import Output, Work
from stfit.reports import bundle
from stfit.reports.bundle import write_report
from stfit.reports.document import document
from stfit.reports.formats import FORMATS, chosen_formats, files_of
from stfit.reports.latex import latex
from stfit.reports.markdown import markdown
from stfit.results import FitResult

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
RESULT: FitResult = EXAMPLES["one_temperature"]()
WORK = Work("fit", ("a pillar",))


def test_several_forms_may_be_asked_for_each_counts_once() -> None:
    assert chosen_formats("md") == ("md",)
    assert chosen_formats("latex, HTML,latex") == ("latex", "html")
    assert chosen_formats("all") == FORMATS


@pytest.mark.parametrize("text", ["docx", "html,docx", "", ","])
def test_a_form_that_there_is_not_is_refused_with_those_that_there_are(text: str) -> None:
    with pytest.raises(InputError, match=r"option '--format': expected html, pdf, md, latex or all, with commas"):
        chosen_formats(text)


def test_without_typst_a_pdf_is_refused_before_anything_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr("stfit.reports.formats.find_spec", lambda name: None if name == "typst" else there(name))
    with pytest.raises(InputError, match=r'pdf: expected typst: pip install "stfit\[pdf\]"; found no such package'):
        chosen_formats("all")
    assert chosen_formats("html,md,latex") == ("html", "md", "latex")


def test_every_form_names_its_files() -> None:
    assert files_of(("html", "latex")) == ("result.json", "report.html", "report.tex", "table.tex")
    assert files_of(("pdf", "md"), result=False) == ("report.pdf", "report.md")


def test_markdown_and_latex_have_the_figures_they_name(tmp_path: Path) -> None:
    write_report(RESULT, Output(tmp_path, WORK), ("md", "latex"))
    pages = {name: (tmp_path / name).read_text(encoding="utf-8") for name in ("report.md", "report.tex")}
    drawn = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert len(drawn) == 2 * 4  # the measurement, residuals, budget, correlations
    for name in drawn:
        assert f"figures/{name}" in pages["report.md" if name.endswith(".svg") else "report.tex"]
    assert (tmp_path / "figures" / "measurement-1.pdf").read_bytes().startswith(b"%PDF")
    assert "\\begin{tabular}" in (tmp_path / "table.tex").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["nanopillar", "one_temperature", "not_converged"])
def test_no_number_has_more_digits_than_a_physicist_writes(name: str) -> None:
    shown = document(EXAMPLES[name]())
    for text in (markdown(shown), latex(shown)):
        written = re.sub(r"\\(num|qty|numrange)\{[^}]*\}", "", text.split("Assumptions: ")[0])  # below: as given
        assert not re.search(r"\d\.\d{8,}|\d{9,}|\de[+-]\d|\bnan\b|\binf\b", written)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No figures, which take the time and play no part."""
    monkeypatch.setattr(bundle, "drawings", lambda _: ())


@pytest.mark.usefixtures("undrawn")
def test_a_report_again_leaves_the_result_alone(tmp_path: Path) -> None:
    stored = tmp_path / "result.json"
    stored.write_text("as it was", encoding="utf-8")
    written = write_report(RESULT, Output(tmp_path, WORK), ("latex",), with_result=False)
    assert written.paths[0] == tmp_path / "report.tex"
    assert stored.read_text(encoding="utf-8") == "as it was"


@pytest.mark.usefixtures("undrawn")
def test_a_form_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("out of ink")

    monkeypatch.setattr(bundle, "markdown", broken)
    with pytest.raises(RuntimeError, match="out of ink"):
        write_report(RESULT, Output(tmp_path / "out", WORK), ("latex", "md"))
    assert not (tmp_path / "out").exists()


def test_the_same_result_is_the_same_pdf() -> None:
    first, second = (bundle.forms(RESULT, ("pdf",))["report.pdf"] for _ in range(2))
    assert isinstance(first, bytes)
    assert first.startswith(b"%PDF")
    assert first == second
