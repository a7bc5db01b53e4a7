"""A comparison as text, table, figure and JSON, and as what a notebook shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from stfit import markup
from stfit.figures.forest import ForestLine, ForestPanel, forest_figure
from stfit.figures.style import Figure, escape, svg
from stfit.reports.summary import interval_cell
from stfit.results.compared import Compared, ComparedQuantity
from stfit.results.numbers import NOT_IDENTIFIED, format_estimate, format_p, format_rounded, format_value, prefix
from stfit.results.pooling import DIFFER, TENSION, Common
from stfit.results.result import Estimate, Interval, Verdict
from stfit.results.symbols import symbol

SCHEMA: Final = "stfit-comparison/1"
_HEAD: Final = ("", "value", "95 % interval", "verdict", "pull")
_BAR: Final = 29  # letters of a bar in a terminal
_LOG: Final = frozenset({"tau_0"})
_FORMULA: Final = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # the last four are full width
_NUMBERLESS: Final = frozenset({Verdict.NOT_IDENTIFIED})


def summary(compared: Compared) -> str:
    """One table for each quantity, with a bar of each interval; columns aligned."""
    lines = [f"Comparison of {len(compared.names)} results, {compared.convention} convention"]
    for quantity in compared.quantities:
        lines += ["", _title(quantity), *_aligned(_text_rows(compared, quantity)), f"  {tension_sentence(quantity)}"]
    if compared.differences:
        lines += ["", "The analyses differ in", *_aligned([("", *compared.names), *_difference_rows(compared)])]
    if remarks := _remarks(compared):
        lines += ["", *remarks]
    return "\n".join(lines) + "\n"


def tension_sentence(quantity: ComparedQuantity) -> str:
    """Whether the results agree on a quantity, with χ² and p; or why nothing is said."""
    common = quantity.common
    if common is None:
        return f"No common value. {quantity.reason}"
    evidence = f"χ² = {format_rounded(common.chi2, '', 3)} for {common.dof}, {format_p(common.p_value, 'p = ')}"
    if common.verdict == TENSION:
        return f"They are in TENSION ({evidence}): the mean, {common_text(quantity)}, represents none of them."
    if common.verdict == DIFFER:
        return (
            f"They differ by more than their errors ({evidence}). Two devices may differ; for one device the results "
            f"would be in tension. The mean, {common_text(quantity)}, represents none of them."
        )
    return f"They {common.verdict} ({evidence}); common value {common_text(quantity)}."


def common_text(quantity: ComparedQuantity) -> str:
    """The common value with its error."""
    common = quantity.common
    if common is None:
        return "–"
    stderr = 0.5 * (common.high - common.low)
    return format_value(common.value, stderr, _unit(quantity), (common.low, common.high), _magnitude(quantity))


def html(compared: Compared) -> str:
    """What a notebook shows: tables and the forest plot; every name is escaped."""
    return markup.block(*_parts(compared))


def table_csv(compared: Compared) -> str:
    """One line for each result and quantity, SI units, empty cells where the data do not identify it."""
    stream = io.StringIO()
    head = ("result", "quantity", "unit", "value", "stderr", "lo68", "hi68", "lo95", "hi95", "verdict", "tension_p")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(head)
    for quantity in compared.quantities:
        p_value = "" if quantity.common is None else repr(quantity.common.p_value)
        for name, estimate in zip(compared.names, quantity.estimates, strict=True):
            texts = (_harmless(text) for text in (name, quantity.name, _unit(quantity)))
            writer.writerow([*texts, *_numbers(estimate), p_value])
    return stream.getvalue()


def as_dict(compared: Compared) -> dict[str, Any]:
    """The content of the JSON document; an estimate that is not identified has null for its numbers."""
    results = [
        {
            "name": name,
            "title": result.title,
            "status": result.status.key,
            "goodness": result.goodness.verdict,
            "inputs": [{"file": entry.file, "sha256": entry.sha256, "kind": entry.kind} for entry in result.inputs],
            "settings": {key: words[place] for key, words in compared.settings.items()},
        }
        for place, (name, result) in enumerate(zip(compared.names, compared.results, strict=True))
    ]
    return {
        "schema": SCHEMA,
        "convention": compared.convention,
        "results": results,
        "quantities": {quantity.name: _quantity_dict(compared, quantity) for quantity in compared.quantities},
        "differences": {key: list(words) for key, words in compared.differences.items()},
        "no_common_value": compared.separate or None,
        "remarks": list(compared.remarks),
    }


def forest(compared: Compared) -> Figure:
    """The forest plot."""
    panels = []
    for quantity in compared.quantities:
        factor, label = prefix(_magnitude(quantity), _unit(quantity))
        lines = tuple(_forest_line(estimate, factor) for estimate in quantity.estimates)
        common = quantity.common
        shared = None
        if common is not None and common.verdict not in {TENSION, DIFFER}:
            shared = (common.value * factor, common.low * factor, common.high * factor)
        ends = [n for line in lines for n in (line.value, *(line.inner or ()), *(line.outer or ())) if n is not None]
        positive = bool(ends) and min(ends) > 0
        name = symbol(quantity.name).math
        panels.append(
            ForestPanel(
                f"{name} ({escape(label)})" if label else name, lines, shared, log=quantity.name in _LOG and positive
            )
        )
    return forest_figure(compared.names, panels)


def forest_words(compared: Compared) -> str:
    """What the forest plot shows, for who cannot see it."""
    return f"Forest plot. {'; '.join(f'{symbol(q.name).text}: {tension_sentence(q)}' for q in compared.quantities)}"


def _parts(compared: Compared) -> list[markup.Markup]:
    drawing = markup.Markup(svg(forest(compared), forest_words(compared), "forest"))
    parts = [drawing, *(part for quantity in compared.quantities for part in _quantity_parts(compared, quantity))]
    if compared.differences:
        caption = "The analyses differ in"
        parts.append(markup.table(("", *compared.names), _difference_rows(compared), caption))
    return parts + [markup.paragraph(remark) for remark in _remarks(compared)]


def _quantity_parts(compared: Compared, quantity: ComparedQuantity) -> list[markup.Markup]:
    """The table of a quantity, and whether the results agree on it."""
    known = symbol(quantity.name)
    title = markup.Markup("{}, {}").format(markup.Markup(known.html), known.words)
    return [markup.table(_HEAD, estimate_rows(compared, quantity), title), markup.paragraph(tension_sentence(quantity))]


def _text_rows(compared: Compared, quantity: ComparedQuantity) -> list[tuple[str, ...]]:
    """The rows for a terminal, heads first: those of `estimate_rows` with a bar of each interval."""
    bars = (_bar(quantity, estimate) for estimate in quantity.estimates)
    return [(*_HEAD, ""), *((*row, bar) for row, bar in zip(estimate_rows(compared, quantity), bars, strict=True))]


def estimate_rows(compared: Compared, quantity: ComparedQuantity) -> list[tuple[str, ...]]:
    """One quantity in every result: name, value, 95 % interval, verdict ("" where the value says it), pull."""
    magnitude = _magnitude(quantity)
    pulls = iter(quantity.common.pulls if quantity.common else ())
    rows: list[tuple[str, ...]] = []
    for name, estimate in zip(compared.names, quantity.estimates, strict=True):
        value = _value(estimate, magnitude)
        verdict = "" if estimate is None or value == NOT_IDENTIFIED else str(estimate.verdict)
        interval = "–" if estimate is None else interval_cell(estimate, "ci95", magnitude)
        pooled = quantity.common is not None and estimate is not None and estimate.verdict is Verdict.IDENTIFIED
        pull = f"{next(pulls):+.1f}".replace("-", "−") if pooled else ""
        rows.append((name, value, interval, verdict, pull))
    return rows


def _bar(quantity: ComparedQuantity, estimate: Estimate | None) -> str:
    """The 95 % interval as letters on an axis that holds all intervals of the quantity."""
    ends = [
        end for e in quantity.estimates if e is not None for end in (*(_shown(e) or ()), e.value) if end is not None
    ]
    shown = None if estimate is None else _shown(estimate)
    if shown is None or estimate is None or len(ends) < 2 or min(ends) == max(ends):
        return ""
    first, span = min(ends), max(ends) - min(ends)
    low, high = (limit if end is None else end for end, limit in zip(shown, (first, max(ends)), strict=True))
    left, right = (round((end - first) / span * (_BAR - 1)) for end in (low, high))
    letters = [" "] * left + ["─"] * (right - left + 1)
    letters[left], letters[right] = "◂" if shown[0] is None else "├", "▸" if shown[1] is None else "┤"
    if estimate.value is not None:
        letters[min(max(round((estimate.value - first) / span * (_BAR - 1)), left), right)] = "●"
    return "".join(letters)


def _shown(estimate: Estimate) -> Interval | None:
    return None if estimate.verdict in _NUMBERLESS else estimate.ci95


def _forest_line(estimate: Estimate | None, factor: float) -> ForestLine:
    if estimate is None:
        return ForestLine(None, None, None, "–")
    if estimate.verdict in _NUMBERLESS:
        return ForestLine(None, None, None, NOT_IDENTIFIED)
    one_sided = estimate.verdict is Verdict.ONE_SIDED
    value = None if estimate.value is None or one_sided else estimate.value * factor
    inner, outer = (_scaled(ends, factor) for ends in (estimate.ci68, estimate.ci95))
    return ForestLine(value, None if one_sided else inner, outer, "" if value is not None or outer else "–")


def _scaled(ends: Interval | None, factor: float) -> Interval | None:
    if ends is None:
        return None
    low, high = (None if end is None else end * factor for end in ends)
    return low, high


def _value(estimate: Estimate | None, magnitude: float) -> str:
    return "–" if estimate is None else format_estimate(estimate, magnitude)


def _magnitude(quantity: ComparedQuantity) -> float:
    """What sets the prefix of a quantity in all its rows: the median of its values."""
    values = sorted(abs(e.value) for e in quantity.estimates if e is not None and e.value is not None)
    return values[len(values) // 2] if values else 0.0


def _unit(quantity: ComparedQuantity) -> str:
    return next((e.unit for e in quantity.estimates if e is not None), "")


def _title(quantity: ComparedQuantity) -> str:
    known = symbol(quantity.name)
    return f"{known.text}, {known.words}"


def _difference_rows(compared: Compared) -> list[tuple[str, ...]]:
    return [(key, *words) for key, words in compared.differences.items()]


def separate_sentence(compared: Compared) -> str:
    """Why no common value of anything is formed; "" where one may be."""
    return f"No common value of anything: {compared.separate}" if compared.separate else ""


def _remarks(compared: Compared) -> list[str]:
    return [*filter(None, [separate_sentence(compared)]), *compared.remarks]


def _numbers(estimate: Estimate | None) -> list[str]:
    """Numbers of a line of the CSV table, empty where there are none, and the verdict."""
    if estimate is None:
        return [""] * 7
    bare: Sequence[float | None] = (
        estimate.value,
        estimate.stderr,
        *(estimate.ci68 or (None, None)),
        *(estimate.ci95 or (None, None)),
    )
    if estimate.verdict in _NUMBERLESS:
        bare = [None] * 6
    return [*("" if number is None else repr(number) for number in bare), str(estimate.verdict)]


def _harmless(text: str) -> str:
    """A text that a spreadsheet takes for a text: a formula would begin with one of these."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _quantity_dict(compared: Compared, quantity: ComparedQuantity) -> dict[str, Any]:
    common: Common | None = quantity.common
    estimates = {
        name: None if estimate is None else asdict(estimate) | {"verdict": str(estimate.verdict)}
        for name, estimate in zip(compared.names, quantity.estimates, strict=True)
    }
    shared = None if common is None else asdict(common)
    return {"unit": _unit(quantity), "estimates": estimates, "common": shared, "reason": quantity.reason or None}


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return [f"  {line}".rstrip() for line in lines]
