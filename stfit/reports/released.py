"""What the released calibration says of the intervals of a result: how often intervals of their kind held the truth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from stfit.measurement import kinds
from stfit.results.result import Estimate, FitResult
from stfit.results.symbols import symbol

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
class ReleasedCoverage:
    """How often intervals of one design held the truth. design: in words; shares: of the 68.27 and the 95 % ones."""

    design: str
    shares: tuple[float, float]
    of: int


@dataclass(frozen=True)
class Backing:
    """What the released calibration says of one quantity of a result; interval: which kind of interval it has."""

    name: str
    interval: str
    rows: tuple[ReleasedCoverage, ...]

    @property
    def sentence(self) -> str:
        """What was counted, of which the rows are the outcome."""
        return (
            f"In simulated tests the 68 % and 95 % {self.interval} intervals of {symbol(self.name).text} contained the "
            "truth in:"
        )


def released_backing(result: FitResult) -> Backing | None:
    """What the released calibration found for these kinds of interval and measurement; None where it has none."""
    for name in _FIRST:
        entry = result.parameters.get(name)
        if entry is not None and entry.ci95 is not None:
            return _of_quantity(name, entry, _calibrated_kinds(result))
    return None


@cache
def released() -> list[dict[str, Any]]:
    """The rows of every kind's table: design, kind, interval, devices, and coverage as [inside, of]."""
    packages = dict.fromkeys(kind.calibration for kind in kinds().values() if kind.calibration)
    return [row for package in packages for row in _rows(package)]


def _rows(package: str) -> list[dict[str, Any]]:
    content: dict[str, Any] = json.loads(files(package).joinpath("calibration.json").read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = content["rows"]
    return rows


def _calibrated_kinds(result: FitResult) -> list[str]:
    """The kinds of a result in its order, raw records under the kind that they became."""
    declared = [summary.kind for summary in result.measurements]
    return [(kinds()[name].becomes if name in kinds() else "") or name for name in dict.fromkeys(declared)]


def _of_quantity(name: str, entry: Estimate, measured: list[str]) -> Backing | None:
    interval = entry.interval or "covariance"
    rows = [
        row
        for kind in dict.fromkeys(measured)
        for row in released()
        if row["interval"] == interval
        and row["kind"] == kind
        and row["coverage"].get(name, _NONE)["ci95"][1] >= _FEWEST
    ]
    return Backing(name, interval, tuple(_of_row(row, row["coverage"][name]) for row in rows)) if rows else None


def _of_row(row: Mapping[str, Any], coverage: Mapping[str, list[int]]) -> ReleasedCoverage:
    (inside68, of), (inside95, _) = coverage["ci68"], coverage["ci95"]
    design, _, richness = row["design"].rpartition(", ")
    words = f"{design.replace(', ', ' ')}, {_WORDS.get(richness, richness)}"
    return ReleasedCoverage(words, (inside68 / of, inside95 / of), of)
