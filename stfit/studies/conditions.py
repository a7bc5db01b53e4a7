"""Under which conditions the next measurement is planned: what it may be, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, final

from stfit.measurement import kinds

_CANDIDATES: Final[Mapping[str, str]] = {
    "longer": "the same points for longer",
    "currents": "other currents",
    "temperature": "another temperature",
    "field": "another field",
    "state": "the other state",
    "constants": "constants known better",
}


def candidate_words() -> dict[str, str]:
    """What may come next, by the name that [plan] candidates uses, in words: more of the same, or a first of a kind."""
    return {**_CANDIDATES, **offers()}


def offers() -> dict[str, str]:
    """The first measurement of a kind, by the name that [plan] candidates uses, in words."""
    return dict(kind.offer for kind in kinds().values() if kind.offer is not None)


@final
@dataclass(frozen=True)
class Conditions:
    """The [plan] section; times in s, everything in SI units.

    target: the parameter or derived quantity whose error is to shrink. hours: s, of measuring time with all overheads,
    which every candidate is made to fill; None leaves each as large as it is by itself. goal: relative error to reach.
    candidates: names of `candidate_words` that are thought of; all where empty. time_per_point: None takes that of
    the points there are, and `assumed_time` where none tells. points: of a candidate that chooses its own.
    overhead_*: for each point, and each time the temperature or the field is set anew. shortest_dwell, longest_dwell:
    that can be measured; None takes the range of the rows there are. largest_current: A, that the device bears; None
    takes 1.5 times the largest so far. precision: name → one standard deviation (SI) of a new determination of a
    constant. precision_time: name → time it takes, `constant_time` by default. A constant can be measured again where
    one of the two names it; without a precision its new error halves the one there is, and is 5 % where there is none.
    of_kinds: the keys given that belong to one kind of measurement.
    """

    target: str = "l_over_L"
    hours: float | None = None
    goal: float | None = None
    candidates: tuple[str, ...] = ()
    time_per_point: float | None = None
    points: int = 8
    overhead_per_point: float = 60.0
    overhead_per_temperature: float = 3600.0
    overhead_per_field: float = 600.0
    shortest_dwell: float | None = None
    longest_dwell: float | None = None
    largest_current: float | None = None
    precision: Mapping[str, float] = field(default_factory=dict)
    precision_time: Mapping[str, float] = field(default_factory=dict)
    constant_time: float = 8 * 3600.0
    assumed_time: float = 600.0
    of_kinds: Mapping[str, Any] = field(default_factory=dict)
