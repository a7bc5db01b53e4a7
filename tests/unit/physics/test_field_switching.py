"""Sharrock's law and that of Kurkijärvi and Garg against the integral of the rate."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.physics.field_switching import sharrock_field, swept_field_mode, swept_field_moments
from tests import swept
from tests.builders import K_B

H_K, KV, T, LOG_TAU_0 = 0.12, 60.0 * K_B * swept.T, swept.T, float(np.log(1e-9))


def log_rate(field: np.ndarray) -> np.ndarray:
    return -LOG_TAU_0 - KV / (K_B * T) * (1.0 - field / H_K) ** 2


@pytest.mark.parametrize("time", [1e-3, 1.0, 3600.0])
def test_half_of_the_devices_switch_in_the_field_of_sharrock(time: float) -> None:
    field = np.asarray(sharrock_field(H_K, KV, T, time, LOG_TAU_0))
    # e^{±30} carry 30 ε
    assert np.exp(-time * np.exp(log_rate(field))) == pytest.approx(0.5, rel=1e-13)


@pytest.mark.parametrize("rate", [1e-4, 1e-2, 1.0])
def test_moments_of_a_sweep_are_those_of_its_distribution(rate: float) -> None:
    field = np.linspace(-0.1 * H_K, 0.999 * H_K, 400_001)
    hazard = np.exp(log_rate(field)) / rate
    step = field[1] - field[0]
    exposure = np.append(0.0, np.cumsum(0.5 * (hazard[1:] + hazard[:-1]))) * step
    density = hazard * np.exp(-exposure)
    mean = float(np.sum(field * density) * step)
    deviation = float(np.sqrt(np.sum((field - mean) ** 2 * density) * step))
    assert swept_field_mode(H_K, KV, T, rate, LOG_TAU_0) == pytest.approx(field[np.argmax(density)], abs=2 * step)
    found = swept_field_moments(H_K, KV, T, rate, LOG_TAU_0)
    # what is left out is a share of 1/ln X of the width, with ln X of 17 to 26
    assert found[0] == pytest.approx(mean, abs=0.1 * deviation)
    assert found[1] == pytest.approx(deviation, rel=0.1)
