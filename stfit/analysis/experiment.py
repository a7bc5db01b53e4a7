"""The experiment file of `stfit simulate`: what is measured on a virtual device, and how closely it is followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Annotated, Any, Final

import numpy as np
from pydantic import PlainValidator, ValidationError, ValidationInfo

from stfit.analysis import quantities
from stfit.analysis.axes import (
    Count,
    Currents,
    Fields,
    FileName,
    Resistances,
    Temperatures,
    any_of,
    axis_of,
    count_range,
    fraction,
    positive,
    read_pair,
    spaced,
    words_of,
)
from stfit.analysis.experiment_lines import Lines, Spectra
from stfit.analysis.messages import Location, place, problem_of, shown, unfit
from stfit.analysis.schema import Section
from stfit.errors import Problem
from stfit.laboratory import (
    DYNAMICS,
    EXACT_RATES,
    RATE_LAW,
    CriticalCurrentDesign,
    Design,
    DwellDesign,
    LoopDesign,
    PulseDesign,
    RampDesign,
    TelegraphDesign,
)
from stfit.measurements.columns import STATES, TRANSITIONS

_SHORTEST_TRACE: Final = 100  # samples
_LONGEST_TRACE: Final = 100_000_000
_FEWEST_POINTS: Final = 10  # of one way of a loop, without which no branch is seen


class _Dwells(Section):
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


class _Pulses(Section):
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


class _CriticalCurrents(Section):
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


class _Ramps(Section):
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


class _Traces(Section):
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


class _Loops(Section):
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


_KINDS: Final[Mapping[str, type[Section]]] = {
    "dwell-times": _Dwells,
    "dwell-events": _Dwells,
    "telegraph-trace": _Traces,
    "switching-currents": _CriticalCurrents,
    "switching-pulse": _Pulses,
    "switching-ramp": _Ramps,
    "hysteresis-loop": _Loops,
    "fmr-lines": Lines,
    "fmr-spectra": Spectra,
}


def _measurement(value: Any, info: ValidationInfo) -> Design:
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        raise unfit(f"a table with kind = one of {', '.join(_KINDS)}", shown(value if kind is None else kind))
    section: Any = _KINDS[kind].model_validate(value, context=info.context)
    design: Design = section.design()
    return design


class Experiment(Section):
    """The whole file; level: how closely the device is followed, None where the device file decides."""

    measurement: list[Annotated[Any, PlainValidator(_measurement)]]
    level: Annotated[str | None, PlainValidator(quantities.choice(RATE_LAW, EXACT_RATES, DYNAMICS))] = None


def read_experiment(content: Mapping[str, Any], source: str) -> Experiment | list[Problem]:
    """The experiment that the tables of a file describe, or everything that is wrong with them."""
    if not content.get("measurement", []):
        return [Problem(place(source, ("measurement",)), "at least one [[measurement]]", "none")]
    try:
        read = Experiment.model_validate(content)
    except ValidationError as error:
        known = partial(_known_keys, content)
        return [problem_of(wrong, source, known) for wrong in error.errors(include_url=False)]
    return list(_named_twice([design.file for design in read.measurement], source)) or read


def _named_twice(files: list[str], source: str) -> Iterator[Problem]:
    for i, file in enumerate(files):
        if file in files[:i]:
            yield Problem(place(source, ("measurement", i, "file")), "a file of its own", f"'{file}' again")


def _known_keys(content: Mapping[str, Any], location: Location) -> tuple[str, ...]:
    """The keys that may stand beside the one at `location`."""
    if location[0] == "measurement" and len(location) > 1:
        return tuple(_KINDS[content["measurement"][location[1]]["kind"]].model_fields)
    return tuple(Experiment.model_fields)
