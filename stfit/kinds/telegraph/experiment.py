"""Traces in an experiment file: what is measured on a virtual device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, final

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
    any_of,
    positive,
    spaced,
)
from stfit.analysis.messages import unfit
from stfit.analysis.sections import Section
from stfit.laboratory.designs import DesignDefaults

Array = npt.NDArray[np.float64]

_SHORTEST_TRACE: Final = 100  # samples
_LONGEST_TRACE: Final = 100_000_000


@final
@dataclass(frozen=True)
class TelegraphDesign(DesignDefaults):
    """Traces of resistance against time at every combination of temperatures (K), fields (T) and currents (A).

    file: their index. samples: of each trace, sample_interval (s) apart. resistance: of the P state, noise: standard
    deviation of a sample, resolution: what one count stands for, all in ohm. drift: of both levels along the record, in
    units of ΔR. bandwidth: Hz, of the single-pole low-pass through which signal and noise go before they are sampled;
    None for none.
    """

    kind: ClassVar[str] = "telegraph-trace"

    file: str
    currents: Array
    temperatures: Array
    samples: int
    sample_interval: float
    resistance: float
    noise: float
    resolution: float
    drift: float = 0.0
    bandwidth: float | None = None
    fields: Array | None = None


class TracesSection(Section):
    """Resistance against time."""

    kind: str
    file: FileName
    currents: Currents
    points: Count | None = None
    temperatures: Temperatures
    samples: Annotated[int, PlainValidator(quantities.whole_number)]
    sample_interval: Annotated[float, PlainValidator(quantities.duration)]
    resistance: Annotated[float, any_of("ohm")]
    noise: Annotated[float, positive("ohm")]
    resolution: Annotated[float, positive("ohm")]
    drift: Annotated[float, any_of("")] = 0.0
    bandwidth: Annotated[float | None, positive("Hz")] = None
    fields: Fields = None

    def design(self) -> TelegraphDesign:
        """What is measured."""
        if not self.file.endswith(".csv") or not _SHORTEST_TRACE <= self.samples <= _LONGEST_TRACE:
            found = f"'{self.file}' with {self.samples} samples"
            raise unfit(f"an index called ….csv, of traces of {_SHORTEST_TRACE} to {_LONGEST_TRACE} samples", found)
        return TelegraphDesign(
            self.file,
            spaced(self.currents, self.points),
            np.array(self.temperatures),
            self.samples,
            self.sample_interval,
            self.resistance,
            self.noise,
            self.resolution,
            self.drift,
            self.bandwidth,
            None if self.fields is None else np.array(self.fields),
        )
