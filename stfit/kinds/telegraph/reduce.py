"""An index of traces becomes a measurement of dwell times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.parallel import available_processes, mapped
from stfit.errors import CellProblem, InputError, TableError
from stfit.kinds.telegraph import checks
from stfit.kinds.telegraph.data import KIND, TelegraphTraces, TraceRecord
from stfit.kinds.telegraph.files import TraceFile
from stfit.kinds.telegraph.reducing import ReducedTrace, TraceTask, reduce_trace
from stfit.kinds.telegraph.trace_panels import panels
from stfit.loaders.listed import Listed, in_common, problems_of
from stfit.measurement.base import Origin

_LARGE: Final = 200_000_000  # bytes of all files together, from which several processes are worth their start
_ALONE: Final = "a file that no other row holds, or in a column"
_ORDER: Final = (checks.FAILED, checks.DOUBTFUL, checks.PASSED, checks.NOT_TESTED)


@final
@dataclass(frozen=True)
class Reduction:
    """How the files of an index are read and reduced.

    sample_interval: s, of traces that have no column for it. quantity: "resistance" or "voltage", which is divided by
    the current; "" where files or the unit tell. unit: of the numbers in an array, such as "mV" or "0.25 mV" a count;
    None leaves them without. dtype: of files of bare numbers. ap_level: "high" or "low", of the resistance. method:
    "auto", "threshold" or "hmm". dead_time: s, below which the instrument loses dwells. bad: what becomes of a trace
    that fails a check: "report" or "leave-out". leave_out: files to leave out whatever they show. listed: how the
    tables of the index are described.
    """

    sample_interval: float | None = None
    quantity: str = ""
    unit: str | None = None
    dtype: str | None = None
    ap_level: str = "high"
    method: str = "auto"
    dead_time: float | None = None
    bad: str = "report"
    leave_out: Sequence[str] = ()
    listed: Listed = field(default_factory=Listed)

    def task(self, row: int, columns: Mapping[str, npt.NDArray[Any]]) -> TraceTask:
        """What is to be done with the file of a row of the index."""
        path, group, signal = (_texts(columns, name)[row] for name in ("file", "group", "column"))
        interval = float(columns["sample_interval"][row]) if "sample_interval" in columns else self.sample_interval
        return TraceTask(
            TraceFile(
                self.listed.folder / path,
                self.quantity,
                interval,
                self.unit,
                self.dtype,
                self.listed,
                signal,
                group,
            ),
            float(columns["current"][row]),
            self.ap_level == "high",
            self.method,
            self.dead_time,
            traces=columns["file"].size,
        )

    def leaves_out(self, name: str, trace: ReducedTrace) -> bool:
        """Whether a trace is left out of the measurement."""
        failed = not trace.usable or trace.verdict == checks.FAILED
        return name in self.leave_out or (self.bad == "leave-out" and failed)


def _texts(columns: Mapping[str, npt.NDArray[Any]], name: str) -> list[str]:
    """A column of text of the index, "" for each trace where it has none: group and column of a file."""
    return [str(text) for text in columns[name]] if name in columns else [""] * columns["file"].size


def reduced_traces(columns: Mapping[str, npt.NDArray[Any]], *, origin: Origin, **keys: Any) -> TelegraphTraces:
    """Reduce every trace of an index; large ones side by side.

    Parameters
    ----------
    columns
        The index: file, current (A), and where there are any temperature (K), field (T), sample_interval (s).
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
    parts = zip(*(_texts(columns, name) for name in ("file", "group", "column")), strict=True)
    names = [f"{file} [{', '.join(filter(None, within))}]" if any(within) else file for file, *within in parts]
    _refuse(names, reduction)
    reduced = _reduced([reduction.task(row, columns) for row in range(len(names))])
    out = [reduction.leaves_out(name, trace) for name, trace in zip(names, reduced, strict=True)]
    _refuse_unusable(names, reduced, out)
    return _measurement(columns, names, reduced, out, origin)


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
    paths = {task.file.path for task in tasks}
    processes = available_processes() if sum(map(_size, paths)) > _LARGE else 1
    outcomes = list(mapped(_attempt, tasks, processes, doing="traces reduced"))
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


def _refuse_unusable(names: Sequence[str], reduced: Sequence[ReducedTrace], out: Sequence[bool]) -> None:
    remedy = 'dwell times in this trace (or leave_out = ["{}"], or bad = "leave-out")'
    problems = [
        CellProblem(row, "file", remedy.format(name), f"{name}: {trace.failure}")
        for row, (name, trace, left) in enumerate(zip(names, reduced, out, strict=True))
        if not left and not trace.usable
    ]
    if all(out):
        problems.append(CellProblem(None, "file", "at least one trace that is not left out", "none"))
    if problems:
        raise TableError(problems)


