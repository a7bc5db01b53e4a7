"""Critical currents against ΔR: Eq. 28 as an lmfit model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Unpack, cast, final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.constants import ELEMENTARY_CHARGE
from stfit.derivatives import Jet
from stfit.models.device import CriticalRows
from stfit.models.fit_rows import Coders, FitRows, codes
from stfit.models.guess_critical import (
    ExtrapolatedCurrents,
    quantities_from_critical_currents,
    zero_temperature_currents,
)
from stfit.models.keywords import DeviceKeywords, LawKeywords, law_and_constants
from stfit.models.lmfit_model import Coordinates, LawModel, drawing
from stfit.models.noise import GaussianNoise

if TYPE_CHECKING:
    from stfit.figures.style import Figure

Array = npt.NDArray[np.float64]

_SETTINGS: Final = ("delta_R", "transition", "barrier")
_ENDLESS: Final = 1e30  # A, whose square a double holds
_NOT_HERE: Final = frozenset({"tau_0", "delta_R"})  # zero temperature knows no time, and ΔR is that of the row
_KNOWN: Final = frozenset({"E_P", "E_AP", "Kv"})  # critical currents give λ c_i over the barrier, not both


def transition_codes(transition: Any) -> Array:
    """0 for P->AP and 1 for AP->P, from words or codes; ValueError for anything else."""
    return codes(transition, ("P->AP", "AP->P"), "a transition", lambda word: word.replace("→", "->"))


@final
class CriticalCurrentModel(LawModel):
    """Critical current I_c,i (A) of Eq. 28 for ΔR in ohm and transitions P->AP and AP->P, at zero temperature.

    I_c,P = −E_P/(G c_P), I_c,AP = E_AP/(G c_AP), G = 8 e (l/L_θθ) ΔR/β: 1/I_c is linear in ΔR through the origin. The
    fitted parameters are the coordinates of `PARAMETERS`: l_over_L and theta_0 (or what `asymmetry` asks for). Barriers
    (eV) and beta are held where they are set: only l_over_L·c_i/(beta·E_i) can be seen. `barrier` (eV) of the rows, out
    of the state that the transition leaves, goes before E_P and E_AP. c_P, c_AP and the slopes of 1/I_c against ΔR
    (1/V) follow with errors. With weights 1/σ(I_c), the fit is exact maximum likelihood; without, all relative errors
    are taken to be alike, and the scatter gives their size.

    Parameters
    ----------
    gmr : Gmr, optional
        r(θ); (1 − cos θ)/2 by default.
    asymmetry : str
        "theta_0" (default), "symmetric", "uniaxial", "chi" or "free".
    convention : str
        "consistent" (default) or "printed".
    beta : float
        β, 0.5 by default.
    prefix, name, nan_policy
        As every lmfit model takes them.
    """

    noise = GaussianNoise()
    coders: ClassVar[Coders] = {"transition": transition_codes}
    defaults: ClassVar[Mapping[str, Any]] = {"barrier": None}

    def __init__(self, **keywords: Unpack[LawKeywords]) -> None:
        unknown = keywords.keys() - LawKeywords.__optional_keys__
        if unknown:
            raise TypeError(
                f"Eq. 28 takes no keyword {sorted(unknown)}; there are {sorted(LawKeywords.__optional_keys__)}"
            )
        law, constants = law_and_constants(cast("DeviceKeywords", keywords))
        fitted = (p for p in law.parameters if p.name not in _NOT_HERE)
        super().__init__(law, fitted, _SETTINGS, f"Eq. 28, asymmetry {law.device.asymmetry.name!r}", keywords)
        self.start_at({"beta": constants["beta"]}, held=_KNOWN)

    def predicted(self, coordinates: Coordinates, settings: Mapping[str, Any]) -> Any:
        """1/I_c (1/A) at ΔR and transitions; an array or a Jet of shape (rows,)."""
        barrier = settings.get("barrier")
        return self.law.inverse_critical_current(
            self.quantities(coordinates),
            state=transition_codes(settings["transition"]),
            delta_R=np.asarray(settings["delta_R"], dtype=float),
            energy=None if barrier is None else np.asarray(barrier, dtype=float) * ELEMENTARY_CHARGE,
        )

    def as_data(self, prediction: Any) -> Any:
        """I_c, A; infinite without spin transfer."""
        if isinstance(prediction, Jet):
            return 1.0 / prediction
        return np.divide(1.0, prediction, out=np.full(prediction.shape, np.inf), where=prediction != 0.0)

    def scattered(self, prediction: Any) -> Any:
        """I_c, A; finite without spin transfer too, where a search may come by."""
        if isinstance(prediction, Jet):
            return self.as_data(prediction)
        return np.nan_to_num(self.as_data(prediction), nan=np.nan, posinf=_ENDLESS, neginf=-_ENDLESS)

    def derived_at(self, quantities: Mapping[str, Any]) -> dict[str, Any]:
        """c_P, c_AP (rad), their ratio, and the slopes of 1/I_c against ΔR (1/V)."""
        wells = self.law.device.wells(quantities, None, None)
        values: dict[str, Any] = {"c_P": wells.c_P, "c_AP": wells.c_AP, "c_ratio": wells.c_AP / wells.c_P}
        for code, state in enumerate(("P", "AP")):
            values[f"inverse_slope_{state}"] = self.law.inverse_critical_current(quantities, state=code, delta_R=1.0)
        return values

    def start(self, rows: FitRows, params: lmfit.Parameters) -> dict[str, float]:
        """Coordinates to start from: critical currents (A) against ΔR (ohm), transition, and barriers (eV) if known."""
        state, barrier = rows.settings["transition"], rows.settings.get("barrier")
        known = self.quantities_at(params)
        measured = CriticalRows(state, energy=None if barrier is None else barrier * ELEMENTARY_CHARGE)
        energy, _ = zero_temperature_currents(self.law.device, measured, rows.data, known)
        found = ExtrapolatedCurrents(state, rows.data, rows.settings["delta_R"], energy)
        start = quantities_from_critical_currents(self.law.device, found, known)
        own = self.own(params)
        from_rows = frozenset() if barrier is None else _KNOWN
        seen = (p for p in self.fitted if own[p.coordinate].vary or p.name in from_rows)
        return {p.coordinate: p.coordinate_of(start[p.name]) for p in seen}

    def plot(self, result: Any) -> Figure:
        """Draw a fit: 1/I_c against ΔR, the line through the origin with 68 % and 95 % bands, residuals.

        Parameters
        ----------
        result : ModelResult
            What fit() returned. Rows with barriers of their own are drawn at the mean barrier of their
            transition.

        Returns
        -------
        Figure
            Of matplotlib, with its axes in `figure.axes`.
        """
        figure: Figure = drawing().critical_currents(self.band, result)
        return figure
