"""Retention times of a virtual device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import PlainValidator

from retention.data import HALF
from stfit.analysis.axes import Count, Currents, FileName, Temperatures, fraction, spaced
from stfit.analysis.sections import Section
from stfit.laboratory.designs import DesignDefaults, VirtualDevice
from stfit.laboratory.tables import grid, log_dwell_time, rounded, settings_table


@dataclass(frozen=True)
class RetentionDesign(DesignDefaults):
    """Both states at every current (A) and temperature (K)."""

    file: str
    currents: Any
    temperatures: Any
    error: float

    kind: ClassVar[str] = "retention-times"
    fields: ClassVar[None] = None


class RetentionSection(Section):
    """The keys in an experiment file."""

    kind: str
    file: FileName
    currents: Currents
    points: Count | None = None
    temperatures: Temperatures
    relative_error: Annotated[float, PlainValidator(fraction)]

    def design(self) -> RetentionDesign:
        currents = spaced(self.currents, self.points)
        return RetentionDesign(self.file, currents, np.array(self.temperatures), self.relative_error)


def simulate(
    device: VirtualDevice, design: RetentionDesign, rng: np.random.Generator
) -> tuple[Any, Mapping[str, bytes]]:
    temperature, state, current = grid(design.temperatures, (0, 1), design.currents)
    mean = log_dwell_time(device, design, state, current, temperature) + HALF
    table = settings_table(state, current, temperature)
    table["retention_time (s)"] = rounded(np.exp(mean + design.error * rng.standard_normal(mean.size)))
    table["relative_error"] = np.full(mean.size, design.error)
    return table, {}
