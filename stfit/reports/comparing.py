"""Which results are put beside each other, and of which quantities a common value is formed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np

from stfit.errors import InputError, Problem
from stfit.measurement import kinds
from stfit.models.choices import BARRIERS, DEFAULT_BARRIER, default_asymmetry
from stfit.reports.sentences import rejection
from stfit.results.compared import Compared, ComparedQuantity
from stfit.results.conventions import consistent_estimate
from stfit.results.pooling import Common, common_value
from stfit.results.result import Estimate, FitResult, Status, Verdict
from stfit.results.storage import read
from stfit.results.symbols import symbol

QUANTITIES: Final = ("l_over_L", "c_P", "c_AP", "tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP")
CONVENTIONS: Final = ("consistent", "printed")
_LOGARITHMIC: Final = frozenset({"tau_0"})
_MODEL: Final = {  # keys of [model] and their defaults
    "gmr": "cosine",
    "barrier": DEFAULT_BARRIER,
    "asymmetry": "theta_0",
    "mapping": "damping",
    "magnetisation": "constant",
    "anisotropy_law": "constant",
    "heating": "none",
}
_TEMPERATURE_LAWS: Final = ("magnetisation", "anisotropy_law", "heating")
_MEANT_BY: Final[Mapping[str, tuple[str, ...]]] = {  # settings that give a quantity its meaning
    **dict.fromkeys(("c_P", "c_AP"), ("gmr", "asymmetry")),
    **dict.fromkeys(("tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP"), _TEMPERATURE_LAWS),
}
_UNKNOWN: Final = "not recorded"


Source = FitResult | str | Path


def compare(results: Sequence[Source] | Mapping[str, Source]) -> Compared:
    """Results or paths of result.json beside each other; a mapping gives them names.

    Where conventions differ all are shown in the consistent one. A common value is formed only of independent data
    (no two inputs of one checksum) described by the same barrier and mapping. InputError: fewer than two results, a
    file that is none, a convention that is not known.
    """
    named = dict(results) if isinstance(results, Mapping) else None
    sources = list(named.values()) if named is not None else list(results)
    if len(sources) < 2:
        raise InputError(Problem("comparison", "two results or more", f"{len(sources)}"))
    found = tuple(source if isinstance(source, FitResult) else read(source) for source in sources)
    names = tuple(named) if named is not None else names_of(sources, found)
    _refuse_unknown_conventions(names, found)
    stated = {result.convention for result in found}
    convention = stated.pop() if len(stated) == 1 else "consistent"
    settings = _settings(found)
    separate = _separate(names, found, settings)
    quantities = tuple(
        _quantity(name, found, convention, settings, separate)
        for name in QUANTITIES
        if any(name in result.parameters for result in found)
    )
    remarks = tuple(_remarks(names, found, convention) + ([] if separate else _quoted_alike(names, found)))
    return Compared(names, found, convention, quantities, settings, separate, remarks)


def names_of(sources: Sequence[Source], results: Sequence[FitResult]) -> tuple[str, ...]:
    """What the results are called: their titles, with their folders or a number where titles repeat."""
    titles = [result.title or "untitled" for result in results]
    names = []
    for place, (title, source) in enumerate(zip(titles, sources, strict=True), start=1):
        folder = "" if isinstance(source, FitResult) else Path(source).absolute().parent.name
        named = title if titles.count(title) == 1 else f"{title} ({folder or place})"
        names.append(named if named not in names else f"{named} [{place}]")
    return tuple(names)


def _refuse_unknown_conventions(names: Sequence[str], results: Sequence[FitResult]) -> None:
    problems = [
        Problem(f"{name}, key 'convention'", f"one of {', '.join(CONVENTIONS)}", repr(result.convention))
        for name, result in zip(names, results, strict=True)
        if result.convention not in CONVENTIONS
    ]
    if problems:
        raise InputError(problems)


def _settings(results: Sequence[FitResult]) -> dict[str, tuple[str, ...]]:
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
    try:
        section = tomllib.loads(result.analysis).get("model", {}) if result.analysis else None
    except tomllib.TOMLDecodeError:
        section = None
    if not isinstance(section, dict):
        return dict.fromkeys(_MODEL, _UNKNOWN)
    barrier = section.get("barrier", DEFAULT_BARRIER)
    defaults = _MODEL | ({"asymmetry": default_asymmetry(barrier)} if barrier in BARRIERS else {})
    chosen = {key: _in_words(section.get(key, default)) for key, default in defaults.items()}
    return chosen if _has_lines(result) else chosen | {"mapping": "–"}


def _in_words(value: Any) -> str:
    return ", ".join(f"{key} = {entry}" for key, entry in value.items()) if isinstance(value, dict) else str(value)


def _has_lines(result: FitResult) -> bool:
    return any(entry.kind in kinds() and kinds()[entry.kind].mapped for entry in result.inputs)


def _separate(names: Sequence[str], results: Sequence[FitResult], settings: Mapping[str, tuple[str, ...]]) -> str:
    """Why no common value is formed: data used twice, data without a checksum, another barrier, another mapping."""
    for (a, first), (b, second) in combinations(zip(names, results, strict=True), 2):
        checksums = {entry.sha256: entry.file for entry in first.inputs if entry.sha256}
        shared = [checksums[entry.sha256] for entry in second.inputs if entry.sha256 in checksums]
        if shared:
            return f"{a} and {b} rest on the same data ({Path(shared[0]).name}): they are not independent."
    for name, result in zip(names, results, strict=True):
        if not all(entry.sha256 for entry in result.inputs):
            return f"{name} rests on data without a checksum: whether the data are independent cannot be seen."
    for key in ("barrier", "mapping"):
        words = set(settings[key]) - {"–"}
        if _UNKNOWN in words and len(words) == 1:
            continue
        if len(words) > 1:
            return (
                f"The analyses differ in their {key} ({', '.join(sorted(words))}), so their numbers differ in meaning."
            )
    return ""


def _quantity(
    name: str,
    results: Sequence[FitResult],
    convention: str,
    settings: Mapping[str, tuple[str, ...]],
    separate: str,
) -> ComparedQuantity:
    estimates = tuple(_estimate(name, result, convention) for result in results)
    reason = separate or _apart(name, settings)
    sides = [] if reason else [_sides(e) for e in estimates if e is not None and e.verdict is Verdict.IDENTIFIED]
    closed = [side for side in sides if side is not None]
    if not reason and len(closed) < 2:
        reason = "Fewer than two results identify it."
    if reason:
        return ComparedQuantity(name, estimates, None, reason)
    return ComparedQuantity(name, estimates, _pooled(closed, logarithmic=name in _LOGARITHMIC), "")


def _apart(name: str, settings: Mapping[str, tuple[str, ...]]) -> str:
    for key in _MEANT_BY.get(name, ()):
        if len(set(settings[key])) > 1:
            return f"The analyses differ in {key}, which gives it its meaning."
    return ""


def _estimate(name: str, result: FitResult, convention: str) -> Estimate | None:
    """An estimate in the convention that is shown; None where the fit did not converge, whose numbers mean nothing."""
    if result.status is not Status.CONVERGED:
        return None
    return result.parameters.get(name) if convention == result.convention else consistent_estimate(name, result)


def _sides(estimate: Estimate) -> tuple[float, float, float] | None:
    """Value and ends of the 68 % interval; of the standard error where the interval does not hold the value."""
    value = estimate.value
    if value is None or not estimate.stderr:
        return None
    low, high = estimate.ci68 or (None, None)
    if low is None or high is None or not low < value < high:
        low, high = value - estimate.stderr, value + estimate.stderr
    return value, low, high


def _pooled(sides: Sequence[tuple[float, float, float]], *, logarithmic: bool) -> Common:
    table = np.array(sides).T
    if not logarithmic or np.any(table <= 0):
        return common_value(*table.tolist())
    found = common_value(*np.log(table).tolist())
    value, low, high = (float(np.exp(end)) for end in (found.value, found.low, found.high))
    return Common(value, low, high, found.chi2, found.dof, found.p_value, found.verdict, found.pulls)


def _remarks(names: Sequence[str], results: Sequence[FitResult], convention: str) -> list[str]:
    remarks = []
    for name, result in zip(names, results, strict=True):
        if result.convention != convention:
            remarks.append(f"{name} is in the {result.convention} convention; shown here in the {convention} one.")
        if result.status is not Status.CONVERGED:
            remarks.append(f"{name} gives no number: {result.status.sentence}")
        elif warning := rejection(result.goodness):
            remarks.append(f"{name}: {warning} No error quoted covers the misfit.")
    return remarks


def _quoted_alike(names: Sequence[str], results: Sequence[FitResult]) -> list[str]:
    """Constants that several analyses take from the same quote: their error is a common one."""
    remarks = []
    constrained = [n for r in results for n, e in r.parameters.items() if e.verdict is Verdict.CONSTRAINED]
    for constant in dict.fromkeys(constrained):
        quotes: dict[str, list[str]] = {}
        for name, result in zip(names, results, strict=True):
            if constant in result.priors:
                quotes.setdefault(result.priors[constant], []).append(name)
        remarks += [
            f"{symbol(constant).text} is quoted alike in {' and '.join(alike)}: if that is one determination, its "
            "error is common to them, a common value is less certain than written and a tension worse."
            for alike in quotes.values()
            if len(alike) > 1
        ]
    return remarks
