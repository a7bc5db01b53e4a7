"""Ramps and loops in an experiment file: what is measured on a virtual device."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar, Final, final

import numpy as np
import numpy.typing as npt
from pydantic import PlainValidator

from stfit.analysis.axes import (
    Count,
    FileName,
    Temperatures,
    any_of,
    axis_of,
    positive,
    read_pair,
    words_of,
)
from stfit.analysis.messages import unfit
from stfit.analysis.sections import Section
from stfit.laboratory.designs import DesignDefaults
from stfit.measurement.columns import TRANSITIONS

Array = npt.NDArray[np.float64]

_FEWEST_POINTS: Final = 10  # of one way of a loop, without which no branch is seen


@final
@dataclass(frozen=True)
class RampDesign(DesignDefaults):
    """Ramps until the device switches, at every combination of transitions, ramp rates (A/s) and temperatures (K).

    Every transition is driven by the sign of current that favours it. events: at each setting. start_current: A, where
    ramps start, counted along the ramp. current_step: A, the steps in which the current rises; None where it is known
    exactly.
    """

    kind: ClassVar[str] = "switching-ramp"
    fields: ClassVar[None] = None

    file: str
    ramp_rates: Array
    temperatures: Array
    events: int
    start_current: float = 0.0
    current_step: float | None = None
    states: tuple[int, ...] = (0, 1)


class RampsSection(Section):
    """Switching currents under ramps."""

    kind: str
    file: FileName
    ramp_rates: Annotated[list[float], axis_of("A/s")]
    temperatures: Temperatures
    events: Count
    start_current: Annotated[float, any_of("A")] = 0.0
    current_step: Annotated[float | None, positive("A")] = None
    transitions: Annotated[tuple[int, ...], words_of(TRANSITIONS)] = (0, 1)

    def design(self) -> RampDesign:
        """What is measured."""
        return RampDesign(
            self.file,
            np.array(self.ramp_rates),
            np.array(self.temperatures),
            self.events,
            self.start_current,
            self.current_step,
            self.transitions,
        )


@final
@dataclass(frozen=True)
class LoopDesign(DesignDefaults):
    """Sweeps of the current (A) from its first value to its last and back, at every temperature (K) and rate (A/s).

    currents: those of one way, evenly spaced, shape (points,). sweeps: at each setting, one after the other.
    resistance: of the P state, noise: standard deviation of a sample, bend: by which both branches have risen, as a
    parabola, where the current is largest; ohm.
    """

    kind: ClassVar[str] = "hysteresis-loop"
    fields: ClassVar[None] = None

    file: str
    currents: Array
    ramp_rates: Array
    temperatures: Array
    sweeps: int
    resistance: float
    noise: float
    bend: float = 0.0


class LoopsSection(Section):
    """Sweeps of the current to and fro."""

    kind: str
    file: FileName
    currents: Annotated[tuple[float, float], PlainValidator(partial(read_pair, unit="A"))]
    points: Count
    ramp_rates: Annotated[list[float], axis_of("A/s")]
    temperatures: Temperatures
    sweeps: Count
    resistance: Annotated[float, any_of("ohm")]
    noise: Annotated[float, positive("ohm")]
    bend: Annotated[float, any_of("ohm")] = 0.0

    def design(self) -> LoopDesign:
        """What is measured."""
        if self.points < _FEWEST_POINTS:
            raise unfit(f"{_FEWEST_POINTS} points or more, one way", str(self.points))
        return LoopDesign(
            self.file,
            np.linspace(*self.currents, self.points),
            np.array(self.ramp_rates),
            np.array(self.temperatures),
            self.sweeps,
            self.resistance,
            self.noise,
            self.bend,
        )
