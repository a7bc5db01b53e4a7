"""What the data determine: a verdict with its reason for each parameter, and the directions in which they see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from stfit.reports import view
from stfit.reports.content import (
    Badge,
    Block,
    Drawing,
    Gallery,
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
from stfit.reports.sentences import identifiability_sentence, not_identified
from stfit.results.numbers import format_rounded
from stfit.results.result import FitResult
from stfit.results.symbols import symbol

_KINDS: Final = {"structural": "structural", "local": "at this point", "practical": "practical", "none": ""}


_DIRECTIONS: Final = (
    "Combinations of parameters that the data determine, the most certain one above. Each row shows the magnitudes of "
    "its components in ln τ0, E/k_BT, ln|l/L_θθ|, θ0 and the logarithms of the constants. Sharpness is one over the "
    "standard error of the combination."
)
_KINDS_IN_WORDS: Final = (
    "Structural: no data of this design can determine the parameter. At this point: the design can determine it, but "
    "not at the best fit. Practical: the data are too few."
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
    sentences = [identifiability_sentence(result)]
    ranks = found.get("ranks", [])
    if len(ranks) > 1 and set(ranks[1:]) != {ranks[0]}:
        around = " to ".join(str(end) for end in sorted({min(ranks[1:]), max(ranks[1:])}))
        sentences.append(
            f"At {len(ranks) - 1} points around the best fit the same measurements would determine {around} of them."
        )
    if spectrum:
        sentences.append(spectrum["sentence"])
        if spectrum["sloppy"]:
            number = "One combination is" if spectrum["sloppy"] == 1 else f"{spectrum['sloppy']} combinations are"
            sentences.append(f"{number} more than 1000 times less certain than the best one.")
    return sentences


def _figure(result: FitResult) -> Drawing | None:
    if not has_directions(result):
        return None
    seen = result.identifiability["spectrum"]["directions"]
    words = "; ".join(f"{entry['words']} (sharpness {format_rounded(entry['sharpness'], '', 2)})" for entry in seen)
    null = "".join(f"; undetermined: {entry['direction']}" for entry in result.identifiability["null_directions"])
    words = f"Combinations, the most certain first, each with its standard error: {words}{null}."
    return Drawing("directions", lambda _: view.drawn(directions_figure(result)), words, Prose(_DIRECTIONS))


def section(result: FitResult) -> ReportSection | None:
    """What the data determine, what they do not, and how the parameters are correlated; None where nothing is known."""
    known = identifiability(result)
    figures = tuple(figure for figure in (known.figure, _correlations(result)) if figure is not None)
    blocks = [*_known(known), *_unidentified(result), *([Gallery(figures)] if figures else [])]
    if not blocks:
        return None
    return ReportSection("identifiability", "Identifiability", tuple(blocks), _finding(result), folded=True)


def _finding(result: FitResult) -> str:
    """How many of the free parameters the data determine."""
    rank, free = result.identifiability["rank"], result.identifiability["n_free"]
    if rank < free:
        return f"{rank} combinations of {free} free parameters determined"
    missing = len(not_identified(result))
    return f"{missing} not identified" if missing else f"all {free} free parameters determined"


def _known(known: Identifiability) -> list[Block]:
    if not known.rows:
        return []
    more = known.lacking
    columns = [
        TableColumn(),
        TableColumn("verdict"),
        *([TableColumn("reason")] if more else []),
        TableColumn("why", wraps=True),
    ]
    columns += [TableColumn("what would help", wraps=True)] if more else []
    blocks: list[Block] = [Paragraph(Prose(sentence)) for sentence in known.sentences]
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
    return [Heading("Combinations that are not determined, and what would determine them"), Terms(entries)]


def _correlations(result: FitResult) -> Drawing | None:
    if len(result.correlations) < 2:
        return None
    pairs = [
        (abs(value), f"{symbol(row).text} and {symbol(column).text} {value:+.2f}")
        for row, others in result.correlations.items()
        for column, value in others.items()
        if row < column and value is not None
    ]
    strongest = "; ".join(text for _, text in sorted(pairs, reverse=True)[:5]).replace("-", "−")
    words = f"Correlations of the parameters; the strongest: {strongest}."
    caption = "Correlation coefficients of the fitted parameters."
    return Drawing("correlations", lambda _: view.drawn(correlations_figure(result)), words, caption)
