"""Traces in an experiment file: what is measured on a virtual device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, final

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
    fraction,
    positive,
    read_pair,
    spaced,
)
from stfit.analysis.messages import shown, unfit
from stfit.analysis.sections import Section, table, tables
from stfit.kinds.telegraph.imperfections import Gaps, Glitches, Hum, Jump, ReadOut, ThirdLevel
from stfit.laboratory.designs import DYNAMICS, DesignDefaults

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
    None for none. exposure: share of the sampling interval over which a sample is the mean of the signal. noise_time:
    s, in which the correlation of the noise falls to 1/e; None for that of the low-pass. digitiser_noise: white, behind
    the low-pass, standard deviation (ohm). wander: standard deviation (ohm) by which a diffusing baseline has moved at
    the end. range: of the converter, ohm. bursts: how many traces are taken at each setting.
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
    exposure: float = 0.0
    noise_time: float | None = None
    digitiser_noise: float = 0.0
    wander: float = 0.0
    jumps: tuple[Jump, ...] = ()
    hum: tuple[Hum, ...] = ()
    glitches: Glitches | None = None
    third_level: ThirdLevel | None = None
    range: tuple[float, float] = (-np.inf, np.inf)
    gaps: Gaps | None = None
    bursts: int = 1

    @property
    def runs(self) -> Array:
        """The current (A) of each trace at one temperature and field."""
        return np.repeat(self.currents, self.bursts)

    @property
    def read_out(self) -> ReadOut:
        """How the instrument follows the resistance, in sampling intervals."""
        return ReadOut(_memory(self.bandwidth, self.sample_interval), self.exposure)

    @property
    def noise_memory(self) -> float:
        """Time in which the correlation of the noise falls to 1/e, in sampling intervals: by default the low-pass's."""
        return self.read_out.memory if self.noise_time is None else self.noise_time / self.sample_interval

    def refused_by_dynamics(self) -> tuple[str, str, str] | None:
        """The exposure: samples of the equation of motion are those of an instant."""
        expected = f'no exposure with level = "{DYNAMICS}", whose samples are those of an instant'
        return ("exposure", expected, f"{self.exposure:g}") if self.exposure else None


def _memory(bandwidth: float | None, sample_interval: float) -> float:
    """Time constant of a single-pole low-pass in sampling intervals, 0 for none; bandwidth: Hz."""
    return 0.0 if bandwidth is None else 1.0 / (2.0 * np.pi * bandwidth * sample_interval)


class _Jump(Section):
    at: Annotated[float, PlainValidator(fraction)]
    height: Annotated[float, any_of("ohm")]


class _Hum(Section):
    frequency: Annotated[float, positive("Hz")]
    amplitude: Annotated[float, positive("ohm")]


class _Glitches(Section):
    number: Count
    height: Annotated[float, any_of("ohm")]
    samples: Count = 1


class _ThirdLevel(Section):
    height: Annotated[float, any_of("ohm")]
    share: Annotated[float, PlainValidator(fraction)]
    dwell: Annotated[float, PlainValidator(quantities.duration)]


class _Gaps(Section):
    number: Count
    samples: Count


def _exposure(value: Any) -> float:
    """A share of the sampling interval."""
    share = quantities.quantity(value, "")
    if not 0.0 < share <= 1.0:
        raise unfit("a share of the sampling interval, above 0 and up to 1", shown(value))
    return share


def _noise(value: Any) -> float:
    """A resistance that is not negative."""
    ohms = quantities.quantity(value, "ohm")
    if ohms < 0:
        raise unfit("a noise of 0 ohm or more", shown(value))
    return ohms


def _range(value: Any) -> tuple[float, float]:
    """Two resistances, rising."""
    low, high = read_pair(value, "ohm")
    if low > high:
        raise unfit("the smaller resistance first", f"[{', '.join(map(shown, value))}]")
    return low, high


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
    noise: Annotated[float, PlainValidator(_noise)]
    resolution: Annotated[float, positive("ohm")]
    drift: Annotated[float, any_of("")] = 0.0
    bandwidth: Annotated[float | None, positive("Hz")] = None
    fields: Fields = None
    exposure: Annotated[float, PlainValidator(_exposure)] = 0.0
    noise_time: Annotated[float | None, PlainValidator(quantities.duration)] = None
    digitiser_noise: Annotated[float, positive("ohm")] = 0.0
    wander: Annotated[float, positive("ohm")] = 0.0
    jumps: Annotated[tuple[Jump, ...], tables(_Jump, Jump)] = ()
    hum: Annotated[tuple[Hum, ...], tables(_Hum, Hum)] = ()
    glitches: Annotated[Glitches | None, table(lambda: _Glitches, Glitches)] = None
    third_level: Annotated[ThirdLevel | None, table(lambda: _ThirdLevel, ThirdLevel)] = None
    range: Annotated[tuple[float, float], PlainValidator(_range)] = (-np.inf, np.inf)
    gaps: Annotated[Gaps | None, table(lambda: _Gaps, Gaps)] = None
    bursts: Count = 1

    def design(self) -> TelegraphDesign:
        """What is measured."""
        if not self.file.endswith(".csv") or not _SHORTEST_TRACE <= self.samples <= _LONGEST_TRACE:
            found = f"'{self.file}' with {self.samples} samples"
            raise unfit(f"an index called ….csv, of traces of {_SHORTEST_TRACE} to {_LONGEST_TRACE} samples", found)
        own = {key: getattr(self, key) for key in type(self).model_fields if key not in ("kind", "points")}
        axes = {
            "currents": spaced(self.currents, self.points),
            "temperatures": np.array(self.temperatures),
            "fields": None if self.fields is None else np.array(self.fields),
        }
        return TelegraphDesign(**own | axes)
