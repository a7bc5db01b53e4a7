"""result.json: written atomically, read back with its structure checked."""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np

from stfit.errors import InputError, Problem
from stfit.files import judged_size
from stfit.outputs import write_file
from stfit.results.consistency import consistency_problems
from stfit.results.result import SCHEMA, FitResult
from stfit.results.structure import structure_problems

_LARGEST: Final = 100_000_000  # bytes: results with thousands of rows and a chain take a few million
_MOST_PROBLEMS: Final = 100
TRUTH: Final = "truth.json"  # the file with the true parameters, beside data that were simulated


def write(result: FitResult, path: Path | str) -> Path:
    """Write result.json, all of it or nothing. ValueError if it holds a number JSON cannot (NaN, infinity)."""
    return write_file(Path(path), as_text(result))


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
    for problems in (structure_problems(content, schema(), str(path)), consistency_problems(content, str(path))):
        if contradictions := list(islice(problems, _MOST_PROBLEMS)):
            raise InputError(contradictions)
    return FitResult.from_dict(content)


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of result.json."""
    text = Path(__file__).with_name("schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _parse(path: Path) -> Any:
    judged_size(path, _LARGEST, expected="a result.json")
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
