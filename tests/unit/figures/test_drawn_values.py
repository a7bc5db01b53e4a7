"""The values that a figure shows, and where they lie in its drawing."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stfit.figures.drawn_values import drawn_values, plain_text
from stfit.figures.style import journal_style, new_figure, svg_file
from stfit.notebook.faces import Fit

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[1] / "reports" / "example.py"))
NANOPILLAR = Fit.of(EXAMPLES["nanopillar"]())


def test_every_point_every_residual_and_every_fit_is_named_with_its_units() -> None:
    panels = drawn_values(NANOPILLAR.plot.switching(width="page"))
    assert [panel["title"] for panel in panels if "title" in panel] == ["P → AP", "AP → P"]
    assert {(panel["x"], panel["y"]) for panel in panels} == {
        ("current (mA)", "switching probability"),
        ("current (mA)", "residual"),
    }
    series = [entry for panel in panels for entry in panel["series"]]
    points = [entry for entry in series if entry.get("tip")]
    assert sum(len(entry["y"]) for entry in points) == 2 * 52  # four series of 13 pulses, with a residual each
    assert {entry["n"] for entry in points} == {"10 ns", "100 ns"}
    assert {entry["n"] for entry in series if entry not in points} == {"fit 10 ns", "fit 100 ns"}


def test_points_carry_their_error_bars() -> None:
    panel = drawn_values(NANOPILLAR.plot.switching(width="page"))[0]
    points = next(entry for entry in panel["series"] if entry.get("tip"))
    assert len(points["lo"]) == len(points["hi"]) == len(points["y"])
    assert all(low <= y <= high for low, y, high in zip(points["lo"], points["y"], points["hi"], strict=True))


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_values_lie_where_the_drawing_has_them(scale: str) -> None:
    with journal_style():
        figure = new_figure(2.0, 3.0)
        axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
        axes.plot([0.5, 1.0], [2.0, 30.0], "o", label="a", linestyle="none")
        axes.set_yscale(scale)
    drawn = re.findall(r'<use xlink:href="#m\w+" x="([\d.]+)" y="([\d.]+)" style="fill: #1f77b4', svg_file(figure))
    (panel,) = drawn_values(figure)
    (series,) = panel["series"]
    (_, across, left), (log, up, foot) = panel["at"]
    heights = np.log10(series["y"]) if log else np.array(series["y"])
    placed = np.stack([left + across * np.array(series["x"]), foot + up * heights], axis=1)
    # coordinates of a drawing are cut to 0.01 of a point
    np.testing.assert_allclose(np.array(drawn, dtype=float), placed, atol=0.011)


def test_what_has_no_name_is_decoration() -> None:
    figure = new_figure(2.0, 3.0)
    figure.add_subplot().plot([0.0, 1.0], [0.0, 1.0])
    assert drawn_values(figure) == []


def test_bars_and_cells_are_values_too() -> None:
    (budget,) = drawn_values(NANOPILLAR.plot.budget())
    assert [entry["n"] for entry in budget["series"]] == ["statistics", "β", "ΔR"]
    # 0.12² + 0.70² + 0.30² = 0.5944, of which β brings 0.49
    assert budget["series"][1] == {"n": "β", "x": [pytest.approx(82.436, abs=5e-4)], "y": ["l/L_θθ"]}
    (matrix,) = drawn_values(NANOPILLAR.plot.correlations())
    row = next(entry for entry in matrix["series"] if entry["n"] == "E_P")
    assert row["y"][row["x"].index("τ0")] == float(f"{NANOPILLAR.correlations['E_P']['tau_0']:.5g}")


@pytest.mark.parametrize(
    ("label", "text"),
    [
        (r"$l/L_{\mathrm{θθ}}$ (e)", "l/L_θθ (e)"),
        (r"$τ_{\mathrm{0}}$", "τ0"),
        (r"$2.1\times10^{3}$", "2.1×10^3"),
        (r"100 \$", "100 $"),
        ("P → AP", "P → AP"),
    ],
)
def test_symbols_are_letters_where_no_mathtext_is_set(label: str, text: str) -> None:
    assert plain_text(label) == text
