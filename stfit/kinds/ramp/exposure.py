"""What the law predicts along a ramp: ln τ at the ends of intervals, and the exposure ∫dt/τ between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from stfit.derivatives import Jet, concatenate, value_of
from stfit.measurement import Settings
from stfit.models.device import Quantities
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective.predictions import log_dwell_time
from stfit.physics.switching import ramp_log_exposure

_STRAIGHT: Final = (0.0, 1.0)  # where the ends of an interval are, as shares of it
# ln τ that bends is taken straight in 12 pieces, the narrower the nearer to the end, where the device switches: over a
# first interval along which ln τ falls from 40 to 0 and its slope by half, the exposure is then right to 0.5 %.
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
    shares = _STRAIGHT if is_straight(law, quantities, settings) else _BENT
    size = settings.state.size
    log_dwell = _log_dwell_times_at(law, quantities, settings, temperature, shares)
    start, end = _of_rows(log_dwell, 0, -size), _of_rows(log_dwell, size, None)
    duration = np.concatenate([width * _duration(settings) for width in np.diff(shares)])
    parts = ramp_log_exposure(start, end, duration)
    return parts if len(shares) == 2 else _log_of_sums(parts, size)


def _of_rows(values: Any, first: int, end: int | None) -> Any:
    return values[first:end] if isinstance(values, Jet) else values[..., first:end]


def _log_of_sums(logarithms: Any, size: int) -> Any:
    """ln Σ e^x of each row over its pieces, which stand `size` apart on the last axis."""
    values = value_of(logarithms)
    count = values.shape[-1] // size
    largest = np.max(values.reshape(*values.shape[:-1], count, size), axis=-2)
    shares = np.exp(logarithms - np.concatenate([largest] * count, axis=-1))
    total: Any = sum(_of_rows(shares, first, first + size) for first in range(0, count * size, size))
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
