"""The shape of the analysis file: which keys each section has and how each value is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationInfo, create_model
from pydantic_core import PydanticCustomError

from stfit.analysis import names, planning, quantities
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
from stfit.measurements.lines import POWERS
from stfit.models.asymmetry import ASYMMETRIES
from stfit.models.material import ANISOTROPY_LAWS, MAGNETISATION_LAWS
from stfit.models.parameters import PARAMETERS
from stfit.physics.fluctuations import FWHM_OVER_WIDTH, LINE_SHAPES
from stfit.physics.resonance import GEOMETRIES
from stfit.studies.conditions import Conditions

read_backend: Final = quantities.choice("least-squares", "mcmc")


class Section(BaseModel):
    """A table of the file: its keys are known, any other is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def given(self) -> dict[str, Any]:
        """The keys that the file gives, with their values."""
        return {key: getattr(self, key) for key in type(self).model_fields if key in self.model_fields_set}


def table(section: type[Section], build: Callable[..., Any]) -> PlainValidator:
    """Read a table by its section, and build an entry from the keys that are given."""

    def read(value: Any, info: ValidationInfo) -> Any:
        return build(**section.model_validate(value, context=info.context).given())

    return PlainValidator(read)


def _named(title: str, reader: Callable[..., Any]) -> type[Section]:
    """A section with one optional key for each parameter there is."""
    keys: dict[str, Any] = {
        name: (Annotated[Any, PlainValidator(partial(reader, parameter=parameter))], None)
        for name, parameter in PARAMETERS.items()
    }
    return create_model(title, __base__=Section, **keys)


def _file(value: Any, info: ValidationInfo) -> Path:
    """A path that starts at the folder which the caller gives as context."""
    return quantities.existing_file(value, Path((info.context or {})["base"]))


_File = Annotated[Path, PlainValidator(_file)]
_Text = Annotated[str, PlainValidator(quantities.text)]
_Temperature = Annotated[float | None, PlainValidator(quantities.temperature)]


class _Measurement(Section):
    """The keys that every kind has; a kind adds its own."""

    kind: str
    file: _File
    polarity: Annotated[Any, PlainValidator(quantities.choice(1, -1))] = 1
    temperature: _Temperature = None
    columns: Annotated[dict[str, str], PlainValidator(quantities.texts)] = {}
    where: Annotated[dict[str, str | int | float], PlainValidator(quantities.cells)] = {}


class _DwellEvents(_Measurement):
    dead_time: Annotated[float | None, PlainValidator(quantities.duration)] = None


class _SwitchingPulse(_Measurement):
    sign: Annotated[Any, PlainValidator(quantities.choice("signed", "magnitude"))] = "signed"


class _SwitchingCurrents(_SwitchingPulse):
    critical_current: Annotated[Any, PlainValidator(quantities.choice("extrapolated", "measured"))] = "extrapolated"
    measurement_time: Annotated[float | None, PlainValidator(quantities.duration)] = None


class _SwitchingRamp(_SwitchingPulse):
    start_current: Annotated[float | None, PlainValidator(partial(quantities.quantity, unit="A"))] = None
    current_step: Annotated[float | None, PlainValidator(quantities.current_step)] = None


def _width(value: Any) -> str:
    """A linewidth as it is written: whether its unit is that of the column is seen when the table is read."""
    written = quantities.text(value)
    try:
        quantities.quantity(written, "T")
    except PydanticCustomError:
        quantities.quantity(written, "Hz")
    return written


class _FmrLines(_Measurement):
    linewidth: Annotated[str | None, PlainValidator(quantities.choice(*FWHM_OVER_WIDTH))] = None
    power: Annotated[str | None, PlainValidator(quantities.choice(*POWERS))] = None
    inhomogeneous_linewidth: Annotated[str | None, PlainValidator(_width)] = None


class _FmrSpectra(_Measurement):
    line_shape: Annotated[Any, PlainValidator(quantities.choice(*LINE_SHAPES))] = "lorentzian"
    geometry: Annotated[Any, PlainValidator(quantities.choice(*GEOMETRIES))] = None
    inhomogeneous_linewidth: Annotated[str | None, PlainValidator(_width)] = None


