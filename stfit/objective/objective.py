"""Measurements joined with the model over one set of parameters: residuals, log-posterior, and their derivatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.derivatives import Jet, concatenate, total
from stfit.errors import NoResidualsError
from stfit.measurement import Observation, Settings
from stfit.measurement.observation import sensitivity
from stfit.models.device import Quantities, Rows
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective.natural import NaturalCoordinates, natural_coordinates
from stfit.objective.predictions import log_dwell_time, magnet_temperature, rows_asked
from stfit.objective.prior import Prior, prior_of
from stfit.objective.space import ParameterSpace

Array = npt.NDArray[np.float64]


_FROM_ZERO = 0.1  # of such a size, from which the logarithm is the natural coordinate
_MAY_BE_ZERO = ("l_over_L", "field_offset", "c_P", "c_AP")


@final
@dataclass(frozen=True)
class Term:
    """One measurement with the law that predicts it.

    thermometer: temperature readings of the rows in K, shape (rows,). The true temperature is the reading times the
    common scale temperature/nominal_temperature. own: parameters that this measurement does not share, local name →
    name in the parameter space.
    """

    measurement: Observation
    law: SpinTransferLaw
    thermometer: Array
    nominal_temperature: float
    own: Mapping[str, str] = field(default_factory=dict)

    def quantities(self, shared: Mapping[str, Any]) -> Mapping[str, Any]:
        """The quantities as this measurement sees them, its own under their local names."""
        return shared if not self.own else {**shared, **{local: shared[name] for local, name in self.own.items()}}

    def prediction(self, shared: Mapping[str, Any]) -> Any:
        """What the law predicts for each row, in the terms of the kind (ln τ, for instance)."""
        quantities, _, temperature = self._setting(shared)
        return self.measurement.predict(self.law, quantities, temperature)

    def log_dwell_times(self, shared: Mapping[str, Any]) -> Any:
        """ln τ of each row, under ramps at the currents that they reached; None where the kind has no dwell times."""
        return log_dwell_time(self.law, *self._setting(shared)) if self.measurement.traits.activated else None

    def magnet_temperatures(self, shared: Mapping[str, Any]) -> Any:
        """The temperature of the magnet in each row, K; under ramps at the currents that they reached."""
        return magnet_temperature(self.law, *self._setting(shared))

    def rows_asked(self, shared: Mapping[str, Any]) -> tuple[Quantities, Rows] | None:
        """The quantities and settings at which a law that ends somewhere is asked for ln τ; None without any."""
        return rows_asked(self.law, *self._setting(shared)) if self.law.rates.words.limits else None

    def _setting(self, shared: Mapping[str, Any]) -> tuple[Mapping[str, Any], Settings, Any]:
        """The quantities, the settings and the true temperature of every row."""
        quantities = self.quantities(shared)
        temperature = self.thermometer * (quantities["temperature"] / self.nominal_temperature)
        return quantities, self.measurement.settings, temperature

    @property
    def shown(self) -> Term:
        """The term whose rows stand in figures and tables."""
        view = self.measurement.view()
        thermometer = self.thermometer if view.rows is None else self.thermometer[view.rows]
        return replace(self, measurement=view.shown, thermometer=thermometer)

    def along(self, row: int, values: Array) -> Term:
        """The setting of a row at other values of the figure's axis."""
        grid = self.measurement.view().along(row, values)
        return replace(self, measurement=grid, thermometer=np.full(values.size, self.thermometer[row]))


