"""From an analysis and its measurements to one objective: which parameters there are, what is known, where to start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.analysis import Analysis, GmrChi, GmrTable
from stfit.errors import InputError, Problem
from stfit.loaders.gmr import load_gmr
from stfit.measurement import Observation, name_of
from stfit.measurement.columns import THERMOMETER
from stfit.measurement.observation import StraightLawOnly
from stfit.models.choices import WITHOUT_HEATING
from stfit.models.derived import TRANSPORT_INGREDIENTS
from stfit.models.law import law_named
from stfit.models.parameters import PARAMETERS, Parameter, regular
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective import Constraint, FitParameter, LogNormal, Normal, Objective, ParameterSpace, Term
from stfit.physics.transport import ChiGmr, CosineGmr, Gmr
from stfit.pipeline.circuit import with_both_resistances
from stfit.pipeline.fields import differs_in_field, field_sign, in_fields, refuse_one_state
from stfit.pipeline.starting import started
from stfit.pipeline.thermal import below_curie, heating_of

Array = npt.NDArray[np.float64]

_ASSUMED_TEMPERATURE = 300.0  # K: a unit for the temperature scale where no temperature is given anywhere
_MUST_BE_GIVEN: Final = {
    "resistance": 'the resistance that turns the voltages into currents, for example "776 ohm"',
    "gyromagnetic_ratio": 'the one that turns frequencies into linewidths, for example "1.76e11 rad/s/T"',
}
_NEVER_MISSED: Final = frozenset({"field_offset"})  # zero unless given, or a field is swept


@final
@dataclass(frozen=True)
class Temperatures:
    """Readings of every row of every measurement (K), the nominal reading of the device, where slopes are quoted."""

    readings: tuple[Array, ...]
    nominal: float
    reference: float
    given: bool  # in [device]
    known: bool  # anywhere at all


def assemble(analysis: Analysis, measurements: Sequence[Observation]) -> Objective:
    """The objective of an analysis; InputError where measurements and analysis do not fit together."""
    analysis = with_both_resistances(in_fields(analysis, measurements), measurements)
    if _bends(analysis):
        measurements = [m.for_curved_law()[0] if isinstance(m, StraightLawOnly) else m for m in measurements]
    temperatures = _temperatures(analysis, measurements)
    law = SpinTransferLaw.of(
        analysis.model,
        gmr=_gmr(analysis),
        reference_temperature=temperatures.reference,
        by_field=differs_in_field(analysis, measurements),
        heating=heating_of(analysis, measurements, temperatures.reference),
    )
    sweeping = [m for m in measurements if m.settings.swept == "field"]
    if sweeping:
        law = law.in_swept_field(field_sign(sweeping))
    shared = _shared_parameters(analysis, law, measurements, temperatures)
    lines = {entry.name for measurement in measurements for entry in measurement.traits.own_parameters}
    _refuse_foreign(analysis, {parameter.name for parameter in shared}, lines)
    own = [_own_parameters(analysis, measurements, index, shared) for index in range(len(measurements))]
    terms = tuple(
        Term(measurement, law, readings, temperatures.nominal, {local: p.name for local, p in parameters.items()})
        for measurement, readings, parameters in zip(measurements, temperatures.readings, own, strict=True)
    )
    if law.device.by_field:
        refuse_one_state(analysis, measurements)
    every = {p.name: (p.name, p) for p in shared}
    every |= {p.name: (local, p) for parameters in own for local, p in parameters.items()}
    never_missed = frozenset() if sweeping else _NEVER_MISSED
    fitted = tuple(_fit_parameter(p, local, analysis, temperatures, never_missed) for local, p in every.values())
    _refuse_infinite_currents(analysis, measurements)
    if all(parameter.held for parameter in fitted):
        where = f"{analysis.source or 'analysis'}, key 'fit.fix'"
        raise InputError(Problem(where, "at least one parameter left to fit", "all of them fixed"))
    objective = Objective(terms, below_curie(analysis, terms, ParameterSpace(fitted)), temperatures.reference)
    return replace(objective, space=started(objective, analysis))


def _bends(analysis: Analysis) -> bool:
    """Whether ln τ is no straight line in the current."""
    straight = law_named(analysis.model.barrier).linear_in_current and analysis.model.heating == WITHOUT_HEATING
    return not straight or "half_voltage" in {*analysis.device, *analysis.fit.fix, *analysis.priors}


def _gmr(analysis: Analysis) -> Gmr:
    gmr = analysis.model.gmr
    if isinstance(gmr, GmrChi):
        return ChiGmr(gmr.chi)
    return load_gmr(gmr.file) if isinstance(gmr, GmrTable) else CosineGmr()


def _temperatures(analysis: Analysis, measurements: Sequence[Observation]) -> Temperatures:
    device = analysis.device.get("temperature")
    own = [m.settings.temperature for m in measurements]
    places = [place if m.origin.entry is None else m.origin.entry for place, m in enumerate(measurements)]
    entries = [analysis.measurement[place].temperature if analysis.measurement else None for place in places]
    defaults = [device.value if entry is None and device is not None else entry for entry in entries]
    readings = [
        np.where(np.isnan(t), np.nan if d is None else _as_read(d, np.concatenate(own)), t)
        for t, d in zip(own, defaults, strict=True)
    ]
    every = np.concatenate(readings)
    known = bool(np.any(np.isfinite(every)))
    without = [
        m for m, t in zip(measurements, readings, strict=True) if np.any(np.isnan(t)) and not m.settings.athermal
    ]
    if known and without:
        where = f"{name_of(without[0])}, column 'temperature'"
        raise InputError(Problem(where, "a temperature, as other rows have one (or temperature in [device])", "none"))
    mean = float(np.nanmean(every)) if known else _ASSUMED_TEMPERATURE
    readings = [np.where(np.isnan(t), mean, t) for t in readings]
    nominal = mean if device is None else device.value
    reference = analysis.fit.reference_temperature or nominal
    return Temperatures(tuple(readings), nominal, reference, device is not None, known)


def _as_read(default: float, own: Array) -> float:
    """The temperature (K) of rows without their own: the nearest that other rows read, else the default.

    A reading is near where it differs from the default by no more than a thermometer may scatter: 295.0 K in [device]
    and 295.1 K beside the rows are no series of two temperatures.
    """
    known = own[np.isfinite(own)]
    near = known[np.abs(known - default) <= THERMOMETER.of(known)]
    return float(near[np.argmin(np.abs(near - default))]) if near.size else default


def _shared_parameters(
    analysis: Analysis, law: SpinTransferLaw, measurements: Sequence[Observation], temperatures: Temperatures
) -> list[Parameter]:
    needed = [p for p in law.parameters if p.name != "delta_R" or _needs_delta_R(analysis, measurements)]
    needed.append(replace(PARAMETERS["temperature"], start=temperatures.nominal))
    extra = dict.fromkeys(name for measurement in measurements for name in measurement.traits.needs)
    for name in extra:
        if name in _MUST_BE_GIVEN and name not in analysis.device:
            where = f"{analysis.source or 'analysis'}, key 'device.{name}'"
            raise InputError(Problem(where, _MUST_BE_GIVEN[name], "nothing"))
    if all(name in extra or name in analysis.device for name in TRANSPORT_INGREDIENTS):
        extra |= dict.fromkeys(TRANSPORT_INGREDIENTS)
    extra |= dict.fromkeys(_corrections(analysis, measurements))
    return needed + [PARAMETERS[name] for name in extra]


def _needs_delta_R(analysis: Analysis, measurements: Sequence[Observation]) -> bool:
    """Whether the device's own ΔR plays a part: some rows have no other, or the analysis says something of it."""
    named = {*analysis.device, *analysis.fit.fix, *analysis.fit.bounds, *analysis.fit.free, *analysis.priors}
    return "delta_R" in named or any(m.settings.delta_R is None for m in measurements)


