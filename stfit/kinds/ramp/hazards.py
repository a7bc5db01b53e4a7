"""Leaving a state while the current moves: exposures ∫dt/τ(I(t)) for any law, and where they reach what an event needs.

Between two knots ln τ is a straight line in the current: exact for Eq. 27, and for any other law as near as the knots.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.physics.switching import ramp_log_exposure

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

KNOTS_PER_SCALE: Final = 32  # ln τ changes by less than 1/32 between knots, and by its curvature over them not by 1e-4
_BLOCK: Final = 32
_MOST_BLOCKS: Final = 2000  # along which ln τ would fall by hundreds, more than any table holds


def rises(log_dwell: Callable[[Array], Array], scale: Array, ramp_rate: Array, needed: Array, of: Rows) -> Array | None:
    """The rise of the current (A) at which the exposure of each event reaches `needed`; None where one never does.

    log_dwell: ln τ at rises of shape (knots, settings). scale: A, along which ln τ changes by 1 at most; ramp_rate:
    A/s; shape (settings,). needed: shape (events,), drawn from the exponential distribution; of: setting of each event.
    """
    target = np.zeros(scale.size)
    np.maximum.at(target, of, needed)
    knots, exposures = np.zeros((1, scale.size)), np.zeros((1, scale.size))
    logs = log_dwell(knots)
    steps = np.arange(1, _BLOCK + 1)[:, None] * (scale / KNOTS_PER_SCALE)
    for _ in range(_MOST_BLOCKS):
        if np.all(exposures[-1] >= target):
            return _rises_between(knots, logs, exposures, ramp_rate, needed, of)
        ahead = knots[-1] + steps
        logs = np.concatenate([logs, log_dwell(ahead)])
        knots = np.concatenate([knots, ahead])
        grown = _exposures(logs[-_BLOCK - 1 :], np.diff(knots[-_BLOCK - 1 :], axis=0) / ramp_rate)
        exposures = np.concatenate([exposures, exposures[-1] + np.cumsum(grown, axis=0)])
    return None


def _exposures(log_dwell: Array, duration: Array) -> Array:
    """∫dt/τ between neighbouring knots."""
    return np.asarray(np.exp(ramp_log_exposure(log_dwell[:-1], log_dwell[1:], duration)))


def _rises_between(knots: Array, logs: Array, exposures: Array, ramp_rate: Array, needed: Array, of: Rows) -> Array:
    """Each event's knot below, and from there u = ln(1 + x·rest·τ/Δt)/x of the step, along which ln τ falls by x."""
    below = np.zeros(of.size, dtype=np.intp)
    for setting in range(knots.shape[1]):
        mine = of == setting
        below[mine] = np.searchsorted(exposures[:, setting], needed[mine], side="right") - 1
    below = np.minimum(below, knots.shape[0] - 2)
    step = knots[below + 1, of] - knots[below, of]
    fall = logs[below, of] - logs[below + 1, of]
    rest = (needed - exposures[below, of]) * np.exp(logs[below, of]) * ramp_rate[of] / step
    flat = np.abs(fall) < 1e-9  # where the limit x → 0 is nearer than the rounding of the quotient
    safe = np.where(flat, 1.0, fall)
    share = np.where(flat, rest, np.log1p(np.maximum(safe * rest, -1.0 + 1e-15)) / safe)
    return np.asarray(knots[below, of] + step * np.clip(share, 0.0, 1.0))


def states_along(
    log_exposure_P: Array, log_exposure_AP: Array, first: int, rng: np.random.Generator
) -> npt.NDArray[np.int8]:
    """The state at every knot, 0 for P and 1 for AP, shape (knots,), of a device that may hop within any step.

    log_exposure_P, log_exposure_AP: ln ∫dt/τ_i over each step, shape (knots − 1,). Exact where only one state is left
    within a step, or where the ratio of the rates is the same all along it. One number u a step leads P to AP where
    u < p_P and AP to P where u > 1 − p_AP: as p_P + p_AP ≤ 1, each step either keeps any state or leads to one.
    """
    both = np.logaddexp(log_exposure_P, log_exposure_AP)
    mixed = -np.expm1(-np.exp(np.minimum(both, 700.0)))
    u = rng.random(both.size)
    to_AP = u < np.exp(log_exposure_P - both) * mixed
    to_P = ~to_AP & (u > 1.0 - np.exp(log_exposure_AP - both) * mixed)
    led = np.concatenate([[True], to_AP | to_P])
    last = np.maximum.accumulate(np.where(led, np.arange(led.size), 0))
    return np.concatenate([[first], to_AP]).astype(np.int8)[last]