class _OnDemand(dict[str, Any]):
    """Quantities that are computed when they are asked for, and kept."""

    def __init__(self, known: Mapping[str, Any], compute: Callable[[str], Any]) -> None:
        super().__init__(known)
        self._compute = compute

    def __missing__(self, name: str) -> Any:
        self[name] = self._compute(name)
        return self[name]


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
    def law(self) -> SpinTransferLaw:
        """The law all terms share."""
        return self.terms[0].law

    def all_quantities(self, quantities: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters and what follows from them at the reference temperature (slopes, I_c, c_i)."""
        true_reference = self.reference_temperature * (quantities["temperature"] / self.nominal_temperature)
        return dict(quantities) | self.law.derived(quantities, true_reference)

    def on_demand(self, quantities: Mapping[str, Any]) -> Mapping[str, Any]:
        """As `all_quantities`, but what follows is computed when it is asked for."""
        true_reference = self.reference_temperature * (quantities["temperature"] / self.nominal_temperature)
        return _OnDemand(quantities, lambda name: self.law.derived(quantities, true_reference, only=(name,))[name])

    def predictions(self, x: Array) -> list[Array]:
        """Predictions of every term at x of shape (..., p); each of shape (..., rows)."""
        quantities = self.space.quantities(x)
        return [np.asarray(term.prediction(quantities)) for term in self.terms]

    def log_dwell_times(self, x: Array) -> Array:
        """ln τ (τ in s) of all rows that dwell times belong to, shape (rows,); x of shape (p,)."""
        quantities = self.space.quantities(x)
        found = (term.log_dwell_times(quantities) for term in self.terms)
        return np.concatenate([np.zeros(0), *(np.asarray(dwells) for dwells in found if dwells is not None)])

    @property
    def has_residuals(self) -> bool:
        """Whether every measurement has residuals."""
        return all(term.measurement.traits.has_residuals for term in self.terms)

    def _constraints(self, quantities: Mapping[str, Any]) -> list[Any]:
        return [p.constraint.residual(quantities[p.name]) for p in self.space.varied if p.constraint is not None]

    def _stack(self, quantities: Mapping[str, Any]) -> Any:
        if not self.has_residuals:
            raise NoResidualsError("single events have no deviance: use the likelihood, or give them in steps")
        parts = [term.measurement.residuals(term.prediction(quantities)) for term in self.terms]
        return concatenate([*parts, *self._constraints(quantities)])

    def residuals(self, x: Array) -> Array:
        """Signed-root deviances of all rows, then of the constraints, shape (m,); NoResidualsError without them."""
        return np.asarray(self._stack(self.space.quantities(x)))

    def jacobian(self, x: Array) -> Array:
        """Analytic derivatives of the residuals, shape (m, p)."""
        stack: Jet = self._stack(self.space.jets(x, order=1))
        return np.ascontiguousarray(stack.gradient.T)

    def sensitivity(self, x: Array) -> Array:
        """A square root of the information of all rows and constraints, shape (m, p)."""
        quantities = self.space.jets(x, order=1)
        parts = [sensitivity(term.measurement, term.prediction(quantities)) for term in self.terms]
        stack: Jet = concatenate([*parts, *self._constraints(quantities)])
        return np.ascontiguousarray(stack.gradient.T)

    @property
    def constraint_count(self) -> int:
        """How many parameters that vary are constrained."""
        return sum(p.constraint is not None for p in self.space.varied)

    @property
    def sensitivity_rows(self) -> list[int]:
        """Rows of the sensitivity for each row of every measurement."""
        quantities = self.space.jets(self.start, order=1)
        rows = [sensitivity(term.measurement, term.prediction(quantities)).shape[-1] for term in self.terms]
        return [count // term.measurement.settings.state.size for count, term in zip(rows, self.terms, strict=True)]

    def discrepancies(self, x: Array) -> tuple[Array, Array]:
        """How far each row, then each constraint, is from the prediction, and the degrees of freedom it brings.

        The squared residual with 1 degree of freedom where there are residuals.
        """
        quantities = self.space.quantities(x)
        parts = [
            term.measurement.row_fit(prediction)
            for term, prediction in zip(self.terms, self.predictions(x), strict=True)
        ]
        constraints = np.array([float(np.squeeze(value)) ** 2 for value in self._constraints(quantities)])
        values = np.concatenate([*(part.discrepancy for part in parts), constraints])
        return values, np.concatenate([*(part.freedom for part in parts), np.ones_like(constraints)])

    def cost(self, x: Array) -> float:
        """−ln posterior: half the sum of squares where there are residuals, else up to a constant."""
        if self.has_residuals:
            residuals = self.residuals(x)
            return 0.5 * float(residuals @ residuals)
        return -float(self._log_posterior(self.space.quantities(x)))

    def gradient(self, x: Array) -> Array:
        """Derivatives of the cost, shape (p,)."""
        if self.has_residuals:
            return np.asarray(self.jacobian(x).T @ self.residuals(x))
        jet: Jet = self._log_posterior(self.space.jets(x, order=1))
        return -jet.gradient

    def _log_posterior(self, quantities: Mapping[str, Any]) -> Any:
        value: Any = 0.0
        for term in self.terms:
            value = value + term.measurement.log_likelihood(term.prediction(quantities))
        for p in self.space.varied:
            if p.constraint is not None:
                value = value + total(-0.5 * np.square(p.constraint.residual(quantities[p.name])))
        return value

    @cached_property
    def prior(self) -> Prior:
        """What is believed of the coordinates before the data."""
        return prior_of(self.space.varied)

    def log_likelihood(self, x: Array) -> Array:
        """ln L of the data alone, up to a constant, at x of shape (..., p) inside the bounds; −∞ where it is none."""
        quantities = self.space.quantities(x)
        value: Any = np.zeros(x.shape[:-1])
        for term in self.terms:
            value = value + term.measurement.log_likelihood(term.prediction(quantities))
        return np.where(np.isfinite(value), value, -np.inf)

    def log_posterior(self, x: Array) -> Array:
        """ln L plus the ln of the prior's density, at x of shape (..., p), as samplers take it; −∞ outside the bounds.

        A constraint of a parameter whose logarithm is fitted, or one of its logarithm, has a density per unit of the
        coordinate, which its residual in `cost` has not: there a mode means nothing, and a constraint is a measurement.
        """
        value = self.prior.log_density(x)
        inside = np.clip(x, self.prior.lower, self.prior.upper)
        return np.where(np.isfinite(value), value + self.log_likelihood(inside), -np.inf)

    def information(self, x: Array) -> Array:
        """The analytic Hessian of −ln posterior at x, shape (p, p)."""
        jet: Jet = self._log_posterior(self.space.jets(x, order=2))
        if jet.hessian is None:
            raise TypeError("a likelihood dropped the second derivative")
        return -jet.hessian

    def expansion(self, x: Array) -> tuple[float, Array, Array]:
        """The cost up to a constant, its gradient and its Hessian at x, shapes (), (p,) and (p, p), at one go."""
        jet: Jet = self._log_posterior(self.space.jets(x, order=2))
        if jet.hessian is None:
            raise TypeError("a likelihood dropped the second derivative")
        return -float(jet.value), -jet.gradient, -jet.hessian

    def data_information(self, x: Array) -> Array:
        """The Hessian of −ln L of the data alone, without the constraints, shape (p, p)."""
        jets = self.space.jets(x, order=2)
        information = np.zeros((x.size, x.size))
        for term in self.terms:
            jet: Jet = term.measurement.log_likelihood(term.prediction(jets))
            if jet.hessian is None:
                raise TypeError("a likelihood dropped the second derivative")
            information -= jet.hessian
        return information

    def scales(self, x: Array, sensitivity: Array) -> Array:
        """Size of each coordinate in ln τ0, E/k_BT, ln|λ|, θ0 and ln of the constants.

        What may be 0 has no logarithm there: nearer to 0 than a tenth of it, its size is that by which it moves data
        as much as k_BT, or a factor e, of the parameter that moves them most.
        """
        sizes, norms = np.ones(x.size), np.linalg.norm(sensitivity, axis=0)
        may_be_zero = np.array([p.name.startswith(_MAY_BE_ZERO) for p in self.space.varied])
        for i, p in enumerate(self.space.varied):
            if p.parameter.unit == "J":
                sizes[i] = BOLTZMANN * self.reference_temperature / p.parameter.scale
            elif p.parameter.constant or may_be_zero[i]:
                sizes[i] = abs(float(x[i]))
        constant = np.array([p.parameter.constant for p in self.space.varied])
        most = float(np.max((sizes * norms)[~may_be_zero & ~constant], initial=0.0)) or 1.0
        equal = np.divide(most, norms, out=np.zeros_like(norms), where=norms > 0)
        sizes = np.where(may_be_zero & (sizes < _FROM_ZERO * equal), equal, sizes)
        return np.where(sizes > 0, sizes, 1.0)

    def natural_coordinates(self, x: Array, errors: Array) -> tuple[NaturalCoordinates, ...]:
        """Coordinates in one of which the posterior about x, standard errors of shape (p,), has straight ridges."""
        return natural_coordinates(self.space.varied, x, errors)

    def softened(self) -> Objective | None:
        """The same data with a small part of a count where a row has none, or all; None where no row is so."""
        softer = [term.measurement.edge().softened for term in self.terms]
        if all(measurement is None for measurement in softer):
            return None
        terms = zip(self.terms, softer, strict=True)
        return replace(
            self, terms=tuple(term if soft is None else replace(term, measurement=soft) for term, soft in terms)
        )

    def replicate(self, x: Array, rng: np.random.Generator, *, redraw_constraints: bool = True) -> Objective:
        """The same design measured again, were x true: fresh data, and fresh quotes of the constrained constants."""
        terms = tuple(
            replace(term, measurement=term.measurement.draw(prediction, rng))
            for term, prediction in zip(self.terms, self.predictions(x), strict=True)
        )
        if not redraw_constraints:
            return replace(self, terms=terms)
        quantities = self.space.quantities(x)
        truths = {p.name: float(quantities[p.name][0]) for p in self.space.varied if p.constraint is not None}
        return replace(self, terms=terms, space=self._requoted(truths, rng))

    def resampled(self, rng: np.random.Generator) -> Objective:
        """The data drawn again from themselves, and the quotes of the constrained constants about what they are."""
        terms = tuple(replace(term, measurement=term.measurement.draw(None, rng)) for term in self.terms)
        quotes = {p.name: p.constraint.centre for p in self.space.varied if p.constraint is not None}
        return replace(self, terms=terms, space=self._requoted(quotes, rng))

    def _requoted(self, centres: Mapping[str, float], rng: np.random.Generator) -> ParameterSpace:
        """The space with every constraint drawn about a centre by name."""
        drawn = {
            p.name: p.constraint.redrawn(rng, centres[p.name]) for p in self.space.varied if p.constraint is not None
        }
        return self.space.with_constraints(drawn)
