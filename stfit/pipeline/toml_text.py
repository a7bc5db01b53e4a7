"""Values and remarks as TOML writes them, whatever they hold."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def toml_document(content: Mapping[str, Any]) -> str:
    """Keys and tables as a file holds them, a line for each key; what is no value of TOML as its text."""
    plain = [f"{toml_key(key)} = {_written(value)}" for key, value in content.items() if not isinstance(value, Mapping)]
    tables = [(key, value) for key, value in content.items() if isinstance(value, Mapping)]
    lines = [line for key, value in tables for line in ("", f"[{toml_key(key)}]", *_entries(value))]
    return "\n".join([*plain, *lines]) + "\n"


def _entries(section: Mapping[str, Any]) -> list[str]:
    return [f"{toml_key(str(key))} = {_written(value)}" for key, value in section.items()]


def _written(value: Any) -> str:
    try:
        return toml_value(value)
    except TypeError:
        return toml_string(str(value))


def toml_value(value: Any) -> str:
    """A text, number, switch, list or table on one line. TypeError for anything else."""
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(float(value) if isinstance(value, float) else int(value))  # of NumPy's too
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{toml_key(key)} = {toml_value(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(toml_value(entry) for entry in value) + "]"
    raise TypeError(f"TOML has no {type(value).__name__}")


def toml_key(key: str) -> str:
    """A key, in quotes where it must be."""
    return key if _BARE.fullmatch(key) else toml_string(key)


def toml_string(text: str) -> str:
    """A basic string: quotes, backslashes and every character that would not be seen are escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def toml_remark(text: str) -> str:
    """What may stand after a #: one line, nothing that would end it or that is not seen."""
    return "# " + _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
