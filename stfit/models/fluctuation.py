"""Resonance lines under spin injection: Eq. 32 as an lmfit model."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet, seed, total, value_of
from stfit.models.dwell import state_codes
from stfit.models.law import SpinTransferLaw
from stfit.models.lines import LineRows, log_line
from stfit.models.maximum import set_errors
from stfit.models.parameters import PARAMETERS, Parameter
from stfit.physics.activation import critical_current
from stfit.physics.fluctuations import LineNumbers, log_at_zero_current
from stfit.physics.transport import Gmr

if TYPE_CHECKING:
    from stfit.figures.style import Figure

Array = npt.NDArray[np.float64]

OBSERVABLES: Final = ("power", "linewidth")
_STATES: Final = ("P", "AP")
_HELD: Final = frozenset({"E_P", "E_AP", "Kv"})  # lines tell no barrier: it only turns I_c into l/L_θθ


@final
class FluctuationModel(SpinTransferLaw, lmfit.Model):
    """Power and linewidth of a line against current (A) in the states P and AP, by one of the mappings of Eq. 32.

    Rows are told apart by `observable`, "power" or "linewidth"; widths are FWHM in `width` = "Hz" or "T", powers are
    "integrated" or "peak" (`power`); "" for what is not measured. With s_i = ∂ln τ_i/∂I: P = P_0 e^(−s_i I) and
    Δf = Δf_inh + Δf_0 e^(+s_i I) for mapping = "damping". by_frequency: the homogeneous width is 4παf/γ (T) at
    `frequency` (Hz) instead of one width a state; alpha is fitted, and so is inhomogeneous_linewidth where it is None.
    The fitted parameters are the coordinates of `PARAMETERS`; barriers, beta, delta_R and gyromagnetic_ratio are held
    where they are set. s_i (I_c,i for "torque"), c_P and c_AP follow with errors. With weights 1/σ the fit is exact
    maximum likelihood, and errors come from the Hessian of −ln L. Valid well below I_c.
    """

    def __init__(
        self,
        *,
        mapping: str = "damping",
        power: str = "integrated",
        width: str = "Hz",
        inhomogeneous_linewidth: float | None = 0.0,
        by_frequency: bool = False,
        gmr: Gmr | None = None,
        asymmetry: str = "theta_0",
        convention: str = "consistent",
        reference_temperature: float = 300.0,
        beta: float = 0.5,
        delta_R: float = 1.0,
        gyromagnetic_ratio: float = 1.76e11,
    ) -> None:
        SpinTransferLaw.__init__(
            self,
            gmr=gmr,
            asymmetry=asymmetry,
            convention=convention,
            reference_temperature=reference_temperature,
            mapping=mapping,
        )
        self.numbers = LineNumbers(power, width, inhomogeneous_linewidth, by_frequency)
        lmfit.Model.__init__(
            self,
            self._function(),
            independent_vars=list(self._settings),
            param_names=list(self._coordinates),
            name=f"Eq. 32, mapping {mapping!r}",
        )
        constants = {"beta": beta, "delta_R": delta_R, "gyromagnetic_ratio": gyromagnetic_ratio}
        for p in self._fitted:
            start = p.coordinate_of(constants[p.name]) if p.name in constants else p.start
            held = p.constant or p.name in _HELD
            self.set_param_hint(p.coordinate, value=start, min=p.lower, max=p.upper, vary=not held)

    @property
    def _settings(self) -> tuple[str, ...]:
        frequency = ("frequency",) if self.numbers.by_frequency else ()
        return ("current", "temperature", "state", "observable", *frequency)

    @property
    def _fitted(self) -> tuple[Parameter, ...]:
        own = ("alpha", "gyromagnetic_ratio") if self.numbers.by_frequency else ()
        names = (*own, *self.numbers.parameters(_STATES))
        return (*(p for p in self.parameters if p.name != "tau_0"), *(PARAMETERS[name] for name in names))

    @property
    def _coordinates(self) -> tuple[str, ...]:
        return tuple(p.coordinate for p in self._fitted)

    # --- as an lmfit model --------------------------------------------------------------------------------------

    def _function(self) -> Callable[..., Array]:
        """The line as a function of its settings and coordinates, whose signature lmfit reads the parameters from."""

        def line(**values: Any) -> Array:
            return np.exp(value_of(self.log_line_at(values, values)))

        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        names = (*self._settings, *self._coordinates)
        line.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter(name, kind) for name in names]
        )
        return line

    def log_line_at(self, coordinates: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
        """ln of the rows' powers and widths; an array or a Jet of shape (rows,)."""
        frequency = settings.get("frequency")
        rows = LineRows(
            is_width=observable_codes(settings["observable"]),
            state=state_codes(settings["state"]),
            current=np.asarray(settings["current"], dtype=float),
            temperature=np.asarray(settings["temperature"], dtype=float),
            frequency=None if frequency is None else np.asarray(frequency, dtype=float),
        )
        return log_line(self, self._quantities(coordinates), self.numbers, rows)

    def _quantities(self, coordinates: Mapping[str, Any]) -> dict[str, Any]:
        return {p.name: p.quantity(coordinates[p.coordinate]) for p in self._fitted}

    def make_params(self, verbose: bool = False, **kwargs: Any) -> lmfit.Parameters:
        """The lmfit Parameters: coordinates with bounds, and expressions for what is derived from them."""
        params = super().make_params(verbose, **kwargs)
        start = {name: params[name].value for name in self._coordinates}
        for name in self._derived_at(start):
            params._asteval.symtable[f"{name}_of"] = self._derived_function(name)
            params.add(name, expr=f"{name}_of({', '.join(self._coordinates)})")
        return params

    def _derived_function(self, name: str) -> Callable[..., float]:
        def function(*values: float) -> float:
            derived = self._derived_at(dict(zip(self._coordinates, values, strict=True)))
            return float(value_of(derived[name]).item())

        return function

    def _derived_at(self, coordinates: Mapping[str, Any]) -> dict[str, Any]:
        """c_P, c_AP, and what the mapping sees of the current: the slopes (1/A), or I_c (A) for "torque"."""
        quantities = self._quantities(coordinates)
        wells = self.wells(quantities, None, None)
        values: dict[str, Any] = {"c_P": wells.c_P, "c_AP": wells.c_AP, "c_ratio": wells.c_AP / wells.c_P}
        for code, state in enumerate(_STATES):
            if self.mapping == "torque":
                energies, factors = (wells.energy_P, wells.energy_AP), (wells.c_P, wells.c_AP)
                values[f"I_c_{state}"] = critical_current(code, *energies, self.coupling(quantities), *factors)
            else:
                values[f"slope_{state}"] = self.slopes(quantities, code, self.reference_temperature, None)
        return {name: value for name, value in values.items() if name not in quantities}

    def guess(self, data: Any, *, weights: Any = None, **kwargs: Any) -> lmfit.Parameters:
        """Parameters to start from: powers and widths against the settings that fit() takes; weights: 1/σ.

        What only a state that was not measured has is held.
        """
        settings = {name: kwargs.pop(name) for name in self._settings}
        value = np.asarray(data, dtype=float)
        stderr = np.broadcast_to(1.0 if weights is None else 1.0 / np.asarray(weights, dtype=float), value.shape)
        state, is_width = (
            np.broadcast_to(codes, value.shape)
            for codes in (state_codes(settings["state"]), observable_codes(settings["observable"]))
        )
        current = np.broadcast_to(np.asarray(settings["current"], dtype=float), value.shape)
        found = self._from_lines(
            value - is_width * (self.numbers.inhomogeneous or 0.0), stderr, state, is_width, current
        )
        params = self.make_params(**(found | kwargs))
        for code, word in enumerate(_STATES):
            if not np.any(state == code):
                for p in self._fitted:
                    params[p.coordinate].vary &= not p.name.endswith(f"_{word}")
        return params

    def _from_lines(
        self, value: Array, stderr: Array, state: Array, is_width: Array, current: Array
    ) -> dict[str, float]:
        """Coordinates of powers and widths at zero current, and of what the slopes give."""
        names = {0: "power", 1: self.numbers.width_parameter if self.numbers.width else ""}
        exponent = {0: -2.0 if self.numbers.power == "peak" else -1.0, 1: 1.0}
        quantities: dict[str, float] = {}
        slopes: dict[int, float] = {}
        for code, word in enumerate(_STATES):
            for width, name in names.items():
                rows = (state == code) & (is_width == width)
                if np.any(rows):
                    at_zero, slope = log_at_zero_current(current[rows], value[rows], stderr[rows])
                    quantities[f"{name}_{word}"] = float(np.exp(at_zero))
                    slopes[code] = slope / exponent[width]
            if self.numbers.power == "peak" and f"{names[1]}_{word}" in quantities:  # P = (π/2) · peak · Δf
                quantities[f"power_{word}"] *= 0.5 * np.pi * quantities[f"{names[1]}_{word}"]
        known = {p.name: p for p in self._fitted}
        found = {known[n].coordinate: known[n].coordinate_of(q) for n, q in quantities.items() if n in known}
        return found | self._from_slopes(slopes)

    def _from_slopes(self, slopes: Mapping[int, float]) -> dict[str, float]:
        """Coordinates of l/L_θθ and the asymmetry from ∂ln τ_i/∂I (1/A)."""
        ends = np.array([-1e-3, 1e-3])
        code = np.repeat(list(slopes), ends.size).astype(float)
        current = np.tile(ends, len(slopes))
        constants = {name: self.param_hints[name]["value"] for name in ("beta", "delta_R")}
        start = self.starting_quantities(
            np.array([slopes[int(c)] for c in code]) * current,
            np.ones_like(current),
            state=code,
            current=current,
            temperature=np.full(current.shape, self.reference_temperature),
            constants=constants,
        )
        return {p.coordinate: p.coordinate_of(start[p.name]) for p in self.parameters if self._starts_at(p, start)}

    @staticmethod
    def _starts_at(p: Parameter, start: Mapping[str, float]) -> bool:
        return p.name in start and p.name != "tau_0" and p.name not in _HELD

    def fit(self, data: Any, params: lmfit.Parameters | None = None, weights: Any = None, **kwargs: Any) -> Any:
        """Fit powers and widths; weights: 1/σ. Returns an lmfit ModelResult.

        Independent variables: current (A), temperature (K), state ("P"/"AP" or 0/1), observable ("power"/"linewidth" or
        0/1), and frequency (Hz) with by_frequency.
        """
        kwargs["state"] = state_codes(kwargs["state"])
        kwargs["observable"] = observable_codes(kwargs["observable"])
        weight = np.ones(np.shape(data)) if weights is None else np.broadcast_to(weights, np.shape(data))
        kwargs.setdefault("scale_covar", False)
        result = super().fit(data, params, weights=weight, **kwargs)
        value = np.asarray(data, dtype=float)

        def log_likelihood(coordinates: Mapping[str, Any]) -> Any:
            misfit = (value - np.exp(self.log_line_at(coordinates, kwargs))) * weight
            return total(-0.5 * np.square(misfit))

        set_errors(result, log_likelihood, self._derived_at)
        return result

    def log_line_band(self, result: Any, settings: Mapping[str, Any]) -> tuple[Array, Array]:
        """ln of the fitted line and its standard error at given settings, arrays of one shape (rows,)."""
        names = list(result.var_names)
        jets = dict(zip(names, seed(np.array([result.params[name].value for name in names]), 1), strict=True))
        eta = self.log_line_at({name: p.value for name, p in result.params.items()} | jets, settings)
        if not isinstance(eta, Jet) or result.covar is None:
            return value_of(eta), np.zeros_like(value_of(eta))
        variance = np.einsum("in,ij,jn->n", eta.gradient, result.covar, eta.gradient)
        return eta.value, np.sqrt(np.maximum(variance, 0.0))

    def plot(self, result: Any) -> Figure:
        """Draw a fit: power and linewidth against current (or frequency), 68 % and 95 % bands, residuals."""
        from stfit.models.line_drawing import fit_figure  # matplotlib, for those who draw

        return fit_figure(self.log_line_band, self.numbers, result)


def observable_codes(observable: Any) -> Array:
    """0 for a power and 1 for a linewidth, from words or codes; ValueError for anything else."""
    values = np.atleast_1d(np.asarray(observable))
    if values.dtype.kind in "US" or values.dtype == object:
        words = values.astype(str)
        if not np.all(np.isin(words, OBSERVABLES)):
            strange = sorted(set(words.tolist()) - set(OBSERVABLES))
            raise ValueError(f"an observable is 'power' or 'linewidth'; found {strange}")
        return np.asarray(words == "linewidth", dtype=float)
    codes = values.astype(float)
    if not np.all(np.isin(codes, [0.0, 1.0])):
        raise ValueError("an observable is 0 (power) or 1 (linewidth)")
    return codes
