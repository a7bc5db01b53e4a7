"""The text of a TOML file and the tables in it; what is no TOML is refused with its line and column."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from stfit.analysis.quantities import reason
from stfit.errors import InputError, Problem
from stfit.files import judged_size

_PLACE_IN_TOML: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_LARGEST: Final = 500_000  # bytes of an analysis file
_PARTS: Final = 32  # of a dotted key, whose parser takes memory by the square of them
_DEEP_KEY: Final = re.compile(rf"""(?<![\w.-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_PARTS}}}""")
_TOML: Final = 'TOML, in which a quantity with its unit stands in quotes ("0.110 ohm")'


def read_text(path: Path, what: str) -> tuple[bytes, str]:
    """The bytes of a TOML file and the text they are.

    Parameters
    ----------
    path : Path
        The file.
    what : str
        What messages call such a file: "an analysis file".

    Raises
    ------
    InputError
        If the file cannot be read, is larger than 500 kB or is no UTF-8 text.
    """
    source = str(path)
    judged_size(path, _LARGEST, expected=f"{what} (TOML) that can be read")
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(Problem(source, f"{what} (TOML) that can be read", reason(error))) from error
    try:
        return content, content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{content[error.start]:02x}"
        raise InputError(Problem(f"{source}, line {line}", "UTF-8 text", found)) from error


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """The tables of a TOML text; InputError, with line and column under the name `source`, where it is none."""
    if (deep := _DEEP_KEY.search(text)) is not None:
        line = text.count("\n", 0, deep.start()) + 1
        raise InputError(Problem(f"{source}, line {line}", f"a key of at most {_PARTS} parts", "more"))
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        spot = _PLACE_IN_TOML.search(message)
        where = f"{source}, line {spot[1]}, column {spot[2]}" if spot and spot[1] else source
        raise InputError(Problem(where, _TOML, f"an error of syntax: {_PLACE_IN_TOML.sub('', message)}")) from error
    except (RecursionError, ValueError) as error:  # Python's own limits of depth and of digits
        raise InputError(Problem(source, _TOML, "lists nested too deeply or a number with too many digits")) from error
