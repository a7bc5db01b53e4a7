"""Which results are put beside each other, and of which quantities a common value is formed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.reports.compared_settings import NOT_RECORDED, OF_NO_LINES, same_sample, settings_of
from stfit.reports.sentences import rejection
from stfit.results.compared import Compared, ComparedQuantity
from stfit.results.conventions import consistent_estimate
from stfit.results.independence import shared_rows
from stfit.results.pooling import DIFFER, TENSION, Common, common_value_with_shared_errors
from stfit.results.result import Estimate, FitResult, Status, Verdict
from stfit.results.storage import read
from stfit.results.symbols import symbol

Array = npt.NDArray[np.float64]
Sides = tuple[float, float, float]  # value and ends of the 68 % interval

QUANTITIES: Final = ("l_over_L", "c_P", "c_AP", "tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP")
CONVENTIONS: Final = ("consistent", "printed")
LOGARITHMIC: Final = frozenset({"tau_0"})
_TEMPERATURE_LAWS: Final = ("magnetisation", "anisotropy_law", "heating")
_MEANT_BY: Final[Mapping[str, tuple[str, ...]]] = {  # settings that give a quantity its meaning
    **dict.fromkeys(("c_P", "c_AP"), ("gmr", "asymmetry")),
    **dict.fromkeys(("tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP"), _TEMPERATURE_LAWS),
}

Source = FitResult | str | Path


def compare(results: Sequence[Source] | Mapping[str, Source], *, same_device: bool = False) -> Compared:
    """Results or paths of result.json beside each other; a mapping gives them names.

    Where conventions differ all are shown in the consistent one. A common value is formed only of independent data
    (no rows in common) described by the same barrier and mapping. Results that differ are in tension where they are of
    one device: where `same_device` says so, or where all analyses name the same `sample`. InputError: fewer than two
    results, a file that is none, a convention that is not known.
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
    settings = settings_of(found)
    separate = _separate(names, found, settings)
    quotes = {} if separate else shared_quotes(found)
    one_device = same_device or same_sample(found)
    quantities = tuple(
        _told(_quantity(name, found, convention, separate or _apart(name, settings), quotes), one_device=one_device)
        for name in QUANTITIES
        if any(name in result.parameters for result in found)
    )
    remarks = (*_remarks(names, found, convention), *_quoted_alike(names, quotes))
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


def _separate(names: Sequence[str], results: Sequence[FitResult], settings: Mapping[str, tuple[str, ...]]) -> str:
    """Why no common value is formed: rows used twice, another barrier or mapping, or one that is not recorded."""
    for (a, first), (b, second) in combinations(zip(names, results, strict=True), 2):
        if rows := shared_rows(first, second):
            return (
                f"{a} and {b} have {rows} {'row' if rows == 1 else 'rows'} of data in common: they are not independent."
            )
    for key in ("barrier", "mapping"):
        words = set(settings[key]) - {OF_NO_LINES}
        if NOT_RECORDED in words:
            return f"The {key} of an analysis is not recorded, so the numbers may differ in meaning."
        if len(words) > 1:
            return (
                f"The analyses differ in their {key} ({', '.join(sorted(words))}), so their numbers differ in meaning."
            )
    return ""


def _quantity(
    name: str, results: Sequence[FitResult], convention: str, reason: str, quotes: Mapping[str, tuple[int, ...]]
) -> ComparedQuantity:
    """One quantity in all results. reason: why no common value is formed, "" where one may be."""
    estimates = tuple(_estimate(name, result, convention) for result in results)
    sides = {
        place: side
        for place, entry in enumerate(estimates)
        if entry is not None and entry.verdict is Verdict.IDENTIFIED and (side := _sides(entry)) is not None
    }
    if not reason and len(sides) < 2:
        reason = "Fewer than two results identify it."
    if reason:
        return ComparedQuantity(name, estimates, None, reason)
    shifts = [_shifts(name, results, sides, constant, places) for constant, places in quotes.items()]
    shared = [shift for shift in shifts if np.count_nonzero(shift) > 1]
    return ComparedQuantity(name, estimates, _pooled(list(sides.values()), shared, logarithmic=name in LOGARITHMIC), "")


