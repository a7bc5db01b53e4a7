"""Values, standard errors, intervals and verdicts of the parameters and of what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.backends.quantities import RECIPROCALS
from stfit.derivatives import Jet, value_of
from stfit.models.derived import DERIVED_UNITS, TRANSPORT_UNITS
from stfit.objective import FitParameter, Objective
from stfit.results import Estimate, Interval, Verdict, through_infinity

Array = npt.NDArray[np.float64]

Z68 = 1.0  # half width of the 68.27 % interval, in standard errors
Z95 = 1.959963984540054

# positive up to a sign that the data settle long before the size: their intervals come from the logarithm
LOGARITHMIC = frozenset({"c_P", "c_AP", "c_ratio", "E_P", "E_AP", "transport_L", "tau_0_predicted"})

_NEARLY = 1e-6  # of a plausible range
_SAME_VARIANCE = 1.02  # with and without a coordinate held at its bound: 1 % of an error

_UNKNOWN: Estimate = Estimate(None, None, None, None, "", Verdict.NOT_IDENTIFIED)


@final
@dataclass(frozen=True)
class Spread:
    """A quantity at the optimum with its gradient and standard error; touches_null: it moves along a null direction."""

    value: float
    gradient: Array
    stderr: float
    touches_null: bool

    @property
    def ci68(self) -> Interval:
        """Symmetric 68.27 % interval."""
        return self.value - Z68 * self.stderr, self.value + Z68 * self.stderr

    @property
    def ci95(self) -> Interval:
        """Symmetric 95 % interval."""
        return self.value - Z95 * self.stderr, self.value + Z95 * self.stderr


def spread(quantity: Any, optimum: Optimum) -> Spread:
    """Propagate the covariance to a quantity given as a first-order Jet (or a number)."""
    size = optimum.x.size
    gradient = quantity.gradient.reshape(size, -1)[:, 0] if isinstance(quantity, Jet) else np.zeros(size)
    with np.errstate(invalid="ignore"):  # of an infinite ratio
        variance = 0.0 if optimum.covariance is None else float(gradient @ optimum.covariance @ gradient)
    value = float(value_of(quantity).reshape(-1)[0])
    return Spread(value, gradient, float(np.sqrt(max(variance, 0.0))), optimum.directions.touches_null(gradient))


def is_beside_a_bound(gradient: Array, optimum: Optimum) -> bool:
    """Whether a covariance says nothing of a quantity with this gradient: a bound is active, or there is no maximum.

    The covariance holds coordinates at their bounds where they are, as if they were known.
    """
    if optimum.runs_away(gradient):
        return True
    if not np.any(optimum.at_bound):
        return False
    free = optimum.unbounded_covariance
    if free is None:
        return True
    held = 0.0 if optimum.covariance is None else float(gradient @ optimum.covariance @ gradient)
    return float(gradient @ free @ gradient) > _SAME_VARIANCE * held


def estimates(objective: Objective, optimum: Optimum) -> dict[str, Estimate]:
    """Every parameter and every derived quantity, by public name."""
    quantities = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    result = {p.name: _parameter(p, objective, optimum, quantities) for p in objective.space.parameters}
    vague = any(_is_vague(result[name], name, optimum) for name in objective.names)
    for name, unit in {**DERIVED_UNITS, **TRANSPORT_UNITS}.items():
        if name in quantities and name not in result:
            result[name] = _derived(name, spread(quantities[name], optimum), unit, optimum, vague=vague)
    # slopes and critical currents of a device without a ΔR of its own
    return result | {n: replace(_UNKNOWN, unit=unit) for n, unit in DERIVED_UNITS.items() if n not in result}


def _parameter(p: FitParameter, objective: Objective, optimum: Optimum, quantities: Mapping[str, Any]) -> Estimate:
    unit = p.parameter.unit
    if p.held:
        return Estimate(float(value_of(quantities[p.name])), None, None, None, unit, Verdict.FIXED)
    i = objective.names.index(p.name)
    if p.name in optimum.directions.not_identified:
        return replace(_UNKNOWN, unit=unit)
    value = float(p.parameter.quantity(optimum.x[i]))
    if optimum.at_bound[i]:
        return Estimate(value, None, None, None, unit, Verdict.AT_BOUND)
    known = Verdict.IDENTIFIED if p.constraint is None else Verdict.CONSTRAINED
    if optimum.covariance is None or is_beside_a_bound(np.eye(optimum.x.size)[i], optimum):
        return Estimate(value, None, None, None, unit, known)
    sigma = float(np.sqrt(optimum.covariance[i, i]))
    ci95 = _interval(p, float(optimum.x[i]), Z95 * sigma)
    if says_nothing(p, ci95):
        return replace(_UNKNOWN, unit=unit)
    verdict = known if p.constraint is not None or None not in ci95 else Verdict.ONE_SIDED
    stderr = sigma * abs(p.parameter.coordinate_slope(float(optimum.x[i])))
    return Estimate(value, stderr, _interval(p, float(optimum.x[i]), Z68 * sigma), ci95, unit, verdict)


def _interval(p: FitParameter, x: float, half_width: float) -> Interval:
    """The interval of the quantity, from that of its coordinate; open (None) where it passes a bound."""
    low = None if x - half_width < p.lower else float(p.parameter.quantity(x - half_width))
    high = None if x + half_width > p.upper else float(p.parameter.quantity(x + half_width))
    return low, high


def says_nothing(p: FitParameter, ci95: Interval) -> bool:
    """Whether a 95 % interval of a free parameter holds all that is plausible of it."""
    if p.constraint is not None:
        return False
    ends = [None if end is None else float(p.parameter.coordinates_of(end)) for end in ci95]
    low, high = max(p.lower, p.plausible[0]), min(p.upper, p.plausible[1])
    nearly = _NEARLY * (high - low) if np.isfinite(high - low) else 0.0
    return (ends[0] is None or ends[0] <= low + nearly) and (ends[1] is None or ends[1] >= high - nearly)


def _is_vague(estimate: Estimate, name: str, optimum: Optimum) -> bool:
    """Not identified though the rank says it is: its interval leaves the bounds on both sides."""
    return estimate.verdict is Verdict.NOT_IDENTIFIED and name not in optimum.directions.not_identified


def _derived(name: str, found: Spread, unit: str, optimum: Optimum, *, vague: bool) -> Estimate:
    if found.touches_null or not np.isfinite(found.value) or not np.all(np.isfinite(found.gradient)):
        return replace(_UNKNOWN, unit=unit)
    if not np.any(found.gradient):
        return Estimate(found.value, None, None, None, unit, Verdict.FIXED)
    if optimum.covariance is None or is_beside_a_bound(found.gradient, optimum):
        return Estimate(found.value, None, None, None, unit, Verdict.IDENTIFIED)
    if name in RECIPROCALS and found.value != 0.0:
        return _reciprocal(found, unit)
    if vague and found.stderr > abs(found.value):
        return replace(_UNKNOWN, unit=unit)
    if name in LOGARITHMIC and found.value != 0.0:
        intervals = [_logarithmic_interval(found, z) for z in (Z68, Z95)]
    else:
        intervals = [found.ci68, found.ci95]
    return Estimate(found.value, found.stderr, intervals[0], intervals[1], unit, Verdict.IDENTIFIED)


def _reciprocal(found: Spread, unit: str) -> Estimate:
    """The estimate of a ratio whose denominator may be 0, by its inverse (Fieller's set to first order)."""
    inverse, error = 1.0 / found.value, found.stderr / found.value**2
    ci68, ci95 = (reciprocal_interval((inverse - z * error, inverse + z * error)) for z in (Z68, Z95))
    if through_infinity(ci95):
        return Estimate(None, None, ci68, ci95, unit, Verdict.NOT_IDENTIFIED)
    return Estimate(found.value, found.stderr, ci68, ci95, unit, Verdict.IDENTIFIED)


def reciprocal_interval(inverse: tuple[float, float]) -> Interval:
    """The interval of 1/u from that of u; through infinity where u may be 0."""
    low, high = inverse
    return (1.0 / high if high else None), (1.0 / low if low else None)


def _logarithmic_interval(found: Spread, z: float) -> Interval:
    factor = float(np.exp(min(z * found.stderr / abs(found.value), 700.0)))
    low, high = sorted((found.value / factor, found.value * factor))
    return (low if np.isfinite(low) else None), (high if np.isfinite(high) else None)
