"""The figure of one trace: the panels that are there, and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stfit.figures.style import AxisQuantity, svg
from stfit.figures.trace import trace_figure

SIGNAL, TIME, DWELL = AxisQuantity("resistance", "mΩ", 1e3), AxisQuantity("time", "s"), AxisQuantity("time", "ms", 1e3)


def panels() -> dict[str, Any]:
    at = np.linspace(0.0, 0.01, 30).tolist()
    state = [0.0, 0.1] * 15
    both = {name: {"time": at, "share": np.linspace(1.0, 0.01, 30).tolist(), "tau": 2e-3} for name in ("P", "AP")}
    rates = {name: {"rate": [50.0 + i for i in range(30)], "error": [5.0] * 30} for name in ("P", "AP")}
    density = np.exp(-(np.linspace(-2, 2, 30) ** 2)).tolist()
    return {
        "excerpt": {"time": at, "value": state, "state": state},
        "histogram": {"value": at, "density": density, "P": density, "AP": density},
        "survival": both,
        "rates": {"time": at, **rates},
    }


@pytest.mark.parametrize("left_out", [(), ("survival", "rates")])
def test_panels_that_are_there_are_drawn(left_out: tuple[str, ...]) -> None:
    shown = {name: numbers for name, numbers in panels().items() if name not in left_out}
    figure = trace_figure(shown, SIGNAL, TIME, DWELL)
    assert len(figure.axes) == len(shown)
    assert figure.axes[0].get_ylabel() == "resistance (mΩ)"
    assert figure.axes[1].get_yscale() == "log"
    assert figure.axes[0].lines[0].get_ydata()[1] == pytest.approx(100.0)  # type: ignore[index]
    assert "<svg" in svg(figure, "words", "a")


def test_a_state_without_complete_dwells_and_rates_that_differ_much() -> None:
    numbers = panels()
    numbers["survival"]["AP"] = {"time": [], "share": []}
    numbers["rates"]["P"]["rate"] = [5000.0] * 30
    figure = trace_figure(numbers, SIGNAL, TIME, DWELL)
    assert figure.axes[3].get_yscale() == "log"
