"""Which data are simulated: a truth.json beside them names each file with the checksum it had when it was made."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from stfit.results import InputFile
from stfit.results.storage import TRUTH

_LARGEST: Final = 1_000_000  # bytes; ours have some thousand


def known_truth(inputs: Sequence[InputFile]) -> dict[str, Any]:
    """What simulated data were made from.

    Parameters
    ----------
    inputs : sequence of InputFile
        The files of a fit, with their checksums.

    Returns
    -------
    dict
        "convention", "reference_temperature" (K) and "parameters", each with "value" and "unit" (SI), of the truth.json
        that names every input with its checksum. Empty where the data were measured, where a file was changed since,
        or where the inputs come from several simulations.
    """
    found = [_truth_beside(Path(entry.file), entry.sha256) for entry in inputs if entry.sha256]
    if len(found) < len(inputs) or not found or any(truth != found[0] for truth in found):
        return {}
    return found[0]


def _truth_beside(file: Path, sha256: str) -> dict[str, Any]:
    """The truth that names a file of this checksum; empty where none does."""
    path = file.parent / TRUTH
    if not path.is_file() or path.stat().st_size > _LARGEST:
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # a file of that name that stfit did not write says nothing
        return {}
    if not isinstance(content, Mapping) or not isinstance(content.get("files"), Mapping):
        return {}
    parameters = content.get("parameters")
    known = content["files"].get(file.name) == sha256
    temperature, convention = content.get("reference_temperature"), content.get("convention")
    if not (
        known and isinstance(parameters, Mapping) and isinstance(temperature, float) and isinstance(convention, str)
    ):
        return {}
    values = {str(name): entry for name, entry in parameters.items() if _is_quantity(entry)}
    return {"convention": convention, "reference_temperature": temperature, "parameters": values}


def _is_quantity(entry: object) -> bool:
    return (
        isinstance(entry, Mapping)
        and entry.keys() == {"value", "unit"}
        and isinstance(entry["value"], float)
        and isinstance(entry["unit"], str)
    )
