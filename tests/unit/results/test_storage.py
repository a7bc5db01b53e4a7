from __future__ import annotations

import json
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from stfit.errors import InputError
from stfit.results import FitResult, read, write
from stfit.results.storage import schema

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[1] / "reports" / "example.py"))
NAMES = ("nanopillar", "one_temperature", "not_converged", "hostile")


def example(name: str = "one_temperature") -> FitResult:
    result: FitResult = EXAMPLES[name]()
    return result


def test_the_schema_is_a_json_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert schema()["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_fits_the_schema_and_is_read_back_equal(name: str, tmp_path: Path) -> None:
    path = write(example(name), tmp_path / "result.json")
    jsonschema.Draft202012Validator(schema()).validate(json.loads(path.read_text(encoding="utf-8")))
    assert read(path) == example(name)


def test_every_key_of_the_contract_is_there(tmp_path: Path) -> None:
    content = json.loads(write(example(), tmp_path / "result.json").read_text(encoding="utf-8"))
    assert set(content) == set(schema()["properties"])
    assert set(schema()["required"]) <= set(content)
    assert content["schema"] == "stfit-result/1"
    assert content["status"] == "converged"
    assert content["parameters"]["l_over_L"]["value"] is None


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_never_written(value: float, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write(replace(example(), reference_temperature=value), tmp_path / "result.json")
    assert list(tmp_path.iterdir()) == []


def test_numbers_and_arrays_of_numpy_are_written(tmp_path: Path) -> None:
    result = replace(example(), diagnostics={"steps": np.int64(3), "shifts": np.array([0.5, 1.5])})
    assert read(write(result, tmp_path / "result.json")).diagnostics == {"steps": 3, "shifts": [0.5, 1.5]}


def test_an_object_json_does_not_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"result.json cannot hold a set"):
        write(replace(example(), diagnostics={"names": {1}}), tmp_path / "result.json")


def test_file_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    result = replace(example(), title="M\udce4rz")  # as Python reads a Latin-1 file name
    assert read(write(result, tmp_path / "result.json")).title == "M\udce4rz"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"expected JSON as stfit writes it; found Expecting property name"),
        ('{"schema": "stfit-result/1", "seed": NaN}', r"found the number NaN, which JSON does not have"),
        ("[" * 100_000, r"expected JSON as stfit writes it; found maximum recursion"),
        ("[]", r"key 'schema': expected 'stfit-result/1'; found no such key"),
        ('{"schema": "stfit-result/2"}', r"key 'schema': expected 'stfit-result/1'; found 'stfit-result/2'"),
        ('{"schema": "stfit-result/1"}', r"key 'title': expected a value; found no such key"),
    ],
)
def test_a_file_that_is_no_result_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read(path)


def test_a_file_that_is_not_text_or_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    with pytest.raises(InputError, match=r"expected a result\.json; found no such file"):
        read(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="expected JSON as stfit writes it"):
        read(path)
