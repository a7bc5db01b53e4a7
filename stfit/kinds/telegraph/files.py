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
from stfit.kinds.telegraph.clock import JITTER, NO_GAPS, Gaps, multiples_of, refuse_uneven, with_gaps
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
    "current": Column("current", "A", accepts=("A", "mA", "uA", "nA"), aliases=("I",), bare=True),
}
_SIGNAL: Final = Column("signal", "", any_unit=True)

_SAME_CLOCK: Final = 1e-3  # relative, between the sampling intervals of parts of one record
_KINDS: Final = "fiu"
_PART: Final = 1 << 22  # samples of a mapped array that are looked at at once


# what a table of a trace may hold
LISTED: Final = Layout(
    (_TIME,),
    tuple((signal,) for signal in (_COLUMNS["resistance"], _COLUMNS["voltage"], _SIGNAL)),
    (_INTERVAL,),
    record=True,
    drawn=(("time",), ("resistance", "voltage", _SIGNAL.name)),
)

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class TraceFile:
    """Where a trace lies and how its numbers are read.

    quantity: "resistance", "voltage" or "current"; "" where the file or the unit may tell. driven: "current" or
    "voltage", which the index gives, so that the file's own is not the signal. sample_interval: s; None where only the
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
    driven: str = "current"

    @property
    def signals(self) -> dict[str, Column]:
        """What the signal in a table may be, by its quantity."""
        return {
            name: column for name, column in _COLUMNS.items() if name != self.driven and self.quantity in ("", name)
        }


@final
@dataclass(frozen=True)
class RawTrace:
    """A uniformly sampled signal.

    samples: shape (n,), as they are stored, of any real type, memory-mapped where the container allows it. measures:
    what a sample is. sample_interval: s. recognised: what was recognised of a table, in sentences. gaps: in its times.
    """

    samples: npt.NDArray[Any]
    measures: Measured
    sample_interval: float
    recognised: tuple[str, ...] = ()
    gaps: Gaps = NO_GAPS

    @property
    def parts(self) -> list[npt.NDArray[Any]]:
        """The stretches between the gaps that are too long to be held."""
        return np.split(self.samples, self.gaps.breaks) if self.gaps.breaks else [self.samples]

    def sampled_as(self, other: RawTrace) -> bool:
        """Whether both can be parts of one record: the same unit and the same sampling interval."""
        same = abs(self.sample_interval / other.sample_interval - 1.0) < _SAME_CLOCK
        return same and self.measures == other.measures


def open_trace(file: TraceFile) -> RawTrace:
    """The trace in a table of any container, an array in a .npy, or, with a dtype, a file of bare numbers.

    Nothing is ever unpickled. InputError: what cannot be read, another shape, samples that are no numbers, a wrong
    unit, a sampling interval that nobody gives, times that are not evenly spaced (with its row), sizes that no signal
    has. Samples that gaps in the times lack are NaN.
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
    return RawTrace(
        samples.reshape(-1), declared(file.path.name, file.quantity, file.unit, file.driven), _interval(file)
    )


def _binary(file: TraceFile, size: int) -> npt.NDArray[Any]:
    kind = np.dtype(file.dtype)
    if size == 0 or size % kind.itemsize:
        expected = f"a whole number of {kind.name} samples of {kind.itemsize} bytes"
        raise InputError(Problem(file.path.name, expected, f"{size} bytes"))
    return np.memmap(file.path, dtype=kind, mode="r")


