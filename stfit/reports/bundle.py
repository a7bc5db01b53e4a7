"""A report on disk: result.json and the forms that are asked for, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence

from stfit.figures.style import pdf_file
from stfit.outputs import Output, Written
from stfit.reports import pdf
from stfit.reports.blocks import drawings
from stfit.reports.content import Document, Drawing
from stfit.reports.document import document
from stfit.reports.formats import FIGURES, REPORT, RESULT
from stfit.reports.html import page_of
from stfit.reports.latex import answer_table, latex
from stfit.reports.markdown import markdown
from stfit.results.result import FitResult
from stfit.results.storage import as_text

Files = dict[str, str | bytes]  # by their path below the folder of the report


def write_report(
    result: FitResult, output: Output, formats: Sequence[str] = ("html",), *, with_result: bool = True
) -> Written:
    """Write the report and result.json, the first file of the report first; all of them or none.

    with_result: False leaves result.json as it is. InputError where the folder cannot be written, or holds files of
    these names that are not of this work.
    """
    files = forms(result, formats)  # before anything is touched
    return output.write(files | ({RESULT: as_text(result)} if with_result else {}))


def forms(result: FitResult, formats: Sequence[str]) -> Files:
    """The files of a report in the formats asked for."""
    shown = document(result)
    files: Files = {}
    for form in formats:
        files |= _form(shown, form)
    return files


def _form(shown: Document, form: str) -> Files:
    if form == "html":
        return {REPORT: page_of(shown)}
    if form == "pdf":
        return {"report.pdf": pdf.pdf(shown)}
    if form == "md":
        text: Files = {"report.md": markdown(shown, FIGURES)}
        return text | {_name(entry, "svg"): entry.file("column") for entry in drawings(shown)}
    written: Files = {"report.tex": latex(shown, FIGURES), "table.tex": answer_table(shown)}
    return written | {_name(e, "pdf"): pdf_file(e.figure("column")) for e in drawings(shown)}


def _name(entry: Drawing, ending: str) -> str:
    return f"{FIGURES}/{entry.identity}.{ending}"
