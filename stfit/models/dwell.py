"""Dwell times under spin injection: Eq. 27 as an lmfit model."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast, final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet, seed, total, value_of
from stfit.models.derived import DERIVED_UNITS
from stfit.models.law import SpinTransferLaw
from stfit.models.uncertainty import Uncertainty
from stfit.physics.deviance import exponential_log_likelihood, exponential_residuals
from stfit.physics.transport import Gmr

if TYPE_CHECKING:
    from stfit.figures.style import Figure

Array = npt.NDArray[np.float64]
Quantities = Mapping[str, Any]

_INDEPENDENT: Final = ("current", "temperature", "state")


@final
class DwellTimeModel(SpinTransferLaw, lmfit.Model):
    """Mean dwell time τ_i(I, T) of Eq. 27 in seconds, for currents in A, temperatures in K and states P and AP.

    ln τ_i = ln τ0 + B_i/k_BT with B_P = E_P + G c_P I, B_AP = E_AP − G c_AP I, G = 8 e (l/L_θθ) ΔR/β. The fitted
    parameters are the coordinates of `PARAMETERS`: l_over_L, ln_tau_0, barriers in eV, theta_0 (or what `asymmetry`
    asks for); beta and delta_R (ohm) are held where they are set. Slopes, critical currents (extrapolated linearly),
    c_P, c_AP and tau_0 follow from them with errors. With weights √n, for means over n dwells, the fit is exact
    maximum likelihood, and errors come from the Hessian of −ln L. Valid for barriers well above k_BT.
    """

    def __init__(
        self,
        *,
        gmr: Gmr | None = None,
        asymmetry: str = "theta_0",
        convention: str = "consistent",
        reference_temperature: float = 300.0,
        by_field: bool = False,
        beta: float = 0.5,
        delta_R: float = 1.0,
    ) -> None:
        SpinTransferLaw.__init__(
            self,
            gmr=gmr,
            asymmetry=asymmetry,
            convention=convention,
            reference_temperature=reference_temperature,
            by_field=by_field,
        )
        self._constants = {"beta": beta, "delta_R": delta_R}
        lmfit.Model.__init__(
            self,
            self._function(),
            independent_vars=list(_INDEPENDENT),
            param_names=[parameter.coordinate for parameter in self.parameters],
            name=f"Eq. 27, asymmetry {asymmetry!r}",
        )
        for parameter in self.parameters:
            start = self._constants.get(parameter.name, parameter.start)
            self.set_param_hint(
                parameter.coordinate, value=start, min=parameter.lower, max=parameter.upper, vary=not parameter.constant
            )

    # --- as an lmfit model --------------------------------------------------------------------------------------

    def _function(self) -> Callable[..., Array]:
        """τ(current, temperature, state, coordinates), with the signature that lmfit reads parameter names from."""

        def dwell_time(current: Any, temperature: Any, state: Any, **coordinates: float) -> Array:
            eta = self._log_dwell_time_at(coordinates, current, temperature, state)
            return np.asarray(np.exp(np.minimum(value_of(eta), 700.0)))

        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        names = (*_INDEPENDENT, *self._coordinates)
        dwell_time.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter(name, kind) for name in names]
        )
        return dwell_time

    def _log_dwell_time_at(self, coordinates: Mapping[str, Any], current: Any, temperature: Any, state: Any) -> Any:
        return self.log_dwell_time(
            self._quantities(coordinates),
            state=state_codes(state),
            current=current,
            temperature=temperature,
            field=None,
        )

    def _quantities(self, coordinates: Mapping[str, Any]) -> dict[str, Any]:
        return {p.name: p.quantity(coordinates[p.coordinate]) for p in self.parameters}

    def make_params(self, verbose: bool = False, **kwargs: Any) -> lmfit.Parameters:
        """The lmfit Parameters: coordinates with bounds, and expressions for what is derived from them."""
        params = super().make_params(verbose, **kwargs)
        names = ", ".join(parameter.coordinate for parameter in self.parameters)
        for name in (*self._derived_names(), "tau_0"):
            params._asteval.symtable[f"{name}_of"] = self._derived_function(name)
            params.add(name, expr=f"{name}_of({names})")
        return params

    def _derived_names(self) -> tuple[str, ...]:
        return tuple(name for name in DERIVED_UNITS if name not in self._names)

    def _derived_function(self, name: str) -> Any:
        def function(*coordinates: Any) -> float:
            return float(
                value_of(self._derived_at(dict(zip(self._coordinates, coordinates, strict=True)))[name]).item()
            )

        return function

    @property
    def _coordinates(self) -> tuple[str, ...]:
        return tuple(parameter.coordinate for parameter in self.parameters)

    def _derived_at(self, coordinates: Mapping[str, Any]) -> dict[str, Any]:
        quantities = self._quantities(coordinates)
        return self.derived(quantities, self.reference_temperature) | {"tau_0": quantities["tau_0"]}

    def guess(
        self, data: Any, *, current: Any, temperature: Any, state: Any, weights: Any = None, **kwargs: Any
    ) -> lmfit.Parameters:
        """Parameters to start from: mean dwell times (s) against current (A), temperature (K) and state."""
        data = np.asarray(data, dtype=float)
        weight = np.ones_like(data) if weights is None else np.asarray(weights, dtype=float) ** 2
        start = self.starting_quantities(
            np.log(data),
            np.broadcast_to(weight, data.shape),
            state=state_codes(state),
            current=np.asarray(current, dtype=float),
            temperature=np.broadcast_to(np.asarray(temperature, dtype=float), data.shape),
            constants=self._constants | {k: v for k, v in kwargs.items() if k in self._constants},
        )
        coordinates = {p.coordinate: p.coordinate_of(start[p.name]) for p in self.parameters if not p.constant}
        return self.make_params(**(coordinates | kwargs))

    def fit(self, data: Any, params: lmfit.Parameters | None = None, weights: Any = None, **kwargs: Any) -> Any:
        """Fit mean dwell times (s); weights: √n for means over n dwells. Returns an lmfit ModelResult.

        Independent variables: current (A), temperature (K), state ("P"/"AP" or 0/1).
        """
        kwargs["state"] = state_codes(kwargs["state"]).astype(float)
        weights = np.ones(np.shape(data)) if weights is None else np.broadcast_to(weights, np.shape(data))
        kwargs.setdefault("scale_covar", False)
        result = super().fit(data, params, weights=weights, **kwargs)
        self._set_errors(result, np.asarray(data, dtype=float), np.asarray(weights, dtype=float), kwargs)
        return result

    def plot(self, result: Any) -> Figure:
        """Draw a fit: dwell times against current, one series a state and temperature, 68 % and 95 % bands, residuals.

        result: what fit() returned. Needs current, temperature and state as arrays or numbers.
        """
        from stfit.models.drawing import fit_figure  # matplotlib, for those who draw

        return fit_figure(self.log_dwell_band, result)

    def _residual(self, params: Any, data: Any, weights: Any, **kwargs: Any) -> Array:
        """Signed-root exponential deviances (n = weights²), so that lmfit's sum of squares is −2 ln L."""
        eta = self._log_dwell_time_at(
            {name: params[name].value for name in self._coordinates},
            kwargs["current"],
            kwargs["temperature"],
            kwargs["state"],
        )
        n = np.asarray(weights, dtype=float) ** 2
        return np.asarray(exponential_residuals(n, n * data, eta))

    def log_dwell_band(self, result: Any, current: Any, temperature: Any, state: Any) -> tuple[Array, Array]:
        """ln τ of a fit and its standard error at given settings; arrays of one shape (rows,)."""
        names = list(result.var_names)
        values = np.array([result.params[name].value for name in names])
        coordinates = {name: result.params[name].value for name in self._coordinates}
        coordinates |= dict(zip(names, seed(values, 1), strict=True))
        eta = self._log_dwell_time_at(coordinates, current, temperature, state)
        if not isinstance(eta, Jet) or result.covar is None:
            return value_of(eta), np.zeros_like(value_of(eta))
        variance = np.einsum("in,ij,jn->n", eta.gradient, result.covar, eta.gradient)
        return eta.value, np.sqrt(np.maximum(variance, 0.0))

    def _set_errors(self, result: Any, data: Array, weights: Array, settings: Mapping[str, Any]) -> None:
        """Standard errors from the Hessian of −ln L, in place of those of lmfit's JᵀJ."""
        names = list(result.var_names)
        if not names or result.covar is None:
            return
        jets = dict(zip(names, seed(np.array([result.params[name].value for name in names]), 2), strict=True))
        coordinates = {name: result.params[name].value for name in self._coordinates} | jets
        eta = self._log_dwell_time_at(
            coordinates, *(np.asarray(settings[key], dtype=float) for key in ("current", "temperature", "state"))
        )
        n = weights**2
        curvature = -cast("Array", cast("Jet", total(exponential_log_likelihood(n, n * data, eta))).hessian)
        found = Uncertainty.of(curvature)
        result.covar = found.covariance
        errors = np.sqrt(np.diag(found.covariance))
        for i, name in enumerate(names):
            parameter = result.params[name]
            parameter.stderr = float(errors[i]) if found.sees(np.eye(len(names))[i]) else None
            correlations = found.covariance[i] / np.maximum(errors[i] * errors, np.finfo(float).tiny)
            parameter.correl = {other: float(correlations[j]) for j, other in enumerate(names) if j != i}
        for name, value in self._derived_at(coordinates).items():
            if name in result.params and isinstance(value, Jet):
                gradient = value.gradient[:, 0]
                variance = float(gradient @ found.covariance @ gradient)
                result.params[name].stderr = float(np.sqrt(variance)) if found.sees(gradient) else None


def state_codes(state: Any) -> Array:
    """0 for P and 1 for AP, from words or codes; ValueError for anything else."""
    values = np.atleast_1d(np.asarray(state))
    if values.dtype.kind in "US" or values.dtype == object:
        words = np.char.upper(values.astype(str))
        if not np.all(np.isin(words, ["P", "AP"])):
            raise ValueError(f"a state is 'P' or 'AP'; found {sorted(set(words.tolist()) - {'P', 'AP'})}")
        return np.asarray(words == "AP", dtype=float)
    codes = values.astype(float)
    if not np.all(np.isin(codes, [0.0, 1.0])):
        raise ValueError("a state is 0 (P) or 1 (AP)")
    return codes
