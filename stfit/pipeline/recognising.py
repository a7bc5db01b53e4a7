"""Which kind of measurement a table is, by its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from stfit.loaders.containers import Problems, Table
from stfit.loaders.headers import Match, match_headers
from stfit.measurement import kinds
from stfit.measurement.columns import Column
from stfit.measurement.description import Description
from stfit.units import quoted


def fitting_kinds(table: Table) -> dict[str, frozenset[int]]:
    """Kinds whose columns are all there, each with its name or an alias, and the places of the columns it takes."""
    found = {}
    for name, kind in kinds().items():
        layout = kind.layout()
        matches = match_headers(table, layout, Description(), Problems(table.path)).matches
        groups = layout.alternatives or ((),)
        if any(_are_there((*layout.required, *group), matches) for group in groups):
            found[name] = frozenset(match.position for match in matches.values())
    return found


def _are_there(columns: Iterable[Column], matches: Mapping[str, Match]) -> bool:
    """Whether each column was matched, or another one that it is with another unit: a linewidth in mT."""
    return all(any(reading.name in matches for reading in column.readings) for column in columns)


def candidates(table: Table) -> dict[str, tuple[str, ...]]:
    """Kinds that a table may be, with the headers that say so; one that takes fewer of them than another is left out.

    An index of spectra with states also fits the index of traces, which would leave its states unused.
    """
    fitting = fitting_kinds(table)
    best = [name for name, places in fitting.items() if not any(places < other for other in fitting.values())]
    return {name: tuple(table.header[place] for place in sorted(fitting[name])) for name in best}


def by_columns(headers: Iterable[str]) -> str:
    """Why a table is of a kind."""
    return f"by its columns {', '.join(quoted(header) for header in headers)}"
