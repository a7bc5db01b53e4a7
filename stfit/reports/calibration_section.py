"""The section of a report on calibration: tables and figures from what the result stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from stfit.figures.calibration_figure import Covered, coverage_figure, pulls_figure, ranks_figure
from stfit.figures.style import Figure, escape
from stfit.reports import view
from stfit.reports.calibration_words import NOMINAL, allowed, calibration_sentence, failing, percent, rank_name, signed
from stfit.reports.content import (
    Block,
    Drawing,
    Heading,
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
from stfit.reports.released import Backing, released_backing
from stfit.results.numbers import format_value
from stfit.results.result import FitResult
from stfit.results.symbols import symbol

_ALLOWED: Final = (
    "Correct intervals cover the allowed shares, except in one table of a thousand. For covariance, profile and "
    "bootstrap intervals the true parameters are those of this fit, and the given constants are drawn about them. For "
    "posterior intervals the true parameters are drawn from the prior."
)
_PULLS: Final = (
    "A pull is (estimate − truth)/standard error, of the logarithm where the interval is one of the logarithm. Correct "
    "errors give a mean of 0 and a width of 1."
)


@dataclass(frozen=True)
class CoverageRow:
    """One kind of interval of one quantity. cells: covered and allowed, for each level."""

    symbol: Inline
    kind: str
    cells: list[tuple[str, str]]
    of: str
    verdict: str


@dataclass(frozen=True)
class PullRow:
    """The pulls of one quantity."""

    symbol: Inline
    mean: str
    width: str
    bias: str
    missing: str
    verdict: str


@dataclass(frozen=True)
class CalibrationSection:
    """What the section shows; no rows where nothing was calibrated. prior: of each parameter, in words."""

    sentence: str
    wrong: list[str] = field(default_factory=list)
    coverages: list[CoverageRow] = field(default_factory=list)
    pulls: list[PullRow] = field(default_factory=list)
    left_out: str = ""
    prior: list[tuple[Inline, str]] = field(default_factory=list)
    figures: list[Drawing] = field(default_factory=list)


def calibration(result: FitResult) -> CalibrationSection:
    """The section of a result."""
    found = result.calibration
    if not found:
        return CalibrationSection("")
    prior = found["posteriors"]["prior"] if "posteriors" in found else {}
    return CalibrationSection(
        sentence=calibration_sentence(found),
        wrong=failing(found),
        coverages=[row for entry in found["quantities"] for row in _coverage_rows(entry, found["intervals"])],
        pulls=[_pull_row(entry) for entry in found["quantities"]],
        left_out=", ".join(f"{symbol(n).text} ({why.replace('-', ' ')})" for n, why in found["left_out"].items()),
        prior=[(Name(name), words) for name, words in prior.items()],
        figures=_figures(found),
    )


def _coverage_rows(entry: Mapping[str, Any], kinds: list[str]) -> list[CoverageRow]:
    rows: list[CoverageRow] = []
    for kind in kinds:
        found = [coverage for coverage in entry["coverage"] if coverage["interval"] == kind]
        cells = [(percent(coverage), allowed(coverage)) for coverage in found]
        name = Name(entry["name"]) if not rows else ""
        rows.append(CoverageRow(name, kind, cells, str(found[0]["of"]), entry["verdicts"][kind]))
    return rows


def _pull_row(entry: Mapping[str, Any]) -> PullRow:
    pulls = entry["pulls"]
    width = "–" if pulls["width"] is None else f"{pulls['width']:.2f} ± {pulls['width_error']:.2f}"
    bias = "–" if entry["bias"] is None else format_value(entry["bias"], entry["bias_error"], entry["unit"])
    mean, missing = signed(pulls["mean"], pulls["mean_error"]), str(entry["missing"])
    return PullRow(Name(entry["name"]), mean, width, bias, missing, pulls["verdict"])


def section(result: FitResult) -> ReportSection | None:
    """The section of the report, or what the released calibration says; None where neither has anything to say."""
    found, released = calibration(result), released_backing(result)
    if not found.sentence and released is None:
        return None
    blocks: list[Block] = [Paragraph(Prose(found.sentence))] if found.sentence else []
    blocks += [] if released is None else _released(released)
    blocks += [Listing(tuple(Prose(sentence) for sentence in found.wrong))] if found.wrong else []
    blocks += [*found.figures, *(_tables(found) if found.coverages else [])]
    blocks += [Paragraph(Prose(f"Not tested: {found.left_out}."), "fine")] if found.left_out else []
    if found.prior:
        rows = view.key_values([(name, Prose(text)) for name, text in found.prior])
        blocks += [Heading("Prior of the true parameters"), rows]
    finding = _of_released(released) if released is not None and not found.sentence else _of_tests(found)
    return ReportSection("calibration", "Coverage", tuple(blocks), finding, folded=True)


def _of_released(backing: Backing) -> str:
    """Between which shares the coverages of the 95 % intervals lie."""
    shares = sorted(100.0 * row.shares[1] for row in backing.rows)
    return f"95 % intervals contained the truth in {shares[0]:.0f} to {shares[-1]:.0f} % of simulated tests"


def _of_tests(found: CalibrationSection) -> str:
    wrong = len(found.wrong)
    return f"{wrong} wrong" if wrong else "as stated, in simulated tests"


def _released(backing: Backing) -> list[Block]:
    heads = ("68 % interval", "95 % interval", "tests")
    columns = (TableColumn("measurements", wraps=True), *(TableColumn(head, numeric=True) for head in heads))
    rows = (
        TableRow((row.design, *(Number(f"{100.0 * share:.1f} %") for share in row.shares), Number(str(row.of))))
        for row in backing.rows
    )
    return [Paragraph(Prose(backing.sentence)), Table(columns, tuple(rows))]


def _tables(found: CalibrationSection) -> list[Block]:
    heads = ("covers 68.27 %", "allowed", "covers 95 %", "allowed", "of")
    columns = (
        TableColumn(),
        TableColumn("interval"),
        *(TableColumn(head, numeric=True) for head in heads),
        TableColumn("verdict"),
    )
    covered = [
        TableRow(
            (row.symbol, row.kind, *(Number(text) for cell in row.cells for text in cell), Number(row.of), row.verdict)
        )
        for row in found.coverages
    ]
    of_pulls = ("mean of pulls", "width of pulls", "bias", "without an error")
    pulled = [
        TableRow((row.symbol, *(Number(text) for text in (row.mean, row.width, row.bias, row.missing)), row.verdict))
        for row in found.pulls
    ]
    return [
        Table(columns, tuple(covered)),
        Paragraph(_ALLOWED, "fine"),
        Heading("Pulls and bias"),
        Table(
            (TableColumn(), *(TableColumn(head, numeric=True) for head in of_pulls), TableColumn("verdict")),
            tuple(pulled),
        ),
        Paragraph(_PULLS, "fine"),
    ]


def _figures(found: Mapping[str, Any]) -> list[Drawing]:
    figures = []
    if found["quantities"]:
        words = "Coverage of every interval; grey: coverage of correct intervals."
        figures.append(Drawing("coverage", lambda _: coverages_figure(found), words, words))
        words = "Pulls of all simulated measurements, with the standard normal distribution that they should follow."
        figures.append(Drawing("pulls", lambda _: all_pulls_figure(found), words, words))
    if "posteriors" in found:
        words = "Ranks of the true parameters among posterior draws: distribution function minus the uniform one."
        figures.append(Drawing("ranks", lambda _: rank_figure(found["posteriors"]), words, words))
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
