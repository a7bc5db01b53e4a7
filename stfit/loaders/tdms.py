"""NI TDMS files (.tdms), through nptdms: the channels of a group, with their units, clock and properties."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from nptdms import TdmsChannel, TdmsFile, TdmsGroup

from stfit.loaders.contents import Contents, clock_or_times, require_columns, with_unit
from stfit.loaders.groups import ONLY, Choice, Group, chosen

_TIME: Final = "time (s)"
_CLOCK: Final = "column 'time (s)' is wf_start_offset + i wf_increment, the clock of the waveforms"
_OF_WRITERS: Final = ("wf_", "NI_", "unit_")  # begin the names of properties that belong to samples and channels
_SAMPLE: Final = 8  # bytes that a sample may take, once read


def read(path: Path, size_limit: int, choice: Choice = ONLY) -> Contents:
    """The channels of a group in a TDMS file, each under its name and property "unit_string".

    Waveforms have a clock instead of a column of times (wf_start_offset, wf_increment): it becomes one. The properties
    of the file and of the group are settings.

    Parameters
    ----------
    path : Path
        The file.
    size_limit : int
        Bytes that its channels may have, by what the file says of itself.
    choice : Choice
        Which group is meant.

    Returns
    -------
    Contents
        Its channels.

    Raises
    ------
    InputError
        As `stfit.loaders.groups.chosen`.
    """
    with TdmsFile.open(path) as file:
        there = [group for group in file.groups() if group.channels()]
        require_columns(path, sum(len(group.channels()) for group in there))
        return chosen(path, [_group(file, group) for group in there], choice, size_limit)


def _group(file: TdmsFile, group: TdmsGroup) -> Group:
    channels = group.channels()
    names = [with_unit(channel.name, channel.properties.get("unit_string", "")) for channel in channels]
    clock, notices = clock_or_times(_clock(channels), names, _CLOCK)

    own = channels[0].properties if len(channels) == 1 else {}
    properties = {**file.properties, **group.properties, **own}

    def columns() -> list[tuple[str, Any]]:
        read: list[tuple[str, Any]] = [(name, channel[:]) for name, channel in zip(names, channels, strict=True)]
        return read if clock is None else [(_TIME, _times(*clock)), *read]

    return Group(
        group.name,
        tuple(names if clock is None else [_TIME, *names]),
        _SAMPLE * sum(map(len, channels)),
        columns,
        {name: value for name, value in properties.items() if not name.startswith(_OF_WRITERS)},
        tuple(notices),
        rows=max(map(len, channels)),
    )


def _clock(channels: Sequence[TdmsChannel]) -> tuple[int, float, float] | None:
    """Rows, start and step (s) that waveforms have by their properties; None without, or with several."""
    clocks = {
        (len(channel), channel.properties.get("wf_start_offset", 0.0), channel.properties.get("wf_increment"))
        for channel in channels
    }
    if len(clocks) != 1:
        return None
    ((rows, start, step),) = clocks
    if not (isinstance(step, int | float) and isinstance(start, int | float) and step > 0.0):
        return None
    return rows, float(start), float(step)


def _times(rows: int, start: float, step: float) -> npt.NDArray[np.float64]:
    return np.asarray(start + step * np.arange(float(rows)))
