"""Which column of a file is likely which column of a kind, where its header is not one of the names that are known.

Nothing here is taken without a word: a guess becomes a line of an analysis file that somebody has to look at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.loaders.containers import Table
from stfit.loaders.headers import named_columns
from stfit.loaders.likely_cells import are_numbers, are_two, are_words, is_constant, is_inside, numbers_in, source_of
from stfit.loaders.names import fits, known_names, plain_name, split_for
from stfit.measurement.columns import STATE, TRANSITION, Column, Domain, Layout
from stfit.measurement.description import Description
from stfit.units import quoted, split_header

_WORD: Final = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]|[^\W\d_A-Za-z]+")
_ERROR_WORDS: Final = frozenset({"err", "error", "std", "stderr", "sd", "se", "sigma", "unc", "uncertainty"})
_ERROR_OF: Final = "_stderr"  # what ends the name of a column of errors
_SHARES: Final = ("%", "percent")  # units of a probability
WIDEST: Final = 50  # columns among which others are looked for
_SHORT: Final = 2  # letters of a name that may begin many others
_STATES: Final = known_names(Layout((STATE, TRANSITION))) | {"level"}  # what a column of states is called
_ALIKE: Final = 0.8  # share of letters that two names have in common, from which one may be meant for the other
# what a column is called that tells devices apart
DEVICES: Final = frozenset({"device", "deviceid", "dut", "cell", "die", "junction", "pillar", "chip", "sample"})
_LONG: Final = 100  # rows, from which a column in even steps is that of a record


def devices_in(cells: npt.NDArray[Any]) -> list[Any]:
    """The names of several devices in a column, as the key `where` takes them.

    Parameters
    ----------
    cells : ndarray
        Numbers, or texts, shape (rows,).

    Returns
    -------
    list
        In their order; empty where there is one name, or where names hardly ever occur twice and so number the rows.
    """
    told = cells if cells.dtype == object else cells[np.isfinite(cells)]
    names = list(dict.fromkeys(told.tolist()))
    if not 1 < len(names) <= cells.size / 2:
        return []
    return [name if isinstance(name, str) or name != round(name) else int(name) for name in names]


@final
@dataclass(frozen=True)
class Guess:
    """Where a column of a kind may stand.

    source: as the key `columns` takes it. others: further headers that it could be. only_unit: whether the header names
    the column, so that its unit alone is guessed.
    """

    column: Column
    place: int
    source: Any
    others: tuple[str, ...] = ()
    only_unit: bool = False

    @property
    def remark(self) -> str:
        """What somebody has to look at."""
        if self.only_unit:
            return f"the unit of {self.column.name}"
        others = f", or {', '.join(quoted(name) for name in self.others)}" if self.others else ""
        return f"the column of {self.column.name}{others}"


@final
@dataclass(frozen=True)
class Likely:
    """How a table may be read by a layout.

    named: columns whose headers name them, with their places. guesses: the others. missing: columns of which the table
    shows nothing, of the alternative that is nearest to be whole. unused: headers left over.
    """

    named: Mapping[str, int]
    guesses: tuple[Guess, ...]
    missing: tuple[Column, ...]
    unused: tuple[str, ...]

    @property
    def places(self) -> frozenset[int]:
        """Where the columns stand, from 0."""
        return frozenset({*self.named.values(), *(guess.place for guess in self.guesses)})


def likely_columns(table: Table, layout: Layout, description: Description, taken: Iterable[int] = ()) -> Likely:
    """The columns of a layout in a table, as far as names, units and cells tell.

    taken: places that hold something else.
    """
    matches = named_columns(table, layout, description)
    named = {
        name: match.position
        for name, match in matches.items()
        if match.position not in set(taken) and not (layout.record and is_constant(table.columns[match.position]))
    }
    search = _Search(table, layout, named, frozenset(taken))
    given = {*description.constants}
    groups = layout.alternatives or ((),)
    found = [search.of((*layout.required, *group), given) for group in groups]
    best = min(found, key=lambda likely: (*lack(likely.missing), len(likely.guesses), layout.record and _rank(likely)))
    wanted = {column.name for column in (*layout.required, *layout.optional)}
    wanted |= {column.name for group in groups for column in group if _is_taken(column, best)}
    units = tuple(
        Guess(match.column, match.position, source_of(table, match.position, match.column), only_unit=True)
        for name, match in matches.items()
        if name in wanted & named.keys()
        and match.unit is None
        and match.column.unit
        and not _needs_no_unit(match.column)
    )
    kept = {name: place for name, place in named.items() if name in wanted}
    guesses = (*best.guesses, *units)
    used = {*kept.values(), *(guess.place for guess in guesses), *taken}
    unused = tuple(header for place, header in enumerate(table.header) if header and place not in used)
    return Likely(kept, guesses, best.missing, unused)


def _needs_no_unit(column: Column) -> bool:
    return column.any_unit or column.bare


def lack(missing: Sequence[Column]) -> tuple[int, int]:
    """How much a table lacks: columns for which no constant may stand, and all."""
    return sum(column.measured for column in missing), len(missing)


def _rank(likely: Likely) -> int:
    """Among records that are read alike, one of a voltage first: this is what instruments digitise."""
    return 0 if any(guess.column.unit == "V" for guess in likely.guesses) else 1


def _is_taken(column: Column, likely: Likely) -> bool:
    return column.name in likely.named or any(guess.column.name == column.name for guess in likely.guesses)


@dataclass
class _Search:
    """The places of a table that are free, and what may stand there."""

    table: Table
    layout: Layout
    named: Mapping[str, int]
    taken: frozenset[int]
    words: list[list[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.words = [_WORD.findall(split_header(header)[0]) for header in self.table.header]

    def of(self, wanted: Sequence[Column], given: Iterable[str]) -> Likely:
        """The columns wanted, guessed where no header names them; none but these are looked for."""
        names = {column.name for column in wanted}
        named = {name: place for name, place in self.named.items() if name in names}
        free = [
            p for p, h in enumerate(self.table.header[:WIDEST]) if h and p not in {*self.named.values(), *self.taken}
        ]
        open_ = [column for column in wanted if column.name not in {*named, *given}]
        guesses: list[Guess] = []
        for level in (self._by_words, self._by_likeness, self._by_dimension, self._by_symbol, self._by_content):
            for column in list(open_):
                places = [place for place in free if self._may_hold(place, column)]
                places = list(level(column, places, open_))
                if places:
                    guesses.append(self._guess(column, places))
                    free.remove(places[0])
                    open_.remove(column)
        return Likely(named, tuple(guesses), tuple(open_), ())

    def _guess(self, column: Column, places: Sequence[int]) -> Guess:
        others = tuple(self.table.header[place] for place in places[1:3]) if not self.table.numbered else ()
        return Guess(column, places[0], source_of(self.table, places[0], column), others)

    def _may_hold(self, place: int, column: Column) -> bool:
        """Whether unit and cells may be those of the column."""
        cells, unit = self.table.columns[place], split_for(self.table.header[place], column)[1]
        if column.text or plain_name(self.table.header[place]) in DEVICES:
            return False
        states = plain_name(self.table.header[place]) in _STATES
        if column.choices:
            return unit is None and (are_words(cells) or (states and are_two(cells)))
        if states:
            return False
        if (self.layout.record or column.measured) and is_constant(cells):
            return False
        dimension = unit is None or column.any_unit or any(fits(unit, reading) for reading in column.readings)
        errors = column.name.endswith(_ERROR_OF)
        return dimension and are_numbers(cells) and errors == self._is_error(place)

    def _is_error(self, place: int) -> bool:
        return any(word.casefold() in _ERROR_WORDS for word in self.words[place])

    def _by_words(self, column: Column, places: Sequence[int], _: Sequence[Column]) -> Iterator[int]:
        """Headers in which a name of the column stands as a word, or with which they begin: "I set", "dHpp"."""
        names = list(self._names(column))
        for place in places:
            words = [word for word in self.words[place] if word.casefold() not in _ERROR_WORDS]
            folded = {word.casefold() for word in words}
            whole = "".join(words).casefold()
            unit = split_for(self.table.header[place], column)[1]
            for name in names:
                parts = _WORD.findall(name)
                if len(plain_name(name)) == 1:
                    found = name in words or (unit is not None and name.casefold() in folded)
                else:
                    found = {part.casefold() for part in parts} <= folded or whole.startswith(plain_name(name))
                if parts and found:
                    yield place
                    break

    def _by_likeness(self, column: Column, places: Sequence[int], _: Sequence[Column]) -> Iterator[int]:
        """Headers that are nearly written like a name of the column, or with one of its words."""
        names = [plain_name(name) for name in self._names(column) if len(name) > 2]
        parts = {word.casefold() for name in (column.name,) for word in _WORD.findall(name) if len(word) > 2}
        for place in places:
            whole = plain_name(self.table.header[place])[:100]
            folded = {word.casefold() for word in self.words[place]}
            near = any(SequenceMatcher(None, whole, name).ratio() >= _ALIKE for name in names)
            near = near or (len(whole) > _SHORT and any(name.startswith(whole) for name in names))
            if near or (folded and folded <= parts):
                yield place

    def _by_dimension(self, column: Column, places: Sequence[int], wanted: Sequence[Column]) -> Iterator[int]:
        """The only header with a unit of the dimension of the only column that is wanted of it."""
        if column.domain is Domain.PROBABILITY:
            yield from (p for p in places if split_header(self.table.header[p])[1] in _SHARES)
            return
        if not column.unit or any(other is not column and other.unit == column.unit for other in wanted):
            return
        there = [place for place in places if split_for(self.table.header[place], column)[1] is not None]
        if len(there) == 1 or (self.layout.record and there):
            yield from there

    def _by_symbol(self, column: Column, places: Sequence[int], _: Sequence[Column]) -> Iterator[int]:
        """Headers that begin with the symbol of the column: "Vdut", "Rxx"."""
        symbols = {name for name in self._names(column) if len(name) == 1}
        return (p for p in places if self.words[p] and self.words[p][0][0] in symbols and len(self.table.header[p]) > 1)

    def _by_content(self, column: Column, places: Sequence[int], wanted: Sequence[Column]) -> Iterator[int]:
        """What cells tell: words are states; in columns without names, numbers that the column may hold, in order."""
        if column.choices:
            yield from places
            return
        if column.single:
            return
        if self.layout.record:
            yield from (
                p for p in places if self._is_swept(p) == (not column.any_unit and column.unit in ("s", "T", "Hz"))
            )
            return
        if not self.table.numbered:
            yield from self._counts(column, places, wanted)
            return
        if not column.unit and column.domain is Domain.FINITE:
            return
        if column.unit == "s" and column.domain is Domain.FINITE:
            yield from (place for place in places if self._is_clock(place))
            return
        inside_ = [p for p in places if is_inside(self.table.columns[p], column.domain) and not self._is_clock(p)]
        signed = [place for place in inside_ if np.min(numbers_in(self.table.columns[place])) < 0]
        yield from signed if column.domain is Domain.FINITE and signed else inside_

    def _counts(self, column: Column, places: Sequence[int], wanted: Sequence[Column]) -> Iterator[int]:
        """Pure numbers, where as many are left as are wanted; the larger of two is how often something was tried."""
        pure = [other for other in wanted if not (other.unit or other.choices or other.text or other.any_unit)]
        free = [place for place in places if split_header(self.table.header[place])[1] is None]
        inside_ = [place for place in free if is_inside(self.table.columns[place], column.domain)]
        if column not in pure or len(inside_) != len(pure):
            return
        yield from sorted(inside_, key=lambda place: -float(np.nanmean(numbers_in(self.table.columns[place]))))

    def _is_swept(self, place: int) -> bool:
        """Whether the numbers run one way in even steps."""
        steps = np.diff(numbers_in(self.table.columns[place]))
        return bool(steps.size and abs(np.sum(steps)) > 0 and np.ptp(steps) <= 0.5 * abs(float(np.mean(steps))))

    def _is_clock(self, place: int) -> bool:
        """Whether a long column runs in even steps, as the clock of a record does and no setting."""
        return self.table.rows >= _LONG and self._is_swept(place)

    def _names(self, column: Column) -> Iterator[str]:
        """What the column may be called; a column of errors as that of its values."""
        yield from (column.name.removesuffix(_ERROR_OF), *column.aliases)
        if column.name.endswith(_ERROR_OF):
            of = next((c for c in self.layout.columns if c.name == column.name.removesuffix(_ERROR_OF)), column)
            yield from of.aliases
