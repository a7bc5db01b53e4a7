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
from stfit.measurements import Measurement, name_of
from stfit.models.dwell import DwellTimeModel
from stfit.models.parameters import PARAMETERS, Parameter
from stfit.objective import Constraint, FitParameter, LogNormal, Normal, Objective, ParameterSpace, Term
from stfit.objective.objective import current_at
from stfit.physics.transport import ChiGmr, CosineGmr, Gmr

Array = npt.NDArray[np.float64]

_ASSUMED_TEMPERATURE = 300.0  # K: a unit for the temperature scale where no temperature is given anywhere
_NEVER_MISSED: Final = frozenset({"field_offset"})  # zero unless given


@final
@dataclass(frozen=True)
class Temperatures:
    """Readings of every row of every measurement (K), the nominal reading of the device, where slopes are quoted."""

    readings: tuple[Array, ...]
    nominal: float
    reference: float
    given: bool  # in [device]
    known: bool  # anywhere at all


def assemble(analysis: Analysis, measurements: Sequence[Measurement]) -> Objective:
    """The objective of an analysis; InputError where measurements and analysis do not fit together."""
    temperatures = _temperatures(analysis, measurements)
    model = DwellTimeModel(
        gmr=_gmr(analysis),
        asymmetry=analysis.model.asymmetry,
        convention=analysis.model.convention,
        reference_temperature=temperatures.reference,
        by_field=_by_field(analysis, measurements),
    )
    terms = tuple(
        Term(measurement, model, readings, temperatures.nominal)
        for measurement, readings in zip(measurements, temperatures.readings, strict=True)
    )
    parameters = _parameters(analysis, model, measurements, temperatures)
    objective = Objective(terms, ParameterSpace(parameters), temperatures.reference)
    return replace(objective, space=_started(objective, analysis))


def _gmr(analysis: Analysis) -> Gmr:
    gmr = analysis.model.gmr
    if isinstance(gmr, GmrChi):
        return ChiGmr(gmr.chi)
    return load_gmr(gmr.file) if isinstance(gmr, GmrTable) else CosineGmr()


def _temperatures(analysis: Analysis, measurements: Sequence[Measurement]) -> Temperatures:
    device = analysis.device.get("temperature")
    own = [m.settings.temperature for m in measurements]
    entries = [entry.temperature for entry in analysis.measurement] or [None] * len(own)
    defaults = [device.value if entry is None and device is not None else entry for entry in entries]
    readings = [np.where(np.isnan(t), np.nan if d is None else d, t) for t, d in zip(own, defaults, strict=True)]
    known = [np.isfinite(t) for t in readings]
    if any(np.any(k) for k in known) and not all(np.all(k) for k in known):
        missing = next(m for m, k in zip(measurements, known, strict=True) if not np.all(k))
        where = f"{name_of(missing)}, column 'temperature'"
        raise InputError(Problem(where, "a temperature, as other rows have one (or temperature in [device])", "none"))
    if not np.any(known[0]):
        readings = [np.full(t.size, _ASSUMED_TEMPERATURE) for t in own]
    mean = float(np.mean(np.concatenate(readings)))
    nominal = mean if device is None else device.value
    reference = analysis.fit.reference_temperature or nominal
    return Temperatures(tuple(readings), nominal, reference, device is not None, bool(np.any(known[0])))


def _by_field(analysis: Analysis, measurements: Sequence[Measurement]) -> bool:
    """Whether rows differ in field, which only the uniaxial barrier can follow."""
    fields = np.concatenate([m.settings.field for m in measurements])
    several = np.unique(fields[np.isfinite(fields)]).size + int(np.any(np.isnan(fields))) > 1
    uniaxial = analysis.model.asymmetry == "uniaxial"
    scale_known = "anisotropy_field" in analysis.device
    if not several:
        return uniaxial and scale_known and bool(np.all(np.isfinite(fields)))
    where = analysis.source or "analysis"
    if not uniaxial:
        expected = 'asymmetry = "uniaxial", the only one that takes several fields, or rows of one field'
        raise InputError(Problem(f"{where}, key 'model.asymmetry'", expected, repr(analysis.model.asymmetry)))
    if np.any(np.isnan(fields)):
        raise InputError(
            Problem(f"{where}, the measurements", "a field in every row, as some have one", "rows without")
        )
    if not scale_known:
        expected = 'the anisotropy field, for example "120 mT", as the rows differ in field'
        raise InputError(Problem(f"{where}, key 'device.anisotropy_field'", expected, "nothing"))
    return True


