"""Data at the edge of the sample space, in words: what they exclude, by exact one-sided 95 % limits of single rows.

Of n pulses all of which switched, (1 − e^{−t_p/τ})^n ≥ 0.05 bounds τ from above; no event in a time t, e^{−t/τ} ≥ 0.05,
bounds it from below.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.units.display import choose_prefix

Array = npt.NDArray[np.float64]

_DRIVES: Final = {"A": "current", "V": "voltage", "T": "field"}
_CONFIDENCE: Final = 0.95
_CHANCE: Final = 1.0 - _CONFIDENCE

_SOFTENED: Final = 0.3  # of a count, shared by the rows of a state


def longest_dwell(pulse_width: Array, n: Array) -> Array:
    """Upper 95 % limit of τ (s) where all n pulses of a width (s) switched; shapes (rows,)."""
    return np.asarray(pulse_width / -np.log(-np.expm1(np.log(_CHANCE) / n)))


def shortest_dwell(watched: Array) -> Array:
    """Lower 95 % limit of τ (s) where nothing happened in a time (s), shape (rows,)."""
    return np.asarray(watched / -np.log(_CHANCE))


def nothing_happened(word: str, what: str, watched: Array) -> str:
    """The sentence of a state none of whose rows has an event: what did not happen, and the strongest limit.

    word: of the state; watched: s, shape (rows,).
    """
    longest = _number(float(np.max(shortest_dwell(watched))), "s")
    return (
        f"{word}: {what} in any of {_rows(watched.size)}. The data give a lower limit of the dwell time of each row, "
        f"the watched time over 3.0 (95 %): up to τ > {longest}. They give no slope."
    )


def all_happened(word: str, pulse_width: Array, n: Array) -> str:
    """The sentence of a transition whose pulses all switched, with the strongest limit of its rows."""
    limit = longest_dwell(pulse_width, n)
    row = int(np.argmin(limit))
    return (
        f"{word}: every pulse switched in all of {_rows(n.size)}. The data give an upper limit of the dwell time of "
        f"each row: τ < t_p/{pulse_width[row] / limit[row]:.2g} (95 %) for n = {n[row]:g}, down to "
        f"τ < {_number(float(limit[row]), 's')}. They give no slope."
    )


def jumps(word: str, unit: str, none: Array, every: Array) -> str:
    """The sentence of a transition that jumps from no pulse switched to every one: between which settings (A or V)."""
    last, first = none[np.argmax(np.abs(none))], every[np.argmin(np.abs(every))]
    return (
        f"{word}: the data jump from 0 to 1. No pulse switched up to {_number(float(last), unit)}, every pulse "
        f"switched from {_number(float(first), unit)} on: half of the pulses switch somewhere between. The slope has a "
        "limit on one side only (where the profile of the likelihood rises by 3.84)."
    )


def in_one_step(word: str, reached: float, unit: str, events: int) -> str:
    """The sentence of a transition all of whose events lie in one step of the ramp, at a value of what is swept."""
    counted = "the only event lies" if events == 1 else f"all {events} events lie"
    return (
        f"{word}: {counted} in one step of the ramp, at {_number(reached, unit)}. The slope has a limit on one side "
        "only (where the profile of the likelihood rises by 3.84)."
    )


def without_width(word: str, reached: float, unit: str, events: int) -> str:
    """The sentence of a transition all of whose events lie at one value of what is swept: without a distribution."""
    counted = "its only event lies" if events == 1 else f"all {events} events lie"
    return (
        f"{word}: {counted} at {_number(reached, unit)}. Without a width of the distribution there is no slope and no "
        f"critical current; only the dwell time near that {_DRIVES[unit]} follows."
    )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _number(value: float, unit: str) -> str:
    factor, label = choose_prefix([value], unit)
    return f"{value * factor:.3g} {label}".replace("-", "−")


def softening(state: npt.NDArray[np.int8], graded: npt.NDArray[np.bool_]) -> Array:
    """The part of a count by which each row is kept away from none and all, shape (rows,); 0 where nothing runs away.

    A slope may run away in a state that has fewer than two graded rows (some events, and not all).
    """
    soft = np.zeros(state.size)
    for code in np.unique(state):
        rows = state == code
        if np.count_nonzero(graded[rows]) < 2:
            soft[rows] = _SOFTENED / np.count_nonzero(rows)
    return soft
