"""Critical currents against ΔR: Eq. 28 as an lmfit model."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.constants import ELEMENTARY_CHARGE
from stfit.derivatives import Jet, seed, value_of
from stfit.models.guess_critical import quantities_from_critical_currents, zero_temperature_currents
from stfit.models.law import SpinTransferLaw
from stfit.models.parameters import Parameter
from stfit.physics.transport import Gmr

if TYPE_CHECKING:
    from stfit.figures.style import Figure

Array = npt.NDArray[np.float64]
Quantities = Mapping[str, Any]

_ROW_BY_ROW: Final = ("delta_R", "transition", "barrier")
_NOT_HERE: Final = frozenset({"tau_0", "delta_R"})  # zero temperature knows no time, and ΔR is that of the row
_KNOWN: Final = frozenset({"E_P", "E_AP", "Kv"})  # critical currents give λ c_i over the barrier, not both
TRANSITIONS: Final[Mapping[str, int]] = {"P->AP": 0, "AP->P": 1, "P→AP": 0, "AP→P": 1}


@final
class CriticalCurrentModel(SpinTransferLaw, lmfit.Model):
    """Critical current I_c,i (A) of Eq. 28 for ΔR in ohm and transitions P->AP and AP->P, at zero temperature.

    I_c,P = −E_P/(G c_P), I_c,AP = E_AP/(G c_AP), G = 8 e (l/L_θθ) ΔR/β: 1/I_c is linear in ΔR through the origin. The
    fitted parameters are the coordinates of `PARAMETERS`: l_over_L and theta_0 (or what `asymmetry` asks for). Barriers
    (eV) and beta are held where they are set: only l_over_L·c_i/(beta·E_i) can be seen. `barrier` (eV) of the rows, out
    of the state that the transition leaves, goes before E_P and E_AP. c_P, c_AP and the slopes of 1/I_c against ΔR
    (1/V) follow with errors. With weights 1/σ(I_c), the fit is exact maximum likelihood.
    """

    def __init__(
        self,
        *,
        gmr: Gmr | None = None,
        asymmetry: str = "theta_0",
        convention: str = "consistent",
        beta: float = 0.5,
    ) -> None:
        SpinTransferLaw.__init__(self, gmr=gmr, asymmetry=asymmetry, convention=convention)
        lmfit.Model.__init__(
            self,
            self._function(),
            independent_vars=list(_ROW_BY_ROW),
            param_names=list(self._coordinates),
            name=f"Eq. 28, asymmetry {asymmetry!r}",
        )
        for p in self._fitted:
            start = beta if p.name == "beta" else p.start
            held = p.constant or p.name in _KNOWN
            self.set_param_hint(p.coordinate, value=start, min=p.lower, max=p.upper, vary=not held)

    @property
    def _fitted(self) -> tuple[Parameter, ...]:
        return tuple(p for p in self.parameters if p.name not in _NOT_HERE)

    @property
    def _coordinates(self) -> tuple[str, ...]:
        return tuple(p.coordinate for p in self._fitted)

    # --- as an lmfit model --------------------------------------------------------------------------------------

    def _function(self) -> Callable[..., Array]:
        """I_c(delta_R, transition, barrier, coordinates), with the signature that lmfit reads parameter names from."""

        def critical_current(delta_R: Any, transition: Any, barrier: Any = None, **coordinates: float) -> Array:
            inverse = value_of(self._inverse_at(coordinates, delta_R, transition, barrier))
            current: Array = np.divide(1.0, inverse, out=np.full(inverse.shape, np.inf), where=inverse != 0.0)
            return current

        kind = inspect.Parameter.KEYWORD_ONLY
        signature = [inspect.Parameter(name, kind) for name in ("delta_R", "transition", *self._coordinates)]
        signature.insert(2, inspect.Parameter("barrier", kind, default=None))
        critical_current.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
        return critical_current

    def _inverse_at(self, coordinates: Mapping[str, Any], delta_R: Any, transition: Any, barrier: Any) -> Any:
        return self.inverse_critical_current(
            self._quantities(coordinates),
            state=transition_codes(transition),
            delta_R=np.asarray(delta_R, dtype=float),
            energy=None if barrier is None else np.asarray(barrier, dtype=float) * ELEMENTARY_CHARGE,
        )

    def _quantities(self, coordinates: Mapping[str, Any]) -> dict[str, Any]:
        return {p.name: p.quantity(coordinates[p.coordinate]) for p in self._fitted}

    def make_params(self, verbose: bool = False, **kwargs: Any) -> lmfit.Parameters:
        """The lmfit Parameters: coordinates with bounds, and expressions for what is derived from them."""
        params = super().make_params(verbose, **kwargs)
        names = ", ".join(self._coordinates)
        for name in ("c_P", "c_AP", "c_ratio", "inverse_slope_P", "inverse_slope_AP"):
            if name not in params:
                params._asteval.symtable[f"{name}_of"] = self._derived_function(name)
                params.add(name, expr=f"{name}_of({names})")
        return params

    def _derived_function(self, name: str) -> Callable[..., float]:
        def function(*coordinates: float) -> float:
            values = self._derived_at(dict(zip(self._coordinates, coordinates, strict=True)))
            return float(value_of(values[name]).item())

        return function

    def _derived_at(self, coordinates: Mapping[str, Any]) -> dict[str, Any]:
        """c_P, c_AP (rad), their ratio, and the slopes of 1/I_c against ΔR (1/V)."""
        quantities = self._quantities(coordinates)
        wells = self.wells(quantities, None, None)
        values: dict[str, Any] = {"c_P": wells.c_P, "c_AP": wells.c_AP, "c_ratio": wells.c_AP / wells.c_P}
        for code, state in enumerate(("P", "AP")):
            values[f"inverse_slope_{state}"] = self.inverse_critical_current(quantities, state=code, delta_R=1.0)
        return values

    def guess(
        self, data: Any, *, delta_R: Any, transition: Any, barrier: Any = None, **kwargs: Any
    ) -> lmfit.Parameters:
        """Parameters to start from: critical currents (A) against ΔR (ohm), transition, and barriers (eV) if known."""
        current = np.asarray(data, dtype=float)
        state = np.broadcast_to(transition_codes(transition), current.shape)
        params = self.make_params(**kwargs)
        known = self._quantities({name: params[name].value for name in self._coordinates})
        rows = None if barrier is None else np.broadcast_to(np.asarray(barrier, dtype=float), current.shape)
        energy, _ = zero_temperature_currents(
            self,
            state=state,
            current=current,
            energy=None if rows is None else rows * ELEMENTARY_CHARGE,
            temperature=np.full(current.shape, self.reference_temperature),
            measurement_time=None,
            constants=known,
        )
        ohms = np.broadcast_to(np.asarray(delta_R, dtype=float), current.shape)
        start = quantities_from_critical_currents(
            self, state=state, current=current, delta_R=ohms, energy=energy, constants=known
        )
        for p in self._fitted:
            from_rows = barrier is not None and p.name in _KNOWN
            if p.coordinate not in kwargs and (params[p.coordinate].vary or from_rows):
                params[p.coordinate].set(value=p.coordinate_of(start[p.name]))
        return params

    def fit(self, data: Any, params: lmfit.Parameters | None = None, weights: Any = None, **kwargs: Any) -> Any:
        """Fit critical currents (A); weights: 1/σ(I_c) (1/A). Returns an lmfit ModelResult.

        Independent variables: delta_R (ohm), transition ("P->AP"/"AP->P" or 0/1), and barrier (eV) where it is known.
        """
        data = np.asarray(data, dtype=float)
        kwargs["transition"] = np.broadcast_to(transition_codes(kwargs["transition"]), data.shape)
        kwargs["delta_R"] = np.broadcast_to(np.asarray(kwargs["delta_R"], dtype=float), data.shape)
        barrier = kwargs.get("barrier")
        kwargs["barrier"] = None if barrier is None else np.broadcast_to(np.asarray(barrier, dtype=float), data.shape)
        kwargs.setdefault("scale_covar", weights is None)
        if weights is None:  # no error given: all relative errors alike, their size from the scatter
            weights = 1.0 / np.abs(data)
        return super().fit(data, params, weights=np.broadcast_to(weights, data.shape), **kwargs)

    def plot(self, result: Any) -> Figure:
        """Draw a fit: 1/I_c against ΔR, the line through the origin with 68 % and 95 % bands, residuals.

        result: what fit() returned. Rows with barriers of their own are drawn at the mean barrier of their transition.
        """
        from stfit.models.drawing_critical import fit_figure  # matplotlib, for those who draw

        return fit_figure(self.inverse_current_band, result)

    def inverse_current_band(
        self, result: Any, delta_R: Any, transition: Any, barrier: Any = None
    ) -> tuple[Array, Array]:
        """1/I_c (1/A) of a fit and its standard error at given settings; arrays of one shape (rows,)."""
        names = list(result.var_names)
        coordinates: dict[str, Any] = {name: result.params[name].value for name in self._coordinates}
        coordinates |= dict(zip(names, seed(np.array([coordinates[name] for name in names]), 1), strict=True))
        inverse = self._inverse_at(coordinates, delta_R, transition, barrier)
        if not isinstance(inverse, Jet) or result.covar is None:
            return value_of(inverse), np.zeros_like(value_of(inverse))
        variance = np.einsum("in,ij,jn->n", inverse.gradient, result.covar, inverse.gradient)
        return inverse.value, np.sqrt(np.maximum(variance, 0.0))


def transition_codes(transition: Any) -> Array:
    """0 for P->AP and 1 for AP->P, from words or codes; ValueError for anything else."""
    values = np.atleast_1d(np.asarray(transition))
    if values.dtype.kind in "US" or values.dtype == object:
        unknown = sorted({str(word) for word in values.tolist()} - TRANSITIONS.keys())
        if unknown:
            raise ValueError(f"a transition is 'P->AP' or 'AP->P'; found {unknown}")
        return np.array([TRANSITIONS[str(word)] for word in values.tolist()], dtype=float)
    codes = values.astype(float)
    if not np.all(np.isin(codes, [0.0, 1.0])):
        raise ValueError("a transition is 0 (P->AP) or 1 (AP->P)")
    return codes
