"""What the data determine: a verdict with its reason for each parameter, and the directions in which they see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from stfit.reports import view
from stfit.reports.content import (
    Badge,
    Block,
    Drawing,
    Heading,
    Inline,
    Name,
    Paragraph,
    Prose,
    ReportSection,
    Small,
    Table,
    TableColumn,
    TableRow,
    Terms,
)
from stfit.reports.drawn_measurements import correlations_figure, directions_figure, has_directions
from stfit.results.numbers import format_rounded
from stfit.results.result import FitResult
from stfit.results.symbols import symbol

_FEW: Final = 6  # parameters of a matrix that takes half a page
_KINDS: Final = {"structural": "structural", "local": "at this point", "practical": "practical", "none": ""}


_DIRECTIONS: Final = (
    "The directions in which the data see, stiffest above: magnitudes of their components in ln τ0, E/k_BT, "
    "ln|l/L_θθ|, θ0 and the logarithms of the constants. Sharpness is one over the standard error along a unit of the "
    "direction."
)
_KINDS_IN_WORDS: Final = (
    "Structural: no data of this design could tell, wherever the truth lies. At this point: not at the best fit, "
    "though elsewhere. Practical: the data could tell, but are too few."
)


@dataclass(frozen=True)
class JudgedRow:
    """A parameter, its verdict, the kind of what is missing, why, and what would help."""

    symbol: Inline
    verdict: str
    badge: str
    kind: str
    sentence: str
    remedy: str


@dataclass(frozen=True)
class Identifiability:
    """The section of a report; nothing in it for a result that was stored without one."""

    rows: list[JudgedRow]
    sentences: list[str]
    figure: Drawing | None

    @property
    def lacking(self) -> bool:
        """Whether anything is missing of any parameter."""
        return any(row.kind for row in self.rows)


def identifiability(result: FitResult) -> Identifiability:
    """Every parameter that is not held fixed; sentences on rank and spectrum; the picture of the directions."""
    judged = result.identifiability.get("parameters", {})
    rows = [_row(name, entry) for name, entry in judged.items() if entry["verdict"] != "fixed"]
    return Identifiability(rows, _sentences(result), _figure(result))


def _row(name: str, entry: dict[str, Any]) -> JudgedRow:
    words = entry["verdict"].replace("-", " ")
    return JudgedRow(
        Name(name),
        words,
        entry["verdict"],
        _KINDS[entry["kind"]],
        entry["sentence"],
        entry["remedy"],
    )


def _sentences(result: FitResult) -> list[str]:
    found, spectrum = result.identifiability, result.identifiability.get("spectrum") or {}
    sentences = []
    ranks = found.get("ranks", [])
    if len(ranks) > 1:
        around = f"{min(ranks[1:])}" if min(ranks[1:]) == max(ranks[1:]) else f"{min(ranks[1:])} to {max(ranks[1:])}"
        sentences.append(
            f"Of {found['n_free']} directions of parameter space {ranks[0]} are seen at the best fit and "
            f"{around} at {len(ranks) - 1} points around it."
        )
    if spectrum:
        sentences.append(spectrum["sentence"])
        if spectrum["sloppy"]:
            number = f"{spectrum['sloppy']} of the directions seen"
            sentences.append(
                f"{number} {'is' if spectrum['sloppy'] == 1 else 'are'} sloppy: seen 1000 times less sharply."
            )
    return sentences


def _figure(result: FitResult) -> Drawing | None:
    if not has_directions(result):
        return None
    seen = result.identifiability["spectrum"]["directions"]
    words = "; ".join(f"{entry['words']} (sharpness {format_rounded(entry['sharpness'], '', 2)})" for entry in seen)
    null = "".join(f"; unseen: {entry['direction']}" for entry in result.identifiability["null_directions"])
    words = f"Directions, stiffest first, each as far as a deviance of 1: {words}{null}."
    few = len(seen[0]["components"]) <= _FEW
    return Drawing("directions", lambda _: view.drawn(directions_figure(result)), words, Prose(_DIRECTIONS), few)


def section(result: FitResult) -> ReportSection | None:
    """What the data determine, what they do not, and how the parameters are correlated; None where nothing is known."""
    known = identifiability(result)
    blocks = [*_known(known), *_unidentified(result), *_correlations(result)]
    return ReportSection("identifiability", "What the data determine", tuple(blocks)) if blocks else None


def _known(known: Identifiability) -> list[Block]:
    if not known.rows:
        return []
    more = known.lacking
    columns = [
        TableColumn(),
        TableColumn("verdict"),
        *([TableColumn("lack")] if more else []),
        TableColumn("why", wraps=True),
    ]
    columns += [TableColumn("what would help", wraps=True)] if more else []
    blocks: list[Block] = [Paragraph(Prose(sentence)) for sentence in known.sentences]
    blocks += [] if known.figure is None else [known.figure]
    blocks.append(Table(tuple(columns), tuple(_cells(row, more=more) for row in known.rows)))
    return [*blocks, Paragraph(_KINDS_IN_WORDS, "fine")] if more else blocks


def _cells(row: JudgedRow, *, more: bool) -> TableRow:
    lack: list[Inline] = [row.kind] if more else []
    remedy: list[Inline] = [Prose(row.remedy)] if more else []
    return TableRow((row.symbol, Badge(row.badge, row.verdict), *lack, Prose(row.sentence), *remedy))


def _unidentified(result: FitResult) -> list[Block]:
    directions = view.null_directions(result)
    if not directions:
        return []
    entries = tuple(
        (Prose(entry.words), (Prose(entry.remedy), Small(("direction: ", entry.components), own_line=True)))
        for entry in directions
    )
    return [Heading("What was not identified, and what would identify it"), Terms(entries)]


def _correlations(result: FitResult) -> list[Block]:
    if len(result.correlations) < 2:
        return []
    pairs = [
        (abs(value), f"{symbol(row).text} and {symbol(column).text} {value:+.2f}")
        for row, others in result.correlations.items()
        for column, value in others.items()
        if row < column and value is not None
    ]
    strongest = "; ".join(text for _, text in sorted(pairs, reverse=True)[:5]).replace("-", "−")
    words = f"Correlations of the parameters; the strongest: {strongest}."
    caption = "Correlation coefficients of the fitted parameters."
    few = len(result.correlations) <= _FEW
    drawing = Drawing("correlations", lambda _: view.drawn(correlations_figure(result)), words, caption, few)
    return [Heading("Correlations"), drawing]
