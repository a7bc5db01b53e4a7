"""A place that can be written, and one file written there whole."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from glob import escape
from pathlib import Path
from secrets import token_hex
from time import time
from typing import Final

from stfit.errors import InputError, Problem
from stfit.files import reason
from stfit.outputs.manifest import as_bytes

_LONG_AGO: Final = 3600.0  # s, in which any file of ours is written


def require_writable(folder: Path, files: Sequence[str] = ()) -> None:
    """Refuse a place where `files` could not be written into `folder`, before anything is computed or made.

    Parameters
    ----------
    folder : Path
        The folder, which may be missing.
    files : sequence of str
        Their names below it.

    Raises
    ------
    InputError
        If the place is no folder or is write-protected, or if there is a folder where a file is to be written.
    """
    where = f"output folder {folder}"
    expected = "a folder that can be written (--out takes another)"
    try:
        place = _nearest_there_is(folder.absolute())
        blocked = [folder / name for name in files if (folder / name).is_dir()]
        blocking = [above for name in files for above in (folder / name).parents if above != folder and above.is_file()]
    except OSError as error:
        raise InputError(Problem(where, expected, reason(error))) from error
    if not place.is_dir():
        raise InputError(Problem(where, expected, f"'{place}', which is no folder"))
    if not os.access(place, os.W_OK | os.X_OK):
        raise InputError(Problem(where, expected, f"'{place}', which is write-protected"))
    if blocking and place.samefile(folder):
        raise InputError(Problem(where, "no file where a folder is to be made", f"the file '{blocking[0]}'"))
    if blocked:
        raise InputError(Problem(where, "no folder where a file is to be written", f"the folder '{blocked[0]}'"))


def _nearest_there_is(folder: Path) -> Path:
    """The folder, or the nearest of its parents that exists; OSError where the system cannot tell."""
    for place in (folder, *folder.parents):
        try:
            place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        return place
    return folder


def write_file(path: Path, content: str | bytes) -> Path:
    """Write one file whose name the user gave, its folder made if need be: all of it, or nothing.

    Parameters
    ----------
    path : Path
        The file; a reader sees the old one or the whole new one.
    content : str or bytes
        Text is written as UTF-8.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    hidden = f".{path.name[:50]}."
    part = path.with_name(f"{hidden}{token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear_away(path.parent, hidden)
        part.write_bytes(as_bytes(content))
        part.replace(path)
    except OSError as error:
        raise InputError(Problem(str(path), "a file that can be written", reason(error))) from error
    finally:
        with suppress(OSError):  # what could not be made need not go
            part.unlink(missing_ok=True)
    return path


def _clear_away(folder: Path, hidden: str) -> None:
    """Remove what a run that was killed left of this file long ago; a younger one may still be written."""
    for part in folder.glob(f"{escape(hidden)}*.part"):
        with suppress(OSError):  # another run was faster
            if time() - part.stat().st_mtime > _LONG_AGO:
                part.unlink()
