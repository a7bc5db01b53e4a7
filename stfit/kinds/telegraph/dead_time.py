"""Dwell times of a trace whose instrument misses short dwells: the exact likelihood of the dwells that it resolves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet, concatenate, seed
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.dwell.missed import MissedDwellEvents
from stfit.kinds.telegraph.segmentation import Segmentation
from stfit.kinds.telegraph.uphill import newton_step
from stfit.measurement.base import Array, Origin

_STEPS: Final = 60
_SETTLED: Final = 1e-8  # gain of ln L that one more step promises
_LONGEST: Final = 0.7  # of a step in ln τ
_FLATTEST: Final = 1e-6  # curvature over the largest


def resolved(segmentation: Segmentation, shortest: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """State and length (samples) of the apparent dwells: those shorter than `shortest` samples join the one before.

    Needs all complete dwells of the segmentation; the last apparent dwell is censored, what precedes the first is left
    out. An apparent dwell begins with a long dwell whose state is not that of the long dwell before.
    """
    lengths = np.concatenate([segmentation.dwells, [segmentation.last]])
    states = (1 - segmentation.first_state + np.arange(lengths.size)) % 2
    starts = np.concatenate([[0], np.cumsum(lengths)])
    long = np.flatnonzero(lengths >= shortest)
    begins = long[np.concatenate([[True], states[long][1:] != states[long][:-1]])] if long.size else long
    return states[begins], np.diff(np.concatenate([starts[:-1][begins], starts[-1:]]))


def missed_event_estimate(
    stretches: Sequence[Segmentation], dead_time: float
) -> tuple[Array, Array, npt.NDArray[np.int64]] | None:
    """ln τ (samples) of low and high, their covariance, apparent transitions; None where the likelihood has no maximum.

    stretches: of a record, segmented. dead_time: in samples. A dwell of length L is seen for L samples on average, so
    that a limit of k samples is a dead time of k − 1/2; k is the smallest for which that is not below the given one.
    """
    shortest = int(np.ceil(dead_time + 0.5))
    found = [resolved(segmentation, shortest) for segmentation in stretches]
    state, length = (np.concatenate([each[k] for each in found]) for k in (0, 1))
    censored = np.concatenate([np.arange(each[0].size) == each[0].size - 1 for each in found])
    counts = np.bincount(state[~censored], minlength=2)
    if np.any(counts < 1):
        return None
    total = np.bincount(state, weights=length, minlength=2).astype(float)
    columns = {"state": np.array([0, 1]), "current": np.zeros(2), "n": counts.astype(float), "total_time": total}
    reduced = DwellTimes.from_columns(columns, origin=Origin())
    if not isinstance(reduced, DwellTimes):
        raise TypeError("counts and total times are a table of dwell times")
    events = MissedDwellEvents.of(reduced, length.astype(float), state.astype(np.intp), censored, shortest - 0.5)
    x = np.array(events.apparent.corrected)
    for _ in range(_STEPS):
        gradient, hessian = _derivatives(events, x)
        step, gain = newton_step(gradient, hessian, _LONGEST, _FLATTEST)
        if gain < _SETTLED:
            return x, np.asarray(np.linalg.inv(-hessian), dtype=float), counts.astype(np.int64)
        x = x + step
    return None


def _derivatives(events: MissedDwellEvents, x: Array) -> tuple[Array, Array]:
    found = events.log_likelihood(concatenate(seed(x, 2)))
    if not isinstance(found, Jet) or found.hessian is None:
        raise TypeError("a likelihood without derivatives")
    return found.gradient.reshape(2), found.hessian.reshape(2, 2)
