"""Traces as they lie on the disk: arrays and tables of a signal against time, memory-mapped where they can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.files import READABLE, reason
from stfit.loaders.bare_array import bare_array
from stfit.loaders.gate import admitted, limited, size_limit
from stfit.loaders.listed import Listed
from stfit.loaders.reading import is_text_file, read_arrays
from stfit.measurement.columns import Column, Layout
from stfit.units import LARGEST, SMALLEST, UnitError, conversion, parse_quantity, quoted

QUANTITIES: Final = {"resistance": "ohm", "voltage": "V"}
_ARRAYS: Final = frozenset({".npy", ".npz"})
_TIME: Final = Column("time", "s", accepts=("s", "ms", "us"), aliases=("t",))
_COLUMNS: Final = {
    "resistance": Column("resistance", "ohm", accepts=("ohm", "mohm"), aliases=("R",)),
    "voltage": Column("voltage", "V", accepts=("mV", "V"), aliases=("V", "U")),
}
# what a table of a trace may hold
LISTED: Final = Layout((_TIME,), tuple((column,) for column in _COLUMNS.values()), record=True)
_JITTER: Final = 0.2  # of a sampling interval, that a written time may be off
_MOST_JITTER: Final = 0.1  # share of the times that may be off by more
_GAP: Final = 1.5  # sampling intervals: a longer step lacks samples
_LONGEST_GAP: Final = 1000  # samples
_KINDS: Final = "fiu"
_PART: Final = 1 << 22  # samples of a mapped array that are looked at at once

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class TraceFile:
    """Where a trace lies and how its numbers are read.

    quantity: "resistance" or "voltage". sample_interval: s; None where only the file can tell. unit: of the numbers of
    an array, with a factor where there is one ("0.25 mV" a count). dtype: of a file that holds nothing but numbers.
    listed: how the tables of an index are described. column: header or number of the signal in a table, where the index
    says it. size_limit: bytes that it may have, by default what holds where the object is made.
    """

    path: Path
    quantity: str
    sample_interval: float | None = None
    unit: str | None = None
    dtype: str | None = None
    listed: Listed = field(default_factory=Listed)
    column: str = ""
    size_limit: int = field(default_factory=size_limit)


@final
@dataclass(frozen=True)
class RawTrace:
    """A uniformly sampled signal.

    samples: shape (n,), as they are stored, of any real type, memory-mapped where the container allows it. factor: of a
    sample into `quantity`'s SI unit. sample_interval: s. recognised: what was recognised of a table, in sentences.
    """

    samples: npt.NDArray[Any]
    factor: float
    sample_interval: float
    recognised: tuple[str, ...] = ()


def open_trace(file: TraceFile) -> RawTrace:
    """The trace in a .npy or .npz (one array), a table with a column of time, or, with a dtype, a file of bare numbers.

    Nothing is ever unpickled. InputError: what cannot be read, another shape, samples that are no numbers, a unit or a
    sampling interval that nobody gives, times that are not evenly spaced (with its row), sizes that no signal has.
    Samples that gaps in the times lack are NaN.
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
    if file.dtype is None and is_text_file(file.path):
        return _from_table(file)
    samples = _binary(file, size) if file.dtype is not None else _numpy(file)
    if samples.ndim != 1 or samples.dtype.kind not in _KINDS:
        expected = "one array of numbers of one dimension"
        raise InputError(Problem(file.path.name, expected, f"shape {samples.shape} of type {samples.dtype}"))
    return RawTrace(samples, _factor(file), _interval(file))


def _numpy(file: TraceFile) -> npt.NDArray[Any]:
    if (array := bare_array(file.path)) is not None:
        return array
    if file.path.suffix.lower() not in _ARRAYS:
        expected = "a .npy, .npz or text, or a dtype that says what the bytes are"
        raise InputError(Problem(file.path.name, expected, quoted(file.path.suffix)))
    arrays = read_arrays(file.path)
    if len(arrays) != 1:
        found = ", ".join(quoted(name) for name, _ in arrays) or "none"
        raise InputError(Problem(file.path.name, "one array of numbers", found))
    return arrays[0][1]


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
    si = QUANTITIES[file.quantity]
    if raw.samples.size == 0:
        raise InputError(Problem(file.path.name, "samples", "none"))
    if raw.samples.dtype.kind != "f":
        return
    usable_samples, largest = 0, 0.0
    for start in range(0, raw.samples.size, _PART):
        size = np.abs(raw.samples[start : start + _PART].astype(float)) * abs(raw.factor)
        usable = size <= LARGEST
        largest = max(largest, float(np.max(size, initial=0.0, where=usable)))
        usable_samples += int(np.count_nonzero(usable))
    if not usable_samples or 0.0 < largest < SMALLEST:
        expected = f"a signal between {SMALLEST:g} and {LARGEST:g} {si} in size"
        raise InputError(
            Problem(file.path.name, expected, f"up to {largest:g} {si}" if usable_samples else "no such sample")
        )


