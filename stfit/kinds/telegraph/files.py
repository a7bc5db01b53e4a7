"""Traces as they lie on the disk: arrays and tables of a signal against time, memory-mapped where they can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.files import READABLE, reason
from stfit.kinds.telegraph.measured import QUANTITIES, Measured, declared
from stfit.loaders.bare_array import bare_array
from stfit.loaders.described import Described
from stfit.loaders.gate import admitted, limited, size_limit
from stfit.loaders.headers import Match
from stfit.loaders.listed import Listed
from stfit.loaders.names import fits
from stfit.measurement.columns import Column, Domain, Layout
from stfit.units import LARGEST, SMALLEST, conversion, is_unit, quoted

_TIME: Final = Column("time", "s", accepts=("s", "ms", "us"), aliases=("t",))
_BARE_TIME: Final = replace(_TIME, bare=True)  # beside a sampling interval that is declared
_INTERVAL: Final = Column("sample_interval", "s", Domain.POSITIVE, _TIME.accepts, ("dt", "delta_t"), single=True)
_COLUMNS: Final = {
    "resistance": Column("resistance", "ohm", accepts=("ohm", "mohm"), aliases=("R",), bare=True),
    "voltage": Column("voltage", "V", accepts=("mV", "V"), aliases=("V", "U"), bare=True),
}
_SIGNAL: Final = Column("signal", "", any_unit=True)

_MOST_MISSING: Final = 0.01
_JITTER: Final = 0.2  # of a sampling interval, that a written time may be off
_KINDS: Final = "fiu"
_PART: Final = 1 << 22  # samples of a mapped array that are looked at at once


# what a table of a trace may hold
LISTED: Final = Layout(
    (_TIME,),
    tuple((signal,) for signal in (*_COLUMNS.values(), _SIGNAL)),
    (_INTERVAL,),
    record=True,
    drawn=(("time",), (*_COLUMNS, _SIGNAL.name)),
)

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class TraceFile:
    """Where a trace lies and how its numbers are read.

    quantity: "resistance" or "voltage"; "" where the file or the unit may tell. sample_interval: s; None where only the
    file can tell. unit: of numbers that have none in the file, with a factor where there is one ("0.25 mV" a count).
    dtype: of a file that holds nothing but numbers. listed: how the tables of an index are described. column: header or
    number of the signal in a table, group: which table of the file, where the index says so. size_limit: bytes that it
    may have, by default what holds where the object is made.
    """

    path: Path
    quantity: str = ""
    sample_interval: float | None = None
    unit: str | None = None
    dtype: str | None = None
    listed: Listed = field(default_factory=Listed)
    column: str = ""
    group: str = ""
    size_limit: int = field(default_factory=size_limit)


@final
@dataclass(frozen=True)
class RawTrace:
    """A uniformly sampled signal.

    samples: shape (n,), as they are stored, of any real type, memory-mapped where the container allows it. measures:
    what a sample is. sample_interval: s. recognised: what was recognised of a table, in sentences.
    """

    samples: npt.NDArray[Any]
    measures: Measured
    sample_interval: float
    recognised: tuple[str, ...] = ()


def open_trace(file: TraceFile) -> RawTrace:
    """The trace in a table of any container, an array in a .npy, or, with a dtype, a file of bare numbers.

    Nothing is ever unpickled. InputError: what cannot be read, another shape, samples that are no numbers, a wrong
    unit, a sampling interval that nobody gives, times that are not evenly spaced (with its row), sizes that no signal
    has.
    """
    with limited(file.size_limit):
        try:
            raw = _opened(file)
        except OSError as error:
            raise InputError(Problem(str(file.path), READABLE, reason(error))) from error
    _check_sizes(file, raw)
    return raw


def _opened(file: TraceFile) -> RawTrace:
    if file.path.name in file.listed.records:
        return _from_table(file)
    size = admitted(file.path)
    samples = bare_array(file.path) if file.dtype is None else _binary(file, size)
    if samples is None or (samples.ndim > 1 and samples.size != max(samples.shape)):
        return _from_table(file)
    if samples.dtype.kind not in _KINDS:
        raise InputError(Problem(file.path.name, "an array of numbers", f"one of type {samples.dtype}"))
    return RawTrace(samples.reshape(-1), declared(file.path.name, file.quantity, file.unit), _interval(file))


def _binary(file: TraceFile, size: int) -> npt.NDArray[Any]:
    kind = np.dtype(file.dtype)
    if size == 0 or size % kind.itemsize:
        expected = f"a whole number of {kind.name} samples of {kind.itemsize} bytes"
        raise InputError(Problem(file.path.name, expected, f"{size} bytes"))
    return np.memmap(file.path, dtype=kind, mode="r")


def _check_sizes(file: TraceFile, raw: RawTrace) -> None:
    """Refuse an empty trace, and signals whose squares leave the range of doubles, as cells of tables are."""
    si = QUANTITIES.get(raw.measures.quantity, "")
    if raw.samples.size == 0:
        raise InputError(Problem(file.path.name, "samples", "none"))
    if raw.samples.dtype.kind != "f":
        return
    parts = (raw.samples[start : start + _PART] for start in range(0, raw.samples.size, _PART))
    sample = max(float(np.max(np.abs(part), initial=0.0, where=np.isfinite(part))) for part in parts)
    largest = sample * abs(raw.measures.factor or 1.0)
    if largest and not SMALLEST <= largest <= LARGEST:
        expected = f"a signal between {SMALLEST:g} and {LARGEST:g} {si}".rstrip() + " in size"
        raise InputError(Problem(file.path.name, expected, f"one of up to {largest:g} {si}".rstrip()))


def _from_table(file: TraceFile) -> RawTrace:
    signals = _signals(file)
    table = _described(file, signals)
    match = next(match for match in table.headers.matches.values() if match.column in signals)
    measures, factor = _written(file, match, table)
    held: tuple[str, ...] = ()
    if _TIME.name in table.values:
        samples, interval, held = _timed(table, match.column.name, file)
    else:
        samples, interval = table.values[match.column.name], _stated(file, table)
    samples = samples if factor == 1.0 else factor * samples
    return RawTrace(samples, measures, interval, (*table.recognised, *held))


def _described(file: TraceFile, signals: Sequence[Column]) -> Described:
    """The columns of a table: a signal, and times or an interval where the index says none.

    InputError: what is wrong, and what may be the times where a column is left for them.
    """
    own = {signals[0].name: file.column} if file.column else None
    known = file.sample_interval is not None
    clock, alone = _BARE_TIME if known else _TIME, tuple((signal,) for signal in signals)
    wanted = Layout((), (*((clock, s) for s in signals), *alone), (_INTERVAL,), record=True)
    strict = Layout((clock,), alone, record=True)
    try:
        table = file.listed.read(file.path, wanted, own, file.group)
    except InputError:
        file.listed.read(file.path, strict, own, file.group)  # which names what is missing, and no alternatives to it
        raise
    if known or not table.headers.unused or {_TIME.name, _INTERVAL.name} & table.values.keys():
        return table
    return file.listed.read(file.path, strict, own, file.group)


def _stated(file: TraceFile, table: Described) -> float:
    """The sampling interval (s) of samples without times, of which none may be left out: the index's or the file's."""
    if table.selection.rows < table.selection.table.rows or table.selection.table.left_out:
        expected = "a column 'time (s)', to know where rows are left out"
        raise InputError(Problem(file.path.name, expected, "none"))
    stated = table.values.get(_INTERVAL.name)
    if stated is None:
        return _interval(file)
    if np.ptp(stated) > 0.0:
        where = f"{file.path.name}, column 'sample_interval'"
        raise InputError(Problem(where, "one interval for all samples", "several"))
    return float(stated[0])


def _timed(table: Described, signal: str, file: TraceFile) -> tuple[Array, float, tuple[str, ...]]:
    """Samples with times: their values, their interval (s), and what was done for missing ones."""
    time, samples, missing = _bridged(table, signal, file)
    steps = np.diff(time)
    if steps.size == 0:
        raise InputError(Problem(file.path.name, "two samples or more", f"{time.size}"))
    interval = float((time[-1] - time[0]) / steps.size)
    if not interval > 0:
        raise InputError(
            Problem(f"{file.path.name}, column 'time'", "times that rise", f"{time[0]:g} to {time[-1]:g} s")
        )
    wrong = np.flatnonzero(np.abs(steps - interval) > _JITTER * interval)
    if wrong.size:
        where = f"{file.path.name}, sample {wrong[0] + 2}, column 'time'"
        expected = f"evenly spaced times, {interval:.6g} s apart, to {100 * _JITTER:g} %"
        raise InputError(Problem(where, expected, f"a step of {steps[wrong[0]]:.6g} s"))
    held = (f"{missing} missing samples have the value of the one before",) if missing else ()
    if file.sample_interval is None:
        return samples, interval, held
    if table.headers.matches[_TIME.name].unit is None:
        return samples, file.sample_interval, held
    if abs(file.sample_interval / interval - 1.0) > _JITTER:
        found = f"times {interval:.6g} s apart"
        raise InputError(Problem(file.path.name, f"the declared sample_interval, {file.sample_interval:g} s", found))
    return samples, interval, held


def _signals(file: TraceFile) -> list[Column]:
    """What the signal in a table may be; one thing, as the table is described, where the index names its column."""
    signals = [*(column for name, column in _COLUMNS.items() if file.quantity in ("", name)), _SIGNAL]
    if not file.column:
        return signals
    return [next((column for column in signals if column.name in file.listed.description.columns), _SIGNAL)]


def _written(file: TraceFile, match: Match, table: Described) -> tuple[Measured, float]:
    """What the samples of a table are, in SI where their unit is known, and what takes its numbers there."""
    header = table.selection.table.header[match.position]
    if match.column != _SIGNAL and fits(match.unit, match.column):
        return Measured(match.column.name, 1.0), 1.0
    if match.unit is None and file.unit is not None:
        return declared(file.path.name, file.quantity, file.unit), 1.0
    if match.column != _SIGNAL:
        return Measured(match.column.name), 1.0
    unit = match.unit if match.unit and is_unit(match.unit) else ""
    for name, column in _COLUMNS.items():
        if file.quantity in ("", name) and unit and fits(unit, column):
            return Measured(name, 1.0), conversion(unit, column.unit)[0]
    if file.quantity and unit:
        expected = f"a unit such as {QUANTITIES[file.quantity]}"
        raise InputError(Problem(f"{file.path.name}, column {quoted(header)}", expected, quoted(unit)))
    return Measured(file.quantity), 1.0


def _bridged(table: Described, signal: str, file: TraceFile) -> tuple[Array, Array, int]:
    """Times and samples, and how many of them were left out as bad rows; the one before stands for each of these.

    InputError where so many are missing that dwells could be bridged unseen.
    """
    time, samples = table.values["time"], table.values[signal]
    steps = np.diff(time)
    step = float(np.median(steps)) if steps.size else 0.0
    if file.listed.description.dialect.bad_rows != "leave-out" or not step > 0:
        return time, samples, 0
    times = np.maximum(np.rint(steps / step), 1.0).astype(np.int64)
    missing = int(times.sum()) - times.size
    if missing > _MOST_MISSING * times.size:
        expected = f"at most {100 * _MOST_MISSING:g} % of the samples missing"
        raise InputError(Problem(file.path.name, expected, f"{missing} beside {time.size}"))
    repeats = np.append(times, 1)
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return np.repeat(time, repeats) + step * within, np.repeat(samples, repeats), missing


def _interval(file: TraceFile) -> float:
    if file.sample_interval is None:
        expected = "a sample_interval, as a key or as a column of the index, since the file has no times"
        raise InputError(Problem(file.path.name, expected, "none"))
    return file.sample_interval
