"""How bytes become a table: the table itself, and which reader takes which suffix."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.measurement.description import PLAIN, Dialect
from stfit.units import quoted

Cells = npt.NDArray[Any]  # float64, or object holding str
Lines = npt.NDArray[np.int64]

# suffix → module of this package whose `read(path) -> Table` takes it (imported when asked for, for some are heavy),
# and what such a file is called
_READERS: Final[Mapping[str, tuple[str, str]]] = {
    ".csv": ("csv", "comma-, semicolon- or tab-separated text"),
    ".tsv": ("csv", "tab-separated text"),
    ".txt": ("csv", "separated text"),
    ".xlsx": ("excel", "an Excel workbook"),
    ".parquet": ("parquet", "a Parquet file"),
    **dict.fromkeys((".h5", ".hdf5"), ("hdf5", "an HDF5 file")),
    **dict.fromkeys((".npy", ".npz"), ("arrays", "a NumPy file")),
    ".mat": ("matlab", "a MATLAB file"),
    ".tdms": ("tdms", "an NI TDMS file"),
    ".lvm": ("labview", "a LabVIEW measurement file"),
}

_TEXT: Final = ("csv", "separated text")

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@final
@dataclass(frozen=True)
class Table:
    """A file as a table, before anyone says what its columns mean.

    header: as written in the file. columns: one array a header, shape (rows,); float64 where every cell is a number
    (inf where one overflows or says so, never NaN), else object holding the stripped text of each cell.
    lines: gives the physical line, from 1, of each row, shape (rows,); called for messages only.
    decimal_comma: whether the number cells of this container may have a decimal comma.
    recognised: what was recognised of the file, in sentences. left_out: lines of rows that are left out as asked.
    A column without a name has the header "".
    """

    path: Path
    sha256: str
    header: tuple[str, ...]
    columns: tuple[Cells, ...]
    lines: Callable[[], Lines]
    header_line: int = 1
    decimal_comma: bool = False
    recognised: tuple[str, ...] = ()
    left_out: tuple[int, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows of data there are."""
        return self.columns[0].size

    @property
    def numbered(self) -> bool:
        """Whether its columns have numbers for names."""
        return self.header == tuple(str(number) for number in range(1, len(self.header) + 1))


class Problems:
    """Gathers what is wrong with one file, so that it can be said at once and in the order of its lines."""

    def __init__(self, path: Path) -> None:
        self._file = path.name
        self._found: list[tuple[int, Problem]] = []

    def add(
        self, expected: str, found: str, *, line: int = 0, column: str | None = None, key: str | None = None
    ) -> None:
        """Note a problem, of the file as a whole, or at a line, in a column (its header), at a key of the analysis."""
        line_text = f", line {line}" if line else ""
        column_text = "" if column is None else f", column {quoted(column)}"
        key_text = "" if key is None else f", key {quoted(key)}"
        self._found.append((line, Problem(self._file + line_text + column_text + key_text, expected, found)))

    def raise_any(self) -> None:
        """Raise InputError if a problem was noted."""
        if self._found:
            raise InputError([problem for _, problem in sorted(self._found, key=lambda entry: entry[0])])


def read_table(path: Path, dialect: Dialect = PLAIN, known: Collection[str] = ()) -> Table:
    """The table in a file, by the reader of its suffix; a file with any other suffix is taken for text.

    dialect: how the table stands in a text. known: plain names that its header may hold. Raises InputError: no such
    file, a folder, an unreadable file, a dialect of what is no text, and all that the reader refuses.
    """
    expected = "a file that can be read"
    try:
        if path.is_dir():
            raise InputError(Problem(str(path), expected, "a folder"))
        if path.exists() and not path.is_file():
            raise InputError(Problem(str(path), expected, "a device or a pipe"))
        module, container = _READERS.get(path.suffix.lower(), _TEXT)
        reader = import_module(f"stfit.loaders.{module}")
        if module != "csv":
            _refuse_dialect(path, dialect, container)
        arguments = (path, dialect, known) if module == "csv" else (path,)
        table: Table = reader.read(*arguments)
    except OSError as error:
        raise InputError(Problem(str(path), expected, _in_words(error))) from error
    except ValueError as error:
        if "\0" not in str(path):
            raise
        raise InputError(Problem(quoted(str(path)), expected, "a name with a zero byte")) from error
    return table


def parse_numbers(cells: Sequence[str], *, decimal_comma: bool) -> npt.NDArray[np.float64]:
    """The numbers in cells of text; NaN where one is none. "nan", hexadecimal and grouped digits are none.

    A column has decimal points or decimal commas, not both: the mark that more of its cells agree with is taken.
    """
    with_points = _with_mark(cells, ".")
    if not decimal_comma or not np.isnan(with_points).any():
        return with_points
    with_commas = _with_mark(cells, ",")
    return with_commas if np.isnan(with_commas).sum() < np.isnan(with_points).sum() else with_points


def _with_mark(cells: Sequence[str], mark: str) -> npt.NDArray[np.float64]:
    swapped = str.maketrans({mark: ".", ".": mark, "−": "-"})
    plain = [cell.strip().translate(swapped) for cell in cells]
    return np.array([float(cell) if _NUMBER.fullmatch(cell) else np.nan for cell in plain], dtype=np.float64)


def container_of(path: Path) -> str:
    """What a file with this suffix is called, for example "a NumPy file"."""
    return _READERS.get(path.suffix.lower(), _TEXT)[1]


def is_text_file(path: Path) -> bool:
    """Whether a file with this suffix is read as text."""
    return _READERS.get(path.suffix.lower(), _TEXT)[0] == "csv"


def _refuse_dialect(path: Path, dialect: Dialect, container: str) -> None:
    """A key about text that would change nothing in another container is an error."""
    keys = [key for key in dialect.given() if key != "bad_rows"]
    if keys:
        raise InputError([Problem(f"{path.name}, key '{key}'", "a file of text", container) for key in keys])


def _in_words(error: OSError) -> str:
    return "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or str(error)).lower()
