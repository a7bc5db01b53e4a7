"""How the files of an index of traces are read and reduced: what the keys of a measurement say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, final

import numpy.typing as npt

from stfit.kinds.telegraph import verdicts
from stfit.kinds.telegraph.files import TraceFile
from stfit.kinds.telegraph.reduced import ReducedTrace, TraceTask
from stfit.loaders.listed import Listed


@final
@dataclass(frozen=True)
class Reduction:
    """How the files of an index are read and reduced.

    sample_interval: s, of traces that have no column for it. quantity: "resistance", or "voltage" or "current", which
    the drive turns into one; "" where files or the unit tell. unit: of the numbers in an array, such as "mV" or
    "0.25 mV" a count; None leaves them without. dtype: of files of bare numbers. ap_level: "high" or "low", of the
    resistance. method: "auto", "threshold" or "hmm". dead_time: s, below which the instrument loses dwells. bad: what
    becomes of a trace that fails a check: "report" or "leave-out". leave_out: files to leave out whatever they show.
    levels: ohm, the two that are analysed where there are more. listed: how the tables of the index are described.
    """

    sample_interval: float | None = None
    quantity: str = ""
    unit: str | None = None
    dtype: str | None = None
    ap_level: str = "high"
    method: str = "auto"
    dead_time: float | None = None
    bad: str = "report"
    leave_out: Sequence[str] = ()
    levels: tuple[float, float] | None = None
    listed: Listed = field(default_factory=Listed)

    def task(self, row: int, columns: Mapping[str, npt.NDArray[Any]]) -> TraceTask:
        """What is to be done with the file of a row of the index."""
        path, group, signal = (texts(columns, name)[row] for name in ("file", "group", "column"))
        interval = float(columns["sample_interval"][row]) if "sample_interval" in columns else self.sample_interval
        drive = "current" if "current" in columns else "voltage"
        described = (self.quantity, interval, self.unit, self.dtype, self.listed, signal, group)
        return TraceTask(
            (TraceFile(self.listed.folder / path, *described, driven=drive),),
            float(columns["current"][row]) if drive == "current" else None,
            self.ap_level == "high",
            self.method,
            self.dead_time,
            self.levels,
            columns["file"].size,
            voltage=float(columns["voltage"][row]) if drive == "voltage" else None,
        )

    def leaves_out(self, name: str, trace: ReducedTrace) -> bool:
        """Whether a trace is left out of the measurement."""
        failed = not trace.usable or trace.verdict == verdicts.FAILED
        return name in self.leave_out or (self.bad == "leave-out" and failed)


def texts(columns: Mapping[str, npt.NDArray[Any]], name: str) -> list[str]:
    """A column of text of the index, "" for each trace where it has none: group and column of a file."""
    return [str(text) for text in columns[name]] if name in columns else [""] * columns["file"].size
