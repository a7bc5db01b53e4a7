"""Rates over a saddle in the limit of high barriers, by the curvatures of the potential alone."""

from __future__ import annotations

import numpy as np

from stfit.errors import OutsideValidityError


def langer_rate(well: tuple[float, float], saddle: tuple[float, float], barrier: float, alpha: float) -> float:
    """The rate of Brown and Langer out of a well over one saddle, for high barriers and α of the order of 1 or more.

    It is (λ₊/2π)·√(c1c2)_well/√|c1c2|_saddle·e^{−barrier}, in which λ₊ = ½[−c1 − c2 + √((c1−c2)² − 4c1c2/α²)] is the
    growth of the unstable mode of the drift at the saddle; off by a factor 1 + O(1/barrier).

    Parameters
    ----------
    well
        Both curvatures of U at the minimum, above 0.
    saddle
        Both at the saddle, of which one is negative.
    barrier
        U_saddle − U_well.
    alpha
        Damping.

    Returns
    -------
    float
        In units of D0.

    Raises
    ------
    OutsideValidityError
        If the curvatures are not those of a minimum and a saddle.

    References
    ----------
    W. T. Coffey and Y. P. Kalmykov, J. Appl. Phys. 112, 121301 (2012), doi:10.1063/1.4754272.
    """
    c1, c2 = saddle
    if min(well) <= 0.0 or c1 * c2 >= 0.0:
        raise OutsideValidityError(f"curvatures {well} and {saddle} are not those of a minimum and a saddle")
    growth = 0.5 * (-c1 - c2 + np.sqrt((c1 - c2) ** 2 - 4.0 * c1 * c2 / alpha**2))
    return float(growth / (2.0 * np.pi) * np.sqrt(well[0] * well[1] / abs(c1 * c2)) * np.exp(-barrier))
