"""Constraints: whitened residuals with derivatives, fresh quotes about the truth, words."""

import numpy as np
import pytest
from scipy.stats import norm

from stfit.derivatives import Jet, seed
from stfit.objective import Constraint, LogNormal, Normal

EPS = 2.0**-52
DRAWS = 2000
Z = float(norm.isf(0.5e-5))  # two-sided at 1e-5 for the few comparisons of this file

ALL: dict[str, Constraint] = {"normal": Normal(0.35, 0.03), "lognormal": LogNormal(8.0, 1.3)}


def test_residuals_by_hand() -> None:
    assert Normal(0.35, 0.03).residual(0.41) == pytest.approx(2.0, rel=16 * EPS)
    assert LogNormal(8.0, 1.3).residual(8.0 / 1.3) == pytest.approx(-1.0, rel=16 * EPS)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("quantity", [0.2, 0.35, 5.0])
def test_half_the_square_is_minus_ln_of_the_density(name: str, quantity: float) -> None:
    constraint = ALL[name]
    # the densities, of the quantity and of its logarithm, up to a constant
    log_density = (
        norm.logpdf(quantity, 0.35, 0.03)
        if name == "normal"
        else norm.logpdf(np.log(quantity), np.log(8.0), np.log(1.3))
    )
    centre = norm.logpdf(0.35, 0.35, 0.03) if name == "normal" else norm.logpdf(0.0, 0.0, np.log(1.3))
    assert -0.5 * constraint.residual(quantity) ** 2 == pytest.approx(log_density - centre, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", ALL)
def test_derivatives(name: str) -> None:
    jet: Jet = ALL[name].residual(seed(np.array([0.4]), 2)[0])
    h = 1e-4
    low, middle, high = (float(ALL[name].residual(0.4 + shift)) for shift in (-h, 0.0, h))
    assert jet.hessian is not None
    assert jet.gradient[0, 0] == pytest.approx((high - low) / (2 * h), rel=1e-6)  # h²/(3·0.4²)
    # h² of the fourth derivative, and of rounding 20 ε/h²
    assert jet.hessian[0, 0, 0] == pytest.approx((high - 2 * middle + low) / h**2, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ALL)
def test_fresh_quotes_scatter_about_the_truth_as_the_constraint_says(name: str) -> None:
    constraint = ALL[name]
    rng = np.random.default_rng(3)
    truth = 0.7
    pulls = np.array([constraint.redrawn(rng, truth).residual(truth) for _ in range(DRAWS)])
    assert abs(pulls.mean()) < Z / np.sqrt(DRAWS)
    assert abs(np.mean(pulls**2) - 1.0) < Z * np.sqrt(2.0 / DRAWS)


@pytest.mark.parametrize("name", ALL)
def test_fresh_quotes_follow_the_seed(name: str) -> None:
    one, same, other = (ALL[name].redrawn(np.random.default_rng(s), 0.7) for s in (1, 1, 2))
    assert one == same
    assert one != other


def test_words() -> None:
    assert Normal(0.11, 0.004).sentence("ohm") == "normal, 0.11 ± 0.004 ohm"
    assert Normal(0.35, 0.03).sentence("") == "normal, 0.35 ± 0.03"
    assert LogNormal(8.0, 1.3).sentence("") == "log-normal, 8 within a factor 1.3"


def test_a_lognormal_excludes_what_has_no_logarithm() -> None:
    constraint = LogNormal(8.0, 1.3)
    assert constraint.lowest > 0.0
    assert constraint.residual(constraint.lowest) == pytest.approx(-30.0, rel=1e-12)
