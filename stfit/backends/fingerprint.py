"""A checksum of everything a value is made of, the same in every process: by it a chain knows its objective."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from stfit.measurement import Origin


def fingerprint(value: Any) -> str:
    """SHA-256 of a value: numbers, text, arrays, containers, and objects by their class and what they hold.

    Where a file lies does not matter, what was read from it does. TypeError for what has no content of its own.
    """
    digest = sha256()
    for piece in _pieces(value):
        digest.update(piece + b"\0")
    return digest.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    if isinstance(value, Origin):
        return
    if value is None or isinstance(value, bool | int | float | str | bytes | Path | np.generic):
        yield f"{type(value).__name__} {value!r}".encode()
    elif isinstance(value, np.ndarray):
        yield f"{value.dtype.str} {value.shape}".encode() + np.ascontiguousarray(value).tobytes()
    elif isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        yield f"{value.__module__}.{value.__qualname__}".encode()
    else:
        yield f"{type(value).__qualname__}".encode()
        yield from _contents(value)


def _contents(value: Any) -> Iterator[bytes]:
    """The pieces of a container or an object."""
    if isinstance(value, Mapping):
        parts: Any = sorted(value.items(), key=lambda item: repr(item[0]))
    elif isinstance(value, set | frozenset):
        parts = sorted(value, key=repr)
    elif isinstance(value, list | tuple):
        parts = value
    elif isinstance(value, Enum):
        parts = (value.name,)
    elif is_dataclass(value):  # what it has cached beside its fields is no content
        parts = [(field.name, getattr(value, field.name)) for field in fields(value)]
    elif hasattr(value, "__dict__"):
        parts = sorted(vars(value).items())
    else:
        raise TypeError(f"a {type(value).__name__} has no content to take a fingerprint of")
    yield str(len(parts)).encode()
    for part in parts:
        yield from _pieces(part)
