"""Switching in a field along the easy axis, barrier Kv(1 − h)²: the laws of Sharrock and of Kurkijärvi and Garg.

Both are special cases of the rate e^{−Kv(1 − h)²/k_BT}/τ0: the field in which half of the devices switch in a given
time, and the fields in which they switch while the field is swept. Fields are those against the state that is left.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from stfit.constants import BOLTZMANN
from stfit.physics.transport import Quantity

_LN_2: Final = float(np.log(2.0))
_EULER: Final = float(np.euler_gamma)
_ROUNDS: Final = 20  # of the mode of a sweep, whose logarithm depends on itself: each leaves a share of 1/(2 ln X)


def sharrock_field(
    anisotropy_field: Quantity, energy: Quantity, temperature: Quantity, time: Quantity, ln_tau_0: Quantity
) -> Quantity:
    """The field in which half of the devices have switched after a time.

    Parameters
    ----------
    anisotropy_field : Quantity
        μ0H_K, T.
    energy : Quantity
        Kv, J.
    temperature : Quantity
        K.
    time : Quantity
        s, ≫ τ0.
    ln_tau_0 : Quantity
        ln(τ0/s).

    Returns
    -------
    Quantity
        μ0H_K{1 − [(k_BT/Kv) ln(t/(τ0 ln 2))]^{1/2}}, T; valid where the logarithm is below Kv/k_BT.

    References
    ----------
    M. P. Sharrock, J. Appl. Phys. 76, 6413 (1994), doi:10.1063/1.358282.
    """
    height = BOLTZMANN * temperature / energy * (np.log(time) - ln_tau_0 - np.log(_LN_2))
    return anisotropy_field * (1.0 - np.sqrt(height))


def swept_field_mode(
    anisotropy_field: Quantity, energy: Quantity, temperature: Quantity, rate: Quantity, ln_tau_0: Quantity
) -> Quantity:
    """The most probable switching field of a sweep, μ0H_K(1 − ε) with (Kv/k_BT) ε² = ln X, X = H_K/(2ε τ0 Ḣ Kv/k_BT).

    Parameters
    ----------
    anisotropy_field, energy, temperature, ln_tau_0
        As of `sharrock_field`.
    rate : Quantity
        Of the field, T/s, positive.

    Returns
    -------
    Quantity
        T; valid for a sweep that begins some k_BT/Kv below and where ln X ≫ 1.

    References
    ----------
    J. Kurkijärvi, Phys. Rev. B 6, 832 (1972), doi:10.1103/PhysRevB.6.832; A. Garg, Phys. Rev. B 51, 15592 (1995),
    doi:10.1103/PhysRevB.51.15592.
    """
    sigma = energy / (BOLTZMANN * temperature)
    log_time = np.log(anisotropy_field) - np.log(rate) - ln_tau_0 - np.log(2.0 * sigma)
    tilt = np.sqrt(log_time / sigma)
    for _ in range(_ROUNDS):
        tilt = np.sqrt((log_time - np.log(tilt)) / sigma)
    return anisotropy_field * (1.0 - tilt)


def swept_field_moments(
    anisotropy_field: Quantity, energy: Quantity, temperature: Quantity, rate: Quantity, ln_tau_0: Quantity
) -> tuple[Quantity, Quantity]:
    """Mean and standard deviation of the switching fields of a sweep, to leading order in 1/ln X.

    Parameters
    ----------
    anisotropy_field, energy, temperature, rate, ln_tau_0
        As of `swept_field_mode`.

    Returns
    -------
    tuple of Quantity
        T: mode − 0.5772/a and π/(a√6) with a = 2(Kv/k_BT) ε/μ0H_K, the slope of ln τ at the mode.
    """
    mode = swept_field_mode(anisotropy_field, energy, temperature, rate, ln_tau_0)
    slope = 2.0 * energy / (BOLTZMANN * temperature) * (1.0 - mode / anisotropy_field) / anisotropy_field
    return mode - _EULER / slope, np.pi / (np.sqrt(6.0) * slope)
