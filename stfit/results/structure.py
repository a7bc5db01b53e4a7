"""Does a document have the structure its JSON schema asks for? The part of JSON Schema that schema.json uses."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stfit.errors import Problem

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_LARGEST: Final = 1e280  # of which sums and other units are doubles too
_LARGEST_INTEGER: Final = 2**64
_SHOWN: Final = 60  # characters of a wrong value that a message quotes


def structure_problems(document: Any, schema: Mapping[str, Any], source: str) -> Iterator[Problem]:
    """Every place where `document` departs from `schema`; `source` opens the place that each problem names."""
    yield from _check(document, schema, schema.get("$defs", {}), source, "")


def _check(
    value: Any, schema: Mapping[str, Any], definitions: Mapping[str, Any], source: str, key: str
) -> Iterator[Problem]:
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    where = f"{source}, key '{key}'" if key else source
    tests = (_type_problem, _choice_problem, _size_problem)
    if problem := next(filter(None, (test(value, schema, where) for test in tests)), None):
        yield problem
    elif isinstance(value, dict):
        yield from _check_object(value, schema, definitions, source, key)
    elif isinstance(value, list):
        yield from _check_array(value, schema, definitions, source, key)


def _type_problem(value: Any, schema: Mapping[str, Any], where: str) -> Problem | None:
    if "type" not in schema:
        return None
    names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if any(_is(value, name) for name in names):
        return None
    return Problem(where, " or ".join(names), _quoted(value))


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):  # which Python counts among the integers, JSON does not
        return name == "boolean"
    return isinstance(value, _TYPES[name]) or (name == "integer" and isinstance(value, float) and value.is_integer())


def _choice_problem(value: Any, schema: Mapping[str, Any], where: str) -> Problem | None:
    choices = [schema["const"]] if "const" in schema else schema.get("enum")
    if choices is None or value in choices:
        return None
    return Problem(where, " or ".join(f"'{choice}'" for choice in choices), _quoted(value))


def _size_problem(value: Any, schema: Mapping[str, Any], where: str) -> Problem | None:
    """A number that no double holds, or outside the range of the schema; JSON itself has no largest number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        return Problem(where, "a whole number of at most 64 bits", _quoted(value))
    if not abs(value) <= _LARGEST:
        return Problem(where, f"a number of at most {_LARGEST:g}", _quoted(value))
    least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    if least <= value <= most:
        return None
    return Problem(where, f"{least:g} or more" if math.isinf(most) else f"{least:g} to {most:g}", _quoted(value))


def _check_object(
    value: dict[str, Any], schema: Mapping[str, Any], definitions: Mapping[str, Any], source: str, key: str
) -> Iterator[Problem]:
    known: Mapping[str, Any] = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name in schema.get("required", ()):
        if name not in value:
            yield Problem(f"{source}, key '{_below(key, name)}'", "a value", "no such key")
    for name, entry in value.items():
        if name in known or isinstance(others, dict):
            yield from _check(entry, known.get(name, others), definitions, source, _below(key, name))
        elif others is False:
            yield Problem(f"{source}, key '{_below(key, name)}'", f"one of {', '.join(known)}", "an unknown key")


def _check_array(
    value: list[Any], schema: Mapping[str, Any], definitions: Mapping[str, Any], source: str, key: str
) -> Iterator[Problem]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
    if not least <= len(value) <= most:
        entries = f"{least} entries" if least == most else f"{least} entries or more"
        yield Problem(f"{source}, key '{key}'", entries, f"{len(value)}")
    for index, entry in enumerate(value):
        yield from _check(entry, schema.get("items", {}), definitions, source, f"{key}[{index}]")


def _below(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _quoted(value: Any) -> str:
    if isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        return f"one of about {value.bit_length() * 3 // 10 + 1} digits"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
