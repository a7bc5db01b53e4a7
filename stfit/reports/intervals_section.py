"""Where the intervals come from: the section of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stfit.reports.content import (
    Block,
    Drawing,
    Gallery,
    Inline,
    Name,
    Paragraph,
    ReportSection,
    Table,
    TableColumn,
    TableRow,
    enumerated,
)
from stfit.reports.drawn_intervals import stored_contours_figure, stored_profiles_figure
from stfit.reports.view import drawn
from stfit.results.result import FitResult
from stfit.results.symbols import symbol

_SOURCES: Final = {
    "covariance": "covariance",
    "profile": "profile likelihood",
    "bootstrap": "parametric bootstrap (bias-corrected and accelerated)",
    "posterior": "posterior",
}
_CHECKED: Final = "covariance (agrees with the profile within 0.05 σ)"
_PROFILES: Final = (
    "Solid: rise in deviance along each profile, with all other parameters fitted again. Dashed: parabola of the "
    "covariance. The profile crosses the dotted lines at the ends of its 68 % and 95 % intervals."
)


@dataclass(frozen=True)
class Intervals:
    """What the section shows. sources: of each kind of interval the words and the symbols of what has it."""

    sources: Sequence[tuple[str, Inline]]
    notes: Sequence[str]
    profiles: Drawing | None
    contours: Drawing | None


def intervals(result: FitResult) -> Intervals:
    """Where each interval comes from, with profiles and contours."""
    return Intervals(_sources(result), _notes(result), _profiles(result), _contours(result))


def section(result: FitResult) -> ReportSection | None:
    """The section; None where no interval says where it comes from."""
    found = intervals(result)
    if not found.sources:
        return None
    columns = (TableColumn("source", wraps=True), TableColumn("intervals of", wraps=True))
    blocks: list[Block] = [Table(columns, tuple(TableRow(cells) for cells in found.sources), named=False)]
    figures = tuple(figure for figure in (found.profiles, found.contours) if figure is not None)
    blocks += [Gallery(figures)] if figures else []
    blocks += [Paragraph(note, "fine") for note in found.notes]
    finding = " and ".join(
        dict.fromkeys(_SOURCES[entry.interval] for entry in result.parameters.values() if entry.interval)
    )
    return ReportSection("intervals", "Intervals", tuple(blocks), f"from {finding}", folded=True)


def _sources(result: FitResult) -> list[tuple[str, Inline]]:
    by_source: dict[str, list[Inline]] = {}
    for name, entry in result.parameters.items():
        if entry.interval:
            by_source.setdefault(entry.interval, []).append(Name(name))
    checked = result.intervals.get("chosen_by") == "auto"
    rows: list[tuple[str, Inline]] = []
    for source, names in by_source.items():
        words = _CHECKED if source == "covariance" and checked else _SOURCES[source]
        rows.append((words, enumerated(names)))
    return rows


def _notes(result: FitResult) -> list[str]:
    notes = []
    if stored := result.intervals.get("bootstrap"):
        failed = f"; {stored['failed']} more could not be fitted" if stored["failed"] else ""
        notes.append(f"{stored['fitted']} replicas were drawn from the fit and refitted{failed}.")
    if lost := result.intervals.get("without_end"):
        names = ", ".join(symbol(name).text for name in lost)
        notes.append(
            f"The profile of {names} has no end that could be found; the covariance interval is given instead."
        )
    return notes


def _profiles(result: FitResult) -> Drawing | None:
    profiles = result.intervals.get("profiles", {})
    if not profiles:
        return None
    names = ", ".join(symbol(name).text for name in profiles)
    words = f"Rise in deviance along the profiles of {names}."
    return Drawing("profiles", lambda width: drawn(stored_profiles_figure(result, width=width)), words, _PROFILES)


def _contours(result: FitResult) -> Drawing | None:
    stored = result.intervals.get("contours", [])
    if not stored:
        return None
    pair = (stored[0]["x"], stored[0]["y"])
    words = "Joint 68 % and 95 % regions of"
    caption = (f"{words} ", Name(pair[0]), " and ", Name(pair[1]), ", from their joint profile likelihood.")
    words = f"{words} {symbol(pair[0]).text} and {symbol(pair[1]).text}."
    return Drawing("contours", lambda _: drawn(stored_contours_figure(result)), words, caption)
