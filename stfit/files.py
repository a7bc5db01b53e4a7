"""Files from outside, judged before a byte of them is read: a regular file, of a size that somebody wanted."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from stfit.errors import InputError, Problem

SIZE_LIMIT: Final = 1_000_000_000  # bytes: of a file that nobody said anything of
READABLE: Final = "a file that can be read"


def judged_size(path: Path, largest: int = SIZE_LIMIT, remedy: str = "", *, expected: str = READABLE) -> int:
    """The size of a regular file; nothing is opened, so that a pipe or a device cannot hold up the reader.

    Parameters
    ----------
    path : Path
        The file.
    largest : int
        Its size at most, bytes.
    remedy : str
        What the message of a larger file adds, for example which key raises the limit.
    expected : str
        What the message of another file expects.

    Returns
    -------
    int
        Its size, bytes.

    Raises
    ------
    InputError
        If there is no such file, if it is a folder, a device or a pipe, or if it is larger.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise InputError(Problem(str(path), expected, reason(error))) from error
    except ValueError as error:  # the system takes no zero byte in a name
        raise InputError(Problem(repr(str(path)), expected, "a name with a zero byte")) from error
    if not stat.S_ISREG(status.st_mode):
        found = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
        raise InputError(Problem(str(path), expected, found))
    require_size(str(path), status.st_size, largest, remedy)
    return status.st_size


def require_size(where: str, size: int, largest: int, remedy: str = "") -> None:
    """Refuse what is larger than it may be.

    Parameters
    ----------
    where : str
        What is measured, as a message calls it.
    size, largest : int
        How large it is and may be, bytes.
    remedy : str
        What the message adds.

    Raises
    ------
    InputError
        If the size is above the largest.
    """
    if size > largest:
        raise InputError(Problem(where, f"at most {in_bytes(largest)}{remedy}", in_bytes(size)))


def in_bytes(size: int) -> str:
    """A size in bytes as one reads it: "512 bytes", "1.5 GB".

    Parameters
    ----------
    size : int
        Bytes.

    Returns
    -------
    str
        The size in the largest decimal unit below it, rounded up so that what exceeds a limit shows it.
    """
    for factor, unit in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= factor:
            tenths = -(-10 * size // factor)
            return f"{tenths / 10:g} {unit}"
    return f"{size} bytes"


def reason(error: OSError) -> str:
    """Why the system refused a file, in words for a message.

    Parameters
    ----------
    error : OSError
        What it raised.

    Returns
    -------
    str
        "no such file", or its own words in lower case.
    """
    return "no such file" if isinstance(error, FileNotFoundError) else (error.strerror or str(error)).lower()
