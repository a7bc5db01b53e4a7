"""The times of a trace: evenly spaced but for jitter, with gaps in which nothing was sampled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem

Array = npt.NDArray[np.float64]

JITTER: Final = 0.2  # of a sampling interval, that a written time may be off
_MOST_JITTER: Final = 0.1  # share of the times that may be off by more
_GAP: Final = 1.5  # sampling intervals: a longer step lacks samples
_LONGEST_GAP: Final = 1000  # samples that a gap may lack, where all together lack more than there are


@final
@dataclass(frozen=True)
class Gaps:
    """Gaps in the times of a trace. number: of them. lacking: samples that they lack and that are held, as NaN.

    breaks: samples before which a gap lies that is too long to be held: what is on both sides begins anew.
    """

    number: int = 0
    lacking: int = 0
    breaks: tuple[int, ...] = ()


NO_GAPS: Final = Gaps()


def refuse_uneven(steps: Array, name: str) -> None:
    """InputError where times do not rise, or are not evenly spaced but for jitter and gaps."""
    falling = np.flatnonzero(steps <= 0.0)
    if falling.size:
        where = f"{name}, sample {falling[0] + 2}, column 'time'"
        raise InputError(Problem(where, "times that rise", f"a step of {steps[falling[0]]:.6g} s"))
    step = float(np.median(steps))
    off = np.abs(steps / (step * multiples_of(steps)) - 1.0) > JITTER
    if np.count_nonzero(off) > _MOST_JITTER * steps.size:
        place = int(np.flatnonzero(off)[0])
        where = f"{name}, sample {place + 2}, column 'time'"
        expected = f"evenly spaced times, {step:.6g} s apart, to {100 * JITTER:g} %"
        raise InputError(Problem(where, expected, f"a step of {steps[place]:.6g} s"))


def multiples_of(steps: Array) -> npt.NDArray[np.int64]:
    """Sampling intervals in each step of time: more than one in a gap, one where a time is late and the next is not."""
    whole = steps / np.median(steps)
    beside = np.minimum(np.append(whole[1:], np.inf), np.insert(whole[:-1], 0, np.inf))
    beside = np.where(np.isfinite(beside), beside, 1.0)
    gap = (whole > _GAP) & (whole + beside > 1.0 + _GAP)
    # the mean step, since the median of rounded times is one of few values
    return np.where(gap, np.rint(steps / np.mean(steps[~gap])), 1.0).astype(np.int64)


def with_gaps(samples: Array, multiples: npt.NDArray[np.int64]) -> tuple[Array, Gaps]:
    """Samples with NaN for those that gaps lack; long gaps are breaks where all together lack more than there are."""
    lacking = multiples - 1
    number = int(np.count_nonzero(lacking))
    if number == 0:
        return samples, NO_GAPS
    long = (lacking > _LONGEST_GAP) & (lacking.sum() > samples.size)
    held = np.where(long, 0, lacking)
    places = np.concatenate([[0], np.cumsum(held + 1)])
    found = np.full(int(places[-1]) + 1, np.nan)
    found[places] = samples
    return found, Gaps(number, int(held.sum()), tuple(places[1:][long].tolist()))