def _corrections(analysis: Analysis, measurements: Sequence[Observation]) -> list[str]:
    """The corrections of the circuit that the analysis names and its measurements ask for."""
    named = {*analysis.device, *analysis.fit.fix, *analysis.priors}
    found = []
    if "series_resistance" in named and any(m.settings.voltage is not None for m in measurements):
        found.append("series_resistance")
    if "resistance_AP" in named and any(m.settings.voltage is not None for m in measurements):
        found.append("resistance_AP")
    if "half_voltage" in named:
        _require_resistance(analysis, "resistance" in named)
        found += ["resistance", "half_voltage"]
    return found


def _require_resistance(analysis: Analysis, resistance_known: bool) -> None:
    """InputError without the resistance that says at which voltage V = I·R ΔR(V) is taken."""
    where = f"{analysis.source or 'analysis'}, key 'device.half_voltage'"
    if not resistance_known:
        raise InputError(Problem(where, "resistance beside it, since ΔR(V) is taken at V = I·R", "no resistance"))


def _own_parameters(
    analysis: Analysis, measurements: Sequence[Observation], index: int, shared: Sequence[Parameter]
) -> dict[str, Parameter]:
    """Parameters that a measurement shares with no other, by local name; the first measurement keeps the plain name."""
    measurement = measurements[index]
    earlier = {p.name for other in measurements[:index] for p in other.traits.own_parameters}
    own, starts = {}, measurement.start().own if measurement.traits.own_parameters else {}
    for entry in measurement.traits.own_parameters:
        name = f"{entry.name}[{index + 1}]" if entry.name in earlier else entry.name
        parameter = PARAMETERS[entry.name]
        own[entry.name] = replace(
            parameter, name=name, unit=entry.unit, start=parameter.coordinate_of(starts[entry.name])
        )
    if index > 0:
        apart = (p for p in shared if p.name in analysis.fit.per_measurement)
        own |= {p.name: replace(p, name=f"{p.name}[{index + 1}]") for p in apart}
    return own


