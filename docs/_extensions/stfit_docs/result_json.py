"""The content of result.json, from the JSON schema in the package and, where that says nothing, meanings.toml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stfit.results.storage import schema
from stfit_docs.analysis_file import MEANINGS
from stfit_docs.markdown import cell, code, table

Schema = Mapping[str, Any]


def page() -> str:
    """A table of the whole file, then one for each object in it."""
    document = schema()
    objects = [
        f"(result-{name})=\n## `{name}`\n\n{_about(entry)}{_object(entry)}"
        for name, entry in document["$defs"].items()
        if "properties" in entry
    ]
    return "\n".join([_object(document, MEANINGS["result"]), *objects])


def _about(entry: Schema) -> str:
    return f"{cell(entry['description'])}\n\n" if "description" in entry else ""


def _object(entry: Schema, meanings: Mapping[str, str] | None = None) -> str:
    words = meanings or {}
    rows = [
        [code(key), kind(value), cell(value["description"]) if "description" in value else words.get(key, "")]
        for key, value in entry["properties"].items()
    ]
    if not any(row[-1] for row in rows):
        return table(["Key", "Content"], [row[:-1] for row in rows])
    return table(["Key", "Content", "Meaning"], rows)


def kind(value: Schema) -> str:
    """What a value is: a type, its choices, or an object with a table of its own."""
    if "$ref" in value:
        return _reference(value["$ref"].removeprefix("#/$defs/"))
    if "const" in value:
        return code(str(value["const"]))
    if "enum" in value:
        return ", ".join(code(str(choice)) if choice else "empty" for choice in value["enum"])
    if isinstance(value.get("items"), Mapping):
        return f"list of {kind(value['items'])}"
    if isinstance(value.get("additionalProperties"), Mapping):
        return f"by name: {kind(value['additionalProperties'])}"
    types = value.get("type", "anything")
    return types if isinstance(types, str) else " or ".join(types)


def _reference(name: str) -> str:
    entry = schema()["$defs"][name]
    return f"[{name}](#result-{name})" if "properties" in entry else kind(entry)
