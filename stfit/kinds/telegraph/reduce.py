"""An index of traces becomes a measurement of dwell times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.parallel import available_processes, mapped
from stfit.errors import CellProblem, InputError, TableError
from stfit.kinds.telegraph import checks, record_checks, verdicts
from stfit.kinds.telegraph.data import KIND, TelegraphTraces
from stfit.kinds.telegraph.one_state import with_levels_of_others
from stfit.kinds.telegraph.recorded import changes, most_and_least_telling, record_of, rows_of
from stfit.kinds.telegraph.reduced import ReducedTrace, TraceTask
from stfit.kinds.telegraph.reducing import reduce_trace
from stfit.kinds.telegraph.reduction import Reduction, texts
from stfit.loaders.listed import Listed, in_common, problems_of
from stfit.measurement.base import Origin

_LARGE: Final = 200_000_000  # bytes of all files together, from which several processes are started at once
_WORTH: Final = 8.0  # s of work that is left, for which they are worth their start
_NAMED: Final = 6  # files that a message lists, to be left out
_ALONE: Final = "a file that no other row holds, or in a column"


def reduced_traces(columns: Mapping[str, npt.NDArray[Any]], *, origin: Origin, **keys: Any) -> TelegraphTraces:
    """Reduce every trace of an index; large ones side by side.

    Parameters
    ----------
    columns
        The index: file, current (A) or voltage (V), and where there are any temperature (K), field (T),
        sample_interval (s).
    origin
        Where the index stands, beside which files are looked for, and the polarity: 1 or −1, the sign of the currents.
    keys
        Of `Reduction`; without `listed`, files stand beside the index.

    Returns
    -------
    TelegraphTraces
        Two rows a trace, P and AP, and what was found out about each trace.

    Raises
    ------
    TableError
        What cannot be read, a voltage without a current, a trace that gives no dwell times and is not left out, or no
        trace that is left.
    """
    reduction = Reduction(**{"listed": Listed(Path(origin.file).parent), **keys})
    parts = zip(*(texts(columns, name) for name in ("file", "group", "column")), strict=True)
    names = [f"{file} [{', '.join(filter(None, within))}]" if any(within) else file for file, *within in parts]
    _refuse(names, reduction)
    traces = _with_selection(_together(_Traces(columns, names, reduction)))
    _refuse_unusable(traces)
    return _measurement(columns, traces, origin)


@final
@dataclass(frozen=True)
class _Trace:
    """A trace of the index, or the bursts of one setting that are one. rows, names: of the index."""

    rows: tuple[int, ...]
    names: tuple[str, ...]
    reduced: ReducedTrace
    left_out: bool

    @property
    def name(self) -> str:
        """What messages and reports call it."""
        first, *others = self.names
        return f"{first} to {others[-1]} ({len(self.names)} traces)" if others else first


@final
@dataclass(frozen=True)
class _Traces:
    """What an index lists and how it is reduced."""

    columns: Mapping[str, npt.NDArray[Any]]
    names: Sequence[str]
    reduction: Reduction

    def tasks(self) -> list[TraceTask]:
        """One a row; where a setting has several files, none of them is searched alone, nor is one that is left out."""
        unsearched = {row for rows in self.settings() if len(rows) > 1 for row in rows}
        unsearched |= {row for row, name in enumerate(self.names) if name in self.reduction.leave_out}
        tasks = [self.reduction.task(row, self.columns) for row in range(len(self.names))]
        return [replace(task, searched=row not in unsearched) for row, task in enumerate(tasks)]

    def settings(self) -> list[list[int]]:
        """Rows that have everything in common but the file and whether it is left out."""
        keys = ("current", "voltage", "temperature", "field", "sample_interval")
        found: dict[tuple[str, ...], list[int]] = {}
        for row, name in enumerate(self.names):
            if name not in self.reduction.leave_out:
                setting = tuple(str(self.columns[key][row]) for key in keys if key in self.columns)
                found.setdefault(setting, []).append(row)
        return list(found.values())


def _together(traces: _Traces) -> list[_Trace]:
    """All traces, reduced; those of a setting are one record where one of them has few transitions by itself."""
    tasks = traces.tasks()
    alone = _reduced(tasks)
    settings = [like for rows in traces.settings() for like in _alike(rows, alone)]
    # a trace that nothing can join is searched for two levels at last
    joined = [rows for rows in settings if not tasks[rows[0]].searched and any(_poor(alone[row]) for row in rows)]
    bursts = [replace(tasks[rows[0]], searched=True, files=tuple(tasks[row].file for row in rows)) for rows in joined]
    inside = {row for rows in joined for row in rows}
    single = [((row,), alone[row]) for row in range(len(tasks)) if row not in inside]
    several = [(tuple(rows), reduced) for rows, reduced in zip(joined, _reduced(bursts), strict=True)]
    rows = sorted([*single, *several], key=lambda entry: entry[0])
    reduced = with_levels_of_others([entry for _, entry in rows])
    return [_trace(traces, places, entry) for (places, _), entry in zip(rows, reduced, strict=True)]


def _trace(traces: _Traces, rows: tuple[int, ...], reduced: ReducedTrace) -> _Trace:
    names = tuple(traces.names[row] for row in rows)
    return _Trace(rows, names, reduced, traces.reduction.leaves_out(names[0], reduced))


def _alike(rows: Sequence[int], alone: Sequence[ReducedTrace]) -> list[list[int]]:
    """Rows of a setting divided into those that are sampled alike: only these can be one record."""
    found: list[list[int]] = []
    for row in rows:
        like = next((others for others in found if alone[row].raw.sampled_as(alone[others[0]].raw)), None)
        if like is None:
            found.append([row])
        else:
            like.append(row)
    return found


def _with_selection(traces: Sequence[_Trace]) -> list[_Trace]:
    """The same, and of each that is kept whether traces of its current are left out because they did not switch."""
    silent = [trace.reduced.task.drive for trace in traces if trace.left_out and _silent(trace.reduced)]

    def judged(trace: _Trace) -> _Trace:
        beside = silent.count(trace.reduced.task.drive)
        if trace.left_out or not beside:
            return trace
        return replace(trace, reduced=trace.reduced.judged(record_checks.selection_check(beside)))

    return [judged(trace) for trace in traces]


def _silent(trace: ReducedTrace) -> bool:
    """Whether a trace switches hardly ever or never, by which it must not be chosen."""
    counts = None if trace.rates is None else trace.rates.counts
    return not trace.usable or (counts is not None and float(np.min(counts)) < checks.TOO_FEW)


def _poor(trace: ReducedTrace) -> bool:
    """Whether a trace has too few transitions to stand alone."""
    return not trace.usable or any(c.name == "transitions" and c.verdict != verdicts.PASSED for c in trace.checks)


def _refuse(names: Sequence[str], reduction: Reduction) -> None:
    problems = [
        CellProblem(row, "file", f"{_ALONE} 'column' (or 'group') its own header (or group) in it", repr(name))
        for row, name in enumerate(names)
        if name in names[:row]
    ]
    problems += [
        CellProblem(None, "file", "the files that leave_out names", f"no {name!r}")
        for name in reduction.leave_out
        if name not in names
    ]
    if reduction.dead_time is not None and reduction.method == "hmm":
        expected = 'no dead_time with method = "hmm", which sees no single dwells'
        problems.append(CellProblem(None, "dead_time", expected, f"{reduction.dead_time:g} s"))
    if problems:
        raise TableError(problems)


def _reduced(tasks: Sequence[TraceTask]) -> list[ReducedTrace]:
    """All traces; TableError with the problems of all files."""
    paths = {file.path for task in tasks for file in task.files}
    worth = 0.0 if sum(map(_size, paths)) > _LARGE else _WORTH
    outcomes = list(mapped(_attempt, tasks, available_processes(), doing="traces reduced", worth=worth))
    problems = problems_of([(row, found) for row, found in enumerate(outcomes) if isinstance(found, InputError)])
    if problems:
        raise TableError(problems)
    return [outcome for outcome in outcomes if isinstance(outcome, ReducedTrace)]


def _size(path: Path) -> int:
    """Bytes of a file; 0 where the system has none to tell, which is said when it is opened."""
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0


def _attempt(task: TraceTask) -> ReducedTrace | InputError:
    """The reduced trace, or what is wrong with its file, to be said with that of all others."""
    try:
        return reduce_trace(task)
    except InputError as error:
        return error


def _remedy(trace: _Trace) -> str:
    """What a trace without dwell times should have, and how it is left out: by its names where these are few."""
    named = ", ".join(f'"{name}"' for name in trace.names)
    ways = [f"leave_out = [{named}]"] * (len(trace.names) <= _NAMED) + ['bad = "leave-out"']
    return f"dwell times in {'this trace' if len(trace.rows) == 1 else 'these traces'} (or {', or '.join(ways)})"


def _refuse_unusable(traces: Sequence[_Trace]) -> None:
    problems = [
        CellProblem(trace.rows[0], "file", _remedy(trace), f"{trace.name}: {trace.reduced.failure}")
        for trace in traces
        if not trace.left_out and not trace.reduced.usable
    ]
    if all(trace.left_out for trace in traces):
        problems.append(CellProblem(None, "file", "at least one trace that is not left out", "none"))
    if problems:
        raise TableError(problems)


def _measurement(columns: Mapping[str, npt.NDArray[Any]], traces: Sequence[_Trace], origin: Origin) -> TelegraphTraces:
    kept = [trace for trace in traces if not trace.left_out]
    first = [trace.rows[0] for trace in kept]
    pairs, absent = np.repeat(first, 2), np.full(columns["file"].size, np.nan)
    rows: dict[str, npt.NDArray[Any]] = {
        "state": np.tile([0, 1], len(kept)),
        **_drives(columns, pairs, [trace.reduced for trace in kept]),
        "temperature": columns.get("temperature", absent)[pairs],
        "field": columns.get("field", absent)[pairs],
    }
    found = [rows_of(trace.reduced) for trace in kept]
    rows |= {name: np.concatenate([entry[name] for entry in found]) for name in found[0]}
    drawn = most_and_least_telling([trace.reduced for trace in traces])
    records = [
        record_of(trace.name, trace.reduced, trace.left_out, place in drawn) for place, trace in enumerate(traces)
    ]
    notices = [f"{trace.name} is left out" for trace in traces if trace.left_out]
    notices += [f"{record.file}: {said}" for record in records if not record.left_out for said in changes(record)]
    if "voltage" in columns and "voltage" not in rows:
        notices.append("the current of each state is the voltage over its resistance, as the levels show it")
    recognised = in_common([(trace.name, trace.reduced.raw.recognised) for trace in traces])
    origin = replace(origin.of(KIND, *notices), recognised=(*origin.recognised, *recognised))
    measurement = TelegraphTraces.from_columns(rows, origin=origin)
    return replace(measurement, records=tuple(records))


def _drives(
    columns: Mapping[str, npt.NDArray[Any]], pairs: npt.NDArray[np.intp], kept: Sequence[ReducedTrace]
) -> dict[str, npt.NDArray[Any]]:
    """The current of each row; the voltage where one drove the device and not all levels tell the currents."""
    if "current" in columns:
        return {"current": columns["current"][pairs]}
    measured = [trace.currents for trace in kept]
    known = [currents for currents in measured if currents is not None]
    if len(known) < len(measured):
        return {"voltage": columns["voltage"][pairs]}
    current, voltage = np.concatenate(known), columns["voltage"][pairs]
    wrong = np.flatnonzero(current * voltage <= 0.0)
    if wrong.size:
        row = int(wrong[0])
        expected = "currents of the sign of the voltage in both states (a channel that passes no DC has no unit here)"
        found = f"{kept[row // 2].task.name}: {current[row]:.4g} A at {voltage[row]:.4g} V"
        raise TableError([CellProblem(int(pairs[row]), "voltage", expected, found)])
    return {"current": current}
