"""What a kind of measurement offers a plan, and how its candidates are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.measurement import kind_of, kinds, name_of
from stfit.measurement.base import Codes
from stfit.objective import FitParameter, Term
from stfit.results.numbers import prefix
from stfit.studies.candidate import Candidate, Today
from stfit.studies.costs import Pricing

Array = npt.NDArray[np.float64]
Found = list[Candidate] | str  # or why there is none


class Planner(Pricing):
    """What could be measured next of one kind; a kind overrides what it can offer."""

    def currents(self, today: Today) -> list[Candidate]:  # noqa: ARG002 - here and below, for those that override
        """Other currents, at the temperatures there are."""
        return []

    def at_temperature(self, today: Today, kelvin: float) -> list[Candidate]:  # noqa: ARG002
        """The same at another temperature, K."""
        return []

    def other_fields(self, today: Today) -> Found:  # noqa: ARG002
        """The same in other fields, or why not."""
        return []

    def other_state(self, today: Today) -> Found:  # noqa: ARG002
        """The state of which nothing has been seen, or why not."""
        return []

    def first(self, today: Today) -> Found:  # noqa: ARG002
        """A measurement of this kind, where there is none yet; asked of kinds with an `offer`."""
        return []

    def settings(self, term: Term) -> list[dict[str, Any]]:  # noqa: ARG002
        """The points that a candidate chose, as columns of the kind; SI units, currents as the laboratory has them."""
        return []

    def assumptions(self, chosen: set[str]) -> list[str]:  # noqa: ARG002
        """What the candidates of this kind take for granted, in sentences; chosen: the candidates of the plan."""
        return []


def planners() -> list[Planner]:
    """What each kind offers, once where kinds share it."""
    found = [kind.planner() for kind in kinds().values() if kind.planner is not None]
    return list(dict.fromkeys(found))


def settings_of(term: Term) -> list[dict[str, Any]]:
    """The points that the term of a candidate chose, as columns of its kind; none where it chose none."""
    kind = kind_of(term.measurement)
    return [] if kind is None or kind.planner is None else kind.planner().settings(term)


def present_error(today: Today, p: FitParameter) -> float | None:
    """Standard deviation (SI) of what is known beside the data."""
    slope = getattr(p.constraint, "standard_deviation", None)
    if slope is not None:
        return float(slope)
    factor = getattr(p.constraint, "factor", None)
    return None if factor is None else float(np.log(factor)) * abs(today.value(p.name))


def rows_of(state: Codes, columns: Mapping[str, Array]) -> list[dict[str, Any]]:
    """The state and some columns of each row, those that are there; SI units, all of shape (rows,)."""
    rows = []
    for row, code in enumerate(state):
        cells = {name: float(values[row]) for name, values in columns.items()}
        rows.append({"state": ("P", "AP")[int(code)]} | {k: v for k, v in cells.items() if np.isfinite(v)})
    return rows


def called(term: Term) -> str:
    """The name of a measurement without its folder."""
    return name_of(term.measurement).rpartition("/")[2]


def quantities(today: Today) -> dict[str, Any]:
    """The parameters at the fit (SI)."""
    return today.objective.space.quantities(today.optimum.x)


def temperature_known(today: Today) -> bool:
    """Whether a temperature is given anywhere."""
    return all(p.constraint is not None for p in today.objective.space.varied if p.name == "temperature")


def of_points(today: Today, kind: str, term: Term | None, what: str, more: str = "") -> list[Candidate]:
    """A candidate of chosen points, its title with the range of its settings; more: what the title ends with."""
    if term is None:
        return []
    cost, settings = today.cost(term), term.measurement.settings
    unit = "A" if settings.voltage is None else "V"
    kelvin = np.unique(term.thermometer)
    at = f", {kelvin[0]:g} K" if kelvin.size == 1 else f", {kelvin[0]:g} to {kelvin[-1]:g} K"
    points = f"{cost.points} points" if cost.points > 1 else "one point"
    words = f"{what} at {points}, {span(term.measurement.origin.polarity * settings.drive, unit)}"
    words += at if temperature_known(today) else ""  # else it is but a unit
    return [Candidate(kind, words + more, cost, (term,))]


def span(values: Sequence[float] | Array, unit: str) -> str:
    """For example "−1.2 to 0.9 mA"."""
    low, high = float(np.min(values)), float(np.max(values))
    factor, label = prefix(max(abs(low), abs(high)), unit)
    ends = [f"{factor * end:.3g}".replace("-", "−") for end in (low, high)]
    return f"{ends[0]} {label}" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} {label}"
