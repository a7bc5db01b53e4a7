"""A quantity with its uncertainty, and what the data say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, final


class Verdict(StrEnum):
    """What the data say of a parameter."""

    IDENTIFIED = "identified"
    ONE_SIDED = "one-sided"
    AT_BOUND = "at-bound"
    NOT_IDENTIFIED = "not-identified"
    FIXED = "fixed"
    CONSTRAINED = "constrained"


Interval = tuple[float | None, float | None]  # None: open on that side; the first above the second: through infinity


def through_infinity(interval: Interval | None) -> bool:
    """Whether an interval holds all but what lies between its ends: that of a ratio whose denominator may be 0."""
    return interval is not None and interval[0] is not None and interval[1] is not None and interval[0] > interval[1]


def contains(interval: Interval, value: float) -> bool:
    """Whether a value lies in an interval, ends included."""
    low, high = interval
    if through_infinity(interval):
        return value >= low or value <= high  # type: ignore[operator]
    return (low is None or value >= low) and (high is None or value <= high)


@final
@dataclass(frozen=True)
class Estimate:
    """A quantity with its uncertainty, in SI units. value is None where the data do not identify it.

    Parameters
    ----------
    value, stderr : float or None
        The estimate and its standard error.
    ci68, ci95 : (float or None, float or None) or None
        Ends of the 68.27 % and of the 95 % interval, None where it is open.
    unit : str
        The SI unit; "e" for l/L_θθ, "" for a pure number.
    verdict : Verdict
        Whether the data determine it.
    interval : str
        Where the intervals come from: "covariance", "profile", "bootstrap" or "posterior"; "" for none.
    """

    value: float | None
    stderr: float | None
    ci68: Interval | None
    ci95: Interval | None
    unit: str
    verdict: Verdict
    interval: str = ""


def with_intervals(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What JSON holds as `entry`, with its intervals as pairs."""
    intervals = {key: None if entry[key] is None else tuple(entry[key]) for key in ("ci68", "ci95")}
    return dict(entry) | intervals


def estimate_of(entry: Mapping[str, Any]) -> Estimate:
    """The estimate that JSON holds as `entry`."""
    return Estimate(**(with_intervals(entry) | {"verdict": Verdict(entry["verdict"])}))