def _from_table(file: TraceFile) -> RawTrace:
    own = {file.quantity: file.column} if file.column else None
    table = file.listed.read(file.path, Layout((_TIME, _COLUMNS[file.quantity]), record=True), own)
    time, samples = table.values["time"], table.values[file.quantity]
    steps = np.diff(time)
    if steps.size == 0:
        raise InputError(Problem(file.path.name, "two samples or more", f"{time.size}"))
    _refuse_uneven(steps, file.path.name)
    multiples = _multiples(steps)
    interval = float(steps.sum() / multiples.sum())
    if file.sample_interval is not None and abs(file.sample_interval / interval - 1.0) > _JITTER:
        found = f"times {interval:.6g} s apart"
        raise InputError(Problem(file.path.name, f"the declared sample_interval, {file.sample_interval:g} s", found))
    return RawTrace(_with_gaps(samples, multiples), 1.0, interval, table.recognised)


def _refuse_uneven(steps: Array, name: str) -> None:
    """InputError where times do not rise, or are not evenly spaced but for jitter and gaps."""
    falling = np.flatnonzero(steps <= 0.0)
    if falling.size:
        where = f"{name}, sample {falling[0] + 2}, column 'time'"
        raise InputError(Problem(where, "times that rise", f"a step of {steps[falling[0]]:.6g} s"))
    step = float(np.median(steps))
    off = np.abs(steps / (step * _multiples(steps)) - 1.0) > _JITTER
    if np.count_nonzero(off) > _MOST_JITTER * steps.size:
        place = int(np.flatnonzero(off)[0])
        where = f"{name}, sample {place + 2}, column 'time'"
        expected = f"evenly spaced times, {step:.6g} s apart, to {100 * _JITTER:g} %"
        raise InputError(Problem(where, expected, f"a step of {steps[place]:.6g} s"))


def _multiples(steps: Array) -> npt.NDArray[np.int64]:
    """Sampling intervals in each step of time: more than one in a gap, one where a time is late and the next is not."""
    whole = steps / np.median(steps)
    beside = np.minimum(np.append(whole[1:], np.inf), np.insert(whole[:-1], 0, np.inf))
    beside = np.where(np.isfinite(beside), beside, 1.0)
    gap = (whole > _GAP) & (whole + beside > 1.0 + _GAP)
    return np.where(gap, np.rint(whole), 1.0).astype(np.int64)


def _with_gaps(samples: Array, multiples: npt.NDArray[np.int64]) -> Array:
    """Samples with NaN for those that a gap lacks; a gap of more samples than there are is as long as they are."""
    gaps = max(1, int(np.count_nonzero(multiples > 1)))
    lengths = np.minimum(multiples, max(_LONGEST_GAP, samples.size // gaps))
    if np.all(lengths == 1):
        return samples
    found = np.full(int(lengths.sum()) + 1, np.nan)
    found[np.concatenate([[0], np.cumsum(lengths)])] = samples
    return found


def _interval(file: TraceFile) -> float:
    if file.sample_interval is None:
        expected = "a sample_interval, as a key or as a column of the index, since an array has no times"
        raise InputError(Problem(file.path.name, expected, "none"))
    return file.sample_interval


def _factor(file: TraceFile) -> float:
    """What a sample is worth in SI: from "mV", or from "0.25 mV" a count."""
    si = QUANTITIES[file.quantity]
    where = f"{file.path.name}, key 'unit'"
    if file.unit is None:
        raise InputError(Problem(file.path.name, f"the key 'unit' of its numbers, for example \"{si}\"", "none"))
    try:
        if any(character.isdigit() for character in file.unit.lstrip()[:1] + "."):
            factor, offset = parse_quantity(file.unit, si).value, 0.0
        else:
            factor, offset = conversion(file.unit, si)
    except UnitError as error:
        raise InputError(Problem(where, error.expected, error.found)) from error
    if offset:
        raise InputError(Problem(where, f"a unit such as {si}", quoted(file.unit)))
    if not SMALLEST <= abs(factor) <= LARGEST:
        raise InputError(Problem(where, f"a unit between {SMALLEST:g} and {LARGEST:g} {si}", quoted(file.unit)))
    return factor
