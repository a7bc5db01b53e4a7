"""Which reader takes which file, by its suffix."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

from stfit.errors import InputError, Problem
from stfit.files import READABLE, reason
from stfit.loaders import csv, labview, touchstone
from stfit.loaders.assembled import assembled
from stfit.loaders.containers import Table
from stfit.loaders.encodings import encoding_of
from stfit.loaders.gate import Container, admitted, contents
from stfit.loaders.groups import GROUP, Choice, Several
from stfit.measurement.description import PLAIN, Dialect

_Reader = Callable[[Path, Choice], Table]
_LABVIEW: Final = ".lvm"
_DATA: Final = ".dta"  # of a BES3T data set, or any other
_HEAD: Final = 1 << 15  # bytes that tell text from numbers
_BLANK: Final = "\t\r\n\f\x1a\ufeff"
_TEXT: Final = "separated text"  # what a file with any other suffix is taken for
# suffix → which module reads it in another process, and what such a file is called
_BINARY: Final[Mapping[str, Container]] = {
    ".xlsx": Container("excel", "an Excel workbook", grouped=True),
    ".parquet": Container("parquet", "a Parquet file"),
    **dict.fromkeys((".h5", ".hdf5"), Container("hdf5", "an HDF5 file", grouped=True)),
    **dict.fromkeys((".npy", ".npz"), Container("arrays", "a NumPy file")),
    ".mat": Container("matlab", "a MATLAB file", grouped=True),
    ".tdms": Container("tdms", "an NI TDMS file", grouped=True),
    **dict.fromkeys((".db", ".sqlite"), Container("sqlite", "a SQLite database of QCoDeS", grouped=True)),
    ".ibw": Container("igor", "an Igor binary wave"),
    **dict.fromkeys((".dsc", _DATA), Container("bes3t", "a Bruker BES3T file")),
}


def read_table(
    path: Path, dialect: Dialect = PLAIN, known: Collection[str] = (), *, several: Several = "error"
) -> Table:
    """The table in a file, by the reader of its suffix; a file with any other suffix is taken for text.

    Parameters
    ----------
    path : Path
        The file.
    dialect : Dialect
        How the table stands in its file.
    known : collection of str
        Plain names that the header of a text may hold.
    several : {"error", "first", "listed"}
        What becomes of several groups, as `stfit.loaders.groups.Choice` has it.

    Returns
    -------
    Table
        What it holds, as it is written.

    Raises
    ------
    InputError
        If it is no regular file within the limit of size, has a dialect and is no text, has a group declared and can
        have none, or is refused by its reader.
    """
    admitted(path)
    suffix = path.suffix.lower()
    try:
        _refuse_dialect(path, dialect)
        choice = Choice(dialect.group, several)
        if (found := _instrument_text(suffix)) is not None:
            return found[0](path, choice)
        if (container := _container(path)) is not None:
            return assembled(path, contents(path, container, choice))
        return csv.read(path, dialect, known)
    except OSError as error:
        raise InputError(Problem(str(path), READABLE, reason(error))) from error


def is_text_file(path: Path) -> bool:
    """Whether a file is read as separated text."""
    return _container(path) is None and _instrument_text(path.suffix.lower()) is None


def _container(path: Path) -> Container | None:
    """The container that a file is by its suffix; None for text, also for data in a .dta that no descriptor describes.

    OSError as the system raises it.
    """
    suffix = path.suffix.lower()
    described = any(path.with_suffix(name).exists() for name in (".dsc", ".DSC"))
    if suffix == _DATA and path.is_file() and not described:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
        encoding = encoding_of(head)
        if encoding and all(c.isprintable() or c in _BLANK for c in head.decode(encoding, "ignore")):
            return None
    return _BINARY.get(suffix)


def _instrument_text(suffix: str) -> tuple[_Reader, str] | None:
    """The reader of a text that has a format of its own, and what such a file is called; None for any other."""
    if suffix == _LABVIEW:
        return labview.read, "a LabVIEW measurement file"
    return (_touchstone, "a Touchstone file") if touchstone.is_touchstone(suffix) else None


def _touchstone(path: Path, choice: Choice) -> Table:  # noqa: ARG001
    """The table in a Touchstone file, which has no groups to choose among."""
    return touchstone.read(path)


def _refuse_dialect(path: Path, dialect: Dialect) -> None:
    """A key about text that would change nothing in another container is an error, and one about groups in a text."""
    given, found = dialect.given().keys() - {"bad_rows"}, container_of(path)
    needs = {key: "a file with groups, sheets, structs or runs" if key == GROUP else "a file of text" for key in given}
    unfit = [key for key in needs if not (has_groups(path) if key == GROUP else is_text_file(path))]
    if unfit:
        raise InputError([Problem(f"{path.name}, key '{key}'", needs[key], found) for key in sorted(unfit)])


def has_groups(path: Path) -> bool:
    """Whether a file with this suffix may hold several tables."""
    suffix = path.suffix.lower()
    return suffix == _LABVIEW or (suffix in _BINARY and _BINARY[suffix].grouped)


def container_of(path: Path) -> str:
    """What a file is called, for example "a NumPy file"."""
    if (container := _container(path)) is not None:
        return container.words
    found = _instrument_text(path.suffix.lower())
    return _TEXT if found is None else found[1]
