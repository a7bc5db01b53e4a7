"""The shape of the analysis file: which keys each section has and how each value is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field, PlainValidator, ValidationInfo, create_model

from stfit.analysis import names, planning, quantities
from stfit.analysis.description import constant
from stfit.analysis.entries import (
    Constant,
    FitEntry,
    GmrChi,
    GmrTable,
    MeasurementEntry,
    ModelEntry,
    PlanEntry,
    Prior,
    SamplerEntry,
)
from stfit.analysis.messages import Location, shown, unfit
from stfit.analysis.sections import File, MeasurementSection, Section, Temperature, Text, by_parameter, table
from stfit.measurement import kinds
from stfit.measurement.description import DESCRIPTION_KEYS, Description
from stfit.models.choices import (
    ANISOTROPY_LAWS,
    ASYMMETRIES,
    BARRIERS,
    HEATINGS,
    MAGNETISATION_LAWS,
    default_asymmetry,
)
from stfit.studies.conditions import Conditions

BACKENDS: Final = ("least-squares", "mcmc")
read_backend: Final = quantities.choice(*BACKENDS)


def _section_of(measurement: Mapping[str, Any]) -> type[MeasurementSection]:
    """The keys of a measurement; columns of its kind stand among them, as constants, only where it has further keys."""
    kind = measurement.get("kind")
    if not isinstance(kind, str) or kind not in kinds():
        return _unknown_kind()
    keys: type[MeasurementSection] = kinds()[kind].keys()
    if not measurement.keys() <= keys.model_fields.keys():
        keys = _with_constants(kind)
    return _of_files(keys) if "files" in measurement else keys


@cache
def _with_constants(kind: str) -> type[MeasurementSection]:
    keys: type[MeasurementSection] = kinds()[kind].keys()
    own: dict[str, Any] = {
        column.name: (Annotated[Any, PlainValidator(partial(constant, column=column))], None)
        for column in kinds()[kind].layout().columns
        if column.name not in keys.model_fields
    }
    return create_model("WithConstants", __base__=keys, **own)


@cache
def _of_files(keys: type[MeasurementSection]) -> type[MeasurementSection]:
    """The keys of a measurement of several files, which has no key `file`."""
    return create_model("OfFiles", __base__=keys, file=(Annotated[Any, PlainValidator(_no_file)], None))


def _no_file(value: Any) -> None:
    raise unfit("either file or files", shown(value))


@cache
def _unknown_kind() -> type[MeasurementSection]:
    """A measurement without a kind, or with a wrong one: its other keys are read for their own errors."""
    every = {name: field for kind in kinds().values() for name, field in kind.keys().model_fields.items()}
    own: dict[str, Any] = {n: (f.annotation, f) for n, f in every.items() if n not in MeasurementSection.model_fields}
    named = Annotated[str, PlainValidator(quantities.choice(*kinds()))]
    return create_model("UnknownKind", __base__=MeasurementSection, kind=(named, ...), **own)


def _measurement(value: Any, info: ValidationInfo) -> MeasurementEntry:
    """One [[measurement]], whose kind decides on its keys; what describes the file and keys of the kind stand apart."""
    if not isinstance(value, Mapping):
        raise unfit("a table headed [[measurement]]", shown(value))
    given = _section_of(value).model_validate(value, context=info.context).given()
    if "files" in given:
        called = value["files"] if isinstance(value["files"], str) else "files"
        given["file"] = Path((info.context or {})["base"]) / called
    elif "pattern" in given and "group" not in given:
        raise unfit("the key files beside pattern, or group", "neither")
    common = {key: given.pop(key) for key in tuple(given) if key in MeasurementEntry.__dataclass_fields__}
    described = {key: given.pop(key) for key in tuple(given) if key in DESCRIPTION_KEYS}
    own = kinds()[common["kind"]].keys().model_fields
    constants = {key: given.pop(key) for key in tuple(given) if key not in own}
    description = Description.of({**described, "constants": constants})
    return MeasurementEntry(**common, description=description, keys=given)


class _Gmr(Section):
    """One of the two tables that `gmr` may be."""

    chi: Annotated[float, PlainValidator(names.known_chi)] = 0.0
    file: File = Path()


def _gmr(value: Any, info: ValidationInfo) -> str | GmrChi | GmrTable:
    if value == "cosine":
        return "cosine"
    if not isinstance(value, Mapping) or len(value.keys() & _Gmr.model_fields.keys()) != 1:
        raise unfit('"cosine", {chi = 0.4} or {file = "r_theta.csv"}', shown(value))
    given = _Gmr.model_validate(value, context=info.context).given()
    return GmrChi(**given) if "chi" in given else GmrTable(**given)


class ModelSection(Section):
    """The [model] section, in an analysis file and in a device file."""

    gmr: Annotated[Any, PlainValidator(_gmr)] = "cosine"
    barrier: Annotated[Any, PlainValidator(quantities.choice(*BARRIERS))] = "high"
    asymmetry: Annotated[Any, PlainValidator(quantities.choice(*ASYMMETRIES))] = "theta_0"
    convention: Annotated[Any, PlainValidator(quantities.choice("consistent", "printed"))] = "consistent"
    mapping: Annotated[Any, PlainValidator(quantities.choice("power", "damping", "peak", "torque"))] = "damping"
    magnetisation: Annotated[Any, PlainValidator(quantities.choice(*MAGNETISATION_LAWS))] = "constant"
    anisotropy_law: Annotated[Any, PlainValidator(quantities.choice(*ANISOTROPY_LAWS))] = "constant"
    heating: Annotated[Any, PlainValidator(quantities.choice(*HEATINGS))] = "none"

    def given(self) -> dict[str, Any]:
        """The keys that the file gives, and the asymmetry that its law takes unless it says otherwise."""
        taken = default_asymmetry(self.barrier)
        default = {} if taken == ModelEntry.asymmetry else {"asymmetry": taken}
        return default | super().given()


device_section = partial(by_parameter, "Device", names.constant)
_fix = partial(by_parameter, "Fix", names.fixed_value)
_bounds = partial(by_parameter, "Bounds", names.bounds)
_priors = partial(by_parameter, "Priors", names.prior)
_precision = partial(by_parameter, "Precision", planning.precision)
_precision_time = partial(by_parameter, "PrecisionTime", planning.precision_time)


class _Fit(Section):
    backend: Annotated[Any, PlainValidator(read_backend)] = "least-squares"
    free: Annotated[tuple[str, ...], PlainValidator(names.parameter_names)] = ()
    per_measurement: Annotated[tuple[str, ...], PlainValidator(names.parameter_names)] = ()
    fix: Annotated[dict[str, float], table(_fix, dict)] = Field(default_factory=dict)
    bounds: Annotated[dict[str, tuple[float, float]], table(_bounds, dict)] = Field(default_factory=dict)
    reference_temperature: Temperature = None
    seed: Annotated[int, PlainValidator(quantities.whole_number)] = 0
    intervals: Annotated[Any, PlainValidator(quantities.choice("auto", "covariance", "profile", "bootstrap"))] = "auto"
    compare: Annotated[bool, PlainValidator(quantities.switch)] = True
    evidence: Annotated[bool, PlainValidator(quantities.switch)] = False
    goodness: Annotated[Any, PlainValidator(quantities.choice("automatic", "bootstrap"))] = "automatic"


class _Sampler(Section):
    ensembles: Annotated[int, PlainValidator(quantities.count_from(1))] = 4
    walkers: Annotated[int | None, PlainValidator(quantities.count_from(8))] = None
    steps: Annotated[int, PlainValidator(quantities.count_from(100))] = 3000
    target: Annotated[int, PlainValidator(quantities.count_from(100))] = 10_000


class _Plan(Section):
    target: Annotated[str, PlainValidator(planning.target)] = Conditions.target
    hours: Annotated[float | None, PlainValidator(quantities.duration)] = Conditions.hours
    goal: Annotated[float | None, PlainValidator(planning.relative_error)] = Conditions.goal
    candidates: Annotated[tuple[str, ...], PlainValidator(planning.candidates)] = Conditions.candidates
    time_per_point: Annotated[float | None, PlainValidator(quantities.duration)] = Conditions.time_per_point
    points: Annotated[int, PlainValidator(quantities.count_from(1))] = Conditions.points
    overhead_per_point: Annotated[float, PlainValidator(planning.overhead)] = Conditions.overhead_per_point
    overhead_per_temperature: Annotated[float, PlainValidator(planning.overhead)] = Conditions.overhead_per_temperature
    overhead_per_field: Annotated[float, PlainValidator(planning.overhead)] = Conditions.overhead_per_field
    shortest_dwell: Annotated[float | None, PlainValidator(quantities.duration)] = Conditions.shortest_dwell
    longest_dwell: Annotated[float | None, PlainValidator(quantities.duration)] = Conditions.longest_dwell
    largest_current: Annotated[float | None, PlainValidator(quantities.current_step)] = Conditions.largest_current
    precision: Annotated[dict[str, float], table(_precision, dict)] = Field(default_factory=dict)
    precision_time: Annotated[dict[str, float], table(_precision_time, dict)] = Field(default_factory=dict)


@cache
def _plan_section() -> type[Section]:
    """The [plan] section: the keys of every plan, and those that single kinds have."""
    own: dict[str, Any] = {
        name: (field.annotation, field)
        for kind in kinds().values()
        if kind.plan_keys is not None
        for name, field in kind.plan_keys().model_fields.items()
    }
    return create_model("Plan", __base__=_Plan, **own)


def _plan(value: Any, info: ValidationInfo) -> PlanEntry:
    given = _plan_section().model_validate(value, context=info.context).given()
    of_kinds = {key: given.pop(key) for key in tuple(given) if key not in _Plan.model_fields}
    return PlanEntry(**given, of_kinds=of_kinds)


class Content(Section):
    """The whole file. Its fields are those of an Analysis."""

    title: Text = ""
    sample: Text = ""
    device: Annotated[dict[str, Constant], table(device_section, dict)] = Field(default_factory=dict)
    measurement: list[Annotated[MeasurementEntry, PlainValidator(_measurement)]] = Field(default_factory=list)
    model: Annotated[ModelEntry, table(lambda: ModelSection, ModelEntry)] = ModelEntry()
    fit: Annotated[FitEntry, table(lambda: _Fit, FitEntry)] = FitEntry()
    priors: Annotated[dict[str, Prior], table(_priors, dict)] = Field(default_factory=dict)
    sampler: Annotated[SamplerEntry, table(lambda: _Sampler, SamplerEntry)] = SamplerEntry()
    plan: Annotated[PlanEntry, PlainValidator(_plan)] = PlanEntry()


_SECTIONS: Final[Mapping[Location, Callable[[], type[Section]]]] = {
    (): lambda: Content,
    ("device",): device_section,
    ("model",): lambda: ModelSection,
    ("model", "gmr"): lambda: _Gmr,
    ("fit",): lambda: _Fit,
    ("fit", "fix"): _fix,
    ("fit", "bounds"): _bounds,
    ("priors",): _priors,
    ("sampler",): lambda: _Sampler,
    ("plan",): _plan_section,
    ("plan", "precision"): _precision,
    ("plan", "precision_time"): _precision_time,
}


def section_at(content: Mapping[str, Any], location: Location) -> type[Section]:
    """The section of the table at `location`, of a measurement by the kind that `content` gives it."""
    return _SECTIONS[location]() if location in _SECTIONS else _section_of(content["measurement"][location[1]])


def known_keys(content: Mapping[str, Any], location: Location) -> tuple[str, ...]:
    """The keys that may stand beside the one at `location`."""
    return tuple(section_at(content, location[:-1]).model_fields)
