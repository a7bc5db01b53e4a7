"""Measurements joined with the model over one set of parameters: residuals, log-posterior, and their derivatives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.derivatives import Jet, concatenate, total
from stfit.measurements import Measurement, Settings
from stfit.models.dwell import DwellTimeModel
from stfit.objective.space import ParameterSpace

Array = npt.NDArray[np.float64]


class Problem(Protocol):
    """What a backend needs to know: a vector of residuals over bounded coordinates, and the information they carry."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coordinates."""
        ...

    @property
    def start(self) -> Array:
        """Coordinates to start from."""
        ...

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Lower and upper bounds."""
        ...

    def scales(self, x: Array) -> Array:
        """Natural size of each coordinate, in whose units columns are compared."""
        ...

    def residuals(self, x: Array) -> Array:
        """Whitened residuals, shape (m,)."""
        ...

    def jacobian(self, x: Array) -> Array:
        """Their derivatives, shape (m, p)."""
        ...

    def information(self, x: Array) -> Array:
        """The Hessian of −ln L, shape (p, p)."""
        ...


@final
@dataclass(frozen=True)
class Term:
    """One measurement with its model.

    thermometer: temperature readings of the rows in K, shape (rows,). The true temperature is the reading times the
    common scale temperature/nominal_temperature.
    """

    measurement: Measurement
    model: DwellTimeModel
    thermometer: Array
    nominal_temperature: float

    def prediction(self, quantities: Mapping[str, Any]) -> Any:
        """What the model predicts for each row: ln τ."""
        return self.prediction_at(quantities, self.measurement.settings, self.thermometer)

    def prediction_at(self, quantities: Mapping[str, Any], settings: Settings, thermometer: Array) -> Any:
        """What the model predicts at other settings than those measured, for curves."""
        return self.model.log_dwell_time(
            quantities,
            state=settings.state.astype(float),
            current=current_at(quantities, settings),
            temperature=thermometer * (quantities["temperature"] / self.nominal_temperature),
            field=settings.field,
        )


def current_at(quantities: Mapping[str, Any], settings: Settings) -> Any:
    """The current through the device, A: as measured, or the voltage over the resistance."""
    return settings.current if settings.voltage is None else settings.voltage / quantities["resistance"]


@final
@dataclass(frozen=True)
class Objective:
    """−2 ln L as a sum of squares, and ln L itself, of all measurements over one parameter space."""

    terms: tuple[Term, ...]
    space: ParameterSpace
    reference_temperature: float

    @property
    def names(self) -> tuple[str, ...]:
        """Public names of the parameters that vary."""
        return self.space.names

    @property
    def start(self) -> Array:
        """Coordinates to start from."""
        return self.space.start

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Bounds of the coordinates."""
        return self.space.bounds

    @property
    def nominal_temperature(self) -> float:
        """The reading (K) at which the common temperature scale is 1."""
        return self.terms[0].nominal_temperature

    @property
    def model(self) -> DwellTimeModel:
        """The model all terms share."""
        return self.terms[0].model

    def all_quantities(self, quantities: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters and what follows from them at the reference temperature (slopes, I_c, c_i)."""
        true_reference = self.reference_temperature * (quantities["temperature"] / self.nominal_temperature)
        return dict(quantities) | self.model.derived(quantities, true_reference)

    def predictions(self, x: Array) -> list[Array]:
        """Predictions of every term at x of shape (..., p); each of shape (..., rows)."""
        quantities = self.space.quantities(x)
        return [np.asarray(term.prediction(quantities)) for term in self.terms]

    def _stack(self, quantities: Mapping[str, Any]) -> Any:
        parts = [term.measurement.deviance_residuals(term.prediction(quantities)) for term in self.terms]
        parts += [p.constraint.residual(quantities[p.name]) for p in self.space.varied if p.constraint is not None]
        return concatenate(parts)

    def residuals(self, x: Array) -> Array:
        """Signed-root deviances of all rows, then of the constraints, shape (m,)."""
        return np.asarray(self._stack(self.space.quantities(x)))

    def jacobian(self, x: Array) -> Array:
        """Analytic derivatives of the residuals, shape (m, p)."""
        stack: Jet = self._stack(self.space.jets(x, order=1))
        return np.ascontiguousarray(stack.gradient.T)

    def _log_posterior(self, quantities: Mapping[str, Any]) -> Any:
        value: Any = 0.0
        for term in self.terms:
            value = value + term.measurement.log_likelihood(term.prediction(quantities))
        for p in self.space.varied:
            if p.constraint is not None:
                value = value + total(-0.5 * np.square(p.constraint.residual(quantities[p.name])))
        return value

    def log_posterior(self, x: Array) -> Array:
        """ln L plus the constraints, up to a constant, at x of shape (..., p); −∞ outside the bounds."""
        lower, upper = self.bounds
        inside = np.all((x >= lower) & (x <= upper), axis=-1)
        value = np.asarray(self._log_posterior(self.space.quantities(np.clip(x, lower, upper))))
        return np.where(inside & np.isfinite(value), value, -np.inf)

    def information(self, x: Array) -> Array:
        """The analytic Hessian of −ln posterior at x, shape (p, p)."""
        jet: Jet = self._log_posterior(self.space.jets(x, order=2))
        if jet.hessian is None:
            raise TypeError("a likelihood dropped the second derivative")
        return -jet.hessian

    def scales(self, x: Array) -> Array:
        """Size of each coordinate in ln τ0, E/k_BT, ln|λ|, θ0 and ln of the constants (architecture.md, section 4)."""
        sizes = np.ones(x.size)
        jacobian = None
        for i, p in enumerate(self.space.varied):
            if p.parameter.unit == "J":
                sizes[i] = BOLTZMANN * self.reference_temperature / p.parameter.scale
            elif p.name == "l_over_L":
                jacobian = self.jacobian(x) if jacobian is None else jacobian
                norm = float(np.linalg.norm(jacobian[:, i]))
                # a λ that the data see to be zero has no logarithm: its error is its size then
                sizes[i] = max(abs(float(x[i])), 1.0 / norm if norm > 0 else 0.0) or 1.0
            elif p.parameter.constant:
                sizes[i] = abs(float(x[i])) or 1.0
        return sizes

    def replicate(self, x: Array, rng: np.random.Generator, *, redraw_constraints: bool = True) -> Objective:
        """The same design measured again, were x true: fresh data, and fresh quotes of the constrained constants."""
        terms = tuple(
            replace(term, measurement=term.measurement.replicate(prediction, rng))
            for term, prediction in zip(self.terms, self.predictions(x), strict=True)
        )
        space = self.space
        if redraw_constraints:
            quantities = self.space.quantities(x)
            space = space.with_constraints(
                {
                    p.name: p.constraint.redrawn(rng, float(quantities[p.name][0]))
                    for p in space.varied
                    if p.constraint is not None
                }
            )
        return replace(self, terms=terms, space=space)
