"""Where data say that a fit may start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from stfit.measurement.base import Array, Rows


@final
@dataclass(frozen=True)
class RoughDwellTimes:
    """Crude ln τ to start a fit from.

    Parameters
    ----------
    log_dwell : Array
        ln τ (τ in s), shape (k,).
    weight : Array
        Inverse variances, shape (k,).
    row : Rows
        The row whose state and temperature each belongs to, shape (k,).
    reached : Array, optional
        Of rows of ramps, what these sweep (SI, with the sign of the settings), shape (k,); without it that of the row.
    only_slopes : bool
        Whether ln τ is known up to a constant of each state.
    """

    log_dwell: Array
    weight: Array
    row: Rows
    reached: Array | None = None
    only_slopes: bool = False


@final
@dataclass(frozen=True)
class Start:
    """Where the data say that a fit may start.

    Parameters
    ----------
    dwell_times : RoughDwellTimes, optional
        None where the kind tells nothing of them.
    critical_currents : Array, optional
        Of each row, A, times the polarity, shape (rows,).
    own : Mapping[str, float]
        Of each of the observation's own parameters, SI.
    """

    dwell_times: RoughDwellTimes | None = None
    critical_currents: Array | None = None
    own: Mapping[str, float] = field(default_factory=dict)
