"""Reading an analysis file: TOML to an Analysis, or to one error with everything that is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from stfit.analysis import planning
from stfit.analysis.contradictions import contradictions
from stfit.analysis.entries import Analysis
from stfit.analysis.messages import Location, place, problem_of
from stfit.analysis.quantities import reason
from stfit.analysis.schema import Content, known_keys, read_backend
from stfit.analysis.virtual import virtual_device
from stfit.errors import InputError, Problem
from stfit.files import judged_size
from stfit.laboratory import VirtualDevice

_PLACE_IN_TOML: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_LARGEST: Final = 500_000  # bytes of an analysis file
_PARTS: Final = 32  # of a dotted key, whose parser takes memory by the square of them
_DEEP_KEY: Final = re.compile(rf"""(?<![\w.-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){{{_PARTS}}}""")
_TOML: Final = 'TOML, in which a quantity with its unit stands in quotes ("0.110 ohm")'


def read_analysis(path: Path) -> Analysis:
    """The analysis in a file; InputError holds everything that is wrong with it."""
    content, text = _text_of(path, "an analysis file")
    return replace(parse_analysis(text, path.parent, str(path)), sha256=sha256(content).hexdigest())


def read_device(path: Path, experiment: Path | None = None) -> VirtualDevice:
    """The virtual device in a file, measured as an experiment file says, or, without one, as the device file does.

    InputError holds everything that is wrong with them.
    """
    _, text = _text_of(path, "a device file")
    content = _toml(text, str(path))
    if experiment is None:
        return virtual_device(content, path.parent, str(path))
    _, design = _text_of(experiment, "an experiment file")
    return virtual_device(content, path.parent, str(path), (_toml(design, str(experiment)), str(experiment)))


def _text_of(path: Path, what: str) -> tuple[bytes, str]:
    """The bytes of a TOML file and the text they are."""
    source = str(path)
    judged_size(path, _LARGEST)
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


def parse_analysis(text: str, base: Path, source: str) -> Analysis:
    """The analysis that a text describes, its paths relative to `base`; `source` is its name in messages.

    InputError holds everything that is wrong with it.
    """
    content = _toml(text, source)
    missing = Problem(place(source, ("measurement",)), "at least one [[measurement]]", "none")
    analysis = _built(content, base, source, [] if content.get("measurement", []) != [] else [missing])
    return replace(analysis, text=text, sha256=sha256(text.encode()).hexdigest())


def analysis_of(content: Mapping[str, Any], base: Path, source: str) -> Analysis:
    """The analysis that tables and values describe, as they would stand in a file; measurements may be left out.

    InputError holds everything that is wrong with it.
    """
    return _built(content, base, source, [])


def with_backend(analysis: Analysis, name: str, where: str) -> Analysis:
    """The same analysis by another backend; InputError at `where` if there is no such backend."""
    try:
        backend = read_backend(name)
    except PydanticCustomError as error:
        halves = error.context or {}
        raise InputError(Problem(where, **halves)) from error
    return replace(analysis, fit=replace(analysis.fit, backend=backend))


def with_target(analysis: Analysis, name: str) -> Analysis:
    """The same analysis with a plan for another quantity; InputError if none is called so."""
    try:
        target = planning.target(name)
    except PydanticCustomError as error:
        raise InputError(Problem("option '--target'", **(error.context or {}))) from error
    return replace(analysis, plan=replace(analysis.plan, target=target))


def _toml(text: str, source: str) -> dict[str, Any]:
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


def _built(content: Mapping[str, Any], base: Path, source: str, problems: list[Problem]) -> Analysis:
    read, errors = _validated(content, base)
    problems += [problem_of(error, source, partial(known_keys, content)) for error in errors]
    for location, *halves in contradictions(read, wrong={error["loc"][:2] for error in errors}):
        problems.append(Problem(place(source, location), *halves))
    if problems:
        raise InputError(problems)
    entries = read.given() | {"measurement": tuple(read.measurement)}
    entries["title"] = read.title or base.resolve().name or "analysis"
    return Analysis(**entries, source=source)


def _validated(content: Mapping[str, Any], base: Path) -> tuple[Content, list[ErrorDetails]]:
    """What can be read of `content`, and the errors of the rest."""
    try:
        return Content.model_validate(content, context={"base": base}), []
    except ValidationError as error:
        errors = error.errors(include_url=False)
    return _validated(_without(content, [wrong["loc"] for wrong in errors]), base)[0], errors


def _without(content: Mapping[str, Any], locations: Iterable[Location]) -> dict[str, Any]:
    """A copy of `content` without the keys at `locations`, or without the first key on the way that holds no table."""
    sound = _copied(content)
    for location in locations:
        table, (key, *deeper) = sound, location
        while deeper and isinstance(table.get(str(key)), dict):
            table, (key, *deeper) = table[str(key)], deeper
        table.pop(str(key), None)
    return sound


def _copied(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _copied(value) if isinstance(value, Mapping) else value for key, value in content.items()}
