"""What a table most likely is: its kind, where its columns stand, what it leaves out and its name says."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np

from stfit.loaders.containers import Cells, Table
from stfit.loaders.likely import DEVICES, WIDEST, Guess, Likely, devices_in, lack, likely_columns
from stfit.loaders.long_table import is_long
from stfit.loaders.named_settings import constants_in
from stfit.loaders.names import is_known, plain_name
from stfit.loaders.proposals import example
from stfit.measurement import Kind, kinds
from stfit.measurement.columns import FILE, Column, Layout
from stfit.measurement.description import Description
from stfit.pipeline.advice import Setting, advice_of
from stfit.pipeline.loading import every_name
from stfit.units import quoted, split_header

# how well a kind fits: a column named that it needs, that it may have, one guessed, assumed, to be filled in, ...
_NAMED, _OPTIONAL, _GUESSED, _ASSUMED, _FILLED, _ABSENT, _UNUSED = 3.0, 0.5, 1.5, -0.5, -3.0, -5.0, -1.0
_SUITS: Final = 0.25
_SHORTEST: Final = 5  # samples of a record
_SHOWN: Final = 5  # devices that a remark names


@final
@dataclass(frozen=True)
class Understood:
    """How a table may be read as a kind.

    likely: its columns. record: those of a record, in the table `samples`: the same one where its rows are the samples,
    that of the first file where it is an index; None where it is a table of the kind itself.
    """

    kind: str
    table: Table
    likely: Likely
    record: Likely | None = None
    samples: Table | None = None

    @property
    def guesses(self) -> tuple[Guess, ...]:
        """Columns that no header names."""
        return (*self.likely.guesses, *(self.record.guesses if self.record else ()))

    @property
    def missing(self) -> tuple[Column, ...]:
        """Columns of which the table shows nothing."""
        return (*self.likely.missing, *self.lost)

    @property
    def lost(self) -> tuple[Column, ...]:
        """Columns of its samples of which the table shows nothing."""
        return self.record.missing if self.record is not None and self.samples is self.table else ()

    @property
    def unused(self) -> tuple[str, ...]:
        """Headers that are no column of the kind."""
        return self.likely.unused

    @property
    def one_record(self) -> bool:
        """Whether no setting stands in the table, which is then one record as a whole."""
        return self.samples is self.table and not self.likely.named and not self.likely.guesses

    @property
    def settings(self) -> set[str]:
        """Names of the columns that are there of the kind's own table."""
        return {*self.likely.named, *(guess.column.name for guess in self.likely.guesses)}

    def columns(self) -> dict[str, tuple[str, Cells]]:
        """Name of a column of the kind → its header and its cells."""
        found: dict[str, tuple[str, Cells]] = {}
        for table, part in ((self.table, self.likely), (self.samples, self.record)):
            if table is not None and part is not None:
                places = {**part.named, **{guess.column.name: guess.place for guess in part.guesses}}
                found |= {name: (table.header[place], table.columns[place]) for name, place in places.items()}
        return found

    def with_first_file(self, samples: Table) -> Understood:
        """The index with what the first of its files shows."""
        listed = kinds()[self.kind].listed
        record = None if listed is None else likely_columns(samples, listed(), Description())
        return replace(self, record=record, samples=samples)

    def score(self) -> float:
        """How well the kind fits: columns named, guessed, assumed, to be filled in, impossible to find, left over."""
        optional = {column.name for column in kinds()[self.kind].layout().optional}
        assumed = {setting.name for setting in advice_of(kinds()[self.kind]).assumes}
        total = sum(_OPTIONAL if name in optional else _NAMED for name in self.likely.named)
        total += _NAMED * len(self.record.named if self.record is not None else ()) + _UNUSED * len(self.unused)
        guessed = [guess for guess in self.guesses if not guess.only_unit]
        total += _GUESSED * len(guessed) + _UNUSED * 2 * sum(self._is_another(guess) for guess in guessed)
        absent = [c for c in self.missing if c.measured or (self.record is not None and c in self.record.missing)]
        total += _ABSENT * len(absent)
        rest = [column.name in assumed for column in self.missing if column not in absent]
        total += sum(_ASSUMED if known else _FILLED for known in rest)
        numbers = {name: cells for name, (_, cells) in self.columns().items() if cells.dtype != object}
        total += _SUITS if advice_of(kinds()[self.kind]).suits(numbers) else 0.0
        return total + (_ABSENT * 2 if self._changes_every_row() else 0.0)

    def _is_another(self, guess: Guess) -> bool:
        """Whether the header is the name of a column of some kind, and not of this one."""
        table = self.samples if self.record is not None and guess in self.record.guesses else self.table
        if table is None or len(plain_name(table.header[guess.place])) == 1:
            return False
        return is_known(table.header[guess.place], every_name())

    def _changes_every_row(self) -> bool:
        """Whether what should tell records apart is another one in nearly every row, as what a loop sweeps is."""
        if self.samples is not self.table:
            return False
        places = [*self.likely.named.values(), *(guess.place for guess in self.likely.guesses)]
        cells = [self.table.columns[place] for place in places]
        changed = np.any([column[1:] != column[:-1] for column in cells], axis=0) if cells else np.zeros(1)
        return bool(_SHORTEST * np.count_nonzero(changed) > self.table.rows)


