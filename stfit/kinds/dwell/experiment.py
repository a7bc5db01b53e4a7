"""Dwell times in an experiment file: what is measured on a virtual device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, final

import numpy as np
import numpy.typing as npt
from pydantic import PlainValidator

from stfit.analysis import quantities
from stfit.analysis.axes import (
    Count,
    Currents,
    Fields,
    FileName,
    Temperatures,
    count_range,
    spaced,
    words_of,
)
from stfit.analysis.messages import unfit
from stfit.analysis.sections import Section
from stfit.laboratory.designs import DYNAMICS, DesignDefaults
from stfit.measurement.columns import STATES

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class DwellDesign(DesignDefaults):
    """Dwell times at every combination of temperatures (K), fields (T; None: none applied), states and currents (A).

    transitions: smallest and largest number at one setting, drawn evenly between them. single_dwells: write every
    dwell, the last one of a setting censored, instead of counts and total times. dead_time: s, of the instrument: a
    dwell shorter than it joins the one before.
    """

    kind: ClassVar[str] = "dwell-times"

    file: str
    currents: Array
    temperatures: Array
    transitions: tuple[int, int]
    states: tuple[int, ...] = (0, 1)
    single_dwells: bool = False
    fields: Array | None = None
    dead_time: float = 0.0

    def refused_by_dynamics(self) -> tuple[str, str, str] | None:
        """The dead time: every dwell is seen there."""
        expected = f'no dead time with level = "{DYNAMICS}", whose dwells are all seen'
        return ("dead_time", expected, f"{self.dead_time:g} s") if self.dead_time else None


class DwellsSection(Section):
    """Dwell times, as a table or one by one."""

    kind: Annotated[str, PlainValidator(quantities.choice("dwell-times", "dwell-events"))]
    file: FileName
    currents: Currents
    points: Count | None = None
    temperatures: Temperatures
    transitions: Annotated[tuple[int, int], PlainValidator(count_range)]
    states: Annotated[tuple[int, ...], words_of(STATES)] = (0, 1)
    fields: Fields = None
    dead_time: Annotated[float, PlainValidator(quantities.duration)] = 0.0

    def design(self) -> DwellDesign:
        """What is measured."""
        if self.dead_time and set(self.states) != {0, 1}:
            expected = "both states where there is a dead time (it joins dwells of one over those of the other)"
            raise unfit(expected, "one state")
        return DwellDesign(
            self.file,
            spaced(self.currents, self.points),
            np.array(self.temperatures),
            self.transitions,
            self.states,
            single_dwells=self.kind == "dwell-events",
            fields=None if self.fields is None else np.array(self.fields),
            dead_time=self.dead_time,
        )
