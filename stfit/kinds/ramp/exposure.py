"""What the law predicts along a ramp: ln τ at the ends of intervals, and the exposure ∫dt/τ between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet, concatenate, value_of
from stfit.measurement import Settings
from stfit.models.device import Quantities
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective.predictions import log_dwell_time
from stfit.physics.switching import ramp_log_exposure

_STRAIGHT: Final = (0.0, 1.0)  # where the ends of an interval are, as shares of it
# ln τ that bends is taken straight in 12 pieces, the narrower the nearer to the end, where the device switches: over a
# first interval along which ln τ falls from 40 to 0 and its slope by half, the exposure is then right to 0.5 %.
_NARROW: Final = 0.015  # of all that is swept: over a shorter interval ln τ is straight enough
_BENT: Final = tuple(1.0 - (1.0 - np.arange(13) / 12.0) ** 2)


def is_straight(law: SpinTransferLaw, quantities: Quantities, settings: Settings) -> bool:
    """Whether ln τ is a straight line in what is swept: not in a field, nor where ΔR falls with the bias."""
    return law.linear_in_current and settings.swept != "field" and "half_voltage" not in quantities


def log_dwell_times_at_ends(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """ln τ of all rows where their intervals begin, then of all where they end, Eq. 27; (..., 2·rows)."""
    return _log_dwell_times_at(law, quantities, settings, temperature, _STRAIGHT)


def log_ramp_exposure(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """ln ∫dt/τ of each row, over a ramp from where its interval begins to where it ends.

    Exact where ln τ is a straight line in what is swept; else summed over pieces of each interval, straight in each.
    """
    if is_straight(law, quantities, settings):
        return _summed(law, quantities, settings, temperature, _STRAIGHT)
    wide = _is_wide(settings)
    parts, single = [], np.shape(temperature)[-1:] in ((), (1,))
    for rows, shares in ((np.flatnonzero(~wide), _STRAIGHT), (np.flatnonzero(wide), _BENT)):
        if rows.size:
            there = temperature if single else _rows_of(temperature, rows)
            parts.append(_summed(law, quantities, settings.at(rows), there, shares))
    if len(parts) == 1:
        return parts[0]
    return _rows_of(concatenate(parts), np.argsort(np.argsort(wide, kind="stable"), kind="stable"))


def _is_wide(settings: Settings) -> npt.NDArray[np.bool_]:
    """The rows along which ln τ may bend; with (ln τ)'' = 200 over all that is swept others are right to 0.4 %."""
    if settings.interval is None:
        raise TypeError("a ramp without the values between which it ran")
    start, end = settings.interval
    return np.asarray(np.abs(end - start) > _NARROW * np.ptp(np.concatenate([start, end])))


def _summed(
    law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any, shares: Sequence[float]
) -> Any:
    """ln ∫dt/τ of each row, with ln τ a straight line between shares of its interval."""
    size = settings.state.size
    log_dwell = _log_dwell_times_at(law, quantities, settings, temperature, shares)
    start, end = _rows_of(log_dwell, slice(0, -size)), _rows_of(log_dwell, slice(size, None))
    duration = np.concatenate([width * _duration(settings) for width in np.diff(shares)])
    parts = ramp_log_exposure(start, end, duration)
    return parts if len(shares) == 2 else _log_of_sums(parts, size)


def _rows_of(values: Any, rows: Any) -> Any:
    return values[rows] if isinstance(values, Jet) else values[..., rows]


def _log_of_sums(logarithms: Any, size: int) -> Any:
    """ln Σ e^x of each row over its pieces, which stand `size` apart on the last axis."""
    values = value_of(logarithms)
    count = values.shape[-1] // size
    largest = np.max(values.reshape(*values.shape[:-1], count, size), axis=-2)
    shares = np.exp(logarithms - np.concatenate([largest] * count, axis=-1))
    total: Any = sum(_rows_of(shares, slice(first, first + size)) for first in range(0, count * size, size))
    return np.log(total) + largest


def _log_dwell_times_at(
    law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any, shares: Sequence[float]
) -> Any:
    """ln τ of all rows at each share of their intervals, one share after the other; shape (..., shares·rows)."""
    if settings.interval is None:
        raise TypeError("a ramp without the values between which it ran")
    start, end = settings.interval
    reached = np.concatenate([(1.0 - share) * start + share * end for share in shares])
    single = np.shape(temperature)[-1:] in ((), (1,))
    temperatures = temperature if single else concatenate([temperature] * len(shares))
    there = settings.at(np.tile(np.arange(settings.state.size), len(shares))).swept_to(reached)
    return log_dwell_time(law, quantities, there, temperatures)


def _duration(settings: Settings) -> Any:
    """The time a ramp takes through its interval, s."""
    if settings.interval is None or settings.ramp_rate is None:
        raise TypeError("a ramp without its rate")
    return abs(settings.interval[1] - settings.interval[0]) / settings.ramp_rate
