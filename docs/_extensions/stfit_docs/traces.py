"""The keys of simulated traces: from their section of the experiment file, its messages, and meanings.toml."""

from __future__ import annotations

from typing import Any

from pydantic_core import PydanticUndefined
from sphinx.errors import ExtensionError

from stfit.analysis.experiment import read_experiment
from stfit.kinds.telegraph.experiment import TracesSection
from stfit_docs.analysis_file import MEANINGS
from stfit_docs.markdown import cell, code, table

KIND = "telegraph-trace"
UNFIT = ("1 kg**7", None, True)  # what no key takes, but for a name of a file, which takes the first


def page() -> str:
    """A table of all keys: what they mean, what they take, and their defaults."""
    fields = TracesSection.model_fields
    meanings = MEANINGS["simulated-trace"]
    if fields.keys() - {"kind"} != meanings.keys():
        raise ExtensionError(f"meanings.toml, [simulated-trace]: {sorted(fields.keys() ^ meanings.keys())}")
    rows = [
        [code(key), meaning, cell(_expected(key)), _default(fields[key].default)] for key, meaning in meanings.items()
    ]
    return table(["Key", "Meaning", "Takes", "Default"], rows)


def _expected(key: str) -> str:
    """What a key takes, in the words of the message that a wrong value gets."""
    for value in UNFIT:
        found = read_experiment({"measurement": [{"kind": KIND, key: value}]}, "docs")
        problems = found if isinstance(found, list) else []
        for problem in problems:
            if problem.where.endswith(f"'{key}'"):
                return problem.expected.split(" such as ")[0].rstrip(",")
    raise ExtensionError(f"no value was refused for the key {key}")


def _default(default: Any) -> str:
    if default is PydanticUndefined:
        return "required"
    return "" if default in (None, (), 0.0, TracesSection.model_fields["range"].default) else code(str(default))