def _measurement(
    columns: Mapping[str, npt.NDArray[Any]],
    names: Sequence[str],
    reduced: Sequence[ReducedTrace],
    out: Sequence[bool],
    origin: Origin,
) -> TelegraphTraces:
    kept = [row for row, left in enumerate(out) if not left]
    pairs = np.repeat(kept, 2)
    absent = np.full(len(names), np.nan)
    rows: dict[str, npt.NDArray[Any]] = {
        "state": np.tile([0, 1], len(kept)),
        "current": columns["current"][pairs],
        "temperature": columns.get("temperature", absent)[pairs],
        "field": columns.get("field", absent)[pairs],
    }
    found = [_pair(reduced[row]) for row in kept]
    rows |= {name: np.concatenate([entry[name] for entry in found]) for name in found[0]}
    drawn = _most_and_least_telling(reduced)
    records = [
        _record(name, trace, left, row in drawn)
        for row, (name, trace, left) in enumerate(zip(names, reduced, out, strict=True))
    ]
    notices = (f"{record.file} is left out" for record in records if record.left_out)
    recognised = in_common([(name, trace.raw.recognised) for name, trace in zip(names, reduced, strict=True)])
    origin = replace(origin.of(KIND, *notices), recognised=(*origin.recognised, *recognised))
    measurement = TelegraphTraces.from_columns(rows, origin=origin)
    return replace(measurement, records=tuple(records))


def _pair(trace: ReducedTrace) -> dict[str, npt.NDArray[Any]]:
    """The two rows of a trace."""
    rates, segmentation, order = trace.rates, trace.segmentation, list(trace.order)
    assert rates is not None and segmentation is not None  # noqa: S101, PT018
    steps, counts = segmentation.chain
    factor = np.linalg.cholesky(rates.covariance)
    return {
        "sampled": np.full(2, rates.route == "threshold" and trace.task.dead_time is None),
        "sample_interval": np.full(2, trace.raw.sample_interval),
        "n": steps[order].astype(float),
        "n_changed": counts[order].astype(float),
        "log_tau": rates.log_tau,
        "root": np.diag(factor).copy(),
        "cross": np.array([0.0, factor[1, 0]]),
        "naive": segmentation.naive[order] * trace.raw.sample_interval,
    }


def _most_and_least_telling(reduced: Sequence[ReducedTrace]) -> set[int]:
    """The trace with the gravest verdict (then the fewest transitions) and the one with the best, to be drawn."""
    shown = [row for row, trace in enumerate(reduced) if trace.segmentation is not None]
    if not shown:
        return set()

    def gravity(row: int) -> tuple[Any, ...]:
        trace = reduced[row]
        counts = trace.segmentation.chain[1].sum() if trace.segmentation is not None else 0
        return (_ORDER.index(trace.verdict), trace.hmm is None, int(counts), row)

    ranked = sorted(shown, key=gravity)
    return {ranked[0], ranked[-1]}


def _record(name: str, trace: ReducedTrace, left_out: bool, drawn: bool) -> TraceRecord:
    """What the report says of a trace."""
    order, levels, rates, segmentation = list(trace.order), trace.levels, trace.rates, trace.segmentation
    two = np.full(2, np.nan) if levels is None else np.array([levels.low, levels.high])[order]
    noise, snr = (np.nan, np.nan) if levels is None else (levels.noise, levels.snr)
    if trace.hmm is not None and rates is not None:
        two, noise, snr = trace.hmm.levels, float(np.sqrt(np.mean(trace.hmm.noise**2))), trace.hmm.snr
    naive = np.full(2, np.nan) if segmentation is None else segmentation.naive[order] * trace.raw.sample_interval
    tau = np.full(2, np.nan) if rates is None else np.exp(rates.log_tau)
    error = np.full(2, np.nan) if rates is None else tau * np.sqrt(np.diag(rates.covariance))
    counts = np.zeros(2) if rates is None or rates.counts is None else rates.counts
    return TraceRecord(
        file=name,
        current=trace.task.current,
        route="" if rates is None else rates.route,
        reason=trace.failure if rates is None else rates.reason,
        samples=int(trace.raw.samples.size),
        sample_interval=trace.raw.sample_interval,
        levels=(_number(two[0] * trace.scale), _number(two[1] * trace.scale)),
        level_unit="" if trace.raw.measures.factor is None else "ohm",
        noise=_number(abs(noise * trace.scale)),
        snr=_number(snr),
        transitions=(round(float(counts[0])), round(float(counts[1]))),
        naive=(_number(naive[0]), _number(naive[1])),
        tau=(_number(tau[0]), _number(tau[1])),
        tau_stderr=(_number(error[0]), _number(error[1])),
        checks=tuple(check.as_dict() for check in trace.checks),
        left_out=left_out,
        panels=panels(trace) if drawn else {},
    )


def _number(value: Any) -> float | None:
    """A number for JSON, which knows no NaN."""
    return float(value) if np.isfinite(value) else None
