"""The figures of a result by name."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stfit.errors import InputError
from stfit.notebook.faces import Fit
from stfit.reports.drawn_budget import agreement_figure, compared_quantity

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[1] / "reports" / "example.py"))
NANOPILLAR = Fit.of(EXAMPLES["nanopillar"]())
MILLIMETRES = 25.4  # an inch


def judged(name: str, alone: float | None, without: float) -> tuple[dict[str, Any], dict[str, Any]]:
    known = {"value": alone, "stderr": None if alone is None else 1.0}
    nothing = {"value": None, "stderr": None}
    entry = {"measurement": name, "kind": "k", "l_over_L": known, "slope_P": nothing, "slope_AP": nothing}
    move = {"left_out": name, "quantity": "l_over_L", "value": without, "stderr": 1.0, "pull": 0.1, "p_value": 0.9}
    return entry, move | {"verdict": "agrees"}


def joint() -> Fit:
    pairs = [judged("a.csv", 8.0, 8.4), judged("b.csv", None, 8.0)]
    return replace(
        NANOPILLAR, joint={"alone": [p[0] for p in pairs], "tensions": [p[1] for p in pairs], "contributions": []}
    )


def test_what_a_result_can_draw_is_listed_and_drawn() -> None:
    names = NANOPILLAR.plot.available()
    assert names == ["dwell_times", "switching", "budget", "correlations", "residuals"]
    for name in names:
        assert getattr(NANOPILLAR.plot, name)().axes
    assert "dwell_times(), switching(), budget()" in repr(NANOPILLAR.plot)


def test_every_figure_has_a_name_that_completion_finds() -> None:
    public = {name for name in dir(NANOPILLAR.plot) if not name.startswith("_")}
    assert public == {*NANOPILLAR.plot._there(), "available"}


@pytest.mark.parametrize("name", ["lines", "ramps", "critical_currents", "agreement", "profiles", "posterior", "chain"])
def test_what_a_result_does_not_hold_is_refused_in_words(name: str) -> None:
    with pytest.raises(InputError, match=r"result\.plot: expected a result with .*available\(\) lists others"):
        getattr(NANOPILLAR.plot, name)()


def test_a_figure_is_a_column_wide_unless_a_page_is_asked_for() -> None:
    column, page = NANOPILLAR.plot.dwell_times(), NANOPILLAR.plot.dwell_times(width="page")
    assert column.get_figwidth() * MILLIMETRES == pytest.approx(86.0, abs=1e-9)  # a rounding of a double
    assert page.get_figwidth() * MILLIMETRES == pytest.approx(177.8, abs=1e-9)
    with pytest.raises(ValueError, match=r"width: expected 'column' or 'page'; found 'wide'"):
        NANOPILLAR.plot.dwell_times(width="wide")


def test_panels_of_a_column_stand_above_one_another_on_one_current_axis() -> None:
    figure = NANOPILLAR.plot.dwell_times()
    boxes = [axes.get_position() for axes in figure.axes]
    assert len({round(box.x0, 6) for box in boxes}) == 1
    assert len({axes.get_xlim() for axes in figure.axes}) == 1
    assert [axes.get_xlabel() for axes in figure.axes].count("current (mA)") == 1


def test_transitions_at_opposite_currents_have_each_their_axis() -> None:
    figure = NANOPILLAR.plot.switching()
    assert [axes.get_xlabel() for axes in figure.axes].count("current (mA)") == 2


def test_a_notebook_shows_a_figure_without_pyplot() -> None:
    figure: Any = NANOPILLAR.plot.dwell_times()
    data, size = figure._repr_png_()  # what IPython asks for where no backend draws it
    assert data.startswith(b"\x89PNG")
    assert size["width"] / size["height"] == pytest.approx(
        int.from_bytes(data[16:20]) / int.from_bytes(data[20:24]), rel=0.01
    )


def test_residuals_can_be_left_out() -> None:
    assert len(NANOPILLAR.plot.dwell_times(residuals=False).axes) == 2
    assert len(NANOPILLAR.plot.dwell_times().axes) == 4


def test_a_measurement_is_found_by_its_file() -> None:
    assert len(NANOPILLAR.plot.dwell_times("events_295K.csv").axes) == 2  # one pair of states shares a panel
    with pytest.raises(InputError, match=r"measurement: expected one of dwell\.csv, events_295K\.csv; found 'no\.csv'"):
        NANOPILLAR.plot.dwell_times("no.csv")


def test_what_measurements_say_of_one_number_is_compared() -> None:
    result = joint()
    assert compared_quantity(result) == "l_over_L"
    figure = agreement_figure(result)
    assert figure is not None
    (axes,) = figure.axes
    containers: list[Any] = list(axes.containers)
    alone, without = (container.lines[0] for container in containers)
    np.testing.assert_array_equal(alone.get_xdata(), [8.0])
    np.testing.assert_array_equal(without.get_xdata(), [8.4, 8.0])
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a.csv", "b.csv"]


def test_one_measurement_has_nothing_to_be_compared_with() -> None:
    assert compared_quantity(NANOPILLAR) is None
    assert agreement_figure(NANOPILLAR) is None
