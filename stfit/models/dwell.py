"""Dwell times under spin injection: Eq. 27 as an lmfit model."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import Parameter
from typing import TYPE_CHECKING, Any, Final, Unpack, final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.derivatives import total, value_of
from stfit.models.derived import DERIVED_UNITS
from stfit.models.guess import CrudeDwellTimes
from stfit.models.lmfit_model import Coordinates, DeviceKeywords, LawModel, drawing, law_and_constants, state_codes
from stfit.physics.deviance import exponential_log_likelihood, exponential_residuals

if TYPE_CHECKING:
    from stfit.figures.style import Figure

Array = npt.NDArray[np.float64]

_SETTINGS: Final = ("current", "temperature", "state")
_LONGEST: Final = 700.0  # of ln τ, whose exponential a double holds


@final
class DwellTimeModel(LawModel):
    """Mean dwell time τ_i(I, T) of Eq. 27 in seconds, for currents in A, temperatures in K and states P and AP.

    ln τ_i = ln τ0 + B_i/k_BT with B_P = E_P + G c_P I, B_AP = E_AP − G c_AP I, G = 8 e (l/L_θθ) ΔR/β. The fitted
    parameters are the coordinates of `PARAMETERS`: l_over_L, ln_tau_0, barriers in eV, theta_0 (or what `asymmetry`
    asks for); beta and delta_R (ohm) are held where they are set. Slopes, critical currents (extrapolated linearly),
    c_P, c_AP and tau_0 follow from them with errors. With weights √n, for means over n dwells, the fit is exact
    maximum likelihood, and errors come from the Hessian of −ln L. Valid for barriers well above k_BT.

    Parameters
    ----------
    gmr : Gmr, optional
        r(θ); (1 − cos θ)/2 by default.
    asymmetry : str
        "theta_0" (default), "symmetric", "uniaxial", "chi" or "free".
    convention : str
        "consistent" (default) or "printed".
    reference_temperature : float
        Temperature in K at which slopes are quoted, 300 by default.
    by_field : bool
        Whether the parameters are those of rows that differ in field.
    beta, delta_R : float
        β and ΔR (ohm), 0.5 and 1 by default.
    """

    def __init__(self, *, by_field: bool = False, **device: Unpack[DeviceKeywords]) -> None:
        law, constants = law_and_constants(device, by_field=by_field)
        self._constants = constants
        name = f"Eq. 27, asymmetry {law.device.asymmetry.name!r}"
        super().__init__(law, law.parameters, dict.fromkeys(_SETTINGS, Parameter.empty), name)
        self.start_at(constants, held=())

    def predicted(self, coordinates: Coordinates, settings: Mapping[str, Any]) -> Any:
        """ln τ at currents, temperatures and states; an array or a Jet of shape (rows,)."""
        return self.law.log_dwell_time(
            self.quantities(coordinates),
            state=state_codes(settings["state"]),
            current=settings["current"],
            temperature=settings["temperature"],
            field=None,
        )

    def as_data(self, prediction: Array) -> Array:
        """τ, s."""
        return np.asarray(np.exp(np.minimum(prediction, _LONGEST)))

    def derived_at(self, quantities: Mapping[str, Any]) -> dict[str, Any]:
        """c_i, barriers, slopes and I_c at the reference temperature, and τ0; SI."""
        found = self.law.derived(quantities, self.law.device.reference_temperature)
        return {name: found[name] for name in DERIVED_UNITS if name in found} | {"tau_0": quantities["tau_0"]}

    def guess(
        self, data: Any, *, current: Any, temperature: Any, state: Any, weights: Any = None, **kwargs: Any
    ) -> lmfit.Parameters:
        """Parameters to start from: mean dwell times (s) against current (A), temperature (K) and state."""
        data = np.asarray(data, dtype=float)
        weight = np.ones_like(data) if weights is None else np.asarray(weights, dtype=float) ** 2
        rows = CrudeDwellTimes(
            log_dwell=np.log(data),
            weight=np.broadcast_to(weight, data.shape),
            state=state_codes(state),
            current=np.asarray(current, dtype=float),
            temperature=np.broadcast_to(np.asarray(temperature, dtype=float), data.shape),
        )
        known = self._constants | {k: v for k, v in kwargs.items() if k in self._constants}
        start = self.law.starting_quantities(rows, known)
        coordinates = {p.coordinate: p.coordinate_of(start[p.name]) for p in self.fitted if not p.constant}
        return self.make_params(**(coordinates | kwargs))

    def fit(self, data: Any, params: lmfit.Parameters | None = None, weights: Any = None, **kwargs: Any) -> Any:
        """Fit mean dwell times (s); weights: √n for means over n dwells. Returns an lmfit ModelResult.

        Independent variables: current (A), temperature (K), state ("P"/"AP" or 0/1).
        """
        kwargs["state"] = state_codes(kwargs["state"]).astype(float)
        weights = np.ones(np.shape(data)) if weights is None else np.broadcast_to(weights, np.shape(data))
        kwargs.setdefault("scale_covar", False)
        result = super().fit(data, params, weights=weights, **kwargs)
        n, mean = np.asarray(weights, dtype=float) ** 2, np.asarray(data, dtype=float)
        settings = {name: np.asarray(kwargs[name], dtype=float) for name in _SETTINGS}
        self.set_errors(result, lambda at: total(exponential_log_likelihood(n, n * mean, self.predicted(at, settings))))
        return result

    def plot(self, result: Any) -> Figure:
        """Draw a fit: dwell times against current, one series a state and temperature, 68 % and 95 % bands, residuals.

        result: what fit() returned. Needs current, temperature and state as arrays or numbers.
        """
        figure: Figure = drawing().dwell_times(self.band, result)
        return figure

    def _residual(self, params: Any, data: Any, weights: Any, **kwargs: Any) -> Array:
        """Signed-root exponential deviances (n = weights²), so that lmfit's sum of squares is −2 ln L."""
        eta = self.predicted({name: params[name].value for name in self.coordinates}, kwargs)
        n = np.asarray(weights, dtype=float) ** 2
        return np.asarray(exponential_residuals(n, n * data, value_of(eta)))
