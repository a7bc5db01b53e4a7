"""How magnetisation and anisotropy fall with temperature: M_s(T)/M_s(0) and K(T)/K(0) by named laws.

Everything is a function of the reduced temperature t = T/T_C, inside (0, 1): above T_C there is no magnetisation. The
functions take floats, arrays (any shape, leading axes included) and Jets; NaN stays NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import elementwise, value_of
from stfit.errors import OutsideValidityError
from stfit.physics.transport import Quantity

Array = npt.NDArray[np.float64]

_NEWTON_STEPS: Final = (
    4  # `_argument` starts up to 9 % above its root; two steps leave 5e-6, three 1e-11, four rounding
)

# K ∝ M_s^n. "shape": demagnetisation energy ½ μ0 ΔN M_s², so n = 2. "callen-callen": l(l+1)/2 of a single-ion energy
# of order l, so n = 3 for a uniaxial one, l = 2; Callen and Callen, J. Phys. Chem. Solids 27, 1271 (1966), doi
# 10.1016/0022-3697(66)90012-6. That is the law of low temperatures; near T_C the power falls to 2 in their theory.
ANISOTROPY_EXPONENTS: Final[Mapping[str, int]] = {"constant": 0, "shape": 2, "callen-callen": 3}


def bloch_magnetisation(t: Quantity) -> Quantity:
    """M_s(T)/M_s(0) = 1 − t^(3/2), by spin waves (Bloch, Z. Phys. 61, 206 (1930), doi 10.1007/BF01339661).

    Derived for t ≪ 1, and carried on to T_C as is customary. OutsideValidityError unless 0 < t < 1.
    """
    _require_ordered(value_of(t))
    return 1.0 - t**1.5


def mean_field_magnetisation(t: Quantity) -> Quantity:
    """M_s(T)/M_s(0) = m with m = tanh(m/t): Weiss's mean field for spin ½. OutsideValidityError unless 0 < t < 1.

    Relative error 1e-15/(1 − t): at T_C itself the root merges with m = 0.
    """
    _require_ordered(value_of(t))
    return elementwise(t, _mean_field, _mean_field_slope, _mean_field_curvature)


def anisotropy(magnetisation: Quantity, law: str) -> Quantity:
    """K(T)/K(0) = m^n from m = M_s(T)/M_s(0), for a law of ANISOTROPY_EXPONENTS; KeyError for another name."""
    exponent = ANISOTROPY_EXPONENTS[law]
    return magnetisation * 0.0 + 1.0 if exponent == 0 else magnetisation**exponent


MAGNETISATIONS: Final[Mapping[str, Callable[[Quantity], Quantity]]] = {
    "bloch": bloch_magnetisation,
    "mean-field": mean_field_magnetisation,
}


def _require_ordered(t: Array) -> None:
    outside = t[(t <= 0.0) | (t >= 1.0)]  # a NaN is neither: where there is no number there is nothing to refuse
    if outside.size:
        raise OutsideValidityError(
            f"T/T_C is {outside.reshape(-1)[0]:g}; a magnetisation needs 0 < T < T_C, the Curie temperature"
        )


def _argument(t: Array) -> Array:
    """y = m/t, the positive root of tanh y = t y.

    tanh y − t y is concave and Newton's steps from above the root fall on it without overshooting. Above it lie 1/t, as
    m < 1, and √(3/2 (1/t² − 1)), as tanh y < y/√(1 + 2y²/3).
    """
    y = np.minimum(1.0 / t, np.sqrt(1.5 * (1.0 / t**2 - 1.0)))
    for _ in range(_NEWTON_STEPS):
        y = y - (np.tanh(y) - t * y) / (_inverse_cosh_squared(y) - t)
    return y


def _inverse_cosh_squared(y: Array) -> Array:
    """1/cosh²y = 1 − tanh²y, without overflow and without cancellation."""
    fading = np.exp(-2.0 * y)
    return np.asarray(4.0 * fading / (1.0 + fading) ** 2)


def _mean_field(t: Array) -> Array:
    return np.asarray(np.tanh(_argument(t)))


def _mean_field_slope(t: Array) -> Array:
    """dm/dt = −m s/(t(t − s)) with s = 1 − m², from differentiating m = tanh(m/t)."""
    y = _argument(t)
    s = _inverse_cosh_squared(y)
    return np.asarray(-np.tanh(y) * s / (t * (t - s)))


def _mean_field_curvature(t: Array) -> Array:
    """d²m/dt² = (m'(2m² − s) − m'·d[t(t − s)]/dt)/(t(t − s)), by the quotient rule."""
    y = _argument(t)
    s, m = _inverse_cosh_squared(y), np.tanh(y)
    denominator = t * (t - s)
    slope = -m * s / denominator
    return np.asarray(slope * (2.0 * m**2 - s - (2.0 * t - s + 2.0 * t * m * slope)) / denominator)
