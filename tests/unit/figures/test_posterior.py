"""Figures of a chain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stfit.figures.posterior_figure import Drawn, _density, chain_figure, corner_figure
from stfit.figures.style import AxisQuantity, svg

RNG = np.random.default_rng(12)


def drawn(symbol: str = "$x$", *, log: bool = False, identified: bool = True, prior: bool = True) -> Drawn:
    draws = RNG.standard_normal(400)
    draws = np.exp(3.0 * draws) if log else draws
    edges = np.exp(np.linspace(-9.0, 9.0, 21)) if log else np.linspace(-3.0, 3.0, 21)
    density = np.exp(-0.5 * np.linspace(-3, 3, 20) ** 2)
    return Drawn(
        symbol,
        AxisQuantity("x", "ns", 1e9, log=log),
        draws * 1e-9,
        edges * 1e-9,
        density,
        np.full(20, 0.1) if prior else None,
        identified,
        1.0 + 0.05 * RNG.standard_normal((4, 20)),
        0.05,
    )


@pytest.mark.parametrize("count", [1, 2, 8])
def test_a_corner_has_a_panel_for_each_quantity_and_each_pair(count: int) -> None:
    figure = corner_figure([drawn(f"$x_{i}$") for i in range(count)])
    assert len(figure.axes) == count * (count + 1) // 2
    assert figure.get_figwidth() <= 7.0 + 1e-9
    labels = [axes.get_xlabel() for axes in figure.axes if axes.get_xlabel()]
    assert labels == [f"$x_{i}$ (ns)" for i in range(count)]


def test_what_is_not_identified_says_so_in_its_panel() -> None:
    figure = corner_figure([drawn(), drawn(identified=False, log=True)])
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert texts == ["not\nidentified"]
    assert figure.axes[-1].get_xscale() == "log"


def test_the_prior_stands_beside_the_posterior_where_it_is_known() -> None:
    with_prior, without = (corner_figure([drawn(prior=known)]).axes[0] for known in (True, False))
    assert len(with_prior.patches) == 3
    assert len(without.patches) == 2


def test_contours_hold_their_share_of_a_normal_law() -> None:
    rng = np.random.default_rng(3)
    draws = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 4000)
    ends = np.array([-5.0, 5.0])
    u, v, density, levels = _density((draws[:, 0], ends), (draws[:, 1], ends))
    fresh = rng.multivariate_normal([0, 0], [[1, 0.8], [0.8, 1]], 4000)
    here = density[np.searchsorted(v, fresh[:, 1]), np.searchsorted(u, fresh[:, 0])]
    for level, inside in zip(levels, (0.95, 0.6827), strict=True):
        # as many of the draws by construction, and so of fresh ones: twice √(p(1−p)/4000) < 0.008, three times; the
        # nearest point of the grid is up to a cell away, which is a quarter of a standard deviation, to either side
        assert float(np.mean(here > level)) == pytest.approx(inside, abs=0.03 + 0.02)


def test_a_thin_ridge_is_drawn_whole() -> None:
    along = np.linspace(-1.0, 1.0, 500)
    ends = np.array([-1.2, 1.2])
    _, _, density, levels = _density((along, ends), (along + 1e-6 * np.cos(300 * along), ends))
    assert levels[0] < levels[1] < density.max()
    middle = np.diag(density)[8:-8]
    assert middle.min() > levels[0]


def test_a_chain_is_drawn_by_ensemble_with_its_ranks() -> None:
    ensemble, step = np.repeat(np.arange(4.0), 100), np.tile(np.arange(100.0), 4)
    shown = [drawn("$a$"), replace(drawn("$b$", log=True), spread=None)]
    figure = chain_figure(shown, ensemble, step)
    assert len(figure.axes) == 4
    assert [len(axes.get_lines()) for axes in figure.axes[::2]] == [4, 4]
    assert figure.axes[0].get_ylabel() == "$a$ (ns)"
    assert figure.axes[2].get_xlabel() == "step"
    assert "<svg" in svg(figure, "words", "t")