def _parameters(
    analysis: Analysis, model: DwellTimeModel, measurements: Sequence[Measurement], temperatures: Temperatures
) -> tuple[FitParameter, ...]:
    needed = [*model.parameters, replace(PARAMETERS["temperature"], start=temperatures.nominal)]
    if any(m.settings.voltage is not None for m in measurements):
        needed.append(PARAMETERS["resistance"])
        if "resistance" not in analysis.device:
            where = f"{analysis.source or 'analysis'}, key 'device.resistance'"
            expected = 'the resistance that turns the voltages into currents, for example "776 ohm"'
            raise InputError(Problem(where, expected, "nothing"))
    _refuse_foreign(analysis, {parameter.name for parameter in needed})
    return tuple(_fit_parameter(parameter, analysis, temperatures) for parameter in needed)


def _fit_parameter(parameter: Parameter, analysis: Analysis, temperatures: Temperatures) -> FitParameter:
    """Held, constrained or free, as the analysis says."""
    name = parameter.name
    constant, prior = analysis.device.get(name), analysis.priors.get(name)
    start, lower, upper = parameter.start, parameter.lower, parameter.upper
    constraint: Constraint | None = None
    held = name in _NEVER_MISSED or (name == "temperature" and temperatures.known and not temperatures.given)
    if constant is not None:
        start, held = parameter.coordinate_of(constant.value), constant.uncertainty is None
        constraint = None if constant.uncertainty is None else Normal(constant.value, constant.uncertainty)
    if name in analysis.fit.fix:
        start, held, constraint = parameter.coordinate_of(analysis.fit.fix[name]), True, None
    if prior is not None and prior.family == "normal":
        constraint, held, start = Normal(prior.first, prior.second), False, parameter.coordinate_of(prior.first)
    if prior is not None and prior.family == "lognormal":
        constraint, held, start = LogNormal(prior.first, prior.second), False, parameter.coordinate_of(prior.first)
    limits = analysis.fit.bounds.get(name)
    if prior is not None and prior.family == "uniform":
        limits = (prior.first, prior.second)
    if limits is not None:
        lower, upper = parameter.coordinate_of(limits[0]), parameter.coordinate_of(limits[1])
    return FitParameter(parameter, start, lower, upper, held, constraint)


def _refuse_foreign(analysis: Analysis, needed: set[str]) -> None:
    """A parameter that the chosen model does not have cannot be fixed, bounded or asked for."""
    named = {"fit.fix": analysis.fit.fix, "fit.bounds": analysis.fit.bounds, "priors": analysis.priors}
    problems = [
        Problem(f"{analysis.source or 'analysis'}, key '{section}.{name}'", _one_of(needed), f"{name!r}")
        for section, names in named.items()
        for name in names
        if name not in needed
    ]
    where = f"{analysis.source or 'analysis'}, key 'fit.free'"
    problems += [Problem(where, _one_of(needed), f"{name!r}") for name in analysis.fit.free if name not in needed]
    if problems:
        raise InputError(problems)


def _one_of(names: set[str]) -> str:
    return f"a parameter of this model: {', '.join(sorted(names))}"


def _started(objective: Objective, analysis: Analysis) -> ParameterSpace:
    """The parameter space started from the data, except where the analysis says where a parameter is."""
    space = objective.space
    known = {p.name: float(np.asarray(p.parameter.quantity(p.start))) for p in space.parameters}
    guess = _guess(objective, known)
    informed = set(analysis.device) | set(analysis.priors) | set(analysis.fit.fix)
    return ParameterSpace(tuple(_start_at(p, guess) if p.name not in informed else p for p in space.parameters))


def _guess(objective: Objective, known: dict[str, float]) -> dict[str, float]:
    parts = []
    for term in objective.terms:
        settings = term.measurement.settings
        log_dwell, weight = term.measurement.rough_log_dwell_time()
        parts.append((log_dwell, weight, settings.state.astype(float), current_at(known, settings), term.thermometer))
    log_dwell, weight, state, current, temperature = (np.concatenate(column) for column in zip(*parts, strict=True))
    return objective.model.starting_quantities(
        log_dwell, weight, state=state, current=current, temperature=temperature, constants=known
    )


def _start_at(p: FitParameter, guess: dict[str, float]) -> FitParameter:
    """A start inside the bounds, away from their ends."""
    if p.name not in guess:
        return p
    margin = 0.01 * (p.upper - p.lower)
    return replace(
        p, start=float(np.clip(p.parameter.coordinate_of(guess[p.name]), p.lower + margin, p.upper - margin))
    )
