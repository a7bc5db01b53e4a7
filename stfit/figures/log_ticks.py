"""Ticks of logarithmic axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogFormatterSciNotation, LogLocator, NullFormatter, StrMethodFormatter

_FEW: Final = 50.0  # from one end of an axis to the other, for which 1, 2, 5 and 10 are marked
_MANY: Final = 1e6  # for which only powers of ten are marked
_PLAIN: Final = (1e-3, 2e4)  # numbers that are read without powers of ten
_MOST_POWERS: Final = 40


def log_ticks(group: Sequence[Axes]) -> None:
    """Mark the vertical axes of panels by one rule: plain numbers where all are easily read, else powers of ten.

    Parameters
    ----------
    group : sequence of Axes
        Panels of one figure, with logarithmic vertical axes whose limits are set.
    """
    ends = [axes.get_ylim() for axes in group]
    plain = all(low >= _PLAIN[0] and high <= _PLAIN[1] for low, high in ends)
    for axes, (low, high) in zip(group, ends, strict=True):
        few = high < _FEW * low
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if few else (1.0,), numticks=6))
        formatter = (
            StrMethodFormatter("{x:g}")
            if plain
            else LogFormatterSciNotation(labelOnlyBase=False, minor_thresholds=(np.inf, np.inf))
        )
        axes.yaxis.set_major_formatter(formatter)
        axes.yaxis.set_minor_formatter(NullFormatter())
        if high > _MANY * low:
            axes.yaxis.set_minor_locator(LogLocator(subs=(1.0,), numticks=_MOST_POWERS))
