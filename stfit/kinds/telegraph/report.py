"""What a report says of the traces behind a measurement: a table, every complaint, figures of two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stfit.figures.style import AxisQuantity
from stfit.figures.trace import trace_figure
from stfit.reports.content import Block, Drawing, Heading, Listing, Paragraph, Prose, Table, TableColumn, TableRow
from stfit.results.numbers import format_rounded, format_value
from stfit.results.result import MeasurementSummary
from stfit.units import choose_prefix

_MOST: Final = 60  # traces in the table; result.json has them all
_ORDER: Final = ("failed", "doubtful", "passed", "not-tested")
_ROUTES: Final = {"threshold": "thresholds", "hmm": "hidden Markov model", "": "none"}


@dataclass(frozen=True)
class Traces:
    """Table, sentences and figures; every cell is ready to print."""

    rows: list[list[str]]
    verdicts: list[str]
    reasons: list[str]
    complaints: list[tuple[str, str, str]]  # verdict, file, sentence
    drawn: list[Drawing]
    left_out: int


HEAD: Final = (
    "file",
    "current",
    "route",
    "levels P, AP",
    "step/noise",
    "transitions out of P, AP",
    "counted mean dwell P, AP",
    "τ of P, AP, corrected",
)


def traces_of(summary: MeasurementSummary, index: int) -> Traces | None:
    """What is said of the traces of a measurement; None for one that is made of none."""
    traces = summary.traces
    if not traces:
        return None
    shown = traces[:_MOST]
    reasons = list(dict.fromkeys(f"{_route(trace)}: {trace['reason']}" for trace in traces))
    complaints = [
        (check["verdict"], trace["file"], check["sentence"])
        for trace in traces
        for check in trace["checks"]
        if check["verdict"] != "passed"
    ]
    drawn = [
        _drawn(trace, f"trace-{index}-{place}")
        for place, trace in enumerate(entry for entry in traces if entry["panels"])
    ]
    return Traces(
        rows=[_row(trace) for trace in shown],
        verdicts=[_verdict(trace) for trace in shown],
        reasons=reasons,
        complaints=sorted(complaints, key=lambda entry: _ORDER.index(entry[0])),
        drawn=drawn,
        left_out=len(traces) - len(shown),
    )


def _verdict(trace: Mapping[str, Any]) -> str:
    if trace["left_out"]:
        return "left out"
    return min((check["verdict"] for check in trace["checks"]), key=_ORDER.index, default="passed").replace("-", " ")


def _route(trace: Mapping[str, Any]) -> str:
    return _ROUTES[trace["route"]]


def _row(trace: Mapping[str, Any]) -> list[str]:
    taus = [
        format_value(tau, error, "s") if tau is not None else "–"
        for tau, error in zip(trace["tau"], trace["tau_stderr"], strict=True)
    ]
    return [
        trace["file"],
        format_rounded(trace["current"], "A", 4),
        _route(trace),
        ", ".join(format_rounded(level, trace["level_unit"], 4) for level in trace["levels"]),
        format_rounded(trace["snr"], "", 3),
        ", ".join(str(count) for count in trace["transitions"]),
        ", ".join(format_rounded(naive, "s", 3) for naive in trace["naive"]),
        ", ".join(taus),
    ]


def trace_blocks(traces: Traces) -> list[Block]:
    """The traces of a measurement: how each was reduced, every complaint, figures."""
    columns = (*(TableColumn(Prose(title)) for title in HEAD), TableColumn("verdict"))
    rows = tuple(TableRow((*cells, verdict)) for cells, verdict in zip(traces.rows, traces.verdicts, strict=True))
    blocks: list[Block] = [Heading("Traces"), *(Paragraph(Prose(reason), "fine") for reason in traces.reasons)]
    blocks.append(Table(columns, rows, "data", named=False))
    if traces.left_out:
        blocks.append(Paragraph(f"{traces.left_out} more traces are in result.json.", "fine"))
    if traces.complaints:
        items = [(f"{v.replace('-', ' ')}, ", file, ": ", Prose(words)) for v, file, words in traces.complaints]
        blocks.append(Listing(tuple(items)))
    return [*blocks, *traces.drawn]


def _drawn(trace: Mapping[str, Any], identity: str) -> Drawing:
    panels = trace["panels"]
    values = panels["excerpt"]["value"]
    signal = _in_prefix("resistance", [max(map(abs, values))], trace["level_unit"])
    dwell = _in_prefix("time", [panels["excerpt"]["time"][-1]], "s")
    record = trace["samples"] * trace["sample_interval"]
    time = _in_prefix("time", [record], "s")
    words = f"Trace {trace['file']}: excerpt with its states, histogram with two Gaussians"
    words += ", dwell survival and rates along the record." if panels.get("survival") else "."
    caption = (trace["file"], f": {_verdict(trace)}. ", Prose(_caption(panels)))
    return Drawing(identity, lambda _: trace_figure(panels, signal, time, dwell), words, caption)


def _in_prefix(label: str, values: list[float], unit: str) -> AxisQuantity:
    factor, shown = choose_prefix(values, unit)
    return AxisQuantity(label, shown, factor)


def _caption(panels: Mapping[str, Any]) -> str:
    parts = [
        "Samples (grey) and the state they were taken for; their histogram with the two Gaussians that were fitted"
    ]
    if panels.get("survival"):
        parts.append(
            "how many of the complete dwells are longer than a time, with the exponential law of the corrected τ"
        )
        parts.append("transitions a second out of each state along the record, with counting errors")
    return "; ".join(parts) + "."


def section(summary: MeasurementSummary, index: int) -> list[Block]:
    """What the report says of the traces behind a measurement."""
    traces = traces_of(summary, index)
    return [] if traces is None else trace_blocks(traces)
