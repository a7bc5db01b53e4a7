"""Curves with posterior bands: those of the fit where the posterior is normal, in the same places and units."""

import numpy as np
import pytest

from stfit.diagnostics.bands import posterior_curves
from stfit.diagnostics.series import curves
from tests.chains import device


def test_bands_are_those_of_the_covariance_where_the_posterior_is_normal() -> None:
    objective, optimum, chain = device()
    for found, expected in zip(posterior_curves(objective, chain), curves(objective, optimum), strict=True):
        assert (found.measurement, found.series, found.x) == (expected.measurement, expected.series, expected.x)
        assert (found.units, found.labels) == (expected.units, expected.labels)
        widths = [
            np.log(np.array(curve.hi68, dtype=float) / np.array(curve.lo68, dtype=float)) for curve in (found, expected)
        ]
        # half the 68 % width from 1000 draws: √(p(1−p)/1000)/density = 4.8 % of σ an end, 4.8 % of the width; four
        # of them over 61 × 8 points that move together
        assert widths[0] == pytest.approx(widths[1], rel=0.2)
        assert np.all(np.array(found.lo95) <= np.array(found.lo68))
        assert np.all(np.array(found.lo68) <= np.array(found.y))
        assert np.all(np.array(found.y) <= np.array(found.hi68))
        assert np.all(np.array(found.hi68) <= np.array(found.hi95))
