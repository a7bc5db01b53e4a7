"""What the checks of telegraph traces say, as remarks on the fit and as part of the stored result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from stfit.backends.optimum import Optimum
from stfit.diagnostics.contrast import given_delta_R
from stfit.diagnostics.remarks import Remarks
from stfit.kinds.telegraph.data import TelegraphTraces, TraceRecord
from stfit.measurement import Observation, name_of
from stfit.objective import Objective
from stfit.results import Note
from stfit.results.numbers import format_rounded

_NEAR_ZERO: Final = 0.2  # of the largest bias
_MOST: Final = 8  # remarks a measurement; the report's table has them all
_ALARMS: Final = {"failed": "fails a check", "doubtful": "is doubtful"}  # verdicts, the gravest first


def trace_records(measurement: Observation) -> list[dict[str, Any]]:
    """How each trace of a measurement was reduced, as JSON types; none for other kinds."""
    if not isinstance(measurement, TelegraphTraces):
        return []
    # only some have a voltage
    return [
        {key: _plain(value) for key, value in asdict(record).items() if key != "voltage" or value is not None}
        for record in measurement.records
    ]


def _plain(value: Any) -> Any:
    """Lists for tuples, as a file gives them back."""
    return list(value) if isinstance(value, tuple) else value


def trace_notes(objective: Objective) -> list[Note]:
    """One remark on the routes of each measurement of traces, and a warning of each check that a trace fails."""
    notes: list[Note] = []
    for term in objective.terms:
        if isinstance(term.measurement, TelegraphTraces):
            name, records = name_of(term.measurement), term.measurement.records
            notes += [_routes(name, records)] if records else []
            notes += _complaints(records)
    return notes


def step_notes(objective: Objective) -> list[Note]:
    """A warning for each measurement of traces whose levels lie farther apart, or nearer, than the given ΔR says.

    Of traces with resistances, those at the smallest currents or voltages count: ΔR falls with the bias.
    """
    given = given_delta_R(objective)
    notes = []
    for term in objective.terms if given is not None else ():
        if not isinstance(term.measurement, TelegraphTraces):
            continue
        found = _step(term.measurement.records)
        if found is not None and given is not None and given.contradicts(np.copysign(found, given.value)):
            text = (
                f"{name_of(term.measurement)}: the levels lie {format_rounded(found, 'ohm', 3)} apart, while [device] "
                f"delta_R is {format_rounded(given.value, 'ohm', 3)}. l/L_θθ is proportional to 1/ΔR: one of them is "
                "of another device, or in another unit."
            )
            notes.append(Note("levels and ΔR", "warning", text))
    return notes


def _step(records: Sequence[TraceRecord]) -> float | None:
    """|R_AP − R_P| (ohm) of the traces at the smallest bias; None without a unit."""
    found = []
    for record in records:
        p, ap = record.levels
        drive = record.current if record.voltage is None else record.voltage
        if record.left_out or p is None or ap is None or drive is None or not record.level_unit:
            continue
        step = (
            ap - p if record.voltage is None or record.level_unit == "ohm" else record.voltage / ap - record.voltage / p
        )
        found.append((abs(drive), abs(step)))
    if not found:
        return None
    nearest = max(min(bias for bias, _ in found), _NEAR_ZERO * max(bias for bias, _ in found))
    return float(np.median([step for bias, step in found if bias <= nearest]))


def _routes(name: str, records: tuple[TraceRecord, ...]) -> Note:
    used = [record.route for record in records if not record.left_out]
    parts = [f"{used.count('threshold')} by thresholds"] if "threshold" in used else []
    parts += [f"{used.count('hmm')} by the hidden Markov model"] if "hmm" in used else []
    out = sum(record.left_out for record in records)
    text = f"{name}: {len(records)} traces, {' and '.join(parts)}{f', {out} left out' if out else ''}."
    return Note("routes of the traces", "info", text)


def _complaints(records: tuple[TraceRecord, ...]) -> list[Note]:
    found = [
        Note(f"trace: {check['name']}", "warning", f"{record.file} {words}: {check['sentence']}")
        for verdict, words in _ALARMS.items()
        for record in records
        for check in record.checks
        if check["verdict"] == verdict
    ]
    more = len(found) - _MOST
    if more <= 0:
        return found
    text = f"{more} more remarks on traces are in the table of the traces."
    return [*found[:_MOST], Note("traces", "warning", text)]


class TraceRemarks(Remarks):
    """The checks of each trace."""

    def validity(self, objective: Objective, optimum: Optimum) -> list[Note]:  # noqa: ARG002 - whatever was fitted
        """Routes and complaints of the traces; levels against ΔR."""
        return [*trace_notes(objective), *step_notes(objective)]

    def records(self, measurement: Observation) -> list[dict[str, Any]]:
        """How each trace was reduced."""
        return trace_records(measurement)


REMARKS: Final = TraceRemarks()
