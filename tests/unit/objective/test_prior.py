"""The prior as a density: normalised, drawn as it says, and the same statement as the constraint of least squares."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kstest, norm

from stfit.models.parameters import PARAMETERS
from stfit.objective import Constraint, FitParameter, LogNormal, Normal
from stfit.objective.prior import FARTHEST, CoordinatePrior, prior_of


def fitted(name: str, constraint: Constraint | None = None, ends: tuple[float, float] | None = None) -> FitParameter:
    """A parameter that varies between its own bounds, or between two quantities."""
    p = PARAMETERS[name]
    lower, upper = (p.lower, p.upper) if ends is None else (p.coordinate_of(ends[0]), p.coordinate_of(ends[1]))
    return FitParameter(p, p.start, lower, upper, constraint=constraint)


CASES = {
    "uniform": fitted("theta_0"),
    "uniform in the logarithm": fitted("tau_0"),
    "normal": fitted("beta", Normal(0.35, 0.03)),
    "normal, cut in the middle": fitted("beta", Normal(0.98, 0.05)),
    "normal, nothing but its tail": fitted("theta_0", Normal(-1.0, 0.2)),
    "normal, its lower tail": fitted("theta_0", Normal(4.0, 0.2)),
    "normal of a parameter fitted by its logarithm": fitted("tau_0", Normal(1e-9, 0.4e-9)),
    "log-normal": fitted("l_over_L", LogNormal(8.0, 1.3), (0.1, 1000.0)),
    "log-normal of a parameter fitted by its logarithm": fitted("tau_0", LogNormal(1e-9, 3.0)),
    "normal of 1 + χ": fitted("chi", Normal(0.4, 0.3)),
}
named = pytest.mark.parametrize("name", CASES)


def only(p: FitParameter) -> CoordinatePrior:
    return prior_of([p]).coordinates[0]


@named
def test_the_density_is_normalised(name: str) -> None:
    prior = only(CASES[name])
    points = np.linspace(1e-9, 1.0 - 1e-9, 21)
    breaks = np.unique(np.clip(prior.quantile(points), prior.lower, prior.upper))
    mass = sum(
        quad(lambda x: float(np.exp(prior.log_density(np.array(x)))), a, b, epsabs=1e-12)[0]
        for a, b in pairwise(breaks)
    )
    assert mass == pytest.approx(1.0, abs=1e-7)  # 2e-9 of the mass lies beyond the breaks, quad errs by 1e-8


@named
def test_quantiles_invert_the_density(name: str) -> None:
    prior = only(CASES[name])
    u = np.array([0.1, 0.5, 0.9])
    x, step = prior.quantile(u), 1e-4
    slope = (prior.quantile(u + step) - prior.quantile(u - step)) / (2 * step)
    # error of the central difference: step²/6 times the third derivative of the quantile, some hundred slopes at most
    assert np.exp(prior.log_density(x)) == pytest.approx(1.0 / slope, rel=1e-5)


@named
def test_draws_follow_the_quantiles(name: str) -> None:
    prior = prior_of([CASES[name]])
    x = prior.draw(np.random.default_rng(3), 4000)[:, 0]
    assert np.all((x >= prior.lower) & (x <= prior.upper))
    grid = np.linspace(0.0, 1.0, 2001)
    ordered = prior.coordinates[0].quantile(grid)
    # by Kolmogorov and Smirnov, at one in 1000 for each of ten cases
    assert kstest(np.interp(x, ordered, grid), "uniform").pvalue > 1e-4


def test_a_normal_constraint_of_a_linear_parameter_is_its_residual() -> None:
    constraint = Normal(0.35, 0.03)
    prior = only(fitted("beta", constraint))
    x = np.array([0.3, 0.35, 0.42])
    change = prior.log_density(x) - prior.log_density(x[:1])
    residual = constraint.residual(x)
    assert change == pytest.approx(-0.5 * (residual**2 - residual[0] ** 2), rel=1e-12)


def test_a_normal_time_is_normal_in_seconds_not_in_their_logarithm() -> None:
    prior = only(fitted("tau_0", Normal(1e-9, 0.1e-9)))
    x = np.log(np.array([0.9e-9, 1.1e-9]))
    density = norm.pdf(np.exp(x), 1e-9, 0.1e-9) * np.exp(x)  # per unit of ln τ0
    assert np.exp(prior.log_density(x)) == pytest.approx(density, rel=1e-12)


def test_a_parameter_without_bounds_has_a_prior_that_ends() -> None:
    prior = prior_of([fitted("delta_R"), fitted("resistance")])
    assert prior.lower == pytest.approx([-FARTHEST, 1e-6])
    assert prior.upper == pytest.approx([FARTHEST, FARTHEST])


def test_outside_its_ends_there_is_no_density() -> None:
    prior = prior_of([CASES["uniform"], CASES["normal"]])
    x = np.array([[1.0, 0.35], [-0.1, 0.35], [1.0, 1.1], [np.nan, 0.35]])
    assert np.isfinite(prior.log_density(x)).tolist() == [True, False, False, False]


def test_the_spread_of_a_coordinate_is_known() -> None:
    assert only(CASES["normal"]).deviation == pytest.approx(0.03, rel=1e-2)  # 2000 quantiles lack the farthest tails
    assert only(CASES["uniform"]).deviation == pytest.approx(np.pi / np.sqrt(12), rel=1e-6)


def test_a_held_end_keeps_the_digits_of_a_far_tail() -> None:
    p = replace(CASES["normal"], constraint=Normal(-3.0, 0.1), lower=0.0, upper=1.0)
    prior = only(p)  # from 30 standard deviations on: the density falls by e at each 1/300 of a unit
    assert float(prior.quantile(np.array(0.5))) == pytest.approx(np.log(2) / 300.0, rel=2e-3)  # 1/30² is left out
