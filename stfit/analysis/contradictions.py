"""What an analysis file says twice, or says and takes back: each value is right, together they are not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from math import inf
from typing import Any, Final

from stfit.analysis.entries import ModelEntry
from stfit.analysis.messages import Location
from stfit.analysis.schema import Content
from stfit.measurement import kinds
from stfit.models.choices import BARRIERS, CURIE_TEMPERATURE, DEFAULT_BARRIER, asymmetries_with

Contradiction = tuple[Location, str, str]  # where, what was expected, what was found

_OF_TEMPERATURE: Final[frozenset[Location]] = frozenset(
    {("model",), ("model", "magnetisation"), ("model", "anisotropy_law")}
    | {(section, CURIE_TEMPERATURE) for section in ("device", "priors")}
    | {("device",), ("priors",), ("fit",), ("fit", "fix"), ("fit", "bounds")}
)


def contradictions(content: Content, *, wrong: Collection[Location]) -> Iterator[Contradiction]:
    """Every contradiction between the sections of a file; wrong: sections and keys that could not be read."""
    if not {("model",), ("model", "asymmetry")} & set(wrong):
        yield from _foreign_to_the_asymmetry(content)
        yield from _curve_without_use(content)
    if not _OF_TEMPERATURE & set(wrong):
        yield from temperature_laws(content.model, {name for _, name in _named_parameters(content)})
    yield from _given_twice(content)
    yield from _asked_for_but_fixed(content)
    yield from _outside_their_bounds(content)
    yield from _within_one_measurement(content)
    yield from _counted_twice(content)


def _named_parameters(content: Content) -> Iterator[tuple[Location, str]]:
    sections: Mapping[Location, Any] = {
        ("device",): content.device,
        ("fit", "fix"): content.fit.fix,
        ("fit", "bounds"): content.fit.bounds,
        ("priors",): content.priors,
    }
    for location, section in sections.items():
        yield from (((*location, name), name) for name in section)
    yield from ((("fit", "free"), name) for name in content.fit.free)


def _foreign_to_the_asymmetry(content: Content) -> Iterator[Contradiction]:
    """Parameters of another asymmetry, and an asymmetry that the law does not take."""
    asymmetry, barrier = content.model.asymmetry, content.model.barrier
    law, stated = BARRIERS[barrier], "" if barrier == DEFAULT_BARRIER else f' with barrier = "{barrier}"'
    if asymmetry not in law.asymmetries:
        expected = " or ".join(f'"{name}"' for name in law.asymmetries)
        yield ("model", "asymmetry"), f"{expected}{stated}, {law.reason}", repr(asymmetry)
        return
    every, usual = asymmetries_with(barrier), asymmetries_with(DEFAULT_BARRIER)
    for location, name in _named_parameters(content):
        owner = next((other for other, choice in BARRIERS.items() if name in choice.parameters), barrier)
        if owner != barrier:
            expected = f'a parameter of barrier = "{barrier}"'
            yield location, expected, f"'{name}', which belongs to barrier = \"{owner}\""
        owners = every.get(name, frozenset({asymmetry}))
        if asymmetry not in owners:
            has = " or ".join(f'"{owner}"' for owner in sorted(owners or usual[name]))
            belongs = f"belongs to {has}" if owners else f'belongs to {has} with barrier = "{DEFAULT_BARRIER}"'
            yield location, f'a parameter of asymmetry = "{asymmetry}"{stated}', f"'{name}', which {belongs}"


def _curve_without_use(content: Content) -> Iterator[Contradiction]:
    if content.model.asymmetry in ("chi", "free") and content.model.gmr != "cosine":
        expected = f'"cosine" with asymmetry = "{content.model.asymmetry}", which takes no known r(θ)'
        yield ("model", "gmr"), expected, "a table"


def temperature_laws(model: ModelEntry, named: Collection[str]) -> Iterator[Contradiction]:
    """Laws of temperature without what they need: an M_s(T) that K(T) follows, and T_C among the parameters named."""
    if model.magnetisation == "constant":
        if model.anisotropy_law != "constant":
            expected = (
                f'a law of M_s(T), "bloch" or "mean-field", for anisotropy_law = "{model.anisotropy_law}" to follow'
            )
            yield ("model", "magnetisation"), expected, '"constant", the default'
    elif CURIE_TEMPERATURE not in named:
        expected = f'the Curie temperature, for example "1100 K", as magnetisation = "{model.magnetisation}" needs'
        yield ("device", CURIE_TEMPERATURE), expected, "nothing"


def _given_twice(content: Content) -> Iterator[Contradiction]:
    for name in content.fit.fix:
        if name in content.device:
            yield ("fit", "fix", name), "a parameter that [device] leaves open", f"'{name}', given there as well"
    for name in content.priors:
        if name in content.device or name in content.fit.fix:
            giver = "[device]" if name in content.device else "[fit] fix"
            yield ("priors", name), "a parameter that nothing else determines", f"'{name}', given in {giver} as well"


def _asked_for_but_fixed(content: Content) -> Iterator[Contradiction]:
    for name in content.fit.free:
        constant = content.device.get(name)
        if name in content.fit.fix or (constant and constant.uncertainty is None):
            giver = "[fit] fix" if name in content.fit.fix else "a value without ± in [device]"
            yield ("fit", "free"), "parameters that are not fixed", f"'{name}', which {giver} holds fixed"


def _within_one_measurement(content: Content) -> Iterator[Contradiction]:
    for index, entry in enumerate(content.measurement):
        for key, expected, found in kinds()[entry.kind].keys().contradictions(entry.keys):
            yield ("measurement", index, key), expected, found


def _outside_their_bounds(content: Content) -> Iterator[Contradiction]:
    given: dict[tuple[str, ...], float] = {
        ("device", name): constant.value for name, constant in content.device.items()
    }
    given |= {("fit", "fix", name): value for name, value in content.fit.fix.items()}
    for location, value in given.items():
        low, high = content.fit.bounds.get(location[-1], (value, value))
        if not low <= value <= high:
            yield location, f"a value inside its bounds, {low:g} to {high:g} in SI units", f"{value:g}"
    for name, prior in content.priors.items():
        low, high = content.fit.bounds.get(name, (-inf, inf))
        ends = (prior.first, prior.second) if prior.family == "uniform" else prior.limits
        if ends is not None and not low <= ends[0] < ends[1] <= high:
            expected = f"a range inside its bounds, {low:g} to {high:g} in SI units"
            yield ("priors", name), expected, f"{ends[0]:g} to {ends[1]:g}"


def _counted_twice(content: Content) -> Iterator[Contradiction]:
    """The same rows of the same file, which would count as twice the data."""
    seen: list[Any] = []
    for number, entry in enumerate(content.measurement):
        rows = (entry.kind, entry.file.resolve(), entry.description)
        if rows in seen:
            found = f"'{entry.file.name}' again, as in [[measurement]] {seen.index(rows) + 1}"
            yield ("measurement", number, "file"), "rows that no other [[measurement]] holds", found
        seen.append(rows)
