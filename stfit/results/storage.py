"""result.json: written atomically, read back with its structure checked."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np

from stfit.errors import InputError, Problem
from stfit.files import judged_size
from stfit.results.result import SCHEMA, FitResult
from stfit.results.structure import structure_problems

TRUTH: Final = "truth.json"  # the file with the true parameters, beside data that were simulated


def write(result: FitResult, path: Path | str) -> Path:
    """Write result.json, all of it or nothing. ValueError if it holds a number JSON cannot (NaN, infinity)."""
    return write_text(as_text(result), path)


def as_text(result: FitResult) -> str:
    """What result.json holds. ValueError if there is a number JSON cannot write (NaN, infinity)."""
    return json.dumps(result.as_dict(), allow_nan=False, ensure_ascii=False, indent=1, default=_as_plain) + "\n"


def read(path: Path | str) -> FitResult:
    """The result stored at `path`. InputError: no such file, not JSON, another schema, a key missing or unknown."""
    path = Path(path)
    content = _parse(path)
    found = content.get("schema") if isinstance(content, dict) else None
    if found != SCHEMA:
        raise InputError(
            Problem(f"{path}, key 'schema'", f"'{SCHEMA}'", "no such key" if found is None else f"{found!r}")
        )
    problems = list(structure_problems(content, schema(), str(path)))
    if problems:
        raise InputError(problems)
    return FitResult.from_dict(content)


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of result.json."""
    text = Path(__file__).with_name("schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def write_text(text: str, path: Path | str) -> Path:
    """Write a text file (UTF-8) so that a reader sees the old file or the whole new one, never a part."""
    return write_texts({Path(path): text})[0]


def write_texts(texts: Mapping[Path, str | bytes]) -> list[Path]:
    """Write files, text as UTF-8, bytes as they are: all are there whole, or all as they were where the disk is full.

    InputError where a folder is missing or cannot be written.
    """
    parts = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in texts}
    path = Path()
    try:
        for path, text in texts.items():
            content = text if isinstance(text, bytes) else text.encode("utf-8", errors="backslashreplace")
            parts[path].write_bytes(content)
        for path, part in parts.items():
            part.replace(path)
    except OSError as error:
        raise InputError(Problem(str(path), "a file that can be written", error.strerror or str(error))) from error
    finally:
        for part in parts.values():
            with suppress(OSError):  # what could not be made need not go
                part.unlink(missing_ok=True)
    return list(texts)


def make_folder(folder: Path) -> None:
    """Make a folder with its parents; InputError where it is a file or cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise InputError(Problem(str(folder), "a folder for the report", "a file of that name")) from error
    except OSError as error:
        raise InputError(Problem(str(folder), "a folder that can be made", error.strerror or str(error))) from error


def _parse(path: Path) -> Any:
    judged_size(path, expected="a result.json")
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
    except OSError as error:
        raise InputError(Problem(str(path), "a result.json", error.strerror or str(error))) from error
    except (ValueError, RecursionError) as error:
        raise InputError(Problem(str(path), "JSON as stfit writes it", str(error))) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"the number {name}, which JSON does not have")


def _as_plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"result.json cannot hold a {type(value).__name__}")
