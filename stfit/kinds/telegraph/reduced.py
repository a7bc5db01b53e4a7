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
from stfit.kinds.telegraph.measured import Shown
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.record import Record
from stfit.kinds.telegraph.segmentation import Segmentation
from stfit.kinds.telegraph.verdicts import Check

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class TraceTask:
    """A trace and how it is to be read. current: A, by which a voltage is divided. dead_time: s, of the instrument.

    voltage: V, where one drove the device and not a current, which is None then.

    files: one, or several of one setting that are bursts of one record. levels: the pair that is analysed, ohm, where
    there are more. traces: how many are judged together, among which the checks share the false alarms they may raise.
    searched: whether the order of its samples is searched for two levels where the histogram shows one.
    """

    files: tuple[TraceFile, ...]
    current: float | None
    ap_high: bool
    method: str
    dead_time: float | None = None
    levels: tuple[float, float] | None = None
    traces: int = 1
    searched: bool = True
    voltage: float | None = None

    @property
    def drive(self) -> float:
        """The current (A), or the voltage (V)."""
        drive = self.current if self.voltage is None else self.voltage
        return 0.0 if drive is None else drive

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

    raw: its samples as read, bursts one after the other. shown: what they say of the resistance. order: which of (low,
    high) P and AP are. rates: None where the trace gives none, failure then says why. segmentation: by thresholds,
    whatever the route; None where there are none.
    """

    task: TraceTask
    raw: RawTrace
    shown: Shown
    order: tuple[int, int]
    record: Record
    thresholds: Thresholds | None = None
    segmentation: Segmentation | None = None
    hmm: HmmFit | None = None
    rates: TraceRates | None = None
    checks: tuple[Check, ...] = ()
    failure: str = ""

    @property
    def scale(self) -> float:
        """Of a sample into the unit in which it is shown."""
        return self.shown.scale

    @property
    def two(self) -> Array:
        """The levels of P and AP that were analysed, as they are shown, shape (2,); NaN where none were found."""
        if self.hmm is not None and self.rates is not None:
            return self.hmm.levels * self.scale
        levels = self.levels
        return (
            np.full(2, np.nan) if levels is None else np.array([levels.low, levels.high])[list(self.order)] * self.scale
        )

    @property
    def resistances(self) -> Array | None:
        """Those of P and AP (ohm), shape (2,); None without a unit."""
        return self.shown.resistances(self.two)

    @property
    def currents(self) -> Array | None:
        """The current (A) of P and AP under a voltage, shape (2,); None where no level says it, or a current drove."""
        voltage, resistances = self.task.voltage, self.resistances
        return None if voltage is None or resistances is None else np.asarray(voltage / resistances)

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
