"""Signed-root deviance residuals against 240-digit arithmetic: values, slopes through the 0/0, signs, extremes."""

from decimal import Decimal, getcontext
from typing import Any

import numpy as np
import pytest

from stfit.derivatives import Jet, seed
from stfit.physics.deviance import (
    binomial_log_likelihood,
    binomial_residuals,
    exponential_excess,
    exponential_log_likelihood,
    exponential_residuals,
    exponential_root,
    exponential_root_slope,
)

getcontext().prec = 240  # 1 − e^−403 keeps 65 digits of its small part, far below what a double holds
EPS = 2.0**-52
FAR = (-50.0, -20.0, -3.0, -0.26, -0.24, -1e-3, -1e-7, -1e-12)
OFFSETS = (*FAR, *(-u for u in FAR))
COUNTS = (1, 2, 15, 1000, 10**9)
EXPOSURES = (-50.0, -37.5, -36.5, -20.0, -5.0, -1.0, -0.01, 0.0, 0.7, 2.0, 3.5, 5.0, 6.0, 50.0)
TRIALS = [(n, k) for n in (1, 2, 15, 1000, 10**9) for k in sorted({0, 1, n // 3, n // 2, n - 1, n})]


def exact_exponential(n: int, time: float, eta: float) -> tuple[float, float]:
    """Residual and slope of n ≥ 1 dwells, from ln L = −n ln τ − t/τ and its value at τ = t/n."""
    t, log_tau = Decimal(time), Decimal(eta)
    saturated = -n * (t / n).ln() - n
    deviance = 2 * (saturated + n * log_tau + t * (-log_tau).exp())
    excess = t * (-log_tau).exp() - n  # of observed over predicted counts' time
    root = deviance.sqrt() * (1 if excess > 0 else -1)
    return float(root), float(-excess / root) if root else -float(Decimal(n).sqrt())


def exact_binomial(n: int, k: int, eta: float) -> tuple[float, float]:
    """Residual and slope from ln L = k ln P − (n−k) x with x = e^eta, P = 1 − e^−x."""
    x = Decimal(eta).exp()
    stay = (-x).exp()
    switch = 1 - stay
    deviance = Decimal(0)
    if k:
        deviance += 2 * k * ((Decimal(k) / n).ln() - switch.ln())
    if n - k:
        deviance += 2 * (n - k) * ((Decimal(n - k) / n).ln() + x)
    excess = k * stay - (n - k) * switch
    root = max(deviance, Decimal(0)).sqrt() * (1 if excess > 0 else -1)
    return float(root), float(-excess / root * x / switch) if root else 0.0


@pytest.mark.parametrize("u", OFFSETS)
@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("eta", [-20.7, 0.3])
def test_exponential_residual_and_slope_are_exact(n: int, u: float, eta: float) -> None:
    time = float(n * np.exp(eta + u))
    value, slope = exact_exponential(n, time, eta)
    jet = exponential_residuals(np.array([float(n)]), np.array([time]), seed(np.array([eta]), 1)[0])
    # u = ln(t/n) − ln τ is known to the rounding of three numbers of size |eta| + |u|, the functions of it to 8 ε
    shift = 3 * EPS * (abs(eta) + abs(u))
    assert jet.value[0] == pytest.approx(value, rel=8 * EPS, abs=abs(slope) * shift)
    # the slope's own slope is at most half itself where u > 0, and at most √n where u < 0
    assert jet.gradient[0, 0] == pytest.approx(slope, rel=8 * EPS + shift, abs=np.sqrt(n) * shift)


@pytest.mark.parametrize("eta", [-50.0, -1.0, 0.0, 3.0, 50.0])
def test_a_row_without_transitions_has_the_root_of_twice_its_exposure(eta: float) -> None:
    time = 0.37
    jet = exponential_residuals(np.array([0.0]), np.array([time]), seed(np.array([eta]), 1)[0])
    expected = np.sqrt(2.0 * time * np.exp(-eta))
    assert jet.value[0] == pytest.approx(expected, rel=60 * EPS)  # exp of a number rounded at 50: 50 ε
    assert jet.gradient[0, 0] == pytest.approx(-0.5 * expected, rel=60 * EPS)


@pytest.mark.parametrize(("n", "k"), TRIALS)
@pytest.mark.parametrize("eta", EXPOSURES)
def test_binomial_residual_and_slope_are_exact(n: int, k: int, eta: float) -> None:
    value, slope = exact_binomial(n, k, eta)
    jet = binomial_residuals(np.array([float(n)]), np.array([float(k)]), seed(np.array([eta]), 1)[0])
    # both halves of the deviance know ln(expected/observed) to ε times its parts: |eta|, ln n and the exposure
    parts = abs(eta) + np.log(n) + (min(np.exp(eta), 1e3) if k < n else 0.0)
    assert jet.value[0] == pytest.approx(value, rel=1e-14 + EPS * parts, abs=4 * EPS * parts * np.sqrt(n))
    # where the residual is a difference it has an absolute error; just outside the limit form, |excess| = 1e-7 k,
    # that leaves 1e-7 in the quotient excess/residual, as the limit form does inside
    assert jet.gradient[0, 0] == pytest.approx(slope, rel=1e-7, abs=1e-300)


@pytest.mark.parametrize(("n", "k"), [(n, k) for n, k in TRIALS if 0 < k < n])
@pytest.mark.parametrize("shift", [0.0, 1e-13, -1e-10, 1e-8, -3e-8, 1e-7, -3e-7, 1e-6, 1e-4])
def test_binomial_passes_through_zero_smoothly(n: int, k: int, shift: float) -> None:
    centre = float(np.log(-np.log1p(-k / n)))
    _, slope = exact_binomial(n, k, centre + shift)
    jet = binomial_residuals(np.array([float(n)]), np.array([float(k)]), seed(np.array([centre + shift]), 1)[0])
    # slope 0 comes from an exact zero of the exact root, which does not happen at these points
    assert slope < 0.0
    assert jet.gradient[0, 0] == pytest.approx(slope, rel=1e-7)  # as above


@pytest.mark.parametrize("u", np.linspace(-1e-3, 1e-3, 9))
def test_exponential_root_is_the_series_near_zero(u: float) -> None:
    # √(2(e^u − 1 − u)) = u(1 + u/6 + u²/36 + u³/270 + …) by squaring; the next term is below 1e-14 here
    series = u * (1 + u / 6 + u**2 / 36 + u**3 / 270)
    assert exponential_root(np.array([u]))[0] == pytest.approx(series, rel=1e-14, abs=1e-300)
    slope = 1 + u / 3 + u**2 / 12 + 2 * u**3 / 135
    assert exponential_root_slope(np.array([u]), exponential_root(np.array([u])))[0] == pytest.approx(slope, rel=1e-14)


def test_exponential_excess_joins_its_series_without_a_step() -> None:
    for v in (-0.25, 0.25):
        around = v * (1.0 + np.array([-4.0, -1.0, 0.0, 1.0, 4.0]) * EPS)
        exact = [float(Decimal(x).exp() - 1 - Decimal(x)) for x in around.tolist()]
        # expm1(v) − v loses a factor v/(v²/2) = 8 of its digits at the join
        assert exponential_excess(around) == pytest.approx(exact, rel=16 * EPS)


def test_signs() -> None:
    # longer dwells than predicted: positive; more switched than predicted: positive
    longer = exponential_residuals(np.array([5.0]), np.array([10.0]), np.array([0.0]))
    shorter = exponential_residuals(np.array([5.0]), np.array([2.0]), np.array([0.0]))
    more = binomial_residuals(np.array([10.0]), np.array([9.0]), np.array([0.0]))
    fewer = binomial_residuals(np.array([10.0]), np.array([1.0]), np.array([0.0]))
    assert longer[0] > 0 > shorter[0]
    assert more[0] > 0 > fewer[0]


RNG = np.random.default_rng(20)
ROWS = 12
N = RNG.integers(0, 40, ROWS).astype(float)
TIME = RNG.uniform(0.1, 30.0, ROWS)
PULSES = RNG.integers(1, 40, ROWS).astype(float)
SWITCHED = np.floor(RNG.uniform(0.0, 1.0, ROWS) * (PULSES + 1.0)).clip(max=PULSES)
ETA = RNG.uniform(-2.0, 2.0, ROWS)
LAWS = {
    "exponential": (exponential_residuals, exponential_log_likelihood, N, TIME),
    "binomial": (binomial_residuals, binomial_log_likelihood, PULSES, SWITCHED),
}


@pytest.mark.parametrize("law", LAWS)
def test_sum_of_squares_is_minus_twice_the_log_likelihood_up_to_a_constant(law: str) -> None:
    residuals, log_likelihood, first, second = LAWS[law]
    etas = np.stack([ETA, ETA + 0.3, ETA * 0.5, np.zeros(ROWS)])
    constant = np.sum(residuals(first, second, etas) ** 2, axis=-1) + 2 * np.sum(
        log_likelihood(first, second, etas), axis=-1
    )
    size = np.max(np.abs(log_likelihood(first, second, etas)))
    assert np.ptp(constant) < 4 * ROWS * EPS * size  # roundings of 2·12 terms of that size


@pytest.mark.parametrize("law", LAWS)
def test_derivatives_equal_central_differences(law: str) -> None:
    residuals, log_likelihood, first, second = LAWS[law]
    offset = seed(np.array([0.0]), 2)[0]
    jet: Jet = log_likelihood(first, second, offset + ETA)
    h = 1e-4

    def at(function: Any, shift: float) -> Any:
        return function(first, second, ETA + shift)

    slope = (at(log_likelihood, h) - at(log_likelihood, -h)) / (2 * h)
    curvature = (at(log_likelihood, h) - 2 * at(log_likelihood, 0.0) + at(log_likelihood, -h)) / h**2
    assert jet.hessian is not None
    # derivatives of any order are below 300 here (t e^2 and n e^{2·2}): errors h²/6·300 and, of rounding, 300 ε/h²
    assert jet.gradient[0] == pytest.approx(slope, rel=1e-6, abs=1e-6)
    assert jet.hessian[0, 0] == pytest.approx(curvature, rel=1e-5, abs=1e-5)
    residual: Jet = residuals(first, second, seed(np.array([0.0]), 1)[0] + ETA)
    difference = (at(residuals, h) - at(residuals, -h)) / (2 * h)
    assert residual.gradient[0] == pytest.approx(difference, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("law", LAWS)
def test_walkers_equal_the_loop(law: str) -> None:
    residuals, log_likelihood, first, second = LAWS[law]
    walkers = RNG.uniform(-3.0, 3.0, (5, 4, ROWS))
    for function in (residuals, log_likelihood):
        together = function(first, second, walkers)
        assert together.shape == walkers.shape
        # SIMD and scalar loops of exp and log may differ in the last digit
        for index in np.ndindex(5, 4):
            assert together[index] == pytest.approx(function(first, second, walkers[index]), rel=1e-13, abs=1e-13)


@pytest.mark.parametrize("eta", [-1e6, -1e3, -300.0, 300.0, 1e3, 1e6])
@pytest.mark.parametrize("law", LAWS)
def test_absurd_predictions_are_finite_and_silent(law: str, eta: float) -> None:
    # a sampler or a long step may ask for anything; filterwarnings = error makes an overflow fail here
    residuals, log_likelihood, first, second = LAWS[law]
    scale = 1e9  # the most counts, and seconds, that a row may hold
    value = residuals(first * scale, second * scale, seed(np.array([eta]), 1)[0] + np.zeros(ROWS))
    assert np.all(np.isfinite(value.value))
    assert np.all(np.isfinite(value.gradient))
    assert np.isfinite(np.sum(value.value**2))
    likelihood = log_likelihood(first * scale, second * scale, seed(np.array([eta]), 2)[0] + np.zeros(ROWS))
    assert np.all(np.isfinite(likelihood.value))
    assert np.all(np.isfinite(likelihood.hessian))
