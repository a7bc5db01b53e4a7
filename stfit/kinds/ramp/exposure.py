"""What the law predicts along a ramp: ln τ at the ends of intervals, and the exposure ∫dt/τ between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
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
    return concatenate(_log_dwell_times_at(law, quantities, settings, temperature, _STRAIGHT))


def log_ramp_exposure(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """ln ∫dt/τ of each row, over a ramp from where its interval begins to where it ends.

    Exact where ln τ is a straight line in what is swept; else summed over pieces of each interval, straight in each.
    """
    shares = _STRAIGHT if is_straight(law, quantities, settings) else _BENT
    log_dwell = _log_dwell_times_at(law, quantities, settings, temperature, shares)
    duration, widths = _duration(settings), np.diff(shares)
    parts = [
        ramp_log_exposure(start, end, width * duration)
        for (start, end), width in zip(pairwise(log_dwell), widths, strict=True)
    ]
    return parts[0] if len(parts) == 1 else _log_of_sum(parts)


def _log_of_sum(logarithms: Sequence[Any]) -> Any:
    largest = np.max([value_of(part) for part in logarithms], axis=0)
    total: Any = 0.0
    for part in logarithms:
        total = total + np.exp(part - largest)
    return np.log(total) + largest


def _log_dwell_times_at(
    law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any, shares: Sequence[float]
) -> list[Any]:
    """ln τ of all rows at shares of their intervals, one array a share."""
    if settings.interval is None:
        raise TypeError("a ramp without the values between which it ran")
    start, end = settings.interval
    size, count = settings.state.size, len(shares)
    reached = np.concatenate([(1.0 - share) * start + share * end for share in shares])
    temperatures = temperature if np.shape(temperature)[-1:] in ((), (1,)) else concatenate([temperature] * count)
    there = settings.at(np.tile(np.arange(size), count)).swept_to(reached)
    every = log_dwell_time(law, quantities, there, temperatures)  # all at one go
    cuts = [slice(first, first + size) for first in range(0, count * size, size)]
    return [every[cut] if isinstance(every, Jet) else every[..., cut] for cut in cuts]


def _duration(settings: Settings) -> Any:
    """The time a ramp takes through its interval, s."""
    if settings.interval is None or settings.ramp_rate is None:
        raise TypeError("a ramp without its rate")
    return abs(settings.interval[1] - settings.interval[0]) / settings.ramp_rate
