"""What a report says of the traces behind a measurement: a table, every complaint, figures of two of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from stfit.figures.layout import COLUMN, PAGE
from stfit.figures.style import AxisQuantity, Figure
from stfit.figures.trace import trace_figure
from stfit.reports.content import (
    Block,
    Drawing,
    Gallery,
    Heading,
    Inline,
    Listing,
    Paragraph,
    Prose,
    Table,
    TableColumn,
    TableRow,
    Width,
    enumerated,
)
from stfit.reports.view import common_unit
from stfit.results.numbers import format_rounded, format_value
from stfit.results.result import MeasurementSummary
from stfit.units import choose_prefix

_MOST: Final = 60  # traces in the table; result.json has them all
_NAMED: Final = 6  # traces that share a complaint
_ORDER: Final = ("failed", "doubtful", "passed", "not-tested")
_ROUTES: Final = {"threshold": "thresholds", "hmm": "hidden Markov model", "": "none"}
_SIGNALS: Final = {"ohm": "resistance", "A": "current", "": "signal"}  # by the unit of the levels
_STATES: Final = ("P", "AP")

Trace = Mapping[str, Any]  # how a trace was reduced, as a result stores it


def section(summary: MeasurementSummary, index: int) -> list[Block]:
    """What the report says of the traces behind a measurement: how each was reduced, every complaint, figures.

    Parameters
    ----------
    summary : MeasurementSummary
        The measurement; one that is made of no traces has no blocks.
    index : int
        Its place in the result, from 1.

    Returns
    -------
    list of Block
        For `stfit.reports`.
    """
    if not summary.traces:
        return []
    reasons = dict.fromkeys(f"{_ROUTES[trace['route']]}: {trace['reason']}" for trace in summary.traces)
    blocks: list[Block] = [Heading("Traces"), *(Paragraph(Prose(reason), "fine") for reason in reasons)]
    blocks.append(_table(summary.traces[:_MOST]))
    if (left_out := len(summary.traces) - _MOST) > 0:
        blocks.append(Paragraph(f"{left_out} more traces are in result.json.", "fine"))
    if complaints := _complaints(summary.traces):
        blocks.append(Listing(complaints))
    drawn = sorted((trace for trace in summary.traces if trace["panels"]), key=_gravity)
    if drawn:
        figures = (_drawn(trace, f"trace-{index}-{place}") for place, trace in enumerate(drawn))
        blocks.append(Gallery(tuple(figures)))
    return blocks


def _table(traces: Sequence[Trace]) -> Table:
    """One row a trace, one unit a column."""
    columns: list[tuple[Inline, list[str]]] = [
        ("file", [trace["file"] for trace in traces]),
        *_drives(traces),
        ("route", [_ROUTES[trace["route"]] for trace in traces]),
        *_of_states("level of", "levels", traces, traces[0]["level_unit"], _digits_of_levels(traces)),
        ("step/noise", [format_rounded(trace["snr"], "", 3) for trace in traces]),
        *_of_states("transitions out of", "transitions", traces, ""),
        *_of_states("mean counted dwell in", "naive", traces, "s"),
        *_corrected(traces),
        ("verdict", [_verdict(trace) for trace in traces]),
    ]
    rows = tuple(TableRow(cells) for cells in zip(*(cells for _, cells in columns), strict=True))
    return Table(tuple(TableColumn(title) for title, _ in columns), rows, "data", named=False)


def _drives(traces: Sequence[Trace]) -> list[tuple[Inline, list[str]]]:
    """The current of each trace, or the voltage where one drove the device."""
    known = [(name, [trace.get(name) for trace in traces], unit) for name, unit in (("current", "A"), ("voltage", "V"))]
    return [_numbers(name, values, unit) for name, values, unit in known if any(v is not None for v in values)]


def _numbers(title: str, values: Sequence[float | None], unit: str, digits: int = 4) -> tuple[Inline, list[str]]:
    factor, label = common_unit([value for value in values if value is not None], unit)
    head = Prose(f"{title} ({label})" if label else title)
    return head, [format_rounded(None if value is None else value * factor, "", digits) for value in values]


def _of_states(
    title: str, key: str, traces: Sequence[Trace], unit: str, digits: int = 4
) -> list[tuple[Inline, list[str]]]:
    pairs = [trace[key] or (None, None) for trace in traces]
    columns = [[pair[place] for pair in pairs] for place in (0, 1)]
    return [_numbers(f"{title} {state}", values, unit, digits) for state, values in zip(_STATES, columns, strict=True)]


def _digits_of_levels(traces: Sequence[Trace]) -> int:
    """Digits that show three of the smallest step between two levels."""
    known = [trace["levels"] for trace in traces if trace["levels"] and None not in trace["levels"]]
    ratios = [max(abs(p), abs(ap)) / abs(ap - p) for p, ap in known if p != ap]
    return max(4, 3 + math.ceil(math.log10(max(ratios, default=1.0))))


def _corrected(traces: Sequence[Trace]) -> list[tuple[Inline, list[str]]]:
    """Dwell times corrected for missed dwells, with their errors."""
    found: list[tuple[Inline, list[str]]] = []
    for place, state in enumerate(_STATES):
        values, errors = ([trace[key][place] for trace in traces] for key in ("tau", "tau_stderr"))
        factor, label = common_unit([value for value in values if value is not None], "s")
        cells = [
            "–" if value is None else format_value(factor * value, None if error is None else factor * error, "")
            for value, error in zip(values, errors, strict=True)
        ]
        found.append((Prose(f"τ_{state}, corrected ({label})"), cells))
    return found


def _gravity(trace: Trace) -> int:
    return min((_ORDER.index(check["verdict"]) for check in trace["checks"]), default=_ORDER.index("passed"))


def _verdict(trace: Trace) -> str:
    return "left out" if trace["left_out"] else _ORDER[_gravity(trace)].replace("-", " ")


def _complaints(traces: Sequence[Trace]) -> tuple[Inline, ...]:
    """Each check that did not pass, with the traces that share its sentence, the gravest first."""
    found: dict[tuple[str, str], list[Inline]] = {}
    for trace in traces:
        for check in trace["checks"]:
            if check["verdict"] != "passed":
                found.setdefault((check["verdict"], check["sentence"]), []).append(trace["file"])
    ordered = sorted(found.items(), key=lambda entry: _ORDER.index(entry[0][0]))
    return tuple(
        (f"{verdict.replace('-', ' ')}, ", _named(files, len(traces)), ": ", Prose(words))
        for (verdict, words), files in ordered
    )


def _named(files: Sequence[Inline], of: int) -> Inline:
    """Names of traces, the first few where they are many."""
    if len(files) <= _NAMED:
        return enumerated(files)
    return f"all {of} traces" if len(files) == of else (enumerated(files[:_NAMED]), f" and {len(files) - _NAMED} more")


def _drawn(trace: Trace, identity: str) -> Drawing:
    panels = trace["panels"]
    values = panels["excerpt"]["value"]
    signal = _in_prefix(_SIGNALS[trace["level_unit"]], [max(map(abs, values))], trace["level_unit"])
    dwell = _in_prefix("time", [panels["excerpt"]["time"][-1]], "s")
    record = trace["samples"] * trace["sample_interval"]
    time = _in_prefix("time", [record], "s")
    words = f"Trace {trace['file']}: the record, an excerpt with its states, histogram with two Gaussians"
    words += ", dwell survival and rates along the record." if panels.get("survival") else "."
    caption = (trace["file"], f": {_verdict(trace)}. ", Prose(_caption(panels)))

    def draw(width: Width) -> Figure:
        return trace_figure(panels, signal, time, dwell, COLUMN if width == "column" else PAGE)

    return Drawing(identity, draw, words, caption)


def _in_prefix(label: str, values: list[float], unit: str) -> AxisQuantity:
    factor, shown = choose_prefix(values, unit)
    return AxisQuantity(label, shown, factor)


def _caption(panels: Mapping[str, Any]) -> str:
    where = panels["excerpt"].get("where")
    parts = ["Record: range of the samples and both levels; the excerpt is marked."] if panels.get("record") else []
    parts += [f"Excerpt{f', {where}' if where else ''}: samples and their state."]
    parts += ["Histogram: all samples, with the two fitted Gaussians."]
    if panels.get("survival"):
        parts.append("Dwells: share of dwells longer than a given time, with the exponential law of the corrected τ.")
        parts.append("Rates: transitions out of each state along the record, with counting errors.")
    return " ".join(parts)