def _fit_parameter(
    parameter: Parameter, name: str, analysis: Analysis, temperatures: Temperatures, never_missed: frozenset[str]
) -> FitParameter:
    """Held, constrained or free, as the analysis says of `name`; never_missed: held where it says nothing."""
    parameter = regular(parameter)
    constant, prior = analysis.device.get(name), analysis.priors.get(name)
    start, (lower, upper), plausible = parameter.start, parameter.searched, (parameter.lower, parameter.upper)
    constraint: Constraint | None = None
    held = name in never_missed or (name == "temperature" and temperatures.known and not temperatures.given)
    if constant is not None:
        start, held = parameter.coordinate_of(constant.value), constant.uncertainty is None
        constraint = None if constant.uncertainty is None else Normal(constant.value, constant.uncertainty)
    if name in analysis.fit.fix:
        start, held, constraint = parameter.coordinate_of(analysis.fit.fix[name]), True, None
    if prior is not None and prior.family in ("normal", "truncated"):
        constraint, held, start = Normal(prior.first, prior.second), False, parameter.coordinate_of(prior.first)
    if prior is not None and prior.family == "lognormal":
        constraint, held, start = LogNormal(prior.first, prior.second), False, parameter.coordinate_of(prior.first)
    limits = analysis.fit.bounds.get(name)
    if prior is not None:
        limits = (prior.first, prior.second) if prior.family == "uniform" else prior.limits or limits
    if limits is not None:
        lower, upper = plausible = parameter.coordinate_of(limits[0]), parameter.coordinate_of(limits[1])
        start = min(max(start, lower), upper)
    if isinstance(constraint, LogNormal):
        lower = max(lower, parameter.coordinate_of(constraint.lowest))
    return FitParameter(parameter, start, lower, upper, held, constraint, plausible)


def _refuse_foreign(analysis: Analysis, shared: set[str], lines: set[str]) -> None:
    """A parameter that the model does not have cannot be fixed, bounded, asked for, or had by every measurement."""
    fit, source = analysis.fit, analysis.source or "analysis"
    named = [
        *((f"fit.fix.{name}", name, shared | lines) for name in fit.fix),
        *((f"fit.bounds.{name}", name, shared | lines) for name in fit.bounds),
        *((f"priors.{name}", name, shared | lines) for name in analysis.priors),
        *(("fit.free", name, shared | lines) for name in fit.free),
        *(("fit.per_measurement", name, shared) for name in fit.per_measurement),
    ]
    problems = [
        Problem(f"{source}, key '{key}'", _one_of(known), repr(name)) for key, name, known in named if name not in known
    ]
    if problems:
        raise InputError(problems)


def _one_of(names: set[str]) -> str:
    return f"a parameter of this model: {', '.join(sorted(names))}"


def _refuse_infinite_currents(analysis: Analysis, measurements: Sequence[Observation]) -> None:
    """Without spin transfer a critical current is infinite."""
    given = {"device": {n: c.value for n, c in analysis.device.items()}, "fit.fix": analysis.fit.fix}
    for section, values in given.items():
        if values.get("l_over_L") == 0.0 and any(m.start().critical_currents is not None for m in measurements):
            where = f"{analysis.source or 'analysis'}, key '{section}.l_over_L'"
            raise InputError(Problem(where, "a number that is not 0, as there are critical currents", "0"))
