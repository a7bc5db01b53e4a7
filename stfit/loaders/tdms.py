"""NI TDMS files (.tdms), through nptdms: the channels of one group, with their units."""

from __future__ import annotations

import struct
from pathlib import Path

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import assembled, damaged, reader_package, with_unit
from stfit.loaders.containers import Table
from stfit.units import quoted


def read(path: Path) -> Table:
    """The table in a TDMS file: its only group with channels, each under its name and property "unit_string".

    InputError: no TDMS, several groups with channels, and as `assembled`.
    """
    nptdms = reader_package("nptdms", path)
    try:
        with nptdms.TdmsFile.open(path) as file:
            groups = {
                group.name: [
                    (with_unit(channel.name, channel.properties.get("unit_string", "")), channel[:])
                    for channel in group.channels()
                ]
                for group in file.groups()
                if group.channels()
            }
    except (ValueError, KeyError, EOFError, IndexError, struct.error) as error:
        raise damaged(path, "an NI TDMS file", error) from error
    if len(groups) != 1:
        found = f"{len(groups)}: {', '.join(quoted(name) for name in groups)}" if groups else "none"
        raise InputError(Problem(path.name, "one group with channels", found))
    return assembled(path, next(iter(groups.values())))
