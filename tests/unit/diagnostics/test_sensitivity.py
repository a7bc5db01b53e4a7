"""Prior sensitivity: closed forms of a normal prior and a normal likelihood, conflict, and priors that do not scale."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from stfit.backends.least_squares import minimise
from stfit.diagnostics.sensitivity import (
    CONFLICT,
    NOTHING,
    STRONG_PRIOR,
    _Scaling,
    _sensitivity,
    cumulative_distance,
    prior_sensitivity,
)
from tests import builders
from tests.chains import device, normal_chain

SIZE = 4000


def distance_of_normals(first: Any, second: Any) -> float:
    """The cumulative Jensen–Shannon distance by quadrature on a grid so fine that its error is below 1e-6."""
    grid = np.linspace(-8.0, 8.0, 40_001)
    found = []
    for sign in (1.0, -1.0):
        p, q = ((law.cdf(grid) if sign > 0 else law.sf(grid)) + 1e-300 for law in (first, second))
        middle = (p + q) / 2
        divergence = np.trapezoid(p * np.log2(p / middle) + q * np.log2(q / middle), grid)
        # the support on which draws are compared begins with the draws, not at −∞: here at 1/4000 of either end
        found.append(np.sqrt(divergence / np.trapezoid(p + q, grid)))
    return float(max(found))


def quantiles(mean: float, spread: float) -> Any:
    """Draws without noise: a normal law's quantiles."""
    return mean + spread * norm.ppf((np.arange(SIZE) + 0.5) / SIZE)


@pytest.mark.parametrize(("shift", "width"), [(0.1, 1.0), (0.0, 1.1), (0.3, 0.9)])
def test_the_distance_of_two_normal_laws(shift: float, width: float) -> None:
    values = quantiles(0.0, 1.0)
    weights = norm.pdf(values, shift, width) / norm.pdf(values)
    found = cumulative_distance(values, weights / np.sum(weights))
    # draws end at 3.5 standard deviations: of the integral of a distribution function up to there, 3.5, the tails
    # beyond are 6e-5; the integral up to 8, by which the closed form is divided, is longer
    grid_share = (8.0 + 0.0) / (values[-1] + 0.0)
    assert found == pytest.approx(distance_of_normals(norm(), norm(shift, width)) * np.sqrt(grid_share), rel=0.03)


def test_the_distance_has_no_unit_and_no_direction() -> None:
    values = np.random.default_rng(1).standard_normal(500)
    weights = np.random.default_rng(2).random(500)
    weights /= np.sum(weights)
    reference = cumulative_distance(values, weights)
    # rounding of cancelling logarithms, 1e-16 over a squared distance of 1e-3
    assert cumulative_distance(-3e-20 * values, weights) == pytest.approx(reference, rel=1e-9)
    assert cumulative_distance(values, np.full(500, 1 / 500)) == pytest.approx(0.0, abs=1e-7)


def normal_case(prior_mean: float, prior_spread: float, data_mean: float, data_spread: float) -> Any:
    """The posterior's draws with both logarithms, of a normal prior and a normal likelihood."""
    precision = prior_spread**-2 + data_spread**-2
    mean = (prior_mean * prior_spread**-2 + data_mean * data_spread**-2) / precision
    x = quantiles(mean, precision**-0.5)
    parts = [-0.5 * ((x - m) / s) ** 2 for m, s in ((prior_mean, prior_spread), (data_mean, data_spread))]
    return _sensitivity(x, _Scaling.of(parts[0]), _Scaling.of(parts[1]), None)


def test_a_wide_prior_is_nothing_a_narrow_one_is_strong_a_contradicted_one_is_in_conflict() -> None:
    assert normal_case(0.0, 30.0, 1.0, 1.0).diagnosis == NOTHING
    assert normal_case(0.0, 0.1, 0.2, 1.0).diagnosis == STRONG_PRIOR
    assert normal_case(0.0, 1.0, 4.0, 1.0).diagnosis == CONFLICT
    # negative control: the same widths, no contradiction
    assert normal_case(0.0, 1.0, 0.5, 1.0).diagnosis != CONFLICT


def test_the_sensitivity_is_that_of_the_scaled_posterior() -> None:
    """α times the prior's precision: the posterior at α = 1.01 is normal, and its distance known."""
    found = normal_case(0.0, 1.0, 1.0, 1.0)
    laws = [norm(1 / (a + 1), (a + 1) ** -0.5) for a in (1.0, 1.01, 1 / 1.01)]
    values = quantiles(0.5, 2**-0.5)
    expected = []
    for law in laws[1:]:
        weights = law.pdf(values) / laws[0].pdf(values)
        expected.append(cumulative_distance(values, weights / np.sum(weights)))
    # the same weights but for rounding, 1e-16 over a squared distance of 1e-6
    assert found.prior == pytest.approx(np.mean(expected) / np.log2(1.01), rel=1e-6)


def test_the_pull_of_prior_and_data_are_opposite() -> None:
    """d mean/d ln α = ±s(1 − s)·distance over the posterior's spread, s = 1/2: 4·(1/4)/√(1/2) = √2."""
    x = quantiles(2.0, 2**-0.5)
    prior, data = _Scaling.of(-0.5 * x**2), _Scaling.of(-0.5 * (x - 4.0) ** 2)
    # moments of 4000 quantiles miss their tails: 2e-4 of the variance
    assert prior.pull(x) == pytest.approx(-np.sqrt(2.0), rel=2e-3)
    assert data.pull(x) == pytest.approx(np.sqrt(2.0), rel=2e-3)


@pytest.mark.slow
def test_what_is_put_in_and_what_is_measured() -> None:
    objective, _, chain = device()
    found = prior_sensitivity(objective, chain)
    beta, slope, theta = (found.quantities[name] for name in ("beta", "slope_P", "theta_0"))
    assert beta.diagnosis == STRONG_PRIOR
    assert beta.contraction == pytest.approx(
        0.0, abs=0.2
    )  # a variance from some 4000 effective draws: 4 √(2/2000) with a margin
    assert slope.diagnosis == NOTHING
    assert slope.contraction is None
    assert theta.contraction is not None
    assert theta.contraction > 0.99
    assert any("The data add little to the given β" in sentence for sentence in found.sentences)
    assert found.sentences[-1].startswith("Uniform priors cannot be scaled: for l/L_θθ, τ0, E_P, E_AP, θ0 only")


def test_without_an_informed_prior_there_is_nothing_to_scale() -> None:
    objective = builders.objective(
        builders.dwell_times(builders.grid(), n=300, seed=1),
        device={"delta_R": "0.110 ohm", "beta": "0.35", "temperature": "295 K"},
    )
    found = prior_sensitivity(objective, normal_chain(objective, minimise(objective), seed=3))
    assert all(entry.prior is None for entry in found.quantities.values())
    assert all(entry.diagnosis == NOTHING for entry in found.quantities.values())
    assert len(found.sentences) == 1
