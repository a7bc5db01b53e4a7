"""The heat map of eigen-directions: a cell for each component, a label for each sharpness."""

import numpy as np

from stfit.figures.directions_figure import eigen_directions_figure


def test_every_direction_has_its_row_and_what_is_unseen_says_so() -> None:
    components = np.array([[1.0, 0.0, 0.0], [0.0, 0.6, -0.8]])
    figure = eigen_directions_figure(["$a$", "$b$", "$c$"], np.array([2.3e6, 0.0]), components)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["$a$", "$b$", "$c$"]
    assert [label.get_text() for label in axes.get_yticklabels()] == [r"$2.3\times10^{6}$", "unseen"]
    assert sorted(text.get_text() for text in axes.texts) == ["0.60", "0.80", "1.00"]
