"""How a file is described that says too little of itself: its text, its columns, its words, what it leaves out."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final, Literal, Self, final


@final
@dataclass(frozen=True)
class Dialect:
    """How a table stands in its file; None leaves it to recognition. Lines count from 1, as an editor shows them.

    Parameters
    ----------
    encoding : str, optional
        Name of a character encoding that Python knows, such as "cp1252".
    skip : int, optional
        Number of lines before the header.
    header : int or str, optional
        Line of the header, or a name that stands in it; 0 where there is none, and columns go by number.
    units_line : int, optional
        Line that holds the units of the columns; 0 where there is none.
    first_row : int, optional
        Line of the first row; what stands between the header and it is left out.
    separator : str, optional
        The character between two cells; " " for white space of any length.
    decimal : {".", ","}, optional
        The decimal mark of numbers.
    bad_rows : {"report", "leave-out"}
        What becomes of rows with another number of cells, or with a cell that cannot be read.
    group : str
        The group, sheet, struct or run that holds the table, in a file that has several; * stands for any text.
    """

    encoding: str | None = None
    skip: int | None = None
    header: int | str | None = None
    units_line: int | None = None
    first_row: int | None = None
    separator: str | None = None
    decimal: Literal[".", ","] | None = None
    bad_rows: Literal["report", "leave-out"] = "report"
    group: str = ""

    def given(self) -> dict[str, Any]:
        """The keys that differ from their defaults, with their values."""
        values = {entry.name: (getattr(self, entry.name), entry.default) for entry in fields(self)}
        return {name: value for name, (value, default) in values.items() if value != default}


PLAIN: Final = Dialect()


@final
@dataclass(frozen=True)
class ColumnSource:
    """Where a column of a kind stands in a file, and what its numbers are: gain · number + offset, in `unit`.

    column: its header, with the unit that the file leaves out, or its number from 1. unit: "" where the header has it.
    """

    column: str | int
    unit: str = ""
    gain: float = 1.0
    offset: float = 0.0

    @property
    def scaled(self) -> bool:
        """Whether the numbers of the file are changed before their unit counts."""
        return (self.gain, self.offset) != (1.0, 0.0)


Condition = str | int | float | tuple[str | int | float, ...]  # a cell, a comparison such as "> 3", or any of several


@final
class Otherwise(float):
    """A constant in the unit of the column that another one is with another unit, in SI: a linewidth in mT.

    column: the name of that column.
    """

    __slots__ = ("column",)
    column: str

    def __new__(cls, value: float, column: str = "") -> Self:
        """The constant as a float that knows its column."""
        made = super().__new__(cls, value)
        made.column = column
        return made


@final
@dataclass(frozen=True)
class Description:
    """All that is said of a file beside its kind.

    Parameters
    ----------
    dialect : Dialect
        How the table stands in the text.
    columns : Mapping[str, ColumnSource]
        Name of a column of the kind → where it stands.
    words : Mapping[str, Mapping[str, str]]
        Name of a column → what its cells say → what that means.
    constants : Mapping[str, float or str]
        Name of a column → the value of all rows, as cells of the column are held: SI units, codes of words, text.
    where : Mapping[str, Condition]
        Header of a column, or its number → which rows are taken.
    elsewhere : frozenset of str
        Columns that another key gives to rows without them: no single value beside the table stands for these.
    """

    dialect: Dialect = PLAIN
    columns: Mapping[str, ColumnSource] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, float | str] = field(default_factory=dict)
    where: Mapping[str, Condition] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()

    def of_columns(self, names: Container[str]) -> Description:
        """The description without what is said of other columns of the kind."""
        return replace(
            self,
            columns={name: source for name, source in self.columns.items() if name in names},
            words={name: said for name, said in self.words.items() if name in names},
            constants={name: value for name, value in self.constants.items() if name in names},
        )

    def with_constants(self, constants: Mapping[str, Any], where: Mapping[str, Condition]) -> Description:
        """The description with further constants, and with other conditions on rows."""
        return replace(self, constants={**self.constants, **constants}, where=where)

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """The description by its keys, those of the dialect among them, each in the type that it has here."""
        dialect = Dialect(**{key: value for key, value in given.items() if key in DIALECT_KEYS})
        rest = {key: given[key] for key in ("columns", "constants", "where") if key in given}
        return cls(dialect=dialect, words=given.get("values", {}), **rest)


DIALECT_KEYS: Final = frozenset(entry.name for entry in fields(Dialect))
DESCRIPTION_KEYS: Final = DIALECT_KEYS | {"columns", "values", "where"}
