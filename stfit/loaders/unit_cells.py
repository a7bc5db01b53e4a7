"""Units that stand in a row of their own, below or above the names of the columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stfit.units import is_unit, split_header

_NO_UNIT: Final = frozenset({"", "-", "–", "--", "#", "1", "none", "n/a", "a.u.", "arb. units", "count", "counts"})


def says_no_unit(cell: str) -> bool:
    """Whether a cell among units says that its column has none."""
    return cell.strip().strip("()[]").strip().casefold() in _NO_UNIT


def as_unit(cell: str) -> str:
    """The unit that a cell holds, with or without brackets, as it may be written behind a name; "" where it is none."""
    bare = cell.strip().strip("()[]").strip()
    forms = (bare, bare.lower(), bare.lower().removesuffix("s"))
    return next((form for form in forms if form and is_unit(form)), "")


def with_units(names: Sequence[str], units: Sequence[str]) -> tuple[str, ...]:
    """The names of a header with the units of the row below it, where they have none of their own."""
    names = [name[1:-1] if name[:1] == name[-1:] == "'" else name for name in names]
    padded = [*units, *[""] * (len(names) - len(units))]
    return tuple(
        f"{name} ({as_unit(unit)})" if name and as_unit(unit) and split_header(name)[1] is None else name
        for name, unit in zip(names, padded, strict=False)
    )