class _HysteresisLoop(_Measurement):
    ap_level: Annotated[Any, PlainValidator(quantities.choice("high", "low"))] = "high"


class _TelegraphTrace(_Measurement):
    sample_interval: Annotated[float | None, PlainValidator(quantities.duration)] = None
    quantity: Annotated[Any, PlainValidator(quantities.choice("resistance", "voltage"))] = "resistance"
    unit: Annotated[str | None, PlainValidator(quantities.text)] = None
    dtype: Annotated[str | None, PlainValidator(quantities.sample_type)] = None
    ap_level: Annotated[Any, PlainValidator(quantities.choice("high", "low"))] = "high"
    dead_time: Annotated[float | None, PlainValidator(quantities.duration)] = None
    method: Annotated[Any, PlainValidator(quantities.choice("auto", "threshold", "hmm"))] = "auto"
    bad: Annotated[Any, PlainValidator(quantities.choice("report", "leave-out"))] = "report"
    leave_out: Annotated[tuple[str, ...], PlainValidator(quantities.file_names)] = ()


_KINDS: Final[Mapping[str, type[_Measurement]]] = {
    "dwell-times": _Measurement,
    "dwell-events": _DwellEvents,
    "switching-currents": _SwitchingCurrents,
    "switching-pulse": _SwitchingPulse,
    "switching-ramp": _SwitchingRamp,
    "fmr-lines": _FmrLines,
    "hysteresis-loop": _HysteresisLoop,
    "fmr-spectra": _FmrSpectra,
    "telegraph-trace": _TelegraphTrace,
}


class _UnknownKind(
    _SwitchingCurrents, _SwitchingRamp, _DwellEvents, _FmrLines, _FmrSpectra, _HysteresisLoop, _TelegraphTrace
):
    """A measurement without a kind, or with a wrong one: its other keys are read for their own errors."""

    kind: Annotated[str, PlainValidator(quantities.choice(*_KINDS))]


def _section_of(measurement: Mapping[str, Any]) -> type[_Measurement]:
    kind = measurement.get("kind")
    return _KINDS.get(kind, _UnknownKind) if isinstance(kind, str) else _UnknownKind


def _measurement(value: Any, info: ValidationInfo) -> MeasurementEntry:
    """One [[measurement]], whose kind decides on its keys; keys of the kind alone stand apart."""
    if not isinstance(value, Mapping):
        raise unfit("a table headed [[measurement]]", shown(value))
    given = _section_of(value).model_validate(value, context=info.context).given()
    own = {key: given.pop(key) for key in tuple(given) if key not in MeasurementEntry.__dataclass_fields__}
    return MeasurementEntry(**given, keys=own)


class _Gmr(Section):
    """One of the two tables that `gmr` may be."""

    chi: Annotated[float, PlainValidator(names.known_chi)] = 0.0
    file: _File = Path()


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
    barrier: Annotated[Any, PlainValidator(quantities.choice("high", "exact"))] = "high"
    asymmetry: Annotated[Any, PlainValidator(quantities.choice(*ASYMMETRIES))] = "theta_0"
    convention: Annotated[Any, PlainValidator(quantities.choice("consistent", "printed"))] = "consistent"
    mapping: Annotated[Any, PlainValidator(quantities.choice("power", "damping", "peak", "torque"))] = "damping"
    magnetisation: Annotated[Any, PlainValidator(quantities.choice(*MAGNETISATION_LAWS))] = "constant"
    anisotropy_law: Annotated[Any, PlainValidator(quantities.choice(*ANISOTROPY_LAWS))] = "constant"
    heating: Annotated[Any, PlainValidator(quantities.choice("none", "joule"))] = "none"

    def given(self) -> dict[str, Any]:
        """The keys that the file gives; exact rates are those of one axis unless it says otherwise."""
        default = {"asymmetry": "uniaxial"} if self.barrier == "exact" else {}
        return default | super().given()


DeviceSection = _named("Device", names.constant)
LinesSection = _named("Lines", names.fixed_value)
_Fix = _named("Fix", names.fixed_value)
_Bounds = _named("Bounds", names.bounds)
_Priors = _named("Priors", names.prior)
_Precision = _named("Precision", planning.precision)
_PrecisionTime = _named("PrecisionTime", planning.precision_time)