def _check_sizes(file: TraceFile, raw: RawTrace) -> None:
    """Refuse an empty trace, and signals whose squares leave the range of doubles, as cells of tables are.

    Single samples that are no number, or an instrument's code for one beyond its range, are missing ones.
    """
    si = QUANTITIES.get(raw.measures.quantity, "")
    if raw.samples.size == 0:
        raise InputError(Problem(file.path.name, "samples", "none"))
    if raw.samples.dtype.kind != "f":
        return
    usable_samples, largest = 0, 0.0
    for start in range(0, raw.samples.size, _PART):
        size = np.abs(raw.samples[start : start + _PART].astype(float)) * abs(raw.measures.factor or 1.0)
        usable = size <= LARGEST
        largest = max(largest, float(np.max(size, initial=0.0, where=usable)))
        usable_samples += int(np.count_nonzero(usable))
    if not usable_samples or 0.0 < largest < SMALLEST:
        expected = f"a signal between {SMALLEST:g} and {LARGEST:g} {si}".rstrip() + " in size"
        found = f"one of up to {largest:g} {si}".rstrip() if usable_samples else "no such sample"
        raise InputError(Problem(file.path.name, expected, found))


def _from_table(file: TraceFile) -> RawTrace:
    signals = _signals(file)
    table = _described(file, signals)
    match = next(match for match in table.headers.matches.values() if match.column in signals)
    measures, factor = _written(file, match, table)
    if _TIME.name in table.values:
        samples, interval, gaps = _timed(table, match.column.name, file)
    else:
        samples, interval, gaps = table.values[match.column.name], _stated(file, table), NO_GAPS
    samples = samples if factor == 1.0 else factor * samples
    return RawTrace(samples, measures, interval, table.recognised, gaps)


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


def _timed(table: Described, signal: str, file: TraceFile) -> tuple[Array, float, Gaps]:
    """Samples with times: their values, NaN where the times have a gap, their interval (s), and the gaps."""
    samples, steps = table.values[signal], np.diff(table.values[_TIME.name])
    if steps.size == 0:
        raise InputError(Problem(file.path.name, "two samples or more", f"{samples.size}"))
    refuse_uneven(steps, file.path.name)
    multiples = multiples_of(steps)
    interval = float(steps.sum() / multiples.sum())
    samples, gaps = with_gaps(samples, multiples)
    if file.sample_interval is None:
        return samples, interval, gaps
    if table.headers.matches[_TIME.name].unit is None:
        return samples, file.sample_interval, gaps
    if abs(file.sample_interval / interval - 1.0) > JITTER:
        found = f"times {interval:.6g} s apart"
        raise InputError(Problem(file.path.name, f"the declared sample_interval, {file.sample_interval:g} s", found))
    return samples, interval, gaps


def _signals(file: TraceFile) -> list[Column]:
    """What the signal in a table may be; one thing, as the table is described, where the index names its column."""
    signals = [*file.signals.values(), _SIGNAL]
    if not file.column:
        return signals
    return [next((column for column in signals if column.name in file.listed.description.columns), _SIGNAL)]


def _written(file: TraceFile, match: Match, table: Described) -> tuple[Measured, float]:
    """What the samples of a table are, in SI where their unit is known, and what takes its numbers there."""
    header = table.selection.table.header[match.position]
    if match.column != _SIGNAL and fits(match.unit, match.column):
        return Measured(match.column.name, 1.0), 1.0
    if match.unit is None and file.unit is not None:
        return declared(file.path.name, file.quantity, file.unit, file.driven), 1.0
    if match.column != _SIGNAL:
        return Measured(match.column.name), 1.0
    unit = match.unit if match.unit and is_unit(match.unit) else ""
    for name, column in file.signals.items():
        if unit and fits(unit, column):
            return Measured(name, 1.0), conversion(unit, column.unit)[0]
    if file.quantity and unit:
        expected = f"a unit such as {QUANTITIES[file.quantity]}"
        raise InputError(Problem(f"{file.path.name}, column {quoted(header)}", expected, quoted(unit)))
    return Measured(file.quantity), 1.0


def _interval(file: TraceFile) -> float:
    if file.sample_interval is None:
        expected = "a sample_interval, as a key or as a column of the index, since the file has no times"
        raise InputError(Problem(file.path.name, expected, "none"))
    return file.sample_interval