def _shifts(
    name: str, results: Sequence[FitResult], sides: Mapping[int, Sides], constant: str, places: tuple[int, ...]
) -> Array:
    """By how much each estimate moves with a quote that several results share; 0 for results without it.

    The budget of a result holds the size of the move as a part of its standard error; a quantity in proportion to a
    constant moves in the direction of its sign. The convention does not change the part.
    """
    moved = np.zeros(len(sides))
    for index, (place, (value, low, high)) in enumerate(sides.items()):
        budget = results[place].budget.get(name, {})
        total = float(np.sqrt(sum(part**2 for part in budget.values())))
        if place in places and total > 0.0:
            moved[index] = np.copysign(0.5 * (high - low) * budget.get(constant, 0.0) / total, value)
    return moved


def _told(quantity: ComparedQuantity, *, one_device: bool) -> ComparedQuantity:
    """Results that differ are in tension where they are of one device; two devices may differ."""
    common = quantity.common
    if one_device or common is None or common.verdict != TENSION:
        return quantity
    return replace(quantity, common=replace(common, verdict=DIFFER))


def _apart(name: str, settings: Mapping[str, tuple[str, ...]]) -> str:
    for key in _MEANT_BY.get(name, ()):
        if len(set(settings[key])) > 1:
            return f"The analyses differ in {key}, on which its meaning depends."
    return ""


def _estimate(name: str, result: FitResult, convention: str) -> Estimate | None:
    """An estimate in the convention that is shown; None where the fit did not converge, whose numbers mean nothing."""
    if result.status is not Status.CONVERGED:
        return None
    return result.parameters.get(name) if convention == result.convention else consistent_estimate(name, result)


def _sides(estimate: Estimate) -> Sides | None:
    """Value and ends of the 68 % interval; of the standard error where the interval does not hold the value."""
    value = estimate.value
    if value is None or not estimate.stderr:
        return None
    low, high = estimate.ci68 or (None, None)
    if low is None or high is None or not low < value < high:
        low, high = value - estimate.stderr, value + estimate.stderr
    return value, low, high


def _pooled(sides: Sequence[Sides], shared: Sequence[Array], *, logarithmic: bool) -> Common:
    """The common value; of logarithms, where all is positive. shared: moves with quotes, shape (quotes, estimates)."""
    (values, lows, highs), moves = np.array(sides).T, np.array(shared).reshape(-1, len(sides))
    if not logarithmic or np.any(lows <= 0) or np.any(values <= 0):
        return common_value_with_shared_errors(values, lows, highs, moves)
    found = common_value_with_shared_errors(np.log(values), np.log(lows), np.log(highs), moves / values)
    value, low, high = (float(np.exp(end)) for end in (found.value, found.low, found.high))
    return replace(found, value=value, low=low, high=high)


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


def shared_quotes(results: Sequence[FitResult]) -> dict[str, tuple[int, ...]]:
    """Constants that several results take from the same quote, each with the places of those results."""
    constrained = [n for r in results for n, e in r.parameters.items() if e.verdict is Verdict.CONSTRAINED]
    found = {}
    for constant in dict.fromkeys(constrained):
        quoted = [result.priors.get(constant) for result in results]
        alike = max(set(quoted) - {None}, key=quoted.count, default=None)
        places = tuple(place for place, quote in enumerate(quoted) if quote is not None and quote == alike)
        if len(places) > 1:
            found[constant] = places
    return found


def _quoted_alike(names: Sequence[str], quotes: Mapping[str, tuple[int, ...]]) -> list[str]:
    """What was made of constants that several analyses take from the same quote."""
    return [
        f"{symbol(constant).text} has the same given value in {' and '.join(names[place] for place in places)}. It "
        "counts as one determination: its error enters the common value but cannot explain a disagreement."
        for constant, places in quotes.items()
    ]
