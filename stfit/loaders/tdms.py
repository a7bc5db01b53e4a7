"""NI TDMS files (.tdms), through nptdms: the channels of one group, with their units."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from nptdms import TdmsChannel, TdmsFile

from stfit.errors import InputError, Problem
from stfit.files import require_size
from stfit.loaders.contents import REMEDY, Contents, contents_of, require_columns, with_unit
from stfit.units import quoted

_TIMES: Final = ("time", "t")
_CLOCK: Final = "column 'time (s)' is wf_start_offset + i wf_increment, the clock of the waveforms"
_SAMPLE: Final = 8  # bytes that a sample may take, once read


def read(path: Path, size_limit: int) -> Contents:
    """The columns of a TDMS file: its only group with channels, each under its name and property "unit_string".

    Waveforms have a clock instead of a column of times (wf_start_offset, wf_increment): it becomes one.

    Parameters
    ----------
    path : Path
        The file.
    size_limit : int
        Bytes that its channels may have, by what the file says of itself.

    Returns
    -------
    Contents
        Its channels.

    Raises
    ------
    InputError
        If several groups have channels, or none, or if it is larger once read.
    """
    with TdmsFile.open(path) as file:
        groups = [group for group in file.groups() if group.channels()]
        if len(groups) != 1:
            found = f"{len(groups)}: {', '.join(quoted(group.name) for group in groups)}" if groups else "none"
            raise InputError(Problem(path.name, "one group with channels", found))
        channels = groups[0].channels()
        require_columns(path, len(channels))
        require_size(f"{path.name}, unpacked", _SAMPLE * sum(map(len, channels)), size_limit, REMEDY)
        names = [with_unit(channel.name, channel.properties.get("unit_string", "")) for channel in channels]
        columns = [(name, channel[:]) for name, channel in zip(names, channels, strict=True)]
        time = _clock(channels)
        return contents_of(path, columns) if time is None else contents_of(path, [*time, *columns], notices=[_CLOCK])


def _clock(channels: Sequence[TdmsChannel]) -> list[tuple[str, npt.NDArray[np.float64]]] | None:
    """The times that waveforms have by their properties; None where there are none, several, or a column of times."""
    clocks = {
        (len(channel), channel.properties.get("wf_start_offset", 0.0), channel.properties.get("wf_increment"))
        for channel in channels
    }
    if len(clocks) != 1 or any(channel.name.strip().lower() in _TIMES for channel in channels):
        return None
    ((rows, start, step),) = clocks
    if not (isinstance(step, int | float) and isinstance(start, int | float) and step > 0.0):
        return None
    return [("time (s)", start + step * np.arange(float(rows)))]
