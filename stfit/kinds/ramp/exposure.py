"""What the law predicts along a ramp: ln τ at the ends of intervals of current, and the exposure ∫dt/τ between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from stfit.derivatives import Jet, concatenate, value_of
from stfit.measurement import Settings
from stfit.models.device import Quantities
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.physics.switching import ramp_log_exposure

_PIECES: Final = 8  # of a step of a ramp, along which the logarithm of a rival's dwell time bends


def log_dwell_times_at_ends(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """ln τ of all rows where their intervals of current begin, then of all where they end, Eq. 27; (..., 2·rows)."""
    return concatenate(_log_dwell_times_between(law, quantities, settings, temperature))


def log_ramp_exposure(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """ln ∫dt/τ of each row, over a ramp from where its interval of current begins to where it ends.

    Exact where ln τ is a straight line in the current; else summed over 8 pieces of each interval, straight in each.
    """
    pieces = 1 if law.linear_in_current else _PIECES
    log_dwell = _log_dwell_times_between(law, quantities, settings, temperature, pieces)
    duration = _duration(settings) / pieces
    parts = [ramp_log_exposure(start, end, duration) for start, end in pairwise(log_dwell)]
    return parts[0] if pieces == 1 else _log_of_sum(parts)


def _log_of_sum(logarithms: Sequence[Any]) -> Any:
    largest = np.max([value_of(part) for part in logarithms], axis=0)
    total: Any = 0.0
    for part in logarithms:
        total = total + np.exp(part - largest)
    return np.log(total) + largest


def _log_dwell_times_between(
    law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any, pieces: int = 1
) -> list[Any]:
    """ln τ at the ends of the intervals of current, and of the pieces between."""
    if settings.interval is None:
        raise TypeError("a ramp without the currents between which it ran")
    state, field = settings.state.astype(float), settings.field
    start, end = settings.interval
    currents = [start, *(start + (end - start) * (piece / pieces) for piece in range(1, pieces)), end]
    size, count = state.size, len(currents)
    temperatures = temperature if np.shape(temperature)[-1:] in ((), (1,)) else concatenate([temperature] * count)
    every = law.log_dwell_time(  # all at one go
        quantities,
        state=np.tile(state, count),
        current=np.concatenate(currents),
        temperature=temperatures,
        field=np.tile(field, count),
    )
    cuts = [slice(first, first + size) for first in range(0, count * size, size)]
    return [every[cut] if isinstance(every, Jet) else every[..., cut] for cut in cuts]


def _duration(settings: Settings) -> Any:
    """The time a ramp takes through its interval, s."""
    if settings.interval is None or settings.ramp_rate is None:
        raise TypeError("a ramp without its rate")
    return abs(settings.interval[1] - settings.interval[0]) / settings.ramp_rate