class _Fit(Section):
    backend: Annotated[Any, PlainValidator(read_backend)] = "least-squares"
    free: Annotated[tuple[str, ...], PlainValidator(names.parameter_names)] = ()
    per_measurement: Annotated[tuple[str, ...], PlainValidator(names.parameter_names)] = ()
    fix: Annotated[dict[str, float], table(_Fix, dict)] = {}
    bounds: Annotated[dict[str, tuple[float, float]], table(_Bounds, dict)] = {}
    reference_temperature: _Temperature = None
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


_RelativeError = Annotated[float, PlainValidator(planning.relative_error)]


class _Plan(Section):
    target: Annotated[str, PlainValidator(planning.target)] = Conditions.target
    hours: Annotated[float | None, PlainValidator(quantities.duration)] = Conditions.hours
    goal: Annotated[float | None, PlainValidator(planning.relative_error)] = Conditions.goal
    candidates: Annotated[tuple[str, ...], PlainValidator(planning.candidates)] = Conditions.candidates
    time_per_point: Annotated[float | None, PlainValidator(quantities.duration)] = Conditions.time_per_point
    points: Annotated[int, PlainValidator(planning.count)] = Conditions.points
    overhead_per_point: Annotated[float, PlainValidator(planning.overhead)] = Conditions.overhead_per_point
    overhead_per_temperature: Annotated[float, PlainValidator(planning.overhead)] = Conditions.overhead_per_temperature
    overhead_per_field: Annotated[float, PlainValidator(planning.overhead)] = Conditions.overhead_per_field
    shortest_dwell: Annotated[float | None, PlainValidator(quantities.duration)] = Conditions.shortest_dwell
    longest_dwell: Annotated[float | None, PlainValidator(quantities.duration)] = Conditions.longest_dwell
    largest_current: Annotated[float | None, PlainValidator(quantities.current_step)] = Conditions.largest_current
    pulses: Annotated[int, PlainValidator(planning.count)] = Conditions.pulses
    pulse_overhead: Annotated[float, PlainValidator(planning.overhead)] = Conditions.pulse_overhead
    ramp_overhead: Annotated[float, PlainValidator(planning.overhead)] = Conditions.ramp_overhead
    line_error: _RelativeError = Conditions.line_error
    critical_current_error: Annotated[float, PlainValidator(planning.relative_error)] = (
        Conditions.critical_current_error
    )
    precision: Annotated[dict[str, float], table(_Precision, dict)] = {}
    precision_time: Annotated[dict[str, float], table(_PrecisionTime, dict)] = {}


class Content(Section):
    """The whole file. Its fields are those of an Analysis."""

    title: _Text = ""
    device: Annotated[dict[str, Constant], table(DeviceSection, dict)] = {}
    measurement: list[Annotated[MeasurementEntry, PlainValidator(_measurement)]] = []
    model: Annotated[ModelEntry, table(ModelSection, ModelEntry)] = ModelEntry()
    fit: Annotated[FitEntry, table(_Fit, FitEntry)] = FitEntry()
    priors: Annotated[dict[str, Prior], table(_Priors, dict)] = {}
    sampler: Annotated[SamplerEntry, table(_Sampler, SamplerEntry)] = SamplerEntry()
    plan: Annotated[PlanEntry, table(_Plan, PlanEntry)] = PlanEntry()


_SECTIONS: Final[Mapping[Location, type[Section]]] = {
    (): Content,
    ("device",): DeviceSection,
    ("model",): ModelSection,
    ("model", "gmr"): _Gmr,
    ("fit",): _Fit,
    ("fit", "fix"): _Fix,
    ("fit", "bounds"): _Bounds,
    ("priors",): _Priors,
    ("sampler",): _Sampler,
    ("plan",): _Plan,
    ("plan", "precision"): _Precision,
    ("plan", "precision_time"): _PrecisionTime,
}


def known_keys(content: Mapping[str, Any], location: Location) -> tuple[str, ...]:
    """The keys that may stand beside the one at `location`."""
    inside = location[:-1]
    section = _SECTIONS[inside] if inside in _SECTIONS else _section_of(content["measurement"][location[1]])
    return tuple(section.model_fields)
