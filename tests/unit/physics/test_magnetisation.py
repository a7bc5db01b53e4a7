"""M_s(T) and K(T): closed forms, roots found another way, and where there is no magnetisation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq

from stfit.derivatives import seed
from stfit.errors import OutsideValidityError
from stfit.physics.magnetisation import (
    ANISOTROPY_EXPONENTS,
    MAGNETISATIONS,
    anisotropy,
    bloch_magnetisation,
    mean_field_magnetisation,
)

T = np.array([0.05, 0.2, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999])


def test_bloch_by_hand() -> None:
    # 1 − 1/8 at a quarter of T_C, 1 − 0.512 at 0.64; powers of numbers that are exact in binary or to one rounding
    assert bloch_magnetisation(np.array([0.25, 0.64])) == pytest.approx([0.875, 0.488], rel=1e-15)


def test_mean_field_is_the_root_of_its_equation() -> None:
    roots = [brentq(lambda m, t=t: np.tanh(m / t) - m, 1e-3, 1.0, xtol=1e-15, rtol=1e-14) for t in T]
    # the root is a crossing at an angle of 1 − s/t ≈ 2(1 − t), which divides the roundings of both sides, some 4e-16
    assert np.all(np.abs(mean_field_magnetisation(T) - roots) <= 1e-14 * np.array(roots) / (1.0 - T))


def test_known_points_of_the_mean_field() -> None:
    # t = m/artanh m in closed form: m = 1/2 at t = 1/ln 3, m = 3/5 at t = 0.6/ln 2
    t = np.array([1.0 / np.log(3.0), 0.6 / np.log(2.0)])
    assert mean_field_magnetisation(t) == pytest.approx([0.5, 0.6], rel=2e-14)  # ε/(1 − t), t = 0.91 and 0.87


def test_the_shape_of_the_argument_is_kept() -> None:
    for law in MAGNETISATIONS.values():
        assert np.shape(law(np.full((3, 4), 0.3))) == (3, 4)
        assert float(law(0.3)) == pytest.approx(float(law(np.array([0.3]))[0]), rel=0)


@pytest.mark.parametrize("name", MAGNETISATIONS)
@pytest.mark.parametrize("t", [0.0, -0.1, 1.0, 1.3, np.array([0.3, 1.2])])
def test_there_is_none_beyond_the_curie_temperature(name: str, t: Any) -> None:
    with pytest.raises(OutsideValidityError, match=r"T/T_C is .*needs 0 < T < T_C"):
        MAGNETISATIONS[name](t)


@pytest.mark.parametrize("name", MAGNETISATIONS)
def test_no_number_stays_none(name: str) -> None:
    values = MAGNETISATIONS[name](np.array([0.3, np.nan]))
    assert np.isfinite(values[0])
    assert np.isnan(values[1])


def test_a_trial_beyond_it_is_refused_with_derivatives_too() -> None:
    with pytest.raises(OutsideValidityError, match=r"T/T_C is 1\.2"):
        mean_field_magnetisation(seed(np.array([1.2]), 2)[0])


def test_anisotropy_is_a_power() -> None:
    assert dict(ANISOTROPY_EXPONENTS) == {"constant": 0, "shape": 2, "callen-callen": 3}
    m = np.array([0.5, 0.9])
    assert np.array_equal(anisotropy(m, "constant"), [1.0, 1.0])
    assert anisotropy(m, "shape") == pytest.approx([0.25, 0.81], rel=1e-15)
    assert anisotropy(m, "callen-callen") == pytest.approx([0.125, 0.729], rel=1e-15)
