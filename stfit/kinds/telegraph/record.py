"""A record made ready for its two states: useless samples missing, lines of the mains and the baseline taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.hum import Line, lines_of, without_lines
from stfit.kinds.telegraph.levels import Levels, find_levels
from stfit.kinds.telegraph.screening import screened, told_apart
from stfit.kinds.telegraph.segmentation import stretches
from stfit.kinds.telegraph.several_levels import Ladder
from stfit.kinds.telegraph.wandering import Baseline, baseline_of, levels_of_blocks

Array = npt.NDArray[np.float64]

_SHORTEST: Final = 16  # samples between two gaps that are worth a stretch of their own
_BRIDGED: Final = 0.1  # of the shorter dwell: a gap in which no dwell is lost
_LONGEST: Final = 1000.0  # samples of a gap that is bridged
_PART: Final = 1 << 22  # samples from which a baseline is taken at once
_KEPT: Final = 0.6  # of the step, that is left without lines that are none of the signal


@final
@dataclass(frozen=True)
class Record:
    """Samples that show two levels and noise.

    parts: stretches that were recorded one after the other without knowing of each other (bursts), one for a plain
    trace; NaN where samples are missing. levels: of them all; None where all samples are alike. absent, glitches: how
    many samples are missing because they were no numbers, or far off both levels. saturated: share at a converter's
    end. lines: taken off. baseline: taken off, None where it stayed.
    """

    parts: tuple[npt.NDArray[Any], ...]
    levels: Levels | None
    absent: int = 0
    glitches: int = 0
    saturated: float = 0.0
    lines: tuple[Line, ...] = ()
    baseline: Baseline | None = None

    @property
    def size(self) -> int:
        """Samples, the missing ones among them."""
        return sum(part.size for part in self.parts)

    @property
    def complete(self) -> bool:
        """Whether it is one stretch without a missing sample."""
        return len(self.parts) == 1 and self.absent + self.glitches == 0 and _whole(self.parts[0])

    def looked_at(self) -> npt.NDArray[Any]:
        """Stretches that stand for the record, shape (number, length); one where samples are missing."""
        if len(self.parts) == 1 and _whole(self.parts[0]):
            return stretches(self.parts[0])
        return np.concatenate([_present(part) for part in self.parts]).reshape(1, -1)

    def at_levels(self, ladder: Ladder, pair: tuple[int, int]) -> Record:
        """The record at two levels of a ladder: samples nearer to another level are missing, and the chain runs on."""
        parts = []
        for part in self.floats():
            nearest = np.argmin(np.abs(part[:, None] - ladder.level), axis=1)
            parts.append(np.where((nearest == pair[0]) | (nearest == pair[1]), part, np.nan))
        return replace(self, parts=tuple(parts), levels=_levels(np.concatenate(parts)))

    def floats(self) -> tuple[Array, ...]:
        """The stretches as doubles."""
        return tuple(np.asarray(part, dtype=float) for part in self.parts)

    def unbroken(self, dwell: float) -> list[npt.NDArray[Any]]:
        """Stretches without missing samples; dwell: the shorter one, in samples.

        Over a gap in which no dwell can be lost the sample before stands; others divide the record.
        """
        found: list[npt.NDArray[Any]] = []
        for part in self.parts:
            found += [part] if _whole(part) else _divided(part, max(1, int(min(_BRIDGED * dwell, _LONGEST))))
        return found


def prepared(parts: Sequence[npt.NDArray[Any]], sample_interval: float) -> Record:
    """The record behind stretches of samples, each of shape (n,); sample_interval: s."""
    if len(parts) > 1:
        return _joined(parts)
    first = screened(parts[0])
    samples, levels = first.samples, _levels(first.samples)
    if levels is None:
        return Record((samples,), None, first.absent, first.glitches)
    lines = lines_of(samples, sample_interval)
    if lines:
        clean = without_lines(samples, sample_interval, lines)
        after = _levels(clean)
        if after is not None and _as_clear(after, levels):
            samples, levels = clean, after
        else:
            lines = ()
    baseline = _baseline(samples, levels)
    if baseline is not None:
        samples = _flattened(samples, baseline)
        again = screened(samples)
        samples, levels = again.samples, _levels(again.samples)
        first = type(first)(samples, first.absent, first.glitches + again.glitches, first.saturated)
    return Record((samples,), levels, first.absent, first.glitches, first.saturated, lines, baseline)


def _joined(parts: Sequence[npt.NDArray[Any]]) -> Record:
    """Bursts: their levels are those of all together."""
    found = screened(np.concatenate([np.asarray(part, dtype=float) for part in parts]))
    ends = np.cumsum([part.size for part in parts])[:-1]
    return Record(
        tuple(np.split(found.samples, ends)), _levels(found.samples), found.absent, found.glitches, found.saturated
    )


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


def _baseline(samples: npt.NDArray[Any], levels: Levels) -> Baseline | None:
    if levels.noiseless:
        return None
    own = levels_of_blocks(samples, levels)
    if own is None and not told_apart(levels):
        return None
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
        if places.size < _SHORTEST:
            continue
        holding = np.repeat(part[places], np.diff(places, append=places[-1] + 1))
        found.append(np.ascontiguousarray(holding))
    return found
