"""Blocks of a record: short enough that a baseline stays where it is, and what levels they show by themselves."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.levels import Levels

Array = npt.NDArray[np.float64]

BLOCKS: Final = (6, 192)  # fewest and most in a record
_SHORTEST: Final = 128  # samples of a block
_BETWEEN: Final = 0.05  # of the samples of a block may lie between its levels: an instrument may be slow
_ROUNDS: Final = 20  # of expectation–maximisation
_EVERY: Final = 1 << 20  # samples of a block that are looked at, at most
_ENOUGH: Final = 1024  # samples of a block, which show its levels to a few hundredths of the noise
CLEAR: Final = (3.0, 0.02)  # noises between levels of a block, and the share of its rarer one, by which it shows two
_ALIKE: Final = 0.1  # of the step, by which blocks and record may differ


def levels_of_blocks(samples: npt.NDArray[Any], levels: Levels) -> tuple[float, float, float] | None:
    """Step and noises of both levels where blocks of a record agree on them and the whole does not; else None.

    Levels that jump or wander are smeared in the histogram of a record, in those of short blocks they are not.
    """
    edges = block_edges(samples.size)
    found = [_two_gaussians(finite(samples[a:b])[:: max(1, (b - a) // _ENOUGH)]) for a, b in pairwise(edges)]
    clear = np.array([each for each in found if each is not None])
    if clear.shape[0] < BLOCKS[0] // 2:
        return None
    step, low, high = np.median(clear, axis=0)
    spread = 1.4826 * float(np.median(np.abs(clear[:, 0] - step)))
    noise = float(np.hypot(low, high) / np.sqrt(2.0))
    whole = levels.high - levels.low
    if spread > 2.0 * _ALIKE * step or (abs(whole / step - 1.0) < _ALIKE and levels.noise < 1.3 * noise):
        return None
    return float(step), float(low), float(high)


def finite(part: npt.NDArray[Any]) -> Array:
    """The samples of a block that are there, some of very many."""
    values = np.asarray(part[:_EVERY], dtype=float)
    return np.asarray(values[np.isfinite(values)])


def block_edges(size: int) -> npt.NDArray[np.int64]:
    """First samples of the blocks of a record, and its end."""
    number = int(np.clip(size // _SHORTEST, *BLOCKS))
    return np.linspace(0, size, number + 1).astype(np.int64)


def _two_gaussians(values: Array) -> tuple[float, float, float] | None:
    """Step and deviations of the two Gaussians in a block; None where it does not show two."""
    if values.size < _SHORTEST // 2 or np.ptp(values) == 0.0:
        return None
    cut = float(np.mean(np.quantile(values, [0.02, 0.98])))
    mean, width, share = np.zeros(2), np.ones(2), np.array([0.5, 0.5])
    span = float(np.ptp(values))
    member = np.stack([values <= cut, values > cut]).astype(float)
    for _ in range(_ROUNDS):
        mass = member.sum(axis=1) + 1e-9
        mean = (member @ values) / mass
        width = np.sqrt((member * (values - mean[:, None]) ** 2).sum(axis=1) / mass) + 1e-12 * span
        share = mass / mass.sum()
        density = share[:, None] / width[:, None] * np.exp(-0.5 * ((values - mean[:, None]) / width[:, None]) ** 2)
        member = density / (density.sum(axis=0) + _BETWEEN / span)
    step = float(mean[1] - mean[0])
    if step < CLEAR[0] * float(np.hypot(*width) / np.sqrt(2.0)) or float(share.min()) < CLEAR[1]:
        return None
    return step, float(width[0]), float(width[1])
