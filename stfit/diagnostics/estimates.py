"""Values, standard errors, intervals and verdicts of the parameters and of what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.backends.least_squares import Optimum
from stfit.derivatives import Jet, value_of
from stfit.models.law import DERIVED_UNITS, TRANSPORT_UNITS
from stfit.objective import FitParameter, Objective
from stfit.results import Estimate, Interval, Verdict

Array = npt.NDArray[np.float64]

Z68 = 1.0  # half width of the 68.27 % interval, in standard errors
Z95 = 1.959963984540054

# positive up to a sign that the data settle long before the size: their intervals come from the logarithm
LOGARITHMIC = frozenset({"c_P", "c_AP", "c_ratio", "E_P", "E_AP", "I_c_P", "I_c_AP", "transport_L", "tau_0_predicted"})

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
    variance = 0.0 if optimum.covariance is None else float(gradient @ optimum.covariance @ gradient)
    value = float(value_of(quantity).reshape(-1)[0])
    return Spread(value, gradient, float(np.sqrt(max(variance, 0.0))), optimum.directions.touches_null(gradient))


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
    if optimum.covariance is None:
        return Estimate(value, None, None, None, unit, Verdict.IDENTIFIED)
    sigma = float(np.sqrt(optimum.covariance[i, i]))
    ci95, beyond = _interval(p, float(optimum.x[i]), Z95 * sigma)
    if beyond == 2 and p.constraint is None:
        return replace(_UNKNOWN, unit=unit)
    verdict = Verdict.IDENTIFIED if p.constraint is None else Verdict.CONSTRAINED
    if beyond == 1 and p.constraint is None:
        verdict = Verdict.ONE_SIDED
    stderr = sigma * abs(p.parameter.coordinate_slope(float(optimum.x[i])))
    ci68, _ = _interval(p, float(optimum.x[i]), Z68 * sigma)
    return Estimate(value, stderr, ci68, ci95, unit, verdict)


def _interval(p: FitParameter, x: float, half_width: float) -> tuple[Interval, int]:
    """The interval of the quantity, from that of its coordinate; open (None) where it passes a bound, and how often."""
    low = None if x - half_width < p.lower else float(p.parameter.quantity(x - half_width))
    high = None if x + half_width > p.upper else float(p.parameter.quantity(x + half_width))
    return (low, high), (low is None) + (high is None)


def _is_vague(estimate: Estimate, name: str, optimum: Optimum) -> bool:
    """Not identified though the rank says it is: its interval leaves the bounds on both sides."""
    return estimate.verdict is Verdict.NOT_IDENTIFIED and name not in optimum.directions.not_identified


def _derived(name: str, found: Spread, unit: str, optimum: Optimum, *, vague: bool) -> Estimate:
    if found.touches_null or not np.isfinite(found.value):
        return replace(_UNKNOWN, unit=unit)
    if not np.any(found.gradient):
        return Estimate(found.value, None, None, None, unit, Verdict.FIXED)
    if optimum.covariance is None:
        return Estimate(found.value, None, None, None, unit, Verdict.IDENTIFIED)
    if vague and found.stderr > abs(found.value):
        return replace(_UNKNOWN, unit=unit)
    if name in LOGARITHMIC and found.value != 0.0:
        intervals = [_logarithmic_interval(found, z) for z in (Z68, Z95)]
    else:
        intervals = [found.ci68, found.ci95]
    return Estimate(found.value, found.stderr, intervals[0], intervals[1], unit, Verdict.IDENTIFIED)


def _logarithmic_interval(found: Spread, z: float) -> Interval:
    factor = float(np.exp(min(z * found.stderr / abs(found.value), 700.0)))
    low, high = sorted((found.value / factor, found.value * factor))
    return (low if np.isfinite(low) else None), (high if np.isfinite(high) else None)
