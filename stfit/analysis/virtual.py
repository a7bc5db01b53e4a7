"""The device file of `stfit simulate`: the true parameters of a virtual device and the design of its measurements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
from pydantic import PlainValidator, ValidationError, ValidationInfo

from stfit.analysis import quantities
from stfit.analysis.contradictions import temperature_laws
from stfit.analysis.entries import Constant, GmrChi, GmrTable, ModelEntry
from stfit.analysis.messages import Location, place, problem_of, shown, unfit
from stfit.analysis.schema import DeviceSection, LinesSection, ModelSection, Section, table
from stfit.errors import InputError, Problem
from stfit.measurements.columns import STATES, TRANSITIONS
from stfit.measurements.lines import POWERS
from stfit.models.law import TRANSPORT_INGREDIENTS, SpinTransferLaw
from stfit.models.material import CURIE_TEMPERATURE
from stfit.models.parameters import PARAMETERS
from stfit.models.rivals import EQ_27, JouleHeating
from stfit.physics.fluctuations import LineNumbers
from stfit.physics.transport import ChiGmr, CosineGmr, Gmr
from stfit.simulate import (
    TRUTH,
    CriticalCurrentDesign,
    Design,
    DwellDesign,
    LineDesign,
    PulseDesign,
    RampDesign,
    TelegraphDesign,
    VirtualDevice,
)

_LARGEST_TABLE: Final = 100_000  # points along one axis
_SHORTEST_TRACE: Final = 100  # samples


def _axis_of(unit: str, *, positive: bool = True) -> PlainValidator:
    """A list of quantities, all of them above 0 unless `positive` is False."""

    def read(value: Any) -> list[float]:
        if not isinstance(value, list) or not value:
            raise unfit("a list of quantities with their units", shown(value))
        axis = [quantities.quantity(entry, unit) for entry in value]
        for entry, number in zip(value, axis, strict=True):
            if positive and number <= 0:
                raise unfit(f"values above 0 {unit}", shown(entry))
        return axis

    return PlainValidator(read)


def _words_of(choices: Mapping[str, int]) -> PlainValidator:
    def read(value: Any) -> tuple[int, ...]:
        if not isinstance(value, list) or not value or not all(entry in choices for entry in value):
            wrong = (
                next((entry for entry in value if entry not in choices), value) if isinstance(value, list) else value
            )
            raise unfit(f"a list of {' and '.join(choices)}", shown(wrong))
        return tuple(choices[entry] for entry in value)

    return PlainValidator(read)


def _count_range(value: Any) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise unfit("fewest and most, for example [200, 3000]", shown(value))
    low, high = (quantities.whole_number(entry) for entry in value)
    if not 1 <= low <= high:
        raise unfit("fewest ≤ most, both 1 or more", f"[{low}, {high}]")
    return low, high


def _positive_count(value: Any) -> int:
    count = quantities.whole_number(value)
    if not 1 <= count <= _LARGEST_TABLE:
        raise unfit(f"a whole number from 1 to {_LARGEST_TABLE}", shown(value))
    return count


def _fraction(value: Any) -> float:
    share = quantities.quantity(value, "")
    if not 0.0 < share < 1.0:
        raise unfit("a number between 0 and 1", shown(value))
    return share


def _file_name(value: Any) -> str:
    """The name of a file inside the output folder."""
    name = quantities.text(value)
    if Path(name).name != name or name in {".", ".."}:
        raise unfit("the name of a file, without a folder", shown(value))
    if name == TRUTH:
        raise unfit(f"another name than {TRUTH}, which holds the truth", shown(value))
    return name


_Count = Annotated[int, PlainValidator(_positive_count)]
_Currents = Annotated[list[float], _axis_of("A", positive=False)]
_Resistances = Annotated[list[float], _axis_of("ohm")]
_Temperatures = Annotated[list[float], _axis_of("K")]
_FileName = Annotated[str, PlainValidator(_file_name)]


class _Dwells(Section):
    kind: Annotated[str, PlainValidator(quantities.choice("dwell-times", "dwell-events"))]
    file: _FileName
    currents: _Currents
    points: _Count | None = None
    temperatures: _Temperatures
    transitions: Annotated[tuple[int, int], PlainValidator(_count_range)]
    states: Annotated[tuple[int, ...], _words_of(STATES)] = (0, 1)

    def design(self) -> DwellDesign:
        return DwellDesign(
            self.file,
            _spaced(self.currents, self.points),
            np.array(self.temperatures),
            self.transitions,
            self.states,
            single_dwells=self.kind == "dwell-events",
        )


class _Pulses(Section):
    kind: str
    file: _FileName
    currents: _Currents
    points: _Count | None = None
    pulse_widths: Annotated[list[float], _axis_of("s")]
    temperatures: _Temperatures
    n: _Count
    transitions: Annotated[tuple[int, ...], _words_of(TRANSITIONS)] = (0, 1)

    def design(self) -> PulseDesign:
        currents, widths = _spaced(self.currents, self.points), np.array(self.pulse_widths)
        return PulseDesign(self.file, currents, widths, np.array(self.temperatures), self.n, self.transitions)


class _CriticalCurrents(Section):
    kind: str
    file: _FileName
    delta_R: _Resistances
    points: _Count | None = None
    relative_stderr: Annotated[float, PlainValidator(_fraction)]
    barrier_spread: Annotated[float | None, PlainValidator(_fraction)] = None
    temperatures: Annotated[list[float] | None, _axis_of("K")] = None
    measurement_time: Annotated[float | None, PlainValidator(quantities.duration)] = None
    transitions: Annotated[tuple[int, ...], _words_of(TRANSITIONS)] = (0, 1)

    def design(self) -> CriticalCurrentDesign:
        return CriticalCurrentDesign(
            self.file,
            _spaced(self.delta_R, self.points),
            None if self.temperatures is None else np.array(self.temperatures),
            self.relative_stderr,
            self.barrier_spread,
            self.measurement_time,
            self.transitions,
        )


class _Ramps(Section):
    kind: str
    file: _FileName
    ramp_rates: Annotated[list[float], _axis_of("A/s")]
    temperatures: _Temperatures
    events: _Count
    start_current: Annotated[float, PlainValidator(partial(quantities.quantity, unit="A"))] = 0.0
    current_step: Annotated[float | None, PlainValidator(quantities.current_step)] = None
    transitions: Annotated[tuple[int, ...], _words_of(TRANSITIONS)] = (0, 1)

    def design(self) -> RampDesign:
        return RampDesign(
            self.file,
            np.array(self.ramp_rates),
            np.array(self.temperatures),
            self.events,
            self.start_current,
            self.current_step,
            self.transitions,
        )


class _Lines(Section):
    kind: str
    file: _FileName
    currents: _Currents
    points: _Count | None = None
    temperatures: _Temperatures
    frequencies: Annotated[list[float] | None, _axis_of("Hz")] = None
    relative_stderr: Annotated[float, PlainValidator(_fraction)]
    lines: Annotated[dict[str, float], table(LinesSection, dict)]
    power: Annotated[str, PlainValidator(quantities.choice(*POWERS))] = "integrated"
    inhomogeneous_linewidth: Annotated[str | None, PlainValidator(quantities.text)] = None
    states: Annotated[tuple[int, ...], _words_of(STATES)] = (0, 1)

    def design(self) -> LineDesign:
        numbers = self._numbers()
        wanted = numbers.parameters(tuple(word for word, code in STATES.items() if code in self.states))
        if set(wanted) != set(self.lines):
            raise unfit(f"true values of {', '.join(wanted) or 'powers or linewidths'} in lines", ", ".join(self.lines))
        return LineDesign(
            self.file,
            _spaced(self.currents, self.points),
            np.array(self.temperatures),
            np.array(self.frequencies or []),
            self.lines,
            numbers,
            self.relative_stderr,
            self.states,
        )

    def _numbers(self) -> LineNumbers:
        """What is measured: the powers and widths that have true values, or field widths at several frequencies."""
        stems = {name.removesuffix("_AP").removesuffix("_P") for name in self.lines}
        by_frequency = bool(self.frequencies) and not stems & {"linewidth", "field_linewidth"}
        width = "T" if by_frequency or "field_linewidth" in stems else "Hz" if "linewidth" in stems else ""
        known: float | None = None
        if "inhomogeneous_linewidth" not in stems:
            given = self.inhomogeneous_linewidth
            known = 0.0 if given is None else quantities.quantity(given, width)
        return LineNumbers(self.power if "power" in stems else "", width, known, by_frequency)


class _Traces(Section):
    kind: str
    file: _FileName
    currents: _Currents
    points: _Count | None = None
    temperatures: _Temperatures
    samples: Annotated[int, PlainValidator(quantities.whole_number)]
    sample_interval: Annotated[float, PlainValidator(quantities.duration)]
    resistance: Annotated[float, PlainValidator(partial(quantities.quantity, unit="ohm"))]
    noise: Annotated[float, PlainValidator(quantities.positive_resistance)]
    resolution: Annotated[float, PlainValidator(quantities.positive_resistance)]
    drift: Annotated[float, PlainValidator(partial(quantities.quantity, unit=""))] = 0.0

    def design(self) -> TelegraphDesign:
        if not self.file.endswith(".csv") or self.samples < _SHORTEST_TRACE:
            found = f"'{self.file}' with {self.samples} samples"
            raise unfit(f"an index called ….csv, of traces of {_SHORTEST_TRACE} samples or more", found)
        return TelegraphDesign(
            self.file,
            _spaced(self.currents, self.points),
            np.array(self.temperatures),
            self.samples,
            self.sample_interval,
            self.resistance,
            self.noise,
            self.resolution,
            self.drift,
        )


_KINDS: Final[Mapping[str, type[_Dwells | _Pulses | _CriticalCurrents | _Ramps | _Lines | _Traces]]] = {
    "telegraph-trace": _Traces,
    "dwell-times": _Dwells,
    "dwell-events": _Dwells,
    "switching-currents": _CriticalCurrents,
    "switching-pulse": _Pulses,
    "switching-ramp": _Ramps,
    "fmr-lines": _Lines,
}


def _measurement(value: Any, info: ValidationInfo) -> Design:
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        raise unfit(f"a table with kind = one of {', '.join(_KINDS)}", shown(value if kind is None else kind))
    return _KINDS[kind].model_validate(value, context=info.context).design()


class _DeviceFile(Section):
    title: Annotated[str, PlainValidator(quantities.text)] = "virtual device"
    device: Annotated[dict[str, Constant], table(DeviceSection, dict)]
    model: Annotated[ModelEntry, table(ModelSection, ModelEntry)] = ModelEntry()
    measurement: list[Annotated[Any, PlainValidator(_measurement)]]


def virtual_device(content: Mapping[str, Any], base: Path, source: str) -> VirtualDevice:
    """The virtual device that the tables of a file describe; InputError holds everything that is wrong."""
    try:
        read = _DeviceFile.model_validate(content, context={"base": base})
    except ValidationError as error:
        known = lambda location: _known_keys(content, location)  # noqa: E731
        problems = [problem_of(wrong, source, known) for wrong in error.errors(include_url=False)]
        raise InputError(problems) from error
    return _device(read, source)


def _device(read: _DeviceFile, source: str) -> VirtualDevice:
    for location, *halves in temperature_laws(read.model, PARAMETERS):  # what has no value is found below
        raise InputError(Problem(place(source, location), *halves))
    given = {name: constant.value for name, constant in read.device.items()}
    temperature = given.pop("temperature", None)
    law = SpinTransferLaw(
        gmr=_gmr(read.model, source),
        asymmetry=read.model.asymmetry,
        convention=read.model.convention,
        mapping=read.model.mapping,
        barrier=read.model.barrier,
        magnetisation=read.model.magnetisation,
        anisotropy_law=read.model.anisotropy_law,
        description=EQ_27 if read.model.heating == "none" else JouleHeating(1.0),
        reference_temperature=temperature or 300.0,
    )
    needed = [parameter.name for parameter in law.parameters]
    if any(isinstance(design, LineDesign) and design.numbers.by_frequency for design in read.measurement):
        needed += ["alpha", "gyromagnetic_ratio"]
    problems = [
        *_not_a_truth(read, needed, source),
        *_above_curie(read, source),
        *_named_twice([design.file for design in read.measurement], source),
    ]
    if problems or temperature is None:
        raise InputError(problems)
    return VirtualDevice(read.title, given, law, temperature, tuple(read.measurement))


def _not_a_truth(read: _DeviceFile, needed: list[str], source: str) -> Iterator[Problem]:
    """Parameters without a value, with an uncertain one, or of another model."""
    wanted = dict.fromkeys(needed, "the true value") | {"temperature": "the temperature at which slopes are quoted"}
    for name, expected in wanted.items():
        if name not in read.device:
            yield Problem(place(source, ("device", name)), expected, "nothing")
    for name, constant in read.device.items():
        if name not in wanted and name not in TRANSPORT_INGREDIENTS:
            expected = f"a parameter of this model: {', '.join(needed)}"
            yield Problem(place(source, ("device", name)), expected, f"'{name}'")
        elif constant.uncertainty is not None:
            yield Problem(place(source, ("device", name)), "the true value, without ±", "an uncertain one")


def _above_curie(read: _DeviceFile, source: str) -> Iterator[Problem]:
    """A Curie temperature that some measurement reaches, where the model has one."""
    curie = read.device.get(CURIE_TEMPERATURE)
    if read.model.magnetisation == "constant" or curie is None:
        return
    given = [getattr(design, "temperatures", None) for design in read.measurement]
    hottest = max((float(np.max(kelvin)) for kelvin in given if kelvin is not None), default=0.0)
    if curie.value <= hottest:
        where = place(source, ("device", CURIE_TEMPERATURE))
        yield Problem(
            where, f"a temperature above that of every measurement, {hottest:g} K at most", f"{curie.value:g} K"
        )


def _named_twice(files: list[str], source: str) -> Iterator[Problem]:
    for i, file in enumerate(files):
        if file in files[:i]:
            yield Problem(place(source, ("measurement", i, "file")), "a file of its own", f"'{file}' again")


def _gmr(model: ModelEntry, source: str) -> Gmr:
    if isinstance(model.gmr, GmrTable):
        raise InputError(Problem(place(source, ("model", "gmr")), '"cosine" or {chi = 0.4}', "a measured table"))
    return ChiGmr(model.gmr.chi) if isinstance(model.gmr, GmrChi) else CosineGmr()


def _spaced(ends: list[float], points: int | None) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The list itself, or points evenly from its first to its last."""
    return np.array(ends) if points is None else np.linspace(ends[0], ends[-1], points)


def _known_keys(content: Mapping[str, Any], location: Location) -> tuple[str, ...]:
    """The keys that may stand beside the one at `location`."""
    if location[0] == "measurement" and len(location) > 1:
        return tuple(_KINDS[content["measurement"][location[1]]["kind"]].model_fields)
    sections: dict[str, type[Section]] = {"device": DeviceSection, "model": ModelSection}
    return tuple((sections[str(location[0])] if len(location) > 1 else _DeviceFile).model_fields)
