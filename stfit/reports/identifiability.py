"""What the data determine: a verdict with its reason for each parameter, and the directions in which they see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from stfit.figures.style import svg
from stfit.reports.view import prose, symbol_html, trusted
from stfit.results.numbers import format_rounded
from stfit.results.plot import directions_figure
from stfit.results.result import FitResult

_KINDS: Final = {"structural": "structural", "local": "at this point", "practical": "practical", "none": ""}


@dataclass(frozen=True)
class JudgedRow:
    """A parameter, its verdict, the kind of what is missing, why, and what would help."""

    symbol: Markup
    verdict: str
    badge: str
    kind: str
    sentence: Markup
    remedy: Markup


@dataclass(frozen=True)
class Identifiability:
    """The section of a report; nothing in it for a result that was stored without one."""

    rows: list[JudgedRow]
    sentences: list[Markup]
    figure: Markup | None

    @property
    def lacking(self) -> bool:
        """Whether anything is missing of any parameter."""
        return any(row.kind for row in self.rows)


def identifiability(result: FitResult) -> Identifiability:
    """Every parameter that is not held fixed; sentences on rank and spectrum; the picture of the directions."""
    judged = result.identifiability.get("parameters", {})
    rows = [_row(name, entry) for name, entry in judged.items() if entry["verdict"] != "fixed"]
    return Identifiability(rows, [prose(sentence) for sentence in _sentences(result)], _figure(result))


def _row(name: str, entry: dict[str, Any]) -> JudgedRow:
    words = entry["verdict"].replace("-", " ")
    return JudgedRow(
        symbol_html(name),
        words,
        entry["verdict"],
        _KINDS[entry["kind"]],
        prose(entry["sentence"]),
        prose(entry["remedy"]),
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


def _figure(result: FitResult) -> Markup | None:
    figure = directions_figure(result)
    if figure is None:
        return None
    seen = result.identifiability["spectrum"]["directions"]
    words = "; ".join(f"{entry['words']} (sharpness {format_rounded(entry['sharpness'], '', 2)})" for entry in seen)
    null = "".join(f"; unseen: {entry['direction']}" for entry in result.identifiability["null_directions"])
    return trusted(svg(figure, f"Directions, stiffest first, each as far as a deviance of 1: {words}{null}.", "e"))
