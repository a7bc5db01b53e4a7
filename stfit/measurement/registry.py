"""Which kinds of measurement there are: those that installed packages name as entry points, ours among them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Final

from stfit.errors import StfitError
from stfit.measurement.kind import Kind
from stfit.measurement.observation import Observation

GROUP: Final = "stfit.kinds"


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its name, in alphabetical order.

    Raises StfitError where no package names a kind, as in a copy of the source that was never installed, and where two
    packages give the same name to different kinds.
    """
    found: dict[str, Kind] = {}
    for kind in (entry.load() for entry in entry_points(group=GROUP)):
        if found.setdefault(kind.name, kind) != kind:
            raise StfitError(f"two installed packages have a kind of measurement called {kind.name!r}")
    if not found:
        raise StfitError(f"no installed package has an entry point {GROUP!r}: install stfit again (pip install -e .)")
    return MappingProxyType(dict(sorted(found.items())))


def kind_of(observation: Observation) -> Kind | None:
    """The kind that was declared for a measurement; None for an object whose kind no package names."""
    return kinds().get(observation.origin.kind)
