"""A comparison of results as one page: the forest plot first, then each quantity, then what the analyses differ in."""

from __future__ import annotations

from stfit.reports.comparison_text import estimate_rows, forest, forest_words, separate_sentence, tension_sentence
from stfit.reports.content import (
    Badge,
    Code,
    Document,
    Drawing,
    Inline,
    Listing,
    Name,
    Number,
    Paragraph,
    Prose,
    ReportSection,
    Table,
    TableColumn,
    TableRow,
)
from stfit.reports.html import page_of
from stfit.results.compared import Compared, ComparedQuantity
from stfit.results.pooling import TENSION
from stfit.results.symbols import symbol
from stfit.version import __version__


def page(compared: Compared) -> str:
    """The comparison as one self-contained HTML page.

    Parameters
    ----------
    compared : Compared
        Two results or more; every name is escaped.

    Returns
    -------
    str
        A page of the same looks as a report; it loads nothing from a network.
    """
    return page_of(comparison_document(compared))


def comparison_document(compared: Compared) -> Document:
    """The page of a comparison without a form.

    Parameters
    ----------
    compared : Compared
        Two results or more.

    Returns
    -------
    Document
        The forest plot, a section for each quantity, and the settings in which the analyses differ.
    """
    first = next(iter(compared.quantities), None)
    separate = separate_sentence(compared)
    sections = (
        _forest(compared),
        *(_quantity(compared, quantity) for quantity in compared.quantities),
        *([_differences(compared)] if compared.differences else []),
        *([_remarks(compared)] if compared.remarks else []),
    )
    return Document(
        title=f"Comparison of {len(compared.names)} results, {compared.convention} convention",
        headline="" if first is None else (Name(first.name), ": ", Prose(tension_sentence(first))),
        remarks=((Badge("warning", "not pooled"), " ", Prose(separate)),) if separate else (),
        failed=first is not None and first.common is not None and first.common.verdict == TENSION,
        first=(),
        picture=None,
        sections=sections,
        version=__version__,
        created=max(result.created for result in compared.results),
    )


def _forest(compared: Compared) -> ReportSection:
    caption = (
        "Thick bars: 68 % intervals. Thin bars: 95 % intervals; an arrow marks an open end. "
        "Line and band: the common value with its error, where the results agree."
    )
    drawing = Drawing("forest", lambda _: forest(compared), forest_words(compared), caption)
    return ReportSection("forest", "Values and intervals", (drawing,))


def _quantity(compared: Compared, quantity: ComparedQuantity) -> ReportSection:
    """The values of one quantity, and whether the results agree on it."""
    titles: tuple[Inline, ...] = ("", "value", "95 % interval", "verdict", "pull")
    columns = tuple(TableColumn(title, numeric=title == "pull") for title in titles)
    table = Table(columns, tuple(_row(cells) for cells in estimate_rows(compared, quantity)), "parameters")
    return ReportSection(
        quantity.name,
        Name(quantity.name),
        (table, Paragraph(Prose(tension_sentence(quantity)))),
        symbol(quantity.name).words,
    )


def _row(cells: tuple[str, ...]) -> TableRow:
    name, value, interval, verdict, pull = cells
    kind = verdict or ("not-identified" if value != "–" else "")
    badge: Inline = Badge(kind, kind.replace("-", " ")) if kind else ""
    return TableRow((name, Number(value), Number(interval), badge, Number(pull)), kind)


def _differences(compared: Compared) -> ReportSection:
    differences = compared.differences
    columns = (TableColumn(), *(TableColumn(key.replace("_", " "), wraps=True) for key in differences))
    rows = tuple(
        TableRow((name, *(Code(words[place]) for words in differences.values())))
        for place, name in enumerate(compared.names)
    )
    finding = ", ".join(key.replace("_", " ") for key in differences)
    return ReportSection("differences", "Settings that differ", (Table(columns, rows),), finding)


def _remarks(compared: Compared) -> ReportSection:
    listing = Listing(tuple(Prose(remark) for remark in compared.remarks))
    return ReportSection("remarks", "Remarks", (listing,))
