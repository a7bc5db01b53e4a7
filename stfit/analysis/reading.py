"""Reading an analysis file: TOML to an Analysis, or to one error with everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from stfit.analysis import planning
from stfit.analysis.contradictions import contradictions
from stfit.analysis.entries import Analysis
from stfit.analysis.messages import Location, place, problem_of
from stfit.analysis.schema import Content, known_keys, read_backend
from stfit.analysis.toml_file import parse_toml, read_text
from stfit.errors import OPTION, InputError, Problem


def read_analysis(path: Path) -> Analysis:
    """The analysis in a file; InputError holds everything that is wrong with it."""
    content, text = read_text(path, "an analysis file")
    return replace(parse_analysis(text, path.parent, str(path)), sha256=sha256(content).hexdigest())


def parse_analysis(text: str, base: Path, source: str) -> Analysis:
    """The analysis that a text describes, its paths relative to `base`; `source` is its name in messages.

    InputError holds everything that is wrong with it.
    """
    content = parse_toml(text, source)
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


def with_target(analysis: Analysis, name: str, where: str = OPTION) -> Analysis:
    """The same analysis with a plan for another quantity; InputError, at `where`, if none is called so."""
    try:
        target = planning.target(name)
    except PydanticCustomError as error:
        raise InputError(Problem(where.format("target"), **(error.context or {}))) from error
    return replace(analysis, plan=replace(analysis.plan, target=target))


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
