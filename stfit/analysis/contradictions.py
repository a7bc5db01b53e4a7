"""What an analysis file says twice, or says and takes back: each value is right, together they are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from stfit.analysis.messages import Location
from stfit.analysis.names import ASYMMETRIES_WITH, EXACT_ASYMMETRIES_WITH
from stfit.analysis.schema import Content
from stfit.models.asymmetry import EXACT_ASYMMETRIES

Contradiction = tuple[Location, str, str]  # where, what was expected, what was found


def contradictions(content: Content, *, asymmetry_read: bool) -> Iterator[Contradiction]:
    """Every contradiction between the sections of a file; asymmetry_read: False where the file gives a wrong one."""
    if asymmetry_read:
        yield from _foreign_to_the_asymmetry(content)
        yield from _curve_without_use(content)
    yield from _given_twice(content)
    yield from _asked_for_but_fixed(content)
    yield from _outside_their_bounds(content)
    yield from _without_their_time(content)
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
    asymmetry, exact = content.model.asymmetry, content.model.barrier == "exact"
    if exact and asymmetry not in EXACT_ASYMMETRIES:
        expected = " or ".join(f'"{name}"' for name in EXACT_ASYMMETRIES)
        yield (
            ("model", "asymmetry"),
            f'{expected} with barrier = "exact", whose barriers are of one axis',
            repr(asymmetry),
        )
        return
    every = EXACT_ASYMMETRIES_WITH if exact else ASYMMETRIES_WITH
    for location, name in _named_parameters(content):
        owners = every.get(name, frozenset({asymmetry}))
        if asymmetry not in owners:
            has = " or ".join(f'"{owner}"' for owner in sorted(owners or ASYMMETRIES_WITH[name]))
            belongs = f"belongs to {has}" if owners else f'belongs to {has} with barrier = "high"'
            model = f'asymmetry = "{asymmetry}"' + (' with barrier = "exact"' if exact else "")
            yield location, f"a parameter of {model}", f"'{name}', which {belongs}"


def _curve_without_use(content: Content) -> Iterator[Contradiction]:
    if content.model.asymmetry in ("chi", "free") and content.model.gmr != "cosine":
        expected = f'"cosine" with asymmetry = "{content.model.asymmetry}", which takes no known r(θ)'
        yield ("model", "gmr"), expected, "a table"


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


def _without_their_time(content: Content) -> Iterator[Contradiction]:
    for index, entry in enumerate(content.measurement):
        measured, time = entry.keys.get("critical_current") == "measured", entry.keys.get("measurement_time")
        location = ("measurement", index, "measurement_time")
        if measured and time is None:
            yield location, 'a time, for example "1 s", as critical_current = "measured" needs', "nothing"
        if time is not None and entry.kind == "switching-currents" and not measured:
            expected = 'no such key with critical_current = "extrapolated", the default'
            yield location, expected, f"{time:g} s"


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
        rows = (entry.kind, entry.file.resolve(), entry.where, entry.columns)
        if rows in seen:
            found = f"'{entry.file.name}' again, as in [[measurement]] {seen.index(rows) + 1}"
            yield ("measurement", number, "file"), "rows that no other [[measurement]] holds", found
        seen.append(rows)
