"""What was assumed, where a result comes from, and how to cite it."""

from __future__ import annotations

from typing import Final

from stfit.reports import view
from stfit.reports.content import (
    Badge,
    Block,
    Code,
    Heading,
    Inline,
    Italic,
    Listing,
    Number,
    Paragraph,
    Prose,
    ReportSection,
    Table,
    TableColumn,
    TableRow,
    Verbatim,
)
from stfit.results.result import FitResult

_INPUTS: Final = (
    TableColumn("input", wraps=True),
    TableColumn("kind"),
    TableColumn("rows", numeric=True),
    TableColumn("polarity", numeric=True),
    TableColumn("SHA-256", wraps=True),
)
_JOURNAL: Final = "Phys. Rev. B 77, 174408 (2008)"
_PAPER: Final[tuple[Inline, ...]] = (
    "Theory (Eqs. 7, 27, 28 and 32): J.-E. Wegrowe, S. M. Santos, M.-C. Ciornei, H.-J. Drouhin and J. M. Rubí, ",
    Italic("Magnetization reversal driven by spin-injection: a mesoscopic spin-transfer effect"),
    f", {_JOURNAL}, doi:",
    Code("10.1103/PhysRevB.77.174408"),
    ".",
)


def assumed(result: FitResult) -> ReportSection:
    """Assumptions and conventions, how far they hold, priors and bounds."""
    blocks: list[Block] = []
    if result.assumptions:
        blocks.append(Listing(tuple(Prose(sentence) for sentence in result.assumptions)))
    if result.validity:
        notes = tuple((Badge(note.level, note.level), " ", Prose(note.sentence)) for note in result.validity)
        blocks += [Heading("Range of validity"), Listing(notes)]
    if priors := view.priors(result):
        rows = view.key_values([(name, Prose(text)) for name, text in priors])
        blocks += [Heading("Priors and bounds"), rows]
    warnings = sum(note.level != "info" for note in result.validity)
    finding = f"{warnings} warning{'' if warnings == 1 else 's'}" if warnings else "no warning"
    return ReportSection("assumptions", "Assumptions", tuple(blocks), finding, folded=True)


def provenance(result: FitResult) -> ReportSection:
    """Inputs with their checksums, command, seed, versions, the analysis file."""
    rows = [
        TableRow(
            (
                entry.file,
                entry.kind,
                Number(str(entry.rows)),
                f"{entry.polarity:+d}".replace("-", "−"),
                _sum(entry.sha256),
            )
        )
        for entry in result.inputs
    ]
    if result.analysis_sha256 is not None:
        rows.append(TableRow(("analysis file", "", "", "", _sum(result.analysis_sha256))))
    blocks: list[Block] = [Table(_INPUTS, tuple(rows), named=False)]
    recognised = [(entry.file, "; ".join(entry.recognised)) for entry in result.inputs if entry.recognised]
    if recognised:
        blocks += [Heading("What was recognised of the files"), view.key_values(recognised)]
    blocks.append(view.key_values(_circumstances(result)))
    if result.analysis:
        blocks += [Heading("The analysis file"), Verbatim(result.analysis)]
    files = f"{len(result.inputs)} file{'' if len(result.inputs) == 1 else 's'}"
    finding = f"{files}, stfit {result.stfit_version}, {result.created[:10]}"
    return ReportSection("provenance", "Provenance", tuple(blocks), finding, folded=True)


def citation(result: FitResult) -> ReportSection:
    """How to cite theory and program."""
    program = ("Analysis: the stfit developers, ", Italic(f"stfit {result.stfit_version}"), ".")
    data = " The checksums under “Provenance” identify the data." if result.inputs else ""
    return ReportSection("cite", "How to cite", (Paragraph(_PAPER), Paragraph((*program, data))), _JOURNAL, folded=True)


def _sum(sha256: str) -> Inline:
    return Code(sha256)


def _circumstances(result: FitResult) -> list[tuple[Inline, Inline]]:
    others = tuple((", ", f"{name} {version}") for name, version in result.versions.items() if name != "stfit")
    return [
        ("command", Code(result.command)),
        ("date", result.created),
        ("seed", str(result.seed)),
        ("backend", result.backend),
        ("convention", result.convention),
        ("versions", (f"stfit {result.stfit_version}", *others)),
        *view.diagnostics(result),
    ]
