"""Where to start a fit of barriers Kv(1 ± h)²: their roots are straight lines in the field, of one slope."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_LEAST: Final = 0.5  # k_BT, of a crude barrier: below it is noise
_BEYOND: Final = 1.5  # of the largest field: the anisotropy field, where the barriers do not tell


def axis_in_field(
    height: Array, weight: Array, state: Array, thermal: Array, field: Array
) -> tuple[float, float, float]:
    """Kv (J), μ0H_K and the stray field (T) from crude barriers.

    Parameters
    ----------
    height : Array
        Barriers over k_BT, shape (rows,).
    weight : Array
        Their inverse variances, shape (rows,).
    state : Array
        The state that is left: 0 for P, 1 for AP, shape (rows,).
    thermal : Array
        k_BT in J, shape (rows,).
    field : Array
        μ0H in T, positive where it favours P, shape (rows,).

    Returns
    -------
    tuple of float
        From √E_P = √(Kv)(1 + h) and √E_AP = √(Kv)(1 − h); rows of one state alone are taken to have no stray field.
    """
    safe = np.maximum(height, _LEAST)
    root, spread = np.sqrt(safe * thermal), np.sqrt(weight * safe / thermal)
    way = 1.0 - 2.0 * state
    columns = [(state == code).astype(float) for code in np.unique(state)]
    design = np.stack([*columns, way * field / np.max(np.abs(field))], axis=1) * spread[:, None]
    *levels, slope = (float(found) for found in np.linalg.lstsq(design, root * spread, rcond=1e-10)[0])
    level = max(float(np.mean(levels)), np.sqrt(_LEAST * float(np.max(thermal))))
    largest = float(np.max(np.abs(field)))
    scale = largest * level / slope if slope > level / 100.0 else _BEYOND * largest
    offset = 0.5 * scale * (levels[1] - levels[0]) / level if len(levels) == 2 else 0.0
    return level**2, scale, offset
