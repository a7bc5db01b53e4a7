"""The device file of `stfit simulate`: the true parameters of a virtual device, and what is measured on it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final, Self, final

import numpy as np
from pydantic import PlainValidator, ValidationError

from stfit.analysis import quantities
from stfit.analysis.contradictions import temperature_laws
from stfit.analysis.entries import Constant, GmrChi, GmrTable, ModelEntry
from stfit.analysis.experiment import Experiment, read_experiment
from stfit.analysis.messages import Location, one_of, place, problem_of, shown
from stfit.analysis.schema import ModelSection, device_section
from stfit.analysis.sections import Section, table
from stfit.analysis.toml_file import parse_toml, read_text
from stfit.errors import InputError, Problem
from stfit.laboratory.designs import DYNAMICS, EXACT_RATES, Design, VirtualDevice, law_at
from stfit.measurement import kinds
from stfit.models.choices import BARRIERS, CURIE_TEMPERATURE, default_asymmetry
from stfit.models.derived import TRANSPORT_INGREDIENTS
from stfit.models.heating import heating_named
from stfit.models.parameters import PARAMETERS
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.physics.transport import ChiGmr, CosineGmr, Gmr

_SAME_FIELD: Final = 0.01  # relative: an anisotropy field written with two digits
_BY_FIELD: Final = ("anisotropy_field", "field_offset")


@final
@dataclass(frozen=True)
class _Stated:
    """The [model] section, and which of its keys the file gives."""

    entry: ModelEntry = field(default_factory=ModelEntry)
    keys: frozenset[str] = frozenset()

    @classmethod
    def of(cls, **given: Any) -> Self:
        """From the keys that are given."""
        return cls(ModelEntry(**given), frozenset(given))

    def get(self, key: str) -> Any:
        """What is said of a key; None where it is left to the default."""
        return getattr(self.entry, key) if key in self.keys else None


class _DeviceFile(Section):
    title: Annotated[str, PlainValidator(quantities.text)] = "virtual device"
    device: Annotated[dict[str, Constant], table(device_section, dict)]
    model: Annotated[_Stated, table(lambda: ModelSection, _Stated.of)] = _Stated()


def read_device(path: Path, experiment: Path | None = None) -> VirtualDevice:
    """The virtual device in a file, measured as an experiment file says, or, without one, as the device file does.

    InputError holds everything that is wrong with them.
    """
    _, text = read_text(path, "a device file")
    content = parse_toml(text, str(path))
    if experiment is None:
        return virtual_device(content, path.parent, str(path))
    _, design = read_text(experiment, "an experiment file")
    return virtual_device(content, path.parent, str(path), (parse_toml(design, str(experiment)), str(experiment)))


def virtual_device(
    content: Mapping[str, Any], base: Path, source: str, experiment: tuple[Mapping[str, Any], str] | None = None
) -> VirtualDevice:
    """The virtual device of a file, measured as an experiment file (its tables and name) or the file itself says.

    InputError holds everything that is wrong.
    """
    own = {key: content[key] for key in Experiment.model_fields if key in content}
    if experiment is None and "measurement" not in own:
        expected = "at least one [[measurement]], here or in an experiment file (--experiment)"
        raise InputError(Problem(place(source, ("measurement",)), expected, "none"))
    if experiment is not None and own:
        where = place(source, (next(iter(own)),))
        raise InputError(Problem(where, f"the measurements in {experiment[1]} alone", "them in both files"))
    design, where = (own, source) if experiment is None else experiment
    found = read_experiment(design, where)
    read = _read({key: value for key, value in content.items() if key not in own}, base, source)
    problems = [part for part in (read, found) if isinstance(part, list)]
    if isinstance(read, list) or isinstance(found, list):
        raise InputError([problem for part in problems for problem in part])
    return _device(read, found, source, where)


def _read(content: Mapping[str, Any], base: Path, source: str) -> _DeviceFile | list[Problem]:
    """The device and its model, or everything that is wrong with them."""
    try:
        return _DeviceFile.model_validate(content, context={"base": base})
    except ValidationError as error:
        return [problem_of(wrong, source, _known_keys) for wrong in error.errors(include_url=False)]


def _device(read: _DeviceFile, found: Experiment, source: str, where: str) -> VirtualDevice:
    given = {name: constant.value for name, constant in read.device.items()}
    temperature = given.pop("temperature", None)
    level = found.level or BARRIERS[read.model.entry.barrier].level
    designs = tuple(found.measurement)
    _refuse([*_contradictions(read, level, source), *_not_at(level, designs, where)])
    law = _law(read, level, designs, temperature or 300.0, source)
    follows = level == DYNAMICS or (level == EXACT_RATES and _prefactor_is_known(read))
    needed = _needed(law, level, designs, without={"tau_0"} if follows else set())
    wrong = [*_not_a_truth(read, needed, level, source), *_stray_fields(law, designs, where)]
    _refuse([*wrong, *_above_curie(read, designs, source)])
    if temperature is None:
        raise AssertionError("a device without a temperature is refused")
    if level == DYNAMICS:
        _refuse(_other_field(given, source))
    if follows:
        given["tau_0"] = float(law.derived(given, temperature)["tau_0_predicted"])
    return VirtualDevice(read.title, given, law, temperature, designs, level)


def _refuse(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise InputError(found)


def _law(read: _DeviceFile, level: str, designs: Sequence[Design], temperature: float, source: str) -> SpinTransferLaw:
    barrier = law_at(level)
    asymmetry = read.model.get("asymmetry") or default_asymmetry(barrier)
    return SpinTransferLaw.of(
        replace(read.model.entry, barrier=barrier, asymmetry=asymmetry),
        gmr=_gmr(read.model.entry, source),
        reference_temperature=temperature,
        by_field=any(name in read.device for name in _BY_FIELD) or any(design.fields is not None for design in designs),
        heating=heating_named(read.model.entry.heating, 1.0),
    )


def _contradictions(read: _DeviceFile, level: str, source: str) -> Iterator[Problem]:
    """What [model] says against the level."""
    barrier, asymmetry = read.model.get("barrier"), read.model.get("asymmetry")
    fitting = law_at(level)
    if barrier not in (None, fitting):
        yield Problem(place(source, ("model", "barrier")), f'"{fitting}" with level = "{level}"', shown(barrier))
    allowed = tuple(BARRIERS[fitting].asymmetries)[: 1 if level == DYNAMICS else None]
    if asymmetry not in (None, *allowed):
        expected = f'{one_of(allowed)} with level = "{level}"'
        yield Problem(place(source, ("model", "asymmetry")), expected, shown(asymmetry))
    for location, *halves in temperature_laws(read.model.entry, PARAMETERS):  # what has no value is found below
        yield Problem(place(source, location), *halves)
    fixed = {"convention": "consistent", "magnetisation": "constant", "heating": "none"} if level == DYNAMICS else {}
    for key, needed in fixed.items():
        stated = getattr(read.model.entry, key)
        if stated != needed:
            yield Problem(place(source, ("model", key)), f'"{needed}" with level = "{level}"', shown(stated))


def _not_at(level: str, designs: Sequence[Design], where: str) -> Iterator[Problem]:
    """Kinds that no equation of motion gives: they are no events."""
    for i, design in enumerate(designs):
        if level == DYNAMICS and kinds()[design.kind].dynamics is None:
            expected = f'a kind made of switching events with level = "{level}" (lines and critical currents are not)'
            yield Problem(place(where, ("measurement", i, "kind")), expected, "one that is not")
        if level == DYNAMICS and (refused := design.refused_by_dynamics()) is not None:
            key, expected, found = refused
            yield Problem(place(where, ("measurement", i, key)), expected, found)


def _prefactor_is_known(read: _DeviceFile) -> bool:
    """Whether the device gives what Brown's prefactor is made of, and no attempt time beside it."""
    return "tau_0" not in read.device and all(name in read.device for name in TRANSPORT_INGREDIENTS)


