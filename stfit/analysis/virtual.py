"""The device file of `stfit simulate`: the true parameters of a virtual device and the design of its measurements."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
from pydantic import PlainValidator, ValidationError, ValidationInfo

from stfit.analysis import quantities
from stfit.analysis.entries import Constant, GmrChi, GmrTable, ModelEntry
from stfit.analysis.messages import Location, place, problem_of, shown, unfit
from stfit.analysis.schema import DeviceSection, ModelSection, Section, table
from stfit.errors import InputError, Problem
from stfit.measurements.columns import STATES, TRANSITIONS
from stfit.models.dwell import DwellTimeModel
from stfit.physics.transport import ChiGmr, CosineGmr, Gmr
from stfit.simulate import DwellDesign, PulseDesign, VirtualDevice

_LARGEST_TABLE: Final = 100_000  # points along one axis


def _axis_of(unit: str) -> PlainValidator:
    """A list of quantities."""

    def read(value: Any) -> list[float]:
        if not isinstance(value, list) or not value:
            raise unfit("a list of quantities with their units", shown(value))
        return [quantities.quantity(entry, unit) for entry in value]

    return PlainValidator(read)


def _words_of(choices: Mapping[str, int]) -> PlainValidator:
    def read(value: Any) -> tuple[int, ...]:
        if not isinstance(value, list) or not value or not all(entry in choices for entry in value):
            raise unfit(f"a list of {' and '.join(choices)}", shown(value))
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


def _file_name(value: Any) -> str:
    """The name of a file inside the output folder."""
    name = quantities.text(value)
    if Path(name).name != name or name in {".", ".."}:
        raise unfit("the name of a file, without a folder", shown(value))
    return name


_Count = Annotated[int, PlainValidator(_positive_count)]
_Currents = Annotated[list[float], _axis_of("A")]
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


_KINDS: Final[Mapping[str, type[_Dwells | _Pulses]]] = {
    "dwell-times": _Dwells,
    "dwell-events": _Dwells,
    "switching-pulse": _Pulses,
}


def _measurement(value: Any, info: ValidationInfo) -> DwellDesign | PulseDesign:
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
    given = {name: constant.value for name, constant in read.device.items()}
    temperature = given.pop("temperature", None)
    model = DwellTimeModel(
        gmr=_gmr(read.model, source),
        asymmetry=read.model.asymmetry,
        convention=read.model.convention,
        reference_temperature=temperature or 300.0,
    )
    needed = [parameter.name for parameter in model.parameters]
    missing = [name for name in (*needed, "temperature") if name not in given and name != "temperature"]
    problems = [Problem(place(source, ("device", name)), "the true value", "nothing") for name in missing]
    if temperature is None:
        problems.append(Problem(place(source, ("device", "temperature")), "where slopes are quoted", "nothing"))
    problems += [
        Problem(place(source, ("device", name)), f"a parameter of this model: {', '.join(needed)}", f"'{name}'")
        for name in given
        if name not in needed
    ]
    if problems or temperature is None:
        raise InputError(problems)
    return VirtualDevice(read.title, given, model, temperature, tuple(read.measurement))


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
