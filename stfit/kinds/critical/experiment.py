"""Critical currents in an experiment file: what is measured on a virtual device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, final

import numpy as np
import numpy.typing as npt
from pydantic import PlainValidator

from stfit.analysis import quantities
from stfit.analysis.axes import (
    Count,
    FileName,
    Resistances,
    axis_of,
    fraction,
    spaced,
    words_of,
)
from stfit.analysis.sections import Section
from stfit.laboratory.designs import DesignDefaults
from stfit.measurement.columns import TRANSITIONS

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class CriticalCurrentDesign(DesignDefaults):
    """One critical current at every combination of transitions, ΔR (ohm) and temperatures (K; None: the device's).

    relative_stderr: error over current. barrier_spread: relative scatter of the barriers from row to row, each of which
    is then known; None where all have the barriers of the device. measurement_time: s; None for critical currents
    extrapolated to zero temperature.
    """

    kind: ClassVar[str] = "switching-currents"
    fields: ClassVar[None] = None

    file: str
    delta_R: Array
    temperatures: Array | None
    relative_stderr: float
    barrier_spread: float | None = None
    measurement_time: float | None = None
    states: tuple[int, ...] = (0, 1)


class CriticalCurrentsSection(Section):
    """Critical currents against ΔR."""

    kind: str
    file: FileName
    delta_R: Resistances
    points: Count | None = None
    relative_stderr: Annotated[float, PlainValidator(fraction)]
    barrier_spread: Annotated[float | None, PlainValidator(fraction)] = None
    temperatures: Annotated[list[float] | None, axis_of("K")] = None
    measurement_time: Annotated[float | None, PlainValidator(quantities.duration)] = None
    transitions: Annotated[tuple[int, ...], words_of(TRANSITIONS)] = (0, 1)

    def design(self) -> CriticalCurrentDesign:
        """What is measured."""
        return CriticalCurrentDesign(
            self.file,
            spaced(self.delta_R, self.points),
            None if self.temperatures is None else np.array(self.temperatures),
            self.relative_stderr,
            self.barrier_spread,
            self.measurement_time,
            self.transitions,
        )
