"""What a figure of hysteresis loops needs: some sweeps as measured, their mean, and where the state changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.ramp.sweeps import expanded, monotone
from stfit.kinds.ramp.swept import Swept
from stfit.measurement.base import Array, Codes, Rows, frozen

_DRAWN: Final = 3  # sweeps of each sort
_MOST_DRAWN: Final = 1500  # samples of them
_MINOR: Final = 0.9  # of the largest range, below which a sweep is a minor loop
_STEPS: Final = 120  # of the mean loop, each way
_MOST_CHANGES: Final = 300
_FEWEST: Final = 2  # sweeps, of which a mean says something


def drawn_loops(samples: Mapping[str, Array], state: Codes, swept: Swept, moved: Array) -> dict[str, Array]:
    """The columns that a result keeps of loops.

    Parameters
    ----------
    samples : Mapping[str, Array]
        Of `samples_of`, shape (samples,).
    state : Codes
        0 for P, 1 for AP, shape (samples,).
    swept : Swept
        Current or field.
    moved : Array
        What the source sweeps, shape (samples,): the drive itself, or a voltage (V).

    Returns
    -------
    dict of str to Array
        Of some samples: that of `swept`, resistance, state, sweep, and minor (1 in a sweep of smaller range, else 0).
        Of changes of state, all or evenly chosen: change (the drive half-way), change_resistance, change_from. Of the
        mean of the sweeps of full range: mean, mean_resistance, mean_direction (±1), mean_sweeps (how many sweeps).
    """
    _, number = np.unique(samples["sweep"], return_inverse=True)
    begun = np.flatnonzero(np.diff(number, prepend=-1) != 0)
    drive, resistance = samples["drive"], samples["resistance"]
    ranges = np.maximum.reduceat(drive, begun) - np.minimum.reduceat(drive, begun)
    minor = np.repeat(ranges < _MINOR * np.max(ranges), np.diff(np.append(begun, number.size)))
    shown = np.sort(np.concatenate([_first_of(number, minor), _first_of(number, ~minor)]))
    columns: dict[str, npt.NDArray[Any]] = {swept.name: drive, "resistance": resistance, "state": state}
    columns |= {"sweep": number, "minor": minor}
    kept = {name: values[shown] for name, values in columns.items()}
    changed = np.flatnonzero((np.diff(state) != 0) & (np.diff(number) == 0))
    changed = changed[:: 1 + changed.size // _MOST_CHANGES]
    kept["change"] = (drive[changed] + drive[changed + 1]) / 2
    kept["change_resistance"] = (resistance[changed] + resistance[changed + 1]) / 2
    kept["change_from"] = state[changed]
    if (count := int(np.unique(number[~minor]).size)) >= _FEWEST:
        kept |= _mean_loop(samples, moved, ~minor) | {"mean_sweeps": np.array([count])}
    return {name: frozen(values.astype(float)) for name, values in kept.items()}


def _first_of(number: Rows, which: npt.NDArray[np.bool_]) -> Rows:
    """Samples of the first sweeps of a sort: whole sweeps as far as they fit, or the beginning of one."""
    rows = np.flatnonzero(which)
    sweep = np.cumsum(np.diff(number[rows], prepend=number[rows[:1]]) != 0)
    ends = np.searchsorted(sweep, np.arange(1, _DRAWN + 1))  # of the first, the first two, the first three
    fitting = ends[ends <= _MOST_DRAWN]
    return np.asarray(rows[: int(fitting[-1]) if fitting.size else _MOST_DRAWN], dtype=np.intp)


def _mean_loop(samples: Mapping[str, Array], moved: Array, full: npt.NDArray[np.bool_]) -> dict[str, Array]:
    """Mean drive and resistance of the samples of each step and direction, the upward way first."""
    first, last = monotone(samples["sweep"], moved)
    owner, place = expanded(first, last)
    owner, place = owner[full[place]], place[full[place]]
    drive = samples["drive"][place]
    low, span = float(np.min(drive)), float(np.ptp(drive))
    steps = min(_STEPS, int(np.max(last - first)))
    step = np.minimum(((drive - low) / span * steps).astype(np.intp), steps - 1)
    rising = moved[last][owner] > moved[first][owner]
    cell = np.where(rising, step, 2 * steps - 1 - step)
    used, of = np.unique(cell, return_inverse=True)
    size = np.bincount(of)
    return {
        "mean": np.bincount(of, drive) / size,
        "mean_resistance": np.bincount(of, samples["resistance"][place]) / size,
        "mean_direction": np.where(used < steps, 1.0, -1.0),
    }
