"""Back-hopping: at the largest drives fewer pulses switch than at smaller ones, which no law of one barrier has."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from stfit.kinds.pulse.data import SwitchingPulses
from stfit.measurement import name_of
from stfit.measurement.base import Array
from stfit.measurement.view import TRANSITION_WORDS
from stfit.objective import Objective
from stfit.results import Note
from stfit.results.numbers import format_rounded

_FALSE_ALARM: Final = 1e-4  # shared among all series
_LEAST: Final = 0.01  # of all pulses, by which the share falls


def back_hopping_notes(objective: Objective) -> list[Note]:
    """A warning for each measurement of pulses whose switched share falls again at its largest drives.

    Parameters
    ----------
    objective : Objective
        Of all measurements.

    Returns
    -------
    list of Note
        Of each measurement the series (transition, pulse width, temperature, field) that falls most surely.
    """
    notes = []
    for term in objective.terms:
        if isinstance(term.measurement, SwitchingPulses) and (words := _fall(term.measurement)):
            text = (
                f"{name_of(term.measurement)}: {words}: back-hopping (the device switches and returns within a pulse) "
                "or a read-out that errs at large drives. The law of one barrier has no such fall: leave these rows "
                "out with `where`."
            )
            notes.append(Note("back-hopping", "warning", text))
    return notes


def _fall(pulses: SwitchingPulses) -> str:
    """From which share to which a series falls; "" where none does beyond chance."""
    axis = pulses.view().axis
    series = _series(pulses)
    count = int(series.max()) + 1
    limit = float(-ndtri(_FALSE_ALARM / count))
    falls = [_largest_fall(pulses, axis.values, np.flatnonzero(series == number)) for number in range(count)]
    height, top, low = max(falls)
    if height < limit:
        return ""
    share = pulses.n_switched / pulses.n
    drives = " to ".join(format_rounded(float(axis.values[row]), axis.unit, 3) for row in (top, low))
    word = TRANSITION_WORDS[int(pulses.settings.state[top])]
    return f"{word}: from {drives} the switched share falls from {share[top]:.4g} to {share[low]:.4g}"


def _series(pulses: SwitchingPulses) -> npt.NDArray[np.intp]:
    settings = pulses.settings
    columns: list[Array] = [settings.state.astype(float), pulses.pulse_width, settings.temperature, settings.field]
    keys = np.stack([np.nan_to_num(column) for column in columns])
    return np.asarray(np.unique(keys, axis=1, return_inverse=True)[1].reshape(-1), dtype=np.intp)


def _largest_fall(pulses: SwitchingPulses, drive: Array, rows: npt.NDArray[np.intp]) -> tuple[float, int, int]:
    """By how many standard errors the share falls from its largest value to a row of larger drive, and both rows."""
    ordered = rows[np.argsort(np.abs(drive[rows]))]
    n, switched = pulses.n[ordered], pulses.n_switched[ordered]
    top = int(np.argmax((switched + 0.5) / (n + 1.0)))
    both = (switched + switched[top]) / (n + n[top])
    error = np.sqrt(both * (1.0 - both) * (1.0 / n + 1.0 / n[top]))
    fall = switched[top] / n[top] - switched / n
    far = np.where(
        (np.arange(ordered.size) > top) & (error > 0) & (fall > _LEAST), fall / np.where(error > 0, error, 1.0), 0.0
    )
    low = int(np.argmax(far))
    return float(far[low]), int(ordered[top]), int(ordered[low])
