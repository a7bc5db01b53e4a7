"""A plan as one self-contained HTML page."""

from __future__ import annotations

import numpy as np
from markupsafe import Markup

from stfit.figures.prospects import Prospect, plan_figure
from stfit.figures.style import AxisQuantity, svg
from stfit.reports.html import page, trusted
from stfit.reports.plan_words import check_sentence, plan_headline, plan_rows, settings_table, today_sentence
from stfit.results.measurement_plan import MeasurementPlan, NextMeasurement
from stfit.results.numbers import prefix
from stfit.results.symbols import symbol

_DRAWN = 6  # candidates


def render_plan(plan: MeasurementPlan) -> str:
    """The page: no network, no script; every text from files is escaped."""
    return page(
        "plan.html.j2",
        plan=plan,
        headline=plan_headline(plan),
        today=today_sentence(plan),
        check=check_sentence(plan),
        rows=plan_rows(plan),
        figure=_figure(plan),
        chosen=_chosen(plan),
        rooms=(),
        answer=0,
    )


def _chosen(plan: MeasurementPlan) -> list[dict[str, object]]:
    """The points of the worthwhile candidates that chose theirs."""
    shown = [(rank, entry) for rank, entry in enumerate(plan.candidates, 1) if entry.settings and entry.worthwhile]
    return [
        {"rank": rank, "title": entry.title, "heads": heads, "rows": rows}
        for rank, entry in shown
        for heads, rows in [settings_table(entry)]
    ]


def _figure(plan: MeasurementPlan) -> Markup | None:
    drawn = [(rank, e) for rank, e in enumerate(plan.candidates, 1) if e.stderr is not None and e.curve["hours"]]
    if not drawn:
        return None
    drawn = [pair for pair in drawn if pair[1].worthwhile][:_DRAWN] or drawn[:_DRAWN]
    largest = max(plan.stderr or 0.0, *(entry.stderr or 0.0 for _, entry in drawn))
    factor, unit = prefix(largest, plan.unit)
    name = symbol(plan.target)
    y = AxisQuantity("expected error of", unit, factor)
    figure = plan_figure(
        [_prospect(rank, entry) for rank, entry in drawn], plan.stderr, name.math if name.known else name.text, y
    )
    words = f"Expected error of {name.text} against hours of measurement, for the {len(drawn)} best candidates."
    return trusted(svg(figure, words, "plan"))


def _prospect(rank: int, entry: NextMeasurement) -> Prospect:
    check = entry.check
    simulated = None if check is None else (check.spread, check.spread * check.ratio_error / check.ratio)
    return Prospect(
        f"{rank}  {_shortened(entry.title)}",
        np.array(entry.curve["hours"]),
        np.array(entry.curve["stderr"]),
        (entry.hours, entry.stderr or 0.0),
        simulated,
    )


def _shortened(title: str, width: int = 36) -> str:
    """A title in lines of a legend, at most three."""
    words, lines = title.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > width:
            lines.append("    ")
        lines[-1] += f"{word} "
    kept = [line.rstrip() for line in lines[:2]]
    return "\n".join(kept) + ("…" if len(lines) > 2 else "")
