"""Where the intervals come from: the section of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from stfit.figures.style import svg
from stfit.reports.view import symbol_html, trusted
from stfit.results.plot_intervals import stored_contours_figure, stored_profiles_figure
from stfit.results.result import FitResult
from stfit.results.symbols import symbol

_SOURCES: Final = {
    "covariance": "from the covariance, whose 95 % ends are those of the profile to a twentieth of a standard error",
    "profile": "from the profile likelihood",
    "bootstrap": "from a parametric bootstrap (bias-corrected and accelerated)",
    "posterior": "from the posterior",
}
_PLAIN: Final = "from the covariance"


@dataclass(frozen=True)
class Intervals:
    """What the section shows. sources: of each kind of interval the words and the symbols of what has it."""

    sources: Sequence[tuple[str, Markup]]
    notes: Sequence[str]
    profiles: Markup | None
    contours: Markup | None
    pair: Markup


def intervals(result: FitResult) -> Intervals:
    """Where each interval comes from, with profiles and contours."""
    pair = result.intervals.get("contours", [])
    names = (pair[0]["x"], pair[0]["y"]) if pair else ()
    return Intervals(
        _sources(result),
        _notes(result),
        _profiles(result),
        _contours(result),
        trusted(" and ".join(symbol_html(name) for name in names)),
    )


def _sources(result: FitResult) -> list[tuple[str, Markup]]:
    by_source: dict[str, list[str]] = {}
    for name, entry in result.parameters.items():
        if entry.interval:
            by_source.setdefault(entry.interval, []).append(name)
    checked = result.intervals.get("chosen_by") == "auto"
    rows = []
    for source, names in by_source.items():
        words = _PLAIN if source == "covariance" and not checked else _SOURCES[source]
        rows.append((words, trusted(", ".join(symbol_html(name) for name in names))))
    return rows


def _notes(result: FitResult) -> list[str]:
    notes = []
    if stored := result.intervals.get("bootstrap"):
        failed = f"; {stored['failed']} more could not be fitted" if stored["failed"] else ""
        notes.append(f"{stored['fitted']} replicas were drawn from the fit and refitted{failed}.")
    if lost := result.intervals.get("without_end"):
        names = ", ".join(symbol(name).text for name in lost)
        notes.append(f"An end of the profile of {names} could not be found: the interval of the covariance stands.")
    return notes


def _profiles(result: FitResult) -> Markup | None:
    figure = stored_profiles_figure(result)
    if figure is None:
        return None
    names = ", ".join(symbol(name).text for name in result.intervals["profiles"])
    return trusted(svg(figure, f"Rise in deviance along the profiles of {names}.", "p"))


def _contours(result: FitResult) -> Markup | None:
    figure = stored_contours_figure(result)
    if figure is None:
        return None
    first = result.intervals["contours"][0]
    words = f"Joint 68 % and 95 % regions of {symbol(first['x']).text} and {symbol(first['y']).text}."
    return trusted(svg(figure, words, "j"))
