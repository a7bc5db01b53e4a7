"""Pulses in an experiment file: what is measured on a virtual device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, final

import numpy as np
import numpy.typing as npt

from stfit.analysis.axes import (
    Count,
    Currents,
    FileName,
    Temperatures,
    axis_of,
    spaced,
    words_of,
)
from stfit.analysis.sections import Section
from stfit.laboratory.designs import DesignDefaults
from stfit.measurement.columns import TRANSITIONS

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class PulseDesign(DesignDefaults):
    """n pulses at every combination of transitions, current magnitudes (A), pulse widths (s) and temperatures (K).

    Every transition is driven by the sign of current that favours it: P->AP by a negative one.
    """

    kind: ClassVar[str] = "switching-pulse"
    fields: ClassVar[None] = None

    file: str
    currents: Array
    pulse_widths: Array
    temperatures: Array
    n: int
    states: tuple[int, ...] = (0, 1)


class PulsesSection(Section):
    """Pulses that switch or do not."""

    kind: str
    file: FileName
    currents: Currents
    points: Count | None = None
    pulse_widths: Annotated[list[float], axis_of("s")]
    temperatures: Temperatures
    n: Count
    transitions: Annotated[tuple[int, ...], words_of(TRANSITIONS)] = (0, 1)

    def design(self) -> PulseDesign:
        """What is measured."""
        currents, widths = spaced(self.currents, self.points), np.array(self.pulse_widths)
        return PulseDesign(self.file, currents, widths, np.array(self.temperatures), self.n, self.transitions)
