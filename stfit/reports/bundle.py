"""A report on disk: result.json and the forms that are asked for, all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stfit.figures.style import pdf_file
from stfit.reports import pdf
from stfit.reports.blocks import drawings
from stfit.reports.content import Document, Drawing
from stfit.reports.document import document
from stfit.reports.formats import FIGURES, REPORT, RESULT
from stfit.reports.html import page_of
from stfit.reports.latex import answer_table, latex
from stfit.reports.markdown import markdown
from stfit.results.result import FitResult
from stfit.results.storage import as_text, make_folder, write_texts

Files = dict[str, str | bytes]  # by their path below the folder of the report


def write_report(
    result: FitResult, folder: Path | str, formats: Sequence[str] = ("html",), *, with_result: bool = True
) -> Path:
    """Write result.json and the report into `folder`, made if need be; the path of the report's first file.

    The files are all there, whole, or none of them. with_result: False leaves result.json as it is. InputError where
    the folder is a file or cannot be written.
    """
    folder = Path(folder)
    files: Files = {RESULT: as_text(result)} if with_result else {}
    files |= forms(result, formats)  # before anything is touched
    make_folder(folder)
    if any(name.startswith(f"{FIGURES}/") for name in files):
        make_folder(folder / FIGURES)
    return write_texts({folder / name: content for name, content in files.items()})[1 if with_result else 0]


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
