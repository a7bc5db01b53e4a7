from __future__ import annotations

import copy
import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stfit.results.storage import schema
from stfit.results.structure import structure_problems

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[1] / "reports" / "example.py"))
DOCUMENT: dict[str, Any] = json.loads(json.dumps(EXAMPLES["one_temperature"]().as_dict()))
VALIDATOR = jsonschema.Draft202012Validator(schema())


def messages(document: Any) -> list[str]:
    return [str(problem) for problem in structure_problems(document, schema(), "result.json")]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield (*path, key)
        yield from places(entry, (*path, key))


PLACES = [path for path in places(DOCUMENT) if not (path[0] == "curves" and len(path) > 4)]


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    target = document
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return document


def test_a_result_has_no_problem() -> None:
    assert messages(DOCUMENT) == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("seed",), "7", "result.json, key 'seed': expected integer; found '7'"),
        (("seed",), True, "result.json, key 'seed': expected integer; found True"),
        (("parameters", "c_P", "value"), "x", "key 'parameters.c_P.value': expected number or null; found 'x'"),
        (("parameters", "c_P", "verdict"), "good", "expected 'identified' or 'one-sided' or"),
        (("parameters", "c_P", "ci68"), [1.0], "key 'parameters.c_P.ci68': expected 2 entries; found 1"),
        (("colour",), 1, "key 'colour': expected one of schema, title,"),
        (("inputs", 0, "polarity"), 0, "key 'inputs[0].polarity': expected '-1' or '1'; found 0"),
        (("analysis",), ["x" * 100], "expected string; found ['" + "x" * 58 + "…"),
    ],
)
def test_a_problem_names_its_key(path: tuple[Any, ...], value: Any, message: str) -> None:
    found = messages(changed(path, value))
    assert len(found) == 1
    assert message in found[0]


def test_all_problems_are_found_at_once() -> None:
    document = changed(("seed",), None)
    del document["title"]
    assert len(messages(document)) == 2


@given(st.sampled_from(PLACES), st.sampled_from([None, True, 1, 1.0, 1.5, "x", [], [1.0, None], {}, {"a": 1}]))
def test_it_agrees_with_jsonschema_on_every_change(path: tuple[Any, ...], value: Any) -> None:
    document = changed(path, value)
    assert (messages(document) == []) == VALIDATOR.is_valid(document)
