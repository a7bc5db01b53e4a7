"""Convergence: closed forms of autoregressive walkers, the reference implementation, and chains gone wrong."""

import warnings
from typing import Any

import numpy as np
import pytest

from stfit.diagnostics.convergence import QUANTILES, convergence, effective_draws, mean_error
from tests.chains import autoregressive

ENSEMBLES, STEPS, WALKERS = 4, 4000, 8
PHI = 0.6
TAU = (1 + PHI) / (1 - PHI)  # 4
# Relative error of an autocorrelation time summed over a window of W lags of n steps: √(2(2W+1)/n) (Sokal 1997, Eq.
# 3.19, for a window much longer than τ). Geyer's window of an AR(1) with φ = 0.6 ends where φ^t falls to the noise
# √(τ/n), at W = ln(√(16000/4))/ln(1/0.6) = 8: √(34/16000) = 4.6 %. Four of these.
BAND = 0.19


def walkers(kind: str, seed: int) -> Any:
    rng = np.random.default_rng(seed)
    if kind == "independent":
        return autoregressive(rng, PHI, ENSEMBLES, STEPS, WALKERS)
    together = autoregressive(rng, PHI, ENSEMBLES, STEPS, 1)
    return np.repeat(together, WALKERS, axis=2)


@pytest.mark.parametrize(("kind", "copies"), [("independent", WALKERS), ("moving as one", 1)])
def test_effective_draws_of_autoregressive_walkers(kind: str, copies: int) -> None:
    values = walkers(kind, 11)
    found = convergence(values)
    expected = copies * ENSEMBLES * STEPS / TAU
    assert found.tau == pytest.approx(TAU, rel=BAND)
    assert found.steps_per_tau == pytest.approx(STEPS / TAU, rel=BAND)
    assert found.ess_mean == pytest.approx(expected, rel=BAND)
    assert found.ess_bulk == pytest.approx(expected, rel=BAND)
    assert found.mcse["mean"] == pytest.approx(np.sqrt(1.0 / expected), rel=BAND)
    # an excess of R̂² of τ/(steps of a half), and no more than four times that
    assert 1.0 <= found.rhat < 1.0 + 4 * TAU / (STEPS / 2)


def test_walkers_that_move_as_one_are_not_so_many_chains() -> None:
    """Negative control: taken as chains of their own, they claim eight times the draws that there are."""
    together = walkers("moving as one", 11)
    alone = np.moveaxis(together, 2, 1).reshape(ENSEMBLES * WALKERS, STEPS, 1)
    claimed = convergence(alone).ess_mean
    truth = ENSEMBLES * STEPS / TAU
    assert claimed > 5 * truth
    assert claimed != pytest.approx(truth, rel=BAND)


def test_the_error_of_a_mean_is_the_spread_of_means() -> None:
    """60 repeated chains of half-correlated walkers: their means' spread, known to 1/√(2·59) = 9 %, four times."""
    rng = np.random.default_rng(23)
    shared = autoregressive(rng, PHI, 60 * 4, 300, 1)
    values = np.sqrt(0.5) * (shared + autoregressive(rng, PHI, 60 * 4, 300, 4))
    chains = values.reshape(60, 4, 300, 4)
    spread = float(np.std(np.mean(chains, axis=(1, 2, 3)), ddof=1))
    quoted = float(np.mean([mean_error(chain) for chain in chains]))
    assert quoted == pytest.approx(spread, rel=4 * 0.092)
    # half of the variance is common to the walkers: (1/2 + 1/2·1/4)·τ/(1200), exactly
    assert quoted == pytest.approx(np.sqrt(0.625 * TAU / 1200), rel=BAND)


def test_errors_of_quantiles_of_independent_draws() -> None:
    """√(p(1−p)/n)/density; known from the effective draws (1 ± 2 %) and from two order statistics to some 10 %."""
    values = np.random.default_rng(5).standard_normal((4, 2500, 4))
    found = convergence(values)
    for name, p in QUANTILES.items():
        z = np.quantile(np.random.default_rng(0).standard_normal(4_000_000), p)
        density = np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)
        assert found.mcse[name] == pytest.approx(np.sqrt(p * (1 - p) / values.size) / density, rel=0.25), name
    # the error of a normal standard deviation, 1/√(2n)
    assert found.mcse["sd"] == pytest.approx(1 / np.sqrt(2 * values.size), rel=0.1)


@pytest.mark.parametrize("phi", [-0.4, 0.0, 0.5, 0.9])
@pytest.mark.parametrize("steps", [200, 1000])
def test_of_one_walker_an_ensemble_it_is_the_reference_implementation(phi: float, steps: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arviz = pytest.importorskip("arviz")
    values = autoregressive(np.random.default_rng(3), phi, 4, steps)
    found = convergence(values[:, :, None])
    # ours also makes the last pair of Geyer's sequence monotone, which is a part in 10³ at most of these series
    assert found.rhat == pytest.approx(float(arviz.rhat(values, method="rank")), rel=1e-9)
    assert found.ess_bulk == pytest.approx(float(arviz.ess(values, method="bulk")), rel=1e-3)
    assert found.ess_tail == pytest.approx(float(arviz.ess(values, method="tail")), rel=1e-3)
    assert found.ess_mean == pytest.approx(float(arviz.ess(values, method="mean")), rel=1e-3)
    # between order statistics: the next one to either side is chosen by the same part in 10³
    gaps = np.diff(np.sort(values, axis=None))
    for name, p in (("median", 0.5), ("lo95", 0.025)):
        reference = float(arviz.mcse(values, method="quantile", prob=p))
        assert found.mcse[name] == pytest.approx(reference, abs=float(np.quantile(gaps, 0.99)))


def test_independent_walkers_are_worth_what_they_are_worth_as_chains() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arviz = pytest.importorskip("arviz")
    values = walkers("independent", 12)
    chains = np.moveaxis(values, 2, 1).reshape(ENSEMBLES * WALKERS, STEPS)
    assert convergence(values).ess_bulk == pytest.approx(float(arviz.ess(chains, method="bulk")), rel=BAND)


def test_an_ensemble_elsewhere_is_found() -> None:
    values = walkers("independent", 13)
    assert convergence(values).rhat < 1.01
    values[0] += 1.0
    assert convergence(values).rhat > 1.05


def test_an_ensemble_of_another_width_is_found_though_the_means_agree() -> None:
    values = walkers("independent", 13)
    values[0] *= 3.0
    assert convergence(values).rhat > 1.05


def test_walkers_that_stand_still_are_found_though_the_ensembles_agree() -> None:
    rng = np.random.default_rng(4)
    values = rng.standard_normal((4, 1, 32)) + 1e-3 * rng.standard_normal((4, 500, 32))
    found = convergence(values)
    assert found.steps_per_tau < 10
    assert found.ess_bulk < 100


@pytest.mark.parametrize("values", [np.ones((4, 100, 8)), np.full((4, 100, 8), np.nan), np.zeros((2, 4, 8))])
def test_what_has_no_diagnostics_has_no_numbers(values: Any) -> None:
    found = convergence(values)
    assert np.isinf(found.rhat)
    assert np.isnan(found.ess_bulk)
    assert found.steps_per_tau == 0.0


def test_effective_draws_do_not_depend_on_the_unit() -> None:
    values = walkers("independent", 14)
    # rounding of sums of 10⁵ terms, 1e-16·10⁵, times the cancellation of an offset of 100 widths, 10⁴
    assert effective_draws(3.0e-20 * (values + 100.0)) == pytest.approx(effective_draws(values), rel=1e-6)
