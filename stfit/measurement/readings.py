"""Readings of a setting: those that differ by no more than their noise count as one setting, at their mean.

A thermometer that is read beside every event makes no series of temperatures, each with one event.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.measurement.columns import Noise
from stfit.measurement.grouping import distinct_values

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

# Standard deviations of a reading. Two readings of one setting are farther apart in 4 of 10,000 pairs, 2Φ(−5/√2);
# neighbours among more readings are closer to each other.
APART: Final = 5.0
# The scatter of readings of one setting (about their mean, over √n) is larger in at most 5 of 1000 tables, 2Φ(−2√2),
# which is that of two rows. Twice is also how wrong a stated uncertainty may be.
SCATTER: Final = 2.0
# Values that all stand farther apart were set, not read: 5/3 keeps 292, 294, 296 K apart and joins the 294, 295, 296 K
# of a thermometer that shows whole kelvins. Two values alone show no noise.
_DECLARED: Final = 5.0 / 3.0
_DECLARED_TWO: Final = 1.0
_CHANCE: Final = 3e-4  # two-sided, of a gap: at most 3 of 1000 tables of one setting then show a clear one (simulated)
_DROP: Final = 2.0  # the narrowest gap between settings over the widest within them, which Gaussian noise rarely passes

_MOST: Final = 1000  # clear gaps that are looked for in a part


@final
@dataclass(frozen=True)
class Parts:
    """Readings in parts with gaps between them; a part is one setting, or each of its values is.

    values: as read, shape (rows,). part: of each row, by rising value, shape (rows,). mean, scatter: of the readings of
    each part, the scatter as a standard deviation; noise: that of one reading; distinct: how many different values
    there are; declared: whether they were set, not read; shape (parts,).
    """

    values: Array
    part: Codes
    mean: Array
    scatter: Array
    noise: Array
    distinct: Codes
    declared: Mask

    @property
    def merged(self) -> Mask:
        """Parts whose different readings count as one setting, shape (parts,)."""
        return (self.distinct > 1) & ~self.declared & (self.scatter <= SCATTER * self.noise)

    @property
    def drifting(self) -> Mask:
        """Parts whose readings vary by more than their noise, so that each stays as it is, shape (parts,)."""
        return (self.distinct > 1) & ~self.declared & ~self.merged

    @cached_property
    def settled(self) -> Array:
        """The setting of each row: the mean of its part where that is one setting, else the reading; shape (rows,)."""
        return np.where(self.merged[self.part], self.mean[self.part], self.values)


def parts_of(values: Array, noise: Noise, uncertainty: float | None = None) -> Parts:
    """Part readings into settings, whatever their order.

    values: shape (rows,), finite. noise: by how much readings of one setting scatter at most, where `uncertainty`, the
    standard deviation of one reading in the unit of the values, is not given.

    Neighbours farther apart than APART standard deviations belong to different parts. Without an uncertainty a gap
    also parts readings where it is clear beside the scatter within the parts, and values that all stand well apart
    are settings as declared. A part is one setting if its scatter is at most SCATTER standard deviations: readings
    that drift by more, through all values in between, are left alone. Takes the time of sorting the rows, less where
    few of them differ.
    """
    x, place = distinct_values(values)
    deviation = noise.of(x) if uncertainty is None else np.full_like(x, uncertainty)
    gap, wider = np.diff(x), np.maximum(deviation[1:], deviation[:-1])
    cut = gap > APART * wider
    if uncertainty is None:
        cut |= _clear_gaps(x, cut)
    begins = np.append(0, np.flatnonzero(cut) + 1)
    distinct = np.diff(begins, append=x.size)
    lowest = x[begins]
    part = np.repeat(np.arange(begins.size), distinct)  # of each distinct value
    times = np.bincount(place, minlength=x.size)
    count = np.add.reduceat(times, begins)
    above = x - lowest[part]
    rise = np.add.reduceat(times * above, begins) / count
    squares = np.add.reduceat(times * np.square(above - rise[part]), begins)
    joined = ~cut
    if uncertainty is None:
        joined &= gap <= np.where(np.repeat(distinct, distinct)[1:] > 2, _DECLARED, _DECLARED_TWO) * wider
    return Parts(
        values,
        part[place],
        lowest + rise,
        np.sqrt(squares / count),
        np.add.reduceat(deviation, begins) / distinct,
        distinct,
        ~np.logical_or.reduceat(np.append(False, joined), begins),
    )


def _clear_gaps(x: Array, cut: Mask) -> Mask:
    """Gaps that are clear beside the scatter of the values on their sides, inside each part; shape (values − 1,).

    x: different values, rising. cut: gaps that part them already.
    """
    found = np.zeros_like(cut)
    ends = np.concatenate([[0], np.flatnonzero(cut) + 1, [x.size]])
    for start, stop in pairwise(ends):
        if stop - start > 2:
            found[start : stop - 1] = _clear_within(x[start:stop])
    return found


def _clear_within(x: Array) -> Mask:
    """The finest parts whose every gap is wider than two readings with the scatter within the parts would leave.

    Student's t of the difference of two readings, with the pooled variance of all parts; a value that is alone brings
    nothing to it, so that values that were set leave no degree of freedom and no clear gap.
    """
    gap = np.diff(x)
    widest = np.argpartition(-gap, _MOST)[: _MOST + 1] if gap.size > _MOST else np.arange(gap.size)
    widest = widest[np.argsort(-gap[widest], kind="stable")]
    ranked = gap[widest]
    centred = x - np.mean(x)
    sums, squares = (np.append(0.0, np.cumsum(powers)) for powers in (centred, np.square(centred)))
    drops = (ranked[:-1] > _DROP * ranked[1:]) & (ranked[:-1] > np.mean(gap))
    clear = np.zeros(gap.size, dtype=bool)
    for cuts in np.flatnonzero(drops)[::-1] + 1:
        freedom = x.size - cuts - 1
        ends = np.concatenate([[0], np.sort(widest[:cuts]) + 1, [x.size]])
        left = np.diff(squares[ends]) - np.square(np.diff(sums[ends])) / np.diff(ends)
        pooled = np.sqrt(max(float(np.sum(left)), 0.0) / freedom)
        if ranked[cuts - 1] > -np.sqrt(2.0) * scipy.special.stdtrit(freedom, _CHANCE / 2.0) * pooled:
            clear[widest[:cuts]] = True
            break
    return clear