def understood(table: Table, name: str, description: Description) -> Understood:
    """The best reading of a table as a kind, of which some columns may be missing."""
    kind = kinds()[name]
    layout = kind.layout()
    if kind.listed is None or not is_long(table, description):
        return Understood(name, table, likely_columns(table, layout, description))
    record = likely_columns(table, kind.listed(), description)
    own = likely_columns(table, without_files(kind), description, record.places)
    return Understood(name, table, own, record, table)


def lacking(kind: Kind, there: Collection[str]) -> tuple[Column, ...]:
    """Columns of a kind that must be there beside those that are: the fewest, where several alternatives would do.

    there: names of columns. The column of files is never among them.
    """
    layout = without_files(kind)
    groups = layout.alternatives or ((),)
    open_ = [tuple(column for column in group if column.name not in there) for group in groups]
    return (*(column for column in layout.required if column.name not in there), *min(open_, key=lack))


def named_apart(kind: Kind, there: Collection[str]) -> list[Column]:
    """Columns of a kind that the name of a file may hold.

    Those that are lacking, for records those of every alternative, and further settings whose unit no other column has.
    """
    layout = without_files(kind)
    units = [column.unit for column in layout.columns]
    wanted = list(lacking(kind, there))
    wanted += [column for group in layout.alternatives for column in group if kind.listed is not None]
    wanted += [column for column in layout.optional if column.unit and units.count(column.unit) == 1]
    return [c for c in {c.name: c for c in wanted}.values() if c.name not in there and not c.measured]


def without_files(kind: Kind) -> Layout:
    """The settings of a kind whose table lists files."""
    layout: Layout = kind.layout()
    required = tuple(column for column in layout.required if column.name != FILE.name)
    return Layout(required, layout.alternatives, tuple(column for column in layout.optional if not column.text))


def ranked(table: Table, names: Sequence[str], description: Description) -> list[Understood]:
    """The readings of a table as each of several kinds, the best first; of a wide one by its first columns."""
    wide = len(table.header) > WIDEST
    first = replace(table, header=table.header[:WIDEST], columns=table.columns[:WIDEST]) if wide else table
    found = sorted((understood(first, name, description) for name in names), key=lambda reading: -reading.score())
    return [understood(table, found[0].kind, description), *found[1:]] if wide else found


def columns_setting(guesses: Sequence[Guess]) -> list[Setting]:
    """The key `columns` for what no header names."""
    if not guesses:
        return []
    remark = "; ".join(guess.remark for guess in guesses)
    return [Setting("columns", {guess.column.name: guess.source for guess in guesses}, remark, assumed=True)]


def absent_settings(missing: Sequence[Column], kind: Kind, *, several: bool) -> list[Setting]:
    """What stands for columns that are nowhere: the kind's own assumption, or a place to fill; several: of files."""
    layout = kind.layout()
    assumes = {setting.name: setting for setting in advice_of(kind).assumes}
    found = []
    for column in missing:
        if column.measured:
            remark = f"the header of the column of {column.name}, as the table shows none"
            found.append(Setting("columns", {column.name: "…"}, remark, fill=True))
        elif column.name in assumes:
            found.append(assumes[column.name])
        else:
            others = [group[0].name for group in layout.alternatives if len(group) == 1 and group[0] != column]
            names = " or ".join([column.name, *others]) if column not in layout.required else column.name
            remark = f"{names} of all rows, which the table does not give"
            if several:
                remark = f"{names} of all files; where they differ, a table with a column file lists them"
            found.append(Setting(column.name, _plain_value(example(column).strip('"')), remark, fill=True))
    return found


def settings_in_name(stem: str, kind: Kind, there: Collection[str]) -> list[Setting]:
    """Constants that the name of a file holds, of columns that are not there."""
    found = constants_in(stem, named_apart(kind, there))
    return [Setting(n, _plain_value(value), "from the name of the file", assumed=True) for n, value in found.items()]


def _plain_value(value: str) -> Any:
    return int(value) if value.isdigit() else value


def device_setting(reading: Understood, where: Mapping[str, Any]) -> list[Setting]:
    """One of several devices in a table, which are not one fit; nothing where there is one, or rows are chosen."""
    for header in reading.unused if not where else ():
        plain = devices_in(reading.table.columns[reading.table.header.index(header)])
        if plain_name(header) in DEVICES and plain:
            more = ", …" if len(plain) > _SHOWN + 1 else ""
            others = ", ".join(quoted(str(name)) for name in plain[1 : _SHOWN + 1])
            remark = f"one of {len(plain)} devices, each of which is a fit of its own; or {others}{more}"
            return [Setting("where", {split_header(header)[0]: plain[0]}, remark, assumed=True)]
    return []
