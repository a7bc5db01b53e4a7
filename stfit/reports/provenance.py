"""What was assumed, where a result comes from, and how to cite it."""

from __future__ import annotations

from typing import Final

from stfit.reports import view
from stfit.reports.content import (
    Badge,
    Block,
    Code,
    Column,
    Heading,
    Inline,
    Italic,
    Listing,
    Number,
    Paragraph,
    Prose,
    Row,
    Section,
    Table,
    Verbatim,
)
from stfit.results.result import FitResult

_INPUTS: Final = (
    Column("input", wraps=True),
    Column("kind"),
    Column("rows", numeric=True),
    Column("polarity", numeric=True),
    Column("SHA-256", wraps=True),
)
_PAPER: Final[tuple[Inline, ...]] = (
    "J.-E. Wegrowe, S. M. Santos, M.-C. Ciornei, H.-J. Drouhin and J. M. Rubí, ",
    Italic("Magnetization reversal driven by spin-injection: a mesoscopic spin-transfer effect"),
    ", for the theory (Eqs. 7, 27, 28, 32); and the stfit developers, ",
)


def assumed(result: FitResult) -> Section:
    """Assumptions and conventions, how far they hold, priors and bounds."""
    blocks: list[Block] = []
    if result.assumptions:
        blocks.append(Listing(tuple(Prose(sentence) for sentence in result.assumptions)))
    if result.validity:
        notes = tuple((Badge(note.level, note.level), " ", Prose(note.sentence)) for note in result.validity)
        blocks += [Heading("How far that holds"), Listing(notes)]
    if priors := view.priors(result):
        rows = view.key_values([(name, Prose(text)) for name, text in priors])
        blocks += [Heading("Priors and bounds"), rows]
    return Section("assumed", "What was assumed", tuple(blocks))


def provenance(result: FitResult) -> Section:
    """Inputs with their checksums, command, seed, versions, the analysis file."""
    rows = [
        Row(
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
        rows.append(Row(("analysis file", "", "", "", _sum(result.analysis_sha256))))
    blocks: list[Block] = [Table(_INPUTS, tuple(rows), named=False)]
    recognised = [(entry.file, "; ".join(entry.recognised)) for entry in result.inputs if entry.recognised]
    if recognised:
        blocks += [Heading("What was recognised of the files"), view.key_values(recognised)]
    blocks.append(view.key_values(_circumstances(result)))
    if result.analysis:
        blocks += [Heading("The analysis file"), Verbatim(result.analysis)]
    return Section("provenance", "Where this comes from", tuple(blocks))


def citation(result: FitResult) -> Section:
    """How to cite theory and program."""
    program = (Italic(f"stfit {result.stfit_version}"), ", for the analysis.")
    data = " The checksums above name the data exactly." if result.inputs else ""
    return Section("cite", "How to cite", (Paragraph((*_PAPER, *program, data)),))


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
