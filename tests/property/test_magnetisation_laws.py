"""Laws of M_s(T) and K(T): limits at T = 0 and T_C, self-consistency, monotony, derivatives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stfit.derivatives import seed
from stfit.physics.magnetisation import (
    ANISOTROPY_EXPONENTS,
    MAGNETISATIONS,
    anisotropy,
    bloch_magnetisation,
    mean_field_magnetisation,
)

law = settings(deadline=None, max_examples=60, derandomize=True)
reduced = st.floats(0.02, 0.995)
names = st.sampled_from(sorted(MAGNETISATIONS))


@law
@given(reduced)
def test_mean_field_is_consistent_with_itself(t: float) -> None:
    m = mean_field_magnetisation(t)
    # of the root's own rounding, ε m/(1 − t), the equation keeps what its slope 1 − s/t ≤ 2(1 − t) leaves; s ≤ 1
    assert np.tanh(m / t) == pytest.approx(m, rel=2e-15 / t)


@law
@given(st.floats(0.02, 0.1))
def test_low_temperatures(t: float) -> None:
    # tanh y = 1 − 2e^(−2y) + 2e^(−4y), y = m/t: 1 − m = 2e^(−2/t)(1 + O(e^(−2/t)/t)); 1 − m itself rounds at 1.1e-16
    gap = 2.0 * np.exp(-2.0 / t)
    assert 1.0 - mean_field_magnetisation(t) == pytest.approx(gap, rel=5.0 * gap / t, abs=2.3e-16)
    assert 1.0 - bloch_magnetisation(t) == pytest.approx(t**1.5, rel=0, abs=2.3e-16)


@law
@given(st.floats(1e-6, 1e-2))
def test_near_the_curie_temperature(gap: float) -> None:
    # tanh y = y − y³/3 + 2y⁵/15: m² = 3(1 − t)(1 − 4/5(1 − t) + …); rounding ε/(1 − t) is 1e-9 at most
    m = mean_field_magnetisation(1.0 - gap)
    assert m**2 == pytest.approx(3.0 * gap * (1.0 - 0.8 * gap), rel=2.0 * gap**2 + 1e-9)
    assert bloch_magnetisation(1.0 - gap) == pytest.approx(1.5 * gap, rel=gap)


@law
@given(names, reduced, reduced)
def test_a_warmer_magnet_has_less_of_it(name: str, one: float, other: float) -> None:
    cold, warm = sorted((one, other))
    m_cold, m_warm = (float(MAGNETISATIONS[name](t)) for t in (cold, warm))
    assert 0.0 < m_warm <= m_cold <= 1.0
    for exponent in ANISOTROPY_EXPONENTS:
        assert anisotropy(m_warm, exponent) <= anisotropy(m_cold, exponent)


@law
@given(names, st.sampled_from(sorted(ANISOTROPY_EXPONENTS)), st.floats(0.1, 0.95))
def test_derivatives_are_those_of_finite_differences(name: str, exponent: str, t: float) -> None:
    def value(at: float) -> float:
        return float(anisotropy(MAGNETISATIONS[name](at), exponent))

    def slope(at: float) -> float:
        return float(anisotropy(MAGNETISATIONS[name](seed(np.array([at]), 1)[0]), exponent).gradient[0, 0])

    jet = anisotropy(MAGNETISATIONS[name](seed(np.array([t]), 2)[0]), exponent)
    # five points: truncation h⁴ f⁽⁵⁾/30, and rounding 1.5 ε/((1 − t) h) of f. With K = m³ at worst f⁽⁵⁾ is some
    # 200 (1 − t)^(−9/2) near T_C, 4.2 t^(−7/2) at low t of 3t^(3/2), and below (2/t²)⁵ of 6e^(−2/t); f⁽⁶⁾ has one more
    # 9/2 over 1 − t, 7/2 over t or 2/t²
    room, h = 1.0 - t, 2e-3 * t * (1.0 - t)
    values, slopes = ([f(t + k * h) for k in (-2, -1, 1, 2)] for f in (value, slope))
    parts = np.array([7.0 * room**-4.5, 0.2 * t**-3.5, 6.4 * t**-10 * np.exp(-2.0 / t)])
    first, second = h**4 * parts.sum(), h**4 * parts @ np.array([4.5 / room, 3.5 / t, 2.0 / t**2])
    found = jet.gradient[0, 0], jet.hessian[0, 0, 0]
    expected = [(f[0] - 8.0 * f[1] + 8.0 * f[2] - f[3]) / (12.0 * h) for f in (values, slopes)]
    assert found[0] == pytest.approx(expected[0], rel=0, abs=first + 1e-15 / (room * h))
    assert found[1] == pytest.approx(expected[1], rel=0, abs=second + 1e-14 / (room**1.5 * h))