def _needed(law: SpinTransferLaw, level: str, designs: Sequence[Design], without: Collection[str]) -> list[str]:
    """The parameters that must have a true value; without: those that follow from others."""
    needed = [parameter.name for parameter in law.parameters if parameter.name not in without]
    needed += [name for design in designs for name in design.needs]
    if level == DYNAMICS:
        needed += TRANSPORT_INGREDIENTS
    return list(dict.fromkeys(needed))


def _not_a_truth(read: _DeviceFile, needed: list[str], level: str, source: str) -> Iterator[Problem]:
    """Parameters without a value, with an uncertain one, or of another model."""
    wanted = dict.fromkeys(needed, "the true value") | {"temperature": "the temperature at which slopes are quoted"}
    for name, expected in wanted.items():
        if name not in read.device:
            yield Problem(place(source, ("device", name)), expected, "nothing")
    for name, constant in read.device.items():
        if name == "tau_0" and level == DYNAMICS:
            expected = f'no attempt time with level = "{level}": it follows from Kv, alpha and the others'
            yield Problem(place(source, ("device", name)), expected, f"'{name}'")
        elif name not in wanted and name not in TRANSPORT_INGREDIENTS:
            expected = f"a parameter of this model: {', '.join(needed)}"
            yield Problem(place(source, ("device", name)), expected, f"'{name}'")
        elif constant.uncertainty is not None:
            yield Problem(place(source, ("device", name)), "the true value, without ±", "an uncertain one")


