"""Dwell times under spin injection: Eq. 27 as an lmfit model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Unpack, final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet
from stfit.models.derived import DERIVED_UNITS
from stfit.models.fit_rows import Coders, FitRows, state_codes
from stfit.models.guess import CrudeDwellTimes
from stfit.models.keywords import DeviceKeywords, law_and_constants
from stfit.models.lmfit_model import Coordinates, LawModel, drawing
from stfit.models.noise import CountedNoise

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
    c_P, c_AP and tau_0 follow from them with errors. Weights are √n for means over n dwells, and must be given: the
    fit is then exact maximum likelihood, and errors come from the Hessian of −ln L. Valid for barriers well above k_BT.

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
    prefix, name, nan_policy
        As every lmfit model takes them.
    """

    noise = CountedNoise()
    coders: ClassVar[Coders] = {"state": state_codes}

    def __init__(self, *, by_field: bool = False, **device: Unpack[DeviceKeywords]) -> None:
        law, constants = law_and_constants(device, by_field=by_field)
        title = f"Eq. 27, asymmetry {law.device.asymmetry.name!r}"
        super().__init__(law, law.parameters, _SETTINGS, title, {"by_field": by_field, **device})
        self.start_at(constants, held=())

    def predicted(self, coordinates: Coordinates, settings: Mapping[str, Any]) -> Any:
        """ln τ at currents, temperatures and states; an array or a Jet of shape (rows,)."""
        return self.law.log_dwell_time(
            self.quantities(coordinates),
            state=state_codes(settings["state"]),
            current=np.asarray(settings["current"], dtype=float),
            temperature=np.asarray(settings["temperature"], dtype=float),
            field=None,
        )

    def as_data(self, prediction: Any) -> Any:
        """τ, s."""
        if isinstance(prediction, Jet):
            return np.exp(prediction)
        return np.exp(np.minimum(prediction, _LONGEST))

    def scattered(self, prediction: Any) -> Any:
        """ln τ."""
        return prediction

    def derived_at(self, quantities: Mapping[str, Any]) -> dict[str, Any]:
        """c_i, barriers, slopes and I_c at the reference temperature, and τ0; SI."""
        found = self.law.derived(quantities, self.law.device.reference_temperature)
        return {name: found[name] for name in DERIVED_UNITS if name in found} | {"tau_0": quantities["tau_0"]}

    def start(self, rows: FitRows, params: lmfit.Parameters) -> dict[str, float]:
        """Coordinates to start from: mean dwell times (s) against current (A), temperature (K) and state."""
        crude = CrudeDwellTimes(
            log_dwell=np.log(rows.data),
            weight=np.ones_like(rows.data) if rows.weights is None else rows.weights**2,
            state=rows.settings["state"],
            current=rows.settings["current"],
            temperature=rows.settings["temperature"],
        )
        start = self.law.starting_quantities(crude, self.quantities_at(params))
        return {p.coordinate: p.coordinate_of(start[p.name]) for p in self.fitted if not p.constant}

    def plot(self, result: Any) -> Figure:
        """Draw a fit: dwell times against current, one series a state and temperature, 68 % and 95 % bands, residuals.

        Parameters
        ----------
        result : ModelResult
            What fit() returned, with current, temperature and state as arrays or numbers.

        Returns
        -------
        Figure
            Of matplotlib, with its axes in `figure.axes`.
        """
        figure: Figure = drawing().dwell_times(self.band, result)
        return figure
