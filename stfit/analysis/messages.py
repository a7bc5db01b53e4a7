"""From what pydantic finds wrong to messages that name the key, what was expected and what was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from pydantic_core import ErrorDetails, PydanticCustomError

from stfit.errors import Problem
from stfit.units import quoted

Location = tuple[str | int, ...]

_NOTABLE: Final = 2**63  # TOML's own limit of an integer
_UNFIT: Final = "unfit"


def unfit(expected: str, found: str) -> PydanticCustomError:
    """The error of a value that is not what it should be; it keeps its two halves for the message."""
    return PydanticCustomError(_UNFIT, "unfit", {"expected": expected, "found": found})


def shown(value: Any) -> str:
    """A value as it would stand in the file, short enough for a message."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= _NOTABLE:
        return "a number beyond 64 bits"
    return _named(value)


def _named(value: Any) -> str:
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, dt.date | dt.time):
        return f"the date or time {value.isoformat()}"
    return str(value)


def one_of(options: Iterable[Any]) -> str:
    """The choices there are, for a message."""
    listed = [shown(option) for option in options]
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def nearest(value: Any, options: Sequence[Any]) -> str:
    """What a message adds to the choices there are: the one that a text nearly is, or nothing."""
    words = [option for option in options if isinstance(option, str)]
    near = get_close_matches(value, words, n=1) if isinstance(value, str) else []
    return f" (the nearest is {shown(near[0])})" if near else ""


def unknown(name: str, known: Sequence[str], what: str) -> tuple[str, str]:
    """What was expected and found where a name is not known: the nearest known one, or all of them."""
    near = get_close_matches(name, known, n=1)
    found = f"'{name}', which is not known"
    if near:
        return f"{what} (the nearest is '{near[0]}')", found
    return f"{what} ({', '.join(known)})", found


def place(source: str, location: Location) -> str:
    """Where a key stands: analysis.toml, [[measurement]] 2, key 'file'."""
    if location[0] == "measurement" and len(location) > 1:
        entry = f"{source}, [[measurement]] {int(location[1]) + 1}"
        return entry if len(location) == 2 else f"{entry}, key '{_dotted(location[2:])}'"
    return f"{source}, key '{_dotted(location)}'"


def problem_of(error: ErrorDetails, source: str, known: Callable[[Location], Sequence[str]]) -> Problem:
    """The message of one pydantic error; known: the keys that may stand at a location."""
    location = error["loc"]
    where = place(source, location)
    if error["type"] == _UNFIT:
        return Problem(where, error["ctx"]["expected"], error["ctx"]["found"])
    if error["type"] == "extra_forbidden":
        return Problem(where, *unknown(str(location[-1]), known(location), "a key known here"))
    if error["type"] == "missing":
        return Problem(where, "a value", "no such key")
    expected = _SHAPES.get(error["type"], error["msg"].removeprefix("Input should be "))
    return Problem(where, expected, shown(error["input"]))


def _dotted(location: Location) -> str:
    names = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(names).removeprefix(".")


# the shapes that the schema leaves to pydantic; a kind may leave others, which are said in pydantic's words
_SHAPES: Final = {
    "model_type": "a table",
    "list_type": "a list of tables, each headed [[measurement]]",
}
