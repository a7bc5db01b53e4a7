"""How the contents of a container come back from the process that read it: plain buffers after one line of JSON.

Nothing is pickled, and nothing is believed: sizes are judged before memory is asked for.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem, StfitError
from stfit.loaders.contents import MOST_COLUMNS, Contents, Numbers, Single

READY: Final = b"\n"  # what is sent when a reader is imported: the time of its file begins
OUT_OF_MEMORY: Final = 71  # the status with which a reader ends that was refused memory
_LONGEST_LINE: Final = 64_000_000  # bytes: names of all columns, or what is wrong with a file
_TYPES: Final = frozenset({"bool", *(f"{kind}{8 * size}" for kind in ("int", "uint") for size in (1, 2, 4, 8))})
_NUMBERS: Final = _TYPES | {"float16", "float32", "float64"}


class BrokenReaderError(StfitError):
    """What came is no message: the other process broke off."""


def send(stream: IO[bytes], contents: Contents) -> None:
    """Write contents to a stream.

    Parameters
    ----------
    stream : binary file
        Where to.
    contents : Contents
        What a reader found.
    """
    heads: list[dict[str, Any]] = []
    buffers: list[bytes | memoryview] = []
    for name, values in contents.columns:
        head, parts = _packed(values)
        heads.append({"name": name, **head})
        buffers += parts
    if contents.lines is not None:
        buffers.append(_bytes_of(contents.lines))
    lines = None if contents.lines is None else contents.lines.size
    beside = {"notices": list(contents.notices), "settings": list(contents.settings)}
    _send_line(stream, {"columns": heads, "lines": lines, **beside})
    stream.writelines(buffers)
    stream.flush()


def send_refusal(stream: IO[bytes], error: InputError) -> None:
    """Write what is wrong with a file to a stream.

    Parameters
    ----------
    stream : binary file
        Where to.
    error : InputError
        What a reader refused.
    """
    _send_line(stream, {"problems": [[p.where, p.expected, p.found] for p in error.problems]})
    stream.flush()


def receive(stream: IO[bytes], largest: int) -> Contents:
    """Read contents from a stream.

    Parameters
    ----------
    stream : binary file
        Where `send` or `send_refusal` wrote.
    largest : int
        Bytes that all columns together may have.

    Returns
    -------
    Contents
        What was sent.

    Raises
    ------
    InputError
        What was refused by the other side.
    BrokenReaderError
        If the stream ends, or holds no such message.
    """
    try:
        message = json.loads(_line(stream))
        problems = [Problem(*map(str, problem)) for problem in message.get("problems", ())]
        columns = [] if problems else _columns(stream, message, largest)
        lines = None if problems or message["lines"] is None else _array(stream, "int64", (message["lines"],), largest)
        notices = tuple(map(str, message.get("notices", ())))
        settings = tuple((str(name), _single(value)) for name, value in message.get("settings", ()))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BrokenReaderError from error
    if problems:
        raise InputError(problems)
    return Contents(tuple(columns), lines, notices, settings)


def _single(value: object) -> Single:
    return value if isinstance(value, str) else float(value)  # type: ignore[arg-type]


def _packed(values: Numbers | list[str]) -> tuple[dict[str, Any], list[bytes | memoryview]]:
    """What the line says of a column, and its buffers."""
    if not isinstance(values, list):
        return {"type": values.dtype.name, "shape": list(values.shape)}, [_bytes_of(values)]
    text = "".join(values).encode("utf-8", "replace")
    lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    return {"text": len(text), "cells": len(values)}, [_bytes_of(lengths), text]


def _bytes_of(array: npt.NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _send_line(stream: IO[bytes], message: Mapping[str, Any]) -> None:
    stream.write(json.dumps(message).encode("ascii") + b"\n")


def _line(stream: IO[bytes]) -> bytes:
    line = stream.readline(_LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise BrokenReaderError
    return line


def _columns(stream: IO[bytes], message: Mapping[str, Any], largest: int) -> list[tuple[str, Numbers | list[str]]]:
    columns: list[tuple[str, Numbers | list[str]]] = []
    left = largest
    if len(message["columns"]) > MOST_COLUMNS:
        raise BrokenReaderError
    for head in message["columns"]:
        values: Numbers | list[str]
        if "text" in head:
            lengths = _array(stream, "int64", (head["cells"],), left)
            text = bytes(_array(stream, "uint8", (head["text"],), left - lengths.nbytes)).decode("utf-8")
            values = _cut(text, lengths)
            left -= lengths.nbytes + head["text"]
        else:
            values = _array(stream, head["type"], tuple(head["shape"]), left)
            left -= values.nbytes
        columns.append((str(head["name"]), values))
    return columns


def _cut(text: str, lengths: npt.NDArray[np.int64]) -> list[str]:
    ends = np.cumsum(lengths).tolist()
    if lengths.size and (lengths.min() < 0 or ends[-1] != len(text)):
        raise BrokenReaderError
    return [text[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)] if ends else []


def _array(stream: IO[bytes], kind: str, shape: tuple[int, ...], largest: int) -> npt.NDArray[Any]:
    """An array from the stream; nothing is allocated for one that is larger than it may be."""
    if kind not in _NUMBERS or not all(type(length) is int and length >= 0 for length in shape):
        raise BrokenReaderError
    dtype = np.dtype(kind)
    if math.prod(shape) * dtype.itemsize > largest:
        raise BrokenReaderError
    array = np.empty(shape, dtype)
    buffer = _bytes_of(array)
    while buffer:
        count = stream.readinto(buffer)  # type: ignore[attr-defined]
        if not count:
            raise BrokenReaderError
        buffer = buffer[count:]
    return array
