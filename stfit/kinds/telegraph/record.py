"""A record made ready for its two states: useless samples missing, lines of the mains and the baseline taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.blocks import levels_of_blocks
from stfit.kinds.telegraph.hum import Line, lines_of, without_lines
from stfit.kinds.telegraph.levels import Levels, find_levels
from stfit.kinds.telegraph.screening import screened, told_apart
from stfit.kinds.telegraph.segmentation import stretches
from stfit.kinds.telegraph.several_levels import Ladder
from stfit.kinds.telegraph.wandering import Baseline, Course, baseline_of

Array = npt.NDArray[np.float64]

SHORTEST: Final = 16  # samples of a record, or between two gaps, that are worth a stretch of their own
_PERIODS: Final = 8.0  # of a line in each part, from which it can be told from the signal there
_BRIDGED: Final = 0.1  # of the shorter dwell: a gap in which no dwell is lost
_LONGEST: Final = 1000.0  # samples of a gap that is bridged
_PART: Final = 1 << 22  # samples from which a baseline is taken at once
_KEPT: Final = 0.6  # of the step, that is left without lines that are none of the signal


@final
@dataclass(frozen=True)
class Record:
    """Samples that show two levels and noise.

    parts: stretches that were recorded without knowing of each other (bursts, or what long gaps divide), one for a
    plain trace; NaN where samples are missing. levels: of them all; None where all samples are alike. absent, glitches:
    how many samples are missing because they were no numbers, or far off both levels; lacking: because gaps in the
    times have none. saturated: share at a converter's end. lines: of the spectrum, taken off unless the parts are too
    short for that. baseline: taken off, or why not.
    """

    parts: tuple[npt.NDArray[Any], ...]
    levels: Levels | None
    absent: int = 0
    glitches: int = 0
    lacking: int = 0
    saturated: float = 0.0
    lines: tuple[Line, ...] = ()
    lines_taken_off: bool = True
    baseline: Baseline | Course = Course.UNJUDGED

    @property
    def size(self) -> int:
        """Samples, the missing ones among them."""
        return sum(part.size for part in self.parts)

    @property
    def missing(self) -> int:
        """How many samples are missing, for whatever reason."""
        return self.absent + self.glitches + self.lacking

    @property
    def complete(self) -> bool:
        """Whether it is one stretch without a missing sample."""
        return len(self.parts) == 1 and _whole(self.parts[0])

    def looked_at(self) -> npt.NDArray[Any]:
        """Stretches that stand for the record, shape (number, length); one where samples are missing."""
        if len(self.parts) == 1 and _whole(self.parts[0]):
            return stretches(self.parts[0])
        return np.concatenate([_present(part) for part in self.parts]).reshape(1, -1)

    def at_levels(self, ladder: Ladder, pair: tuple[int, int]) -> Record:
        """The record at two levels of a ladder: samples nearer to another level are missing, and the chain runs on.

        What looks like jumps of a baseline are visits to the other levels.
        """
        parts = []
        for part in self.parts:
            nearest = ladder.nearest(part)
            parts.append(np.where((nearest == pair[0]) | (nearest == pair[1]), part, np.nan))
        baseline = Course.UNJUDGED if self.baseline is Course.JUMPS else self.baseline
        return replace(self, parts=tuple(parts), levels=_levels(np.concatenate(parts)), baseline=baseline)

    def floats(self) -> tuple[Array, ...]:
        """The stretches as doubles, but for those too short to say anything."""
        return tuple(np.asarray(part, dtype=float) for part in self.parts if part.size >= SHORTEST)

    def unbroken(self, dwell: float) -> list[npt.NDArray[Any]]:
        """Stretches without missing samples; dwell: the shorter one, in samples.

        Over a gap in which no dwell can be lost the sample before stands; others divide the record.
        """
        found: list[npt.NDArray[Any]] = []
        for part in self.parts:
            if part.size < SHORTEST:
                continue
            found += [part] if _whole(part) else _divided(part, max(1, int(min(_BRIDGED * dwell, _LONGEST))))
        return found


def prepared(parts: Sequence[npt.NDArray[Any]], sample_interval: float, lacking: int = 0) -> Record:
    """The record behind stretches of samples, each of shape (n,).

    sample_interval: s. lacking: samples among them that stand for gaps in the times, NaN.
    """
    first = screened(parts[0] if len(parts) == 1 else np.concatenate([np.asarray(p, dtype=float) for p in parts]))
    samples, levels = first.samples, _levels(first.samples)
    ends = np.cumsum([part.size for part in parts])[:-1]
    record = Record(
        tuple(np.split(samples, ends)) if ends.size else (samples,),
        levels,
        first.absent - lacking,
        first.glitches,
        lacking,
        first.saturated,
    )
    if levels is None or samples.size - first.missing < SHORTEST:
        return record
    record = _off_the_mains(record, levels, sample_interval)
    samples = record.parts[0] if len(parts) == 1 else np.concatenate(record.parts)
    assert record.levels is not None  # noqa: S101
    baseline = _baseline(samples, record.levels)
    if isinstance(baseline, Course):
        return replace(record, baseline=baseline)
    again = screened(_flattened(samples, baseline))
    return replace(
        record,
        parts=tuple(np.split(again.samples, ends)) if ends.size else (again.samples,),
        levels=_levels(again.samples),
        glitches=record.glitches + again.glitches,
        baseline=baseline,
    )


def _off_the_mains(record: Record, levels: Levels, sample_interval: float) -> Record:
    """The record without lines of the spectrum; they are looked for in the longest part, and taken off each."""
    sizes = [part.size for part in record.parts]
    lines = lines_of(record.parts[int(np.argmax(sizes))], sample_interval)
    if not lines:
        return record
    slowest = min(line.frequency for line in lines) * sample_interval
    if min(size for size in sizes if size >= SHORTEST) * slowest < _PERIODS:
        return replace(record, lines=lines, lines_taken_off=False)
    clean = tuple(
        without_lines(part, sample_interval, lines) if part.size >= SHORTEST else part for part in record.parts
    )
    after = _levels(clean[0] if len(clean) == 1 else np.concatenate(clean))
    if after is None or not _as_clear(after, levels):
        return record
    return replace(record, parts=clean, levels=after, lines=lines)


def _as_clear(after: Levels, before: Levels) -> bool:
    """Whether the levels are seen as well without the lines: a wave of equal dwells is all lines."""
    if not told_apart(before):
        return True
    step = (after.high - after.low) / (before.high - before.low)
    return told_apart(after) and step > _KEPT and after.noise < before.noise


def _whole(part: npt.NDArray[Any]) -> bool:
    return part.dtype.kind != "f" or not np.isnan(np.min(part))


def _present(part: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return part[np.isfinite(part)] if part.dtype.kind == "f" else part


def _levels(samples: npt.NDArray[Any]) -> Levels | None:
    """The levels of what is there; None where it is all alike."""
    values = _present(stretches(samples).ravel()).astype(float)
    return find_levels(values) if values.size > 1 and np.ptp(values) > 0 else None


def _baseline(samples: npt.NDArray[Any], levels: Levels) -> Baseline | Course:
    if levels.noiseless:  # two values are no more than two levels
        return Course.STAYED
    own = levels_of_blocks(samples, levels)
    if own is None and not told_apart(levels):
        return Course.UNJUDGED
    step, *noise = own or (levels.high - levels.low, *levels.two.deviation)
    return baseline_of(samples, float(step), (float(noise[0]), float(noise[1])))


def _flattened(samples: npt.NDArray[Any], baseline: Baseline) -> npt.NDArray[Any]:
    flat = np.empty(samples.size, dtype=np.float32 if samples.dtype == np.float32 else np.float64)
    for start in range(0, samples.size, _PART):
        stop = min(start + _PART, samples.size)
        flat[start:stop] = samples[start:stop] - baseline.along(start, stop)
    return flat


def _divided(part: npt.NDArray[Any], bridged: int) -> list[npt.NDArray[Any]]:
    """The stretches between gaps of more than `bridged` samples; over shorter ones the sample before stands."""
    seen = np.flatnonzero(np.isfinite(part))
    if seen.size == 0:
        return []
    breaks = np.flatnonzero(np.diff(seen) > bridged + 1)
    found = []
    for places in np.split(seen, breaks + 1):
        if places.size < SHORTEST:
            continue
        holding = np.repeat(part[places], np.diff(places, append=places[-1] + 1))
        found.append(np.ascontiguousarray(holding))
    return found
