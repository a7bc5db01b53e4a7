"""The keys of the analysis file: from its schema, the program's own messages, and meanings.toml."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic_core import PydanticUndefined
from sphinx.errors import ExtensionError

from stfit.analysis import FitEntry, ModelEntry, PlanEntry, analysis_of
from stfit.analysis.entries import SamplerEntry
from stfit.analysis.schema import section_at
from stfit.errors import InputError
from stfit.measurement import kinds
from stfit.models.parameters import PARAMETERS
from stfit_docs.markdown import cell, code, table

MEANINGS: Final[Mapping[str, Any]] = tomllib.loads(Path(__file__).with_name("meanings.toml").read_text("utf-8"))
ENTRIES: Final = {"model": ModelEntry(), "fit": FitEntry(), "sampler": SamplerEntry(), "plan": PlanEntry()}
UNFIT: Final = ("1 kg**7", None)  # what no key takes, but for a free text, which takes the first


def page() -> str:
    """A section for each table of the file: its keys, what they take, their defaults and meanings."""
    parts = [_part("[device]", "device", _device()), _measurements()]
    parts += [_part(f"[{name}]", name, _keys((name,), _defaults(name))) for name in ENTRIES]
    return "\n".join([*parts, _part("[priors]", "priors")])


def _part(title: str, name: str, keys: str = "") -> str:
    return f"## `{title}`\n\n{MEANINGS['text'][name].strip()}\n\n{keys}"


def _device() -> str:
    rows = [
        [code(name), cell(parameter.symbol), cell(parameter.meaning), cell(_expected(("device", name)))]
        for name, parameter in PARAMETERS.items()
    ]
    return table(["Key", "Symbol", "Meaning", "Takes"], rows)


def _measurements() -> str:
    """The keys that all kinds have, then those of each kind alone."""
    every = {kind: _defaults_of_kind(kind) for kind in kinds()}
    kind, of_kind = next(iter(every.items()))
    common = {key: default for key, default in of_kind.items() if all(key in own for own in every.values())}
    _require_meanings("measurement", {key for own in every.values() for key in own})
    parts = [_part("[[measurement]]", "measurement", _keys(("measurement", kind), common))]
    for kind, defaults in every.items():
        own = {key: default for key, default in defaults.items() if key not in common}
        if own:
            parts.append(f"### {kind}\n\n{_keys(('measurement', kind), own)}")
    return "\n".join(parts)


def _defaults_of_kind(kind: str) -> dict[str, Any]:
    section = section_at({"measurement": [{"kind": kind}]}, ("measurement", 0))
    return {key: field.default for key, field in section.model_fields.items()}


def _defaults(name: str) -> dict[str, Any]:
    """The keys of a section with the defaults of the object that is made from it."""
    keys = section_at({}, (name,)).model_fields
    _require_meanings(name, set(keys))
    return {key: getattr(ENTRIES[name], key, field.default) for key, field in keys.items()}


def _require_meanings(name: str, keys: set[str]) -> None:
    missing, idle = keys - MEANINGS[name].keys(), MEANINGS[name].keys() - keys
    if missing or idle:
        raise ExtensionError(f"meanings.toml, [{name}]: no meaning of {sorted(missing)}, no key for {sorted(idle)}")


def _keys(place: tuple[str, ...], defaults: Mapping[str, Any]) -> str:
    meanings = MEANINGS[place[0]]
    rows = [
        [code(key), meanings[key], cell(_expected((*place, key))), _default(default)]
        for key, default in defaults.items()
    ]
    return table(["Key", "Meaning", "Takes", "Default"], rows)


def _expected(place: tuple[str, ...]) -> str:
    """What a key takes, in the words of the message that a wrong value gets."""
    for value in UNFIT:
        try:
            analysis_of(_content(place, value), Path(), "docs")
        except InputError as error:
            found = [problem for problem in error.problems if problem.where.endswith(f"{place[-1]}'")]
            if found:
                return found[0].expected.split(" such as ")[0].rstrip(",")
    raise ExtensionError(f"no value was refused for the key {'.'.join(place)}")


def _content(place: tuple[str, ...], value: Any) -> dict[str, Any]:
    if place[0] == "measurement":
        return {"measurement": [{"kind": place[1], place[2]: value}]}
    return {place[0]: {place[1]: value}}


def _default(default: Any) -> str:
    """A default as it would stand in the file; nothing where there is none."""
    if default is PydanticUndefined:
        return "required"
    return "" if default in (None, {}, ()) else code(json.dumps(default))
