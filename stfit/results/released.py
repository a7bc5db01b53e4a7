"""What the released calibration says of the intervals of a result: how often intervals of their kind held the truth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from stfit.results.result import Estimate, FitResult
from stfit.results.symbols import symbol

_TABLE: Final = Path(__file__).with_name("released_calibration.json")
_NONE: Final = {"ci95": (0, 0)}
_WORDS: Final = {  # of the designs, which name their richness after a comma
    "rich": "300 or more counts a row",
    "poor": "15 or fewer counts a row",
    "3 %": "errors of 3 %",
    "15 %": "errors of 15 %",
}
_FEWEST: Final = 30  # devices, whose number stands beside the percentage; of fewer it says nothing
_FIRST: Final = ("l_over_L", "slope_AP", "slope_P")  # quoted where it has an interval, in this order


@dataclass(frozen=True)
class Coverage:
    """How often intervals of one design held the truth. design: in words; shares: of the 68.27 and the 95 % ones."""

    design: str
    shares: tuple[float, float]
    of: int


@dataclass(frozen=True)
class Backing:
    """What the released calibration says of one quantity of a result; interval: which kind of interval it has."""

    name: str
    interval: str
    rows: tuple[Coverage, ...]

    @property
    def sentence(self) -> str:
        """What was counted, of which the rows are the outcome."""
        return (
            f"In the released calibration {self.interval} intervals of {symbol(self.name).text}, nominally of 68.27 "
            "and 95 %, held the truth in these shares of simulated measurements."
        )


def released_backing(result: FitResult) -> Backing | None:
    """What the released calibration found for these kinds of interval and measurement; None where it has none."""
    for name in _FIRST:
        entry = result.parameters.get(name)
        if entry is not None and entry.ci95 is not None:
            return _of_quantity(name, entry, [measurement.kind for measurement in result.measurements])
    return None


@cache
def released() -> Mapping[str, Any]:
    """The table: "seed", and "rows" with design, kind, interval, devices, and coverage as [inside, of]."""
    content: Mapping[str, Any] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return content


def _of_quantity(name: str, entry: Estimate, kinds: list[str]) -> Backing | None:
    interval = entry.interval or "covariance"
    rows = [
        row
        for row in released()["rows"]
        if row["interval"] == interval
        and row["kind"] in kinds
        and row["coverage"].get(name, _NONE)["ci95"][1] >= _FEWEST
    ]
    return Backing(name, interval, tuple(_of_row(row, row["coverage"][name]) for row in rows)) if rows else None


def _of_row(row: Mapping[str, Any], coverage: Mapping[str, list[int]]) -> Coverage:
    (inside68, of), (inside95, _) = coverage["ci68"], coverage["ci95"]
    design, _, richness = row["design"].rpartition(", ")
    words = f"{design.replace(', ', ' ')}, {_WORDS.get(richness, richness)}"
    return Coverage(words, (inside68 / of, inside95 / of), of)
