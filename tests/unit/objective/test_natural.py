"""Natural coordinates: there and back, their volume and their slopes, and which parameters have which."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.objective.natural import NaturalCoordinates
from tests import builders

NATURAL = NaturalCoordinates(np.array([True, False, True, False]), np.array([False, True, False, False]), 2)
X = np.array([-8.0, 0.5, 300.0, -1.5])


def differences() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """dy/dx by central differences."""
    steps = np.diag(1e-6 * np.abs(X))
    return np.asarray((NATURAL.of(X + steps) - NATURAL.of(X - steps)).T / (2e-6 * np.abs(X)))


def test_there_and_back() -> None:
    y = NATURAL.of(X)
    np.testing.assert_allclose(y, [np.log(8.0), 0.5 / 300.0, np.log(300.0), -1.5], rtol=1e-15)
    np.testing.assert_allclose(NATURAL.back(y, np.sign(X)), X, rtol=1e-14)
    several = X * np.linspace(0.5, 2.0, 6).reshape(2, 3, 1)
    np.testing.assert_allclose(NATURAL.back(NATURAL.of(several), np.sign(several)), several, rtol=1e-14)


def test_slopes_and_volume() -> None:
    # central differences with a step of 1e-6: 1e-12 relative truncation, 1e-10 rounding
    np.testing.assert_allclose(NATURAL.jacobian(X), differences(), rtol=1e-8, atol=1e-9)
    assert NATURAL.log_volume(NATURAL.of(X)) == pytest.approx(-np.linalg.slogdet(NATURAL.jacobian(X))[1], rel=1e-13)


def test_logarithms_of_constants_and_of_the_spin_transfer_but_not_near_zero() -> None:
    grid = builders.grid(temperatures=(260.0, 310.0), currents=(-8e-3, 9e-3))
    objective = builders.objective(builders.dwell_times(grid, n=5, seed=1))
    x = objective.start
    over_temperature, as_is, in_logarithm = objective.natural_coordinates(x, 0.01 * np.abs(x))
    names = np.array(objective.names)
    assert set(names[as_is.logarithm]) == {"l_over_L", "beta", "delta_R", "temperature"}
    assert set(names[over_temperature.over]) == {"E_P", "E_AP"}
    assert set(names[in_logarithm.logarithm]) == {"l_over_L", "beta", "delta_R", "temperature", "E_P", "E_AP"}
    errors = np.where(names == "l_over_L", 0.3 * np.abs(x), 0.01 * np.abs(x))  # 3 errors from zero
    assert set(names[objective.natural_coordinates(x, errors)[1].logarithm]) == {"beta", "delta_R", "temperature"}
