"""What the analyses of compared results chose, by the text of the analysis that each result holds."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any, Final

from stfit.measurement import kinds
from stfit.models.choices import BARRIERS, DEFAULT_BARRIER, default_asymmetry
from stfit.results.result import FitResult

NOT_RECORDED: Final = "not recorded"
OF_NO_LINES: Final = "–"  # a mapping, where there is no line to be mapped
_MODEL: Final = {  # keys of [model] and their defaults
    "gmr": "cosine",
    "barrier": DEFAULT_BARRIER,
    "asymmetry": "theta_0",
    "mapping": "damping",
    "magnetisation": "constant",
    "anisotropy_law": "constant",
    "heating": "none",
}


def same_sample(results: Sequence[FitResult]) -> bool:
    """Whether all results claim to be of one device: their analyses name the same `sample`."""
    named = {str(_analysis(result).get("sample", "")) for result in results}
    return len(named) == 1 and named != {""}


def settings_of(results: Sequence[FitResult]) -> dict[str, tuple[str, ...]]:
    """What each analysis chose; the mapping only where it has lines to be mapped."""
    models = [_model(result) for result in results]
    table = {"convention": tuple(result.convention for result in results)}
    table |= {key: tuple(model[key] for model in models) for key in _MODEL}
    table["reference temperature"] = tuple(_kelvin(result.reference_temperature) for result in results)
    table["backend"] = tuple(result.backend for result in results)
    return table


def _kelvin(temperature: float | None) -> str:
    return "none" if temperature is None else f"{temperature:g} K"


def _model(result: FitResult) -> dict[str, str]:
    """The [model] section of the stored analysis, with its defaults; "–" for a mapping of no lines."""
    section = _analysis(result).get("model", {}) if result.analysis else None
    if not isinstance(section, dict):
        return dict.fromkeys(_MODEL, NOT_RECORDED)
    barrier = section.get("barrier", DEFAULT_BARRIER)
    defaults = _MODEL | ({"asymmetry": default_asymmetry(barrier)} if barrier in BARRIERS else {})
    chosen = {key: _in_words(section.get(key, default)) for key, default in defaults.items()}
    return chosen if _has_lines(result) else chosen | {"mapping": OF_NO_LINES}


def _in_words(value: Any) -> str:
    return ", ".join(f"{key} = {entry}" for key, entry in value.items()) if isinstance(value, dict) else str(value)


def _has_lines(result: FitResult) -> bool:
    return any(entry.kind in kinds() and kinds()[entry.kind].mapped for entry in result.inputs)


def _analysis(result: FitResult) -> dict[str, Any]:
    """The tables of the stored analysis; empty where it holds none, or none that can be read."""
    try:
        return tomllib.loads(result.analysis)
    except tomllib.TOMLDecodeError:
        return {}
