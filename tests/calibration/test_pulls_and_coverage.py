"""Errors are as large as they say: pulls and coverages over simulated devices, in rich and in poor designs.

STFIT_CALIBRATION=500 pytest -m calibration tests/calibration
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import poisson

from stfit.studies.coverage import critical_z
from tests.calibration.pulls import (
    QUANTITIES,
    Ensemble,
    comparisons_of,
    complaints,
    from_residuals,
    halved,
    simulate,
)
from tests.calibration.virtual_devices import (
    DERIVED_TRUTH,
    DESIGNS,
    QUOTES,
    TRUTH,
    Design,
    log_dwell_time,
    watched_table,
)

pytestmark = pytest.mark.slow

COMPARISONS = comparisons_of(len(DESIGNS), len(QUANTITIES))


@pytest.mark.parametrize("name", DESIGNS)
def test_the_objective_obeys_eq_27_at_the_truth(name: str) -> None:
    objective = DESIGNS[name]().objective()
    truth = objective.space.coordinates(TRUTH)
    for term, prediction in zip(objective.terms, objective.predictions(truth), strict=True):
        settings = term.measurement.settings
        current = settings.current
        if current is None:
            assert settings.voltage is not None
            current = settings.voltage / (TRUTH["resistance"] + settings.state * TRUTH["delta_R"])
        expected = log_dwell_time(settings.state.astype(int), current, term.thermometer)
        # ln τ up to 20 in size from terms of some 30, a dozen roundings each
        np.testing.assert_allclose(prediction, expected, rtol=0, atol=12 * 30 * np.finfo(float).eps)
    found = objective.all_quantities(objective.space.quantities(truth))
    for quantity, value in DERIVED_TRUTH.items():
        assert float(np.squeeze(found[quantity])) == pytest.approx(value, rel=1e-13), quantity  # a dozen roundings


@pytest.mark.parametrize("name", DESIGNS)
def test_every_fit_converges(name: str, ensemble_of: Callable[[str], Ensemble]) -> None:
    assert ensemble_of(name).unconverged == 0


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("name", DESIGNS)
def test_pulls_and_coverage(name: str, quantity: str, ensemble_of: Callable[[str], Ensemble]) -> None:
    assert complaints(quantity, ensemble_of(name).calibration(quantity), COMPARISONS) == []


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_halved_errors_are_found_out(quantity: str, devices: int, ensemble_of: Callable[[str], Ensemble]) -> None:
    # Pulls of width 2 are 14 of their errors 1/√(2N) from 1 at N = 100, and 68 % becomes 38 %: 6.5 of its errors. With
    # fewer the latter drowns in a band of five errors.
    ensemble = replace(ensemble_of("dwells, 300–3000 a row"), estimated=halved)
    words = " ".join(complaints(quantity, ensemble.calibration(quantity), COMPARISONS))
    assert "width" in words
    assert devices < 100 or "ci68 covers" in words
    assert "ci95 covers" in words


def test_a_shifted_truth_is_found_out(ensemble_of: Callable[[str], Ensemble]) -> None:
    # A bias of one standard error is √N = 10 of the errors of the mean at N = 100.
    found = ensemble_of("dwells, 300–3000 a row").calibration("theta_0")
    words = complaints("theta_0", replace(found, pulls=found.pulls + 1.0), COMPARISONS)
    assert any("mean" in word for word in words)


def test_a_fit_without_an_error_is_found_out(ensemble_of: Callable[[str], Ensemble]) -> None:
    found = ensemble_of("dwells, 300–3000 a row").calibration("theta_0")
    pulls = np.append(found.pulls[1:], np.nan)
    words = complaints("theta_0", replace(found, pulls=pulls), COMPARISONS)
    assert words == [f"theta_0: 1 of {pulls.size} fits give no estimate"]


def test_the_squared_jacobian_is_not_the_information_where_nothing_switched(devices: int) -> None:
    """Signed roots of rows that saw n of μ ≪ 1 expected transitions carry less JᵀJ than information: errors too large.

    A row has the slope² μ/2 at n = 0 and n(μ/n−1)²/(2(μ/n − 1 − ln(μ/n))) otherwise; its information is μ.
    """
    expected, rows = 0.1, 800
    n = np.arange(1, 12)
    u = np.log(expected / n)
    slopes = np.concatenate([[expected / 2], n * np.expm1(u) ** 2 / (2 * (np.expm1(u) - u))])
    weights = poisson.pmf(np.arange(12), expected)
    mean, square = weights @ slopes, weights @ slopes**2
    objective = Design((watched_table(expected, 5e-3, currents=100),), QUOTES).objective()
    truth = objective.space.coordinates(TRUTH)
    tau_0 = objective.names.index("tau_0")  # ∂ln τ/∂ln τ0 = 1 in every row
    rng = np.random.default_rng(31)
    replicas = [objective.replicate(truth, rng) for _ in range(devices)]
    squared = np.array([float(np.sum(replica.jacobian(truth)[:, tau_0] ** 2)) for replica in replicas])
    error = np.sqrt(rows * (square - mean**2) / devices)
    assert squared.mean() == pytest.approx(rows * mean, abs=critical_z(1) * error)
    assert mean < 0.75 * expected  # 0.0716 of 0.1: standard errors 18 % too large
    # the information is Σ t/τ, which here is known before anything is seen
    assert replicas[0].information(truth)[tau_0, tau_0] == pytest.approx(rows * expected, rel=1e-12)  # 800 roundings


def test_errors_from_the_squared_jacobian_are_too_large_where_nothing_switched(devices: int) -> None:
    # The ratio of the errors to the right ones is 1.18 in the mean; that of one device fluctuates by a few per cent,
    # so any mean ratio below 1.1 over 20 devices and more would be far outside.
    ensemble = simulate(Design((watched_table(0.1, 5e-3, currents=100),), QUOTES), max(20, devices // 10), seed=32)
    right = [found["tau_0"].stderr for found in ensemble.estimates]
    squared = [found["tau_0"].stderr for found in replace(ensemble, estimated=from_residuals).estimates]
    ratio = np.array(squared, dtype=float) / np.array(right, dtype=float)
    assert np.mean(ratio) > 1.1
