"""Joint contours: the ellipse of a Gaussian, the rise at every point, open parts."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.backends.contour import JOINT_LEVELS, contour
from stfit.backends.least_squares import minimise
from tests import builders

_FIX = {"l_over_L": "3", "theta_0": "1.7 rad"}


def test_the_contour_of_a_gaussian_is_its_ellipse() -> None:
    """ln τ is linear in ln τ0 and in both barriers: the squared Mahalanobis distance of every point is the level."""
    table = builders.mean_dwells(builders.grid(), seed=4)
    objective = builders.objective(table, device=dict(builders.KNOWN), fit={"fix": _FIX})
    optimum = minimise(objective)
    assert optimum.covariance is not None
    pair = [objective.names.index(name) for name in ("tau_0", "E_P")]
    inverse = np.linalg.inv(optimum.covariance[np.ix_(pair, pair)])
    parameters = [objective.space.varied[i].parameter for i in pair]
    for level in JOINT_LEVELS.values():
        found = contour(objective, optimum, ("tau_0", "E_P"), level)
        assert found is not None
        assert not np.any(found.open)
        coordinates = [p.coordinates_of(found.values[:, i]) for i, p in enumerate(parameters)]
        offset = np.array(coordinates).T - optimum.x[pair]
        # points are solved to 1e-7 of the level, and to 1e-4 in a slope whose square counts: 1e-6 has room
        np.testing.assert_allclose(np.einsum("ni,ij,nj->n", offset, inverse, offset), level, rtol=1e-6)


def test_parts_that_the_bounds_leave_open_are_marked() -> None:
    table = builders.mean_dwells(builders.grid(temperatures=(290.0, 300.0)), relative=0.3, seed=4)
    free = minimise(builders.objective(table, device=dict(builders.KNOWN), fit={"fix": _FIX}))
    assert free.covariance is not None
    half_an_error_on = free.x[1] + 0.5 * float(np.sqrt(free.covariance[1, 1]))  # E_P, eV
    bounds = {"E_P": ["0.1 eV", f"{float(half_an_error_on)!r} eV"]}
    objective = builders.objective(table, device=dict(builders.KNOWN), fit={"fix": _FIX, "bounds": bounds})
    found = contour(objective, minimise(objective), ("E_P", "E_AP"), JOINT_LEVELS["95"], points=16)
    assert found is not None
    assert np.any(found.open)
    assert np.all(np.isfinite(found.values))


def test_what_is_not_identified_has_no_contour() -> None:
    objective = builders.objective(builders.dwell_times(builders.grid(temperatures=(295.0,)), n=200, seed=1))
    assert contour(objective, minimise(objective), ("tau_0", "slope_P"), 2.3) is None


def test_a_quantity_has_no_contour_with_itself() -> None:
    objective = builders.objective(builders.dwell_times(builders.grid(), n=30, seed=5))
    assert contour(objective, minimise(objective), ("tau_0", "tau_0"), 2.3) is None


@pytest.mark.parametrize("level", JOINT_LEVELS.values())
def test_every_point_costs_the_level(level: float) -> None:
    """A wrong contour would hold points that some other value of the rest makes cheaper: none is below the level."""
    objective = builders.objective(builders.dwell_times(builders.grid(), n=5, seed=5))
    optimum = minimise(objective)
    found = contour(objective, optimum, ("l_over_L", "tau_0"), level, points=8)
    assert found is not None
    for l_over_L, tau_0 in found.values:
        fix = {"l_over_L": f"{float(l_over_L)!r}", "tau_0": f"{float(tau_0)!r} s"}
        held = builders.objective(builders.dwell_times(builders.grid(), n=5, seed=5), fit={"fix": fix})
        # numbers go through text with all their digits; both fits are good to 1e-6 of the deviance
        assert minimise(held).sum_of_squares - optimum.sum_of_squares == pytest.approx(level, rel=1e-4)
