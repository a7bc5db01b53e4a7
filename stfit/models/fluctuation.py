"""Resonance lines under spin injection: Eq. 32 as an lmfit model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Unpack, final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.models.choices import require_choice
from stfit.models.fit_rows import Coders, FitRows, codes, state_codes
from stfit.models.guess import CrudeDwellTimes
from stfit.models.keywords import DeviceKeywords, law_and_constants
from stfit.models.lines import LineRows, log_line
from stfit.models.lmfit_model import Coordinates, LawModel, drawing
from stfit.models.noise import GaussianNoise
from stfit.models.parameters import PARAMETERS
from stfit.physics.activation import critical_current
from stfit.physics.fluctuations import POWERS, LineNumbers, log_at_zero_current

if TYPE_CHECKING:
    from stfit.figures.style import Figure

Array = npt.NDArray[np.float64]

_STATES: Final = ("P", "AP")
_HELD: Final = frozenset({"E_P", "E_AP", "Kv"})  # lines tell no barrier: it only turns I_c into l/L_θθ


def observable_codes(observable: Any) -> Array:
    """0 for a power and 1 for a linewidth, from words or codes; ValueError for anything else."""
    return codes(observable, ("power", "linewidth"), "an observable")


@final
class FluctuationModel(LawModel):
    """Power and linewidth of a line against current (A) in the states P and AP, by one of the mappings of Eq. 32.

    Rows are told apart by `observable`, "power" or "linewidth". With s_i = ∂ln τ_i/∂I: P = P_0 e^(−s_i I) and
    Δf = Δf_inh + Δf_0 e^(+s_i I) for mapping = "damping". The fitted parameters are the coordinates of `PARAMETERS`;
    barriers, beta, delta_R and gyromagnetic_ratio are held where they are set. s_i (I_c,i for "torque"), c_P and c_AP
    follow with errors. With weights 1/σ the fit is exact maximum likelihood, and errors come from the Hessian of −ln L;
    without, all relative errors are taken to be alike, and the scatter gives their size. Valid well below I_c.

    Parameters
    ----------
    mapping : str
        "damping" (default), "power", "peak" or "torque": how Eq. 32 is read.
    power : str
        "integrated" (default) or "peak"; "" where no power is measured.
    width : str
        "Hz" (default) or "T", the unit of the FWHM; "" where none is measured.
    inhomogeneous_linewidth : float or None
        In the unit of the width, 0 by default; None where it is fitted, which needs width = "T".
    by_frequency : bool
        Whether the homogeneous width is 4παf/γ at `frequency` (Hz), with alpha fitted; else one width a state. Needs
        width = "T".
    gyromagnetic_ratio : float
        γ in rad/s/T, 1.76e11 by default.
    gmr, asymmetry, convention, reference_temperature, beta, delta_R, prefix, name, nan_policy
        As `DwellTimeModel` takes them.

    Raises
    ------
    ValueError
        If a name is none of those.
    """

    noise = GaussianNoise()
    coders: ClassVar[Coders] = {"state": state_codes, "observable": observable_codes}

    def __init__(
        self,
        *,
        mapping: str = "damping",
        power: str = "integrated",
        width: str = "Hz",
        inhomogeneous_linewidth: float | None = 0.0,
        by_frequency: bool = False,
        gyromagnetic_ratio: float = 1.76e11,
        **device: Unpack[DeviceKeywords],
    ) -> None:
        law, constants = law_and_constants(device, mapping=mapping)
        require_choice("power", power, (*POWERS, ""))
        require_choice("width", width, ("T",) if by_frequency or inhomogeneous_linewidth is None else ("Hz", "T", ""))
        self.numbers = LineNumbers(power, width, inhomogeneous_linewidth, by_frequency)
        own = ("alpha", "gyromagnetic_ratio") if by_frequency else ()
        fitted = [p for p in law.parameters if p.name != "tau_0"]
        fitted += [PARAMETERS[name] for name in (*own, *self.numbers.parameters(_STATES))]
        settings = ("current", "temperature", "state", "observable", *(("frequency",) if by_frequency else ()))
        keywords = {
            "mapping": mapping,
            "power": power,
            "width": width,
            "inhomogeneous_linewidth": inhomogeneous_linewidth,
            "by_frequency": by_frequency,
            "gyromagnetic_ratio": gyromagnetic_ratio,
        }
        super().__init__(law, fitted, settings, f"Eq. 32, mapping {mapping!r}", keywords | {**device})
        self.start_at(constants | {"gyromagnetic_ratio": gyromagnetic_ratio}, held=_HELD)

    def predicted(self, coordinates: Coordinates, settings: Mapping[str, Any]) -> Any:
        """ln of the rows' powers and widths; an array or a Jet of shape (rows,). ValueError for one not declared."""
        frequency = settings.get("frequency")
        is_width = observable_codes(settings["observable"])
        for code, key in enumerate(("power", "width")):
            if not getattr(self.numbers, key) and np.any(is_width == code):
                raise ValueError(f'observable: {key}="" says that there is none; found one in the rows')
        rows = LineRows(
            is_width=is_width,
            state=state_codes(settings["state"]),
            current=np.asarray(settings["current"], dtype=float),
            temperature=np.asarray(settings["temperature"], dtype=float),
            frequency=None if frequency is None else np.asarray(frequency, dtype=float),
        )
        return log_line(self.law, self.quantities(coordinates), self.numbers, rows)

    def as_data(self, prediction: Any) -> Any:
        """Powers and widths in the units of the data."""
        return np.exp(prediction)

    def derived_at(self, quantities: Mapping[str, Any]) -> dict[str, Any]:
        """c_P, c_AP, and what the mapping sees of the current: the slopes (1/A), or I_c (A) for "torque"."""
        device = self.law.device
        wells = device.wells(quantities, None, None)
        values: dict[str, Any] = {"c_P": wells.c_P, "c_AP": wells.c_AP, "c_ratio": wells.c_AP / wells.c_P}
        for code, state in enumerate(_STATES):
            if self.law.mapping == "torque":
                energies, factors = (wells.energy_P, wells.energy_AP), (wells.c_P, wells.c_AP)
                values[f"I_c_{state}"] = critical_current(code, *energies, device.coupling(quantities), *factors)
            else:
                values[f"slope_{state}"] = self.law.slopes(quantities, code, device.reference_temperature, None)
        return {name: value for name, value in values.items() if name not in quantities}

    def start(self, rows: FitRows, params: lmfit.Parameters) -> dict[str, float]:
        """Coordinates to start from: powers and widths against the settings that fit() takes.

        What only a state that was not measured has is held.
        """
        own = self.own(params)
        for code, word in enumerate(_STATES):
            if not np.any(rows.settings["state"] == code):
                for p in self.fitted:
                    own[p.coordinate].vary &= not p.name.endswith(f"_{word}")
        lines = LineRows(
            is_width=rows.settings["observable"],
            state=rows.settings["state"],
            current=rows.settings["current"],
            temperature=self.law.device.reference_temperature,
        )
        stderr = np.ones_like(rows.data) if rows.weights is None else 1.0 / rows.weights
        homogeneous = rows.data - lines.is_width * (self.numbers.inhomogeneous or 0.0)
        quantities, slopes = self._from_lines(homogeneous, stderr, lines)
        quantities |= self._from_slopes(slopes, self.quantities_at(params))
        return {p.coordinate: p.coordinate_of(quantities[p.name]) for p in self.fitted if p.name in quantities}

    def _from_lines(self, value: Array, stderr: Array, rows: LineRows) -> tuple[dict[str, float], dict[int, float]]:
        """Powers and widths at zero current, and ∂ln τ_i/∂I (1/A) by the code of the state."""
        names = {0: "power", 1: self.numbers.width_parameter if self.numbers.width else ""}
        exponent = {0: -2.0 if self.numbers.power == "peak" else -1.0, 1: 1.0}
        quantities: dict[str, float] = {}
        slopes: dict[int, float] = {}
        for code, word in enumerate(_STATES):
            for width, name in names.items():
                own = (rows.state == code) & (rows.is_width == width)
                if np.any(own):
                    at_zero, slope = log_at_zero_current(rows.current[own], value[own], stderr[own])
                    quantities[f"{name}_{word}"] = float(np.exp(at_zero))
                    slopes[code] = slope / exponent[width]
            if self.numbers.power == "peak" and f"{names[1]}_{word}" in quantities:  # P = (π/2) · peak · Δf
                quantities[f"power_{word}"] *= 0.5 * np.pi * quantities[f"{names[1]}_{word}"]
        return quantities, slopes

    def _from_slopes(self, slopes: Mapping[int, float], known: Mapping[str, float]) -> dict[str, float]:
        """l/L_θθ and the asymmetry from ∂ln τ_i/∂I (1/A), at the constants that are known."""
        ends = np.array([-1e-3, 1e-3])
        code = np.repeat(list(slopes), ends.size).astype(float)
        current = np.tile(ends, len(slopes))
        rows = CrudeDwellTimes(
            log_dwell=np.array([slopes[int(c)] for c in code]) * current,
            weight=np.ones_like(current),
            state=code,
            current=current,
            temperature=np.full(current.shape, self.law.device.reference_temperature),
        )
        start = self.law.starting_quantities(rows, known)
        told = (p.name for p in self.law.parameters if p.name not in _HELD and not p.constant)
        return {name: start[name] for name in told if name in start}

    def plot(self, result: Any) -> Figure:
        """Draw a fit: power and linewidth against current (or frequency), 68 % and 95 % bands, residuals.

        Parameters
        ----------
        result : ModelResult
            What fit() returned.

        Returns
        -------
        Figure
            Of matplotlib, with its axes in `figure.axes`.
        """
        figure: Figure = drawing().lines(self.band, self.numbers, result)
        return figure