def _above_curie(read: _DeviceFile, designs: Sequence[Design], source: str) -> Iterator[Problem]:
    """A Curie temperature that some measurement reaches, where the model has one."""
    curie = read.device.get(CURIE_TEMPERATURE)
    if read.model.entry.magnetisation == "constant" or curie is None:
        return
    given = [design.temperatures for design in designs]
    hottest = max((float(np.max(kelvin)) for kelvin in given if kelvin is not None), default=0.0)
    if curie.value <= hottest:
        expected = f"a temperature above that of every measurement, {hottest:g} K at most"
        yield Problem(place(source, ("device", CURIE_TEMPERATURE)), expected, f"{curie.value:g} K")


def _stray_fields(law: SpinTransferLaw, designs: Sequence[Design], where: str) -> Iterator[Problem]:
    """Fields that an asymmetry without anisotropy field knows nothing of."""
    for i, design in enumerate(designs):
        asymmetry = law.device.asymmetry.name
        if design.fields is not None and asymmetry != "uniaxial":
            expected = 'no fields, or asymmetry = "uniaxial" with anisotropy_field and field_offset in [device]'
            yield Problem(place(where, ("measurement", i, "fields")), expected, f'asymmetry = "{asymmetry}"')


def _other_field(given: Mapping[str, float], source: str) -> Iterator[Problem]:
    """An anisotropy field that is not that of Kv."""
    follows = 2.0 * given["Kv"] / (given["volume"] * given["saturation_magnetisation"])
    stated = given.get("anisotropy_field", follows)
    if abs(stated / follows - 1.0) > _SAME_FIELD:
        expected = f"2 Kv/(volume saturation_magnetisation) = {follows:.4g} T"
        yield Problem(place(source, ("device", "anisotropy_field")), expected, f"{stated:.4g} T")


def _gmr(model: ModelEntry, source: str) -> Gmr:
    if isinstance(model.gmr, GmrTable):
        raise InputError(Problem(place(source, ("model", "gmr")), '"cosine" or {chi = 0.4}', "a measured table"))
    return ChiGmr(model.gmr.chi) if isinstance(model.gmr, GmrChi) else CosineGmr()


def _known_keys(location: Location) -> tuple[str, ...]:
    """The keys that may stand beside the one at `location`."""
    sections: dict[str, type[Section]] = {"device": device_section(), "model": ModelSection}
    if len(location) > 1:
        return tuple(sections[str(location[0])].model_fields)
    return (*_DeviceFile.model_fields, *Experiment.model_fields)
