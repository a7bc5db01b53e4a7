"""What is to be done with a trace, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph import verdicts
from stfit.kinds.telegraph.files import RawTrace, TraceFile
from stfit.kinds.telegraph.hidden_markov import HmmFit
from stfit.kinds.telegraph.levels import Levels, Thresholds
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.record import Record
from stfit.kinds.telegraph.segmentation import Segmentation
from stfit.kinds.telegraph.verdicts import Check

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class TraceTask:
    """A trace and how it is to be read. current: A, by which a voltage is divided. dead_time: s, of the instrument.

    files: one, or several of one setting that are bursts of one record. levels: the pair that is analysed, ohm, where
    there are more. traces: how many are judged together, among which the checks share the false alarms they may raise.
    searched: whether the order of its samples is searched for two levels where the histogram shows one.
    """

    files: tuple[TraceFile, ...]
    current: float
    ap_high: bool
    method: str
    dead_time: float | None = None
    levels: tuple[float, float] | None = None
    traces: int = 1
    searched: bool = True

    @property
    def file(self) -> TraceFile:
        """The first file."""
        return self.files[0]

    @property
    def name(self) -> str:
        """Of the file, or of the first of several."""
        return self.file.path.name


@final
@dataclass(frozen=True)
class ReducedTrace:
    """A trace, reduced. Arrays of shape (2,) are P, AP.

    raw: its samples as read, bursts one after the other. scale: of a sample into ohm; of numbers without a unit, its
    sign. order: which of (low, high) P and AP are. rates: None where the trace gives none, failure then says why.
    segmentation: by thresholds, whatever the route; None where there are none.
    """

    task: TraceTask
    raw: RawTrace
    scale: float
    order: tuple[int, int]
    record: Record
    thresholds: Thresholds | None = None
    segmentation: Segmentation | None = None
    hmm: HmmFit | None = None
    rates: TraceRates | None = None
    checks: tuple[Check, ...] = ()
    failure: str = ""

    @property
    def levels(self) -> Levels | None:
        """Of the histogram."""
        return self.record.levels

    @property
    def usable(self) -> bool:
        """Whether there are rates."""
        return self.rates is not None

    @property
    def verdict(self) -> str:
        """The gravest of the checks."""
        return verdicts.worst(self.checks)

    @property
    def names(self) -> list[str]:
        """Names of the low and of the high state."""
        return [("P", "AP")[self.order.index(state)] for state in (0, 1)]

    def judged(self, *found: Check) -> ReducedTrace:
        """With more checks."""
        return replace(self, checks=(*self.checks, *found))

    def failed(self, failure: str, *found: Check) -> ReducedTrace:
        """Without rates, and why."""
        return replace(self, checks=(*self.checks, *found), failure=failure)


def reason_of(asked: str, words: str) -> str:
    """Why a route was taken, a sentence; words: what speaks for it where the analysis leaves the choice."""
    return words if asked == "auto" else f'The analysis asks for method = "{asked}".'
