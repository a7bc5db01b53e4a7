"""Which measurement to take next: what each candidate is expected to bring, as stored in plan.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, final

from stfit.outputs import write_file

SCHEMA: Final = "stfit-plan/1"
WORTHWHILE: Final = 0.005  # of the error: with less gain a measurement changes nothing


@final
@dataclass(frozen=True)
class SimulatedCheck:
    """Simulated measurements and their fits, against the error that was predicted.

    spread: half the width of the central 68.27 % of the estimates (SI). ratio: spread over predicted error;
    ratio_error: its Monte-Carlo standard error. failed: fits without a finite estimate.
    """

    refits: int
    failed: int
    spread: float
    ratio: float
    ratio_error: float


@final
@dataclass(frozen=True)
class NextMeasurement:
    """One candidate; errors in SI units.

    hours: all of it, measuring_hours and overhead_hours its parts. factor: how many times as long as by itself.
    stderr: of the target with it; None where the target then still is not identified. gain: ln(error today/stderr),
    None where the target has no error today or none then. at_best: the error that ever longer measuring tends to.
    hours_to_goal: until the goal is reached, None where it never is or no goal is set. identifies: names that are
    identified with it and are not today. curve: "hours" and "stderr" of the same measurement, shorter and longer.
    settings: the points chosen, one dict each (SI).
    """

    kind: str
    title: str
    hours: float
    measuring_hours: float
    overhead_hours: float
    points: int
    temperatures: int
    fields: int
    factor: float
    stderr: float | None
    verdict: str
    gain: float | None
    at_best: float | None
    hours_to_goal: float | None
    identifies: list[str]
    curve: dict[str, list[float]]
    settings: list[dict[str, Any]] = field(default_factory=list)
    check: SimulatedCheck | None = None

    @property
    def gain_per_hour(self) -> float | None:
        """ln of the error gained in an hour."""
        return None if self.gain is None else self.gain / self.hours

    @property
    def worthwhile(self) -> bool:
        """Whether it determines what is not determined, or shrinks the error by what can be noticed."""
        return self.stderr is not None and (self.gain is None or self.gain > WORTHWHILE)


@dataclass(frozen=True)
class MeasurementPlan:
    """Candidates, the best first, for the error of one target; SI units.

    value, stderr: of the target today, None where the data do not identify it. not_identified: names, today. without:
    kinds that offer no candidate, and why. goal: relative error. hours: that every candidate was made to fill, None
    where each has its own size.
    """

    title: str
    stfit_version: str
    created: str
    command: str
    seed: int
    status: str
    analysis_sha256: str | None
    target: str
    unit: str
    value: float | None
    stderr: float | None
    verdict: str
    not_identified: list[str]
    goal: float | None
    hours: float | None
    candidates: list[NextMeasurement]
    without: list[dict[str, str]]
    assumptions: list[str]
    warnings: list[str]
    schema: str = SCHEMA

    @property
    def best(self) -> NextMeasurement | None:
        """The first candidate, where it is worthwhile."""
        return self.candidates[0] if self.candidates and self.candidates[0].worthwhile else None

    def as_dict(self) -> dict[str, Any]:
        """The content of plan.json."""
        content = asdict(self)
        for entry, candidate in zip(content["candidates"], self.candidates, strict=True):
            entry["gain_per_hour"] = candidate.gain_per_hour
        return {"schema": content.pop("schema")} | content

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> MeasurementPlan:
        """The plan stored as `content`."""
        known = dict(content)
        known["candidates"] = [_candidate(entry) for entry in known["candidates"]]
        return cls(**known)


def _candidate(entry: Mapping[str, Any]) -> NextMeasurement:
    known = {key: value for key, value in entry.items() if key != "gain_per_hour"}
    if known["check"] is not None:
        known["check"] = SimulatedCheck(**known["check"])
    return NextMeasurement(**known)


def plan_text(plan: MeasurementPlan) -> str:
    """What plan.json holds. ValueError if there is a number JSON cannot write."""
    return json.dumps(plan.as_dict(), allow_nan=False, ensure_ascii=False, indent=1) + "\n"


def write_plan(plan: MeasurementPlan, path: Path | str) -> Path:
    """Write plan.json, all of it or nothing."""
    return write_file(Path(path), plan_text(plan))


@cache
def plan_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of plan.json."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("plan_schema.json").read_text(encoding="utf-8"))
    return loaded
