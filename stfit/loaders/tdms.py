"""NI TDMS files (.tdms), through nptdms: the channels of one group, with their units."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from nptdms import TdmsFile

from stfit.errors import InputError, Problem
from stfit.files import require_size
from stfit.loaders.contents import REMEDY, Contents, contents_of, require_columns, with_unit
from stfit.units import quoted

_SAMPLE: Final = 8  # bytes that a sample may take, once read


def read(path: Path, size_limit: int) -> Contents:
    """The columns of a TDMS file: its only group with channels, each under its name and property "unit_string".

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
        return contents_of(
            path,
            [(with_unit(channel.name, channel.properties.get("unit_string", "")), channel[:]) for channel in channels],
        )
