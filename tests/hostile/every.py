"""Every hostile file there is: those of the tests, and those too heavy for README's line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.hostile import (
    bombs,
    busy,
    damage,
    databases,
    documents,
    elsewhere,
    instruments,
    keys,
    numbers,
    strange,
    text,
    words,
)
from tests.hostile.case import Hostile

HEAVY: Final = frozenset(  # files that take more than a part of a second, to make or to answer
    {
        *("members100000.npz", "members10001.npz", "bomb.parquet", "datasets3000.h5", "datasets10001.h5", "lying.npz"),
        *("channels.tdms", "variables.mat", "columns.parquet", "row1000000.xlsx", "lines.toml", "keys.toml"),
        *("title words\x1b[2J.toml", "title document\x1b[2J.toml"),
        *("wrong rows.csv", "rows.csv", "quoted.csv", "blank rows.csv", "commas.toml", "unit.csv"),
    }
)


def built() -> Iterator[Hostile]:
    """Files that try what is known to have gone wrong."""
    yield from elsewhere.leaks()
    yield from bombs.segmentation_faults()
    yield from bombs.memory()
    yield from busy.hangs()
    yield from databases.databases()
    yield from strange.numpy_files()
    yield from strange.workbooks()
    yield from strange.other_readers()
    yield from strange.wrong_suffixes()
    yield from strange.silent_losses()
    yield from text.memory()
    yield from text.hangs()
    yield from text.labview()
    yield from instruments.waves()
    yield from instruments.spectra()
    yield from instruments.networks()
    yield from instruments.oscilloscopes()
    yield from documents.analyses()
    yield from documents.results()
    yield from words.terminal()
    yield from words.titles()
    yield from words.sizes_of_messages()
    yield from numbers.traces()
    yield from keys.keys()


def damaged(each: int) -> Iterator[Hostile]:
    """Sound files of every container, damaged in five ways, `each` times each."""
    return damage.damaged(each)


def stored(count: int) -> Iterator[Hostile]:
    """Stored results of which some values are others."""
    return documents.edited(count)
