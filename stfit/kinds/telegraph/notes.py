"""What the checks of telegraph traces say, as remarks on the fit and as part of the stored result."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from stfit.backends.optimum import Optimum
from stfit.diagnostics.remarks import Remarks
from stfit.kinds.telegraph.data import TelegraphTraces, TraceRecord
from stfit.measurement import Observation, name_of
from stfit.objective import Objective
from stfit.results import Note

_MOST: Final = 8  # remarks a measurement; the report's table has them all
_ALARMS: Final = {"failed": "fails a check", "doubtful": "is doubtful"}  # verdicts, the gravest first


def trace_records(measurement: Observation) -> list[dict[str, Any]]:
    """How each trace of a measurement was reduced, as JSON types; none for other kinds."""
    if not isinstance(measurement, TelegraphTraces):
        return []
    return [{key: _plain(value) for key, value in asdict(record).items()} for record in measurement.records]


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
        """Routes and complaints of the traces."""
        return trace_notes(objective)

    def records(self, measurement: Observation) -> list[dict[str, Any]]:
        """How each trace was reduced."""
        return trace_records(measurement)


REMARKS: Final = TraceRemarks()
