"""Where points lie in the drawing of a figure."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import numpy as np

from stfit.figures.hover import hover_points
from stfit.figures.style import journal_style, new_figure, svg_file
from stfit.notebook.faces import Fit

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[1] / "reports" / "example.py"))
NANOPILLAR = Fit.of(EXAMPLES["nanopillar"]())


def test_every_point_and_every_residual_is_named_with_its_units() -> None:
    figure = NANOPILLAR.plot.switching(width="page")
    points = hover_points(figure)
    assert len(points) == 2 * 52  # four series of 13 pulses, with a residual each
    words = {words for *_, words in points}
    assert any(re.fullmatch(r"10 ns\ncurrent \(mA\): -5\.8\nswitching probability: [\d.]+", entry) for entry in words)
    assert any(entry.split("\n")[-1].startswith("residual: ") for entry in words)


def test_points_lie_where_the_drawing_has_them() -> None:
    with journal_style():
        figure = new_figure(2.0, 3.0)
        axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
        axes.plot([0.0, 1.0], [0.0, 1.0], "o", label="a", linestyle="none")
    drawn = re.findall(r'<use xlink:href="#m\w+" x="([\d.]+)" y="([\d.]+)" style="fill: #1f77b4', svg_file(figure))
    found = [[float(x), float(y)] for x, y in drawn]
    assert len(found) == 2
    # one is rounded to 0.1 of a point, the other cut to 0.01
    np.testing.assert_allclose(found, [point[:2] for point in hover_points(figure)], atol=0.06)


def test_lines_without_a_name_are_not_pointed_at() -> None:
    figure = new_figure(2.0, 3.0)
    figure.add_subplot().plot([0.0, 1.0], [0.0, 1.0])
    assert hover_points(figure) == []
