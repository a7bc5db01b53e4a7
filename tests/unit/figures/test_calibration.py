from __future__ import annotations

import numpy as np
import pytest

from stfit.figures.calibration_figure import Covered, coverage_figure, pulls_figure, ranks_figure


@pytest.mark.parametrize("count", [1, 4, 7])
def test_every_quantity_has_its_histogram(count: int) -> None:
    pulls = {f"$q_{i}$": np.array([-9.0, 0.1, 0.2]) for i in range(count)}
    shown = [axes for axes in pulls_figure(pulls).axes if axes.get_visible()]
    assert [axes.texts[0].get_text() for axes in shown] == list(pulls)
    heights = [bar.get_height() for bar in shown[0].patches]  # type: ignore[attr-defined]
    assert sum(heights) == 3.0
    assert heights[0] == 1.0  # what is farther out stands in the last bin


def test_coverages_stand_in_their_bands() -> None:
    kind = Covered("profile", np.array([[0.7, 0.95], [np.nan, np.nan]]), np.full((2, 2), 0.5), np.full((2, 2), 1.0))
    figure = coverage_figure(["$a$", "$b$"], {"68 %": 0.6827, "95 %": 0.95}, [kind])
    first, second = figure.axes
    assert [text.get_text() for text in first.get_yticklabels()] == ["$a$", "$b$"]
    assert [text.get_text() for text in second.get_yticklabels()] == ["", ""]
    np.testing.assert_allclose(np.asarray(first.get_lines()[1].get_xdata())[0], 70.0, rtol=1e-14)
    assert first.get_title(loc="left") == "68 %"


def test_ranks_meet_the_uniform_distribution_at_both_ends() -> None:
    points = np.array([0.25, 0.5, 0.75])
    figure = ranks_figure(points, -np.full(3, 0.2), np.full(3, 0.2), {"$a$": np.array([0.1, 0.3, 0.0])})
    line = figure.axes[0].get_lines()[1]
    assert np.asarray(line.get_ydata()).tolist() == [0.0, 0.1, 0.3, 0.0, 0.0]
    assert figure.axes[0].get_ylim()[1] > 0.3
