"""The section of a report on calibration: tables and figures from what the result stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from markupsafe import Markup

from stfit.figures.calibration import Covered, coverage_figure, pulls_figure, ranks_figure
from stfit.figures.style import Figure, escape, svg
from stfit.reports import view
from stfit.results.calibration import NOMINAL, allowed, calibration_sentence, failing, percent, rank_name, signed
from stfit.results.numbers import format_value
from stfit.results.result import FitResult
from stfit.results.symbols import symbol


@dataclass(frozen=True)
class CoverageRow:
    """One kind of interval of one quantity. cells: covered and allowed, for each level."""

    symbol: Markup
    kind: str
    cells: list[tuple[str, str]]
    of: str
    verdict: str


@dataclass(frozen=True)
class PullRow:
    """The pulls of one quantity."""

    symbol: Markup
    mean: str
    width: str
    bias: str
    missing: str
    verdict: str


@dataclass(frozen=True)
class CalibrationSection:
    """What the section shows; no rows where nothing was calibrated. prior: of each parameter, in words."""

    sentence: Markup
    wrong: list[Markup] = field(default_factory=list)
    coverages: list[CoverageRow] = field(default_factory=list)
    pulls: list[PullRow] = field(default_factory=list)
    left_out: str = ""
    prior: list[tuple[Markup, str]] = field(default_factory=list)
    figures: list[tuple[Markup, str]] = field(default_factory=list)


def calibration(result: FitResult) -> CalibrationSection:
    """The section of a result."""
    found = result.calibration
    if not found:
        return CalibrationSection(Markup())
    prior = found["posteriors"]["prior"] if "posteriors" in found else {}
    return CalibrationSection(
        sentence=view.prose(calibration_sentence(found)),
        wrong=[view.prose(sentence) for sentence in failing(found)],
        coverages=[row for entry in found["quantities"] for row in _coverage_rows(entry, found["intervals"])],
        pulls=[_pull_row(entry) for entry in found["quantities"]],
        left_out=", ".join(f"{symbol(n).text} ({why.replace('-', ' ')})" for n, why in found["left_out"].items()),
        prior=[(view.symbol_html(name), words) for name, words in prior.items()],
        figures=_figures(found),
    )


def _coverage_rows(entry: Mapping[str, Any], kinds: list[str]) -> list[CoverageRow]:
    rows: list[CoverageRow] = []
    for kind in kinds:
        found = [coverage for coverage in entry["coverage"] if coverage["interval"] == kind]
        cells = [(percent(coverage), allowed(coverage)) for coverage in found]
        name = view.symbol_html(entry["name"]) if not rows else Markup()
        rows.append(CoverageRow(name, kind, cells, str(found[0]["of"]), entry["verdicts"][kind]))
    return rows


def _pull_row(entry: Mapping[str, Any]) -> PullRow:
    pulls = entry["pulls"]
    width = "–" if pulls["width"] is None else f"{pulls['width']:.2f} ± {pulls['width_error']:.2f}"
    bias = "–" if entry["bias"] is None else format_value(entry["bias"], entry["bias_error"], entry["unit"])
    mean, missing = signed(pulls["mean"], pulls["mean_error"]), str(entry["missing"])
    return PullRow(view.symbol_html(entry["name"]), mean, width, bias, missing, pulls["verdict"])


def _figures(found: Mapping[str, Any]) -> list[tuple[Markup, str]]:
    figures = []
    if found["quantities"]:
        words = "Covered fractions of every interval, and in grey what right intervals would cover."
        figures.append((_drawn(coverages_figure(found), words, "kc"), words))
        words = "Pulls over all simulated measurements, with the standard normal distribution that they should have."
        figures.append((_drawn(all_pulls_figure(found), words, "kp"), words))
    if "posteriors" in found:
        words = "Ranks of the truths among draws of their posteriors: distribution function less the uniform one."
        figures.append((_drawn(rank_figure(found["posteriors"]), words, "kr"), words))
    return figures


def coverages_figure(found: Mapping[str, Any]) -> Figure:
    """The figure of coverages of a stored calibration."""
    titles = {f"nominal {NOMINAL[level]:g} %": NOMINAL[level] / 100.0 for level in NOMINAL}
    kinds = [_covered(found, kind) for kind in found["intervals"]]
    return coverage_figure([_label(entry["name"]) for entry in found["quantities"]], titles, kinds)


def all_pulls_figure(found: Mapping[str, Any]) -> Figure:
    """The figure of pulls of a stored calibration."""
    return pulls_figure({_label(e["name"]): np.array(e["pulls"]["values"], dtype=float) for e in found["quantities"]})


def rank_figure(posteriors: Mapping[str, Any]) -> Figure:
    """The figure of ranks of a stored simulation-based calibration."""
    points = np.array(posteriors["points"])
    count = max(posteriors["replicas"] - posteriors["too_short"], 1)
    lower, upper = (np.array(posteriors[end]) / count - points for end in ("lowest", "highest"))
    differences = {_label(entry["name"]): np.array(entry["below"]) / count - points for entry in posteriors["ranks"]}
    return ranks_figure(points, lower, upper, differences)


def _covered(found: Mapping[str, Any], kind: str) -> Covered:
    def part(key: str) -> Any:
        rows = [[c[key] / c["of"] if c["of"] else np.nan for c in _of_kind(e, kind)] for e in found["quantities"]]
        return np.array(rows, dtype=float)

    return Covered(kind, part("inside"), part("lowest"), part("highest"))


def _of_kind(entry: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    return [coverage for coverage in entry["coverage"] if coverage["interval"] == kind]


def _label(name: str) -> str:
    return symbol(name).math if symbol(name).known else escape(rank_name(name))


def _drawn(figure: Figure, words: str, identity: str) -> Markup:
    return view.trusted(svg(figure, words, identity))
