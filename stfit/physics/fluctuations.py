"""Ferromagnetic resonance below I_c: amplitudes, linewidths, line shapes and hopping noise (Eqs. 29–32).

`slope` is s_i = ∂ln τ_i/∂I of the state that resonates, 1/A; `current` is in A.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import value_of
from stfit.errors import OutsideValidityError
from stfit.physics.transport import Quantity

Array = npt.NDArray[np.float64]


def log_amplitude_ratio(current: Quantity, slope: Quantity) -> Quantity:
    """ln[A_i(I)/A_i(0)] = −s_i I (Eq. 32, whose printed sign is the opposite and whose 2D0 breaks its dimension)."""
    return -slope * current


class LineMapping(Protocol):
    """How a current changes a line: what Eq. 32 is read to say of power and linewidth."""

    @property
    def name(self) -> str:
        """Its word in an analysis file."""
        ...

    def log_power_ratio(self, current: Quantity, slope: Quantity) -> Quantity:
        """ln[P(I)/P(0)] of the integrated power."""
        ...

    def log_linewidth_ratio(self, current: Quantity, slope: Quantity) -> Quantity:
        """ln[Δf(I)/Δf(0)] of the homogeneous linewidth."""
        ...


@final
@dataclass(frozen=True)
class ExponentialMapping:
    """Eq. 32: power ∝ exp(−power·s I), homogeneous linewidth ∝ exp(+linewidth·s I)."""

    name: str
    power: float
    linewidth: float

    def log_power_ratio(self, current: Quantity, slope: Quantity) -> Quantity:
        """ln[P(I)/P(0)] of the integrated power."""
        return self.power * log_amplitude_ratio(current, slope)

    def log_linewidth_ratio(self, current: Quantity, slope: Quantity) -> Quantity:
        """ln[Δf(I)/Δf(0)] of the homogeneous linewidth."""
        return -self.linewidth * log_amplitude_ratio(current, slope)


@final
@dataclass(frozen=True)
class TorqueMapping:
    """The rival: Δf ∝ 1 − I/I_c, P·Δf constant (spin-transfer torque).

    Here slope is −1/I_c, 1/A: ∂ln Δf/∂I at I = 0. OutsideValidityError from I_c on, where the line has no width.
    """

    name: str = "torque"

    def log_power_ratio(self, current: Quantity, slope: Quantity) -> Quantity:
        """ln[P(I)/P(0)] = −ln(1 − I/I_c) of the integrated power."""
        return -self.log_linewidth_ratio(current, slope)

    def log_linewidth_ratio(self, current: Quantity, slope: Quantity) -> Quantity:
        """ln[Δf(I)/Δf(0)] = ln(1 − I/I_c) of the homogeneous linewidth."""
        change = slope * current
        if np.any(value_of(change) <= -1.0):
            raise OutsideValidityError("a current is at or beyond the critical one, where a torque leaves no linewidth")
        return np.log1p(change)


MAPPINGS: Final[Mapping[str, LineMapping]] = {
    "power": ExponentialMapping("power", power=1.0, linewidth=0.0),  # Eq. 32 on the power alone
    "damping": ExponentialMapping("damping", power=1.0, linewidth=1.0),  # constant noise strength
    "peak": ExponentialMapping("peak", power=0.5, linewidth=0.5),  # Eq. 32 on the peak
    "torque": TorqueMapping(),
}


@final
@dataclass(frozen=True)
class LineNumbers:
    """What the numbers of a line are.

    power: "integrated", "peak", or "" where none is measured. width: its unit, "Hz" or "T", or "" likewise; always
    FWHM. inhomogeneous: the part of the width that no current changes, in that unit; None where it is fitted.
    by_frequency: the homogeneous part is 4παf/γ at the row's frequency, instead of one width a state.
    """

    power: str = ""
    width: str = ""
    inhomogeneous: float | None = 0.0
    by_frequency: bool = False

    @property
    def width_parameter(self) -> str:
        """The parameter, but for its state, that is the homogeneous width at zero current."""
        return {"Hz": "linewidth", "T": "field_linewidth"}[self.width]

    @property
    def observables(self) -> int:
        """How many are measured of each line."""
        return bool(self.power) + bool(self.width)

    def parameters(self, states: tuple[str, ...]) -> tuple[str, ...]:
        """Names of the parameters of the lines themselves, for the states ("P", "AP") that were measured."""
        names = [f"power_{state}" for state in states if self.power]
        if self.width and not self.by_frequency:
            names += [f"{self.width_parameter}_{state}" for state in states]
        return (*names, *(("inhomogeneous_linewidth",) if self.inhomogeneous is None else ()))


POWERS: Final = ("integrated", "peak")  # what the power of a line may be
# FWHM over the width; peak-to-peak is that of a derivative Lorentzian.
FWHM_OVER_WIDTH: Final[Mapping[str, float]] = {"fwhm": 1.0, "hwhm": 2.0, "peak-to-peak": float(np.sqrt(3.0))}


def convert_linewidth(width: Quantity, source: str, target: str) -> Quantity:
    """A Lorentzian's width in another measure: "fwhm", "hwhm" or "peak-to-peak"; OutsideValidityError otherwise."""
    for measure in (source, target):
        if measure not in FWHM_OVER_WIDTH:
            raise OutsideValidityError(
                f"{measure!r} is no measure of a linewidth; there are {', '.join(FWHM_OVER_WIDTH)}"
            )
    return width * (FWHM_OVER_WIDTH[source] / FWHM_OVER_WIDTH[target])


def linewidth(homogeneous: Quantity, inhomogeneous: Quantity) -> Quantity:
    """Δf = Δf_inh + Δf_hom; only Δf_hom follows the current."""
    return inhomogeneous + homogeneous


def field_linewidth(
    frequency: Quantity, alpha: Quantity, gyromagnetic_ratio: Quantity, inhomogeneous: Quantity
) -> Quantity:
    """μ0ΔH = μ0ΔH0 + 4παf/γ, T (FWHM); frequency: Hz, gyromagnetic_ratio: rad s⁻¹ T⁻¹, inhomogeneous: T."""
    return inhomogeneous + 4.0 * np.pi * alpha * frequency / gyromagnetic_ratio


def peak_power(integrated: Quantity, fwhm: Quantity) -> Quantity:
    """Peak 2 P_int/(π Δf) of a Lorentzian, per unit of the width."""
    return 2.0 * integrated / (np.pi * fwhm)


def lorentzian(x: Quantity, center: Quantity, fwhm: Quantity, integrated: Quantity) -> Quantity:
    """A Lorentzian of the given integral; x, center and fwhm > 0 in one unit (Hz or T)."""
    return peak_power(integrated, fwhm) / (1.0 + _detuning(x, center, fwhm) ** 2)


def symmetric_antisymmetric(
    x: Quantity, center: Quantity, fwhm: Quantity, symmetric: Quantity, antisymmetric: Quantity
) -> Quantity:
    """(S + A d)/(1 + d²) with d = 2(x − center)/fwhm: peak S, antisymmetric extremes ±A/2 at d = ±1."""
    detuning = _detuning(x, center, fwhm)
    return (symmetric + antisymmetric * detuning) / (1.0 + detuning**2)


def derivative_lorentzian(x: Quantity, center: Quantity, fwhm: Quantity, integrated: Quantity) -> Quantity:
    """d/dx of `lorentzian`: extremes at center ± fwhm/(2√3)."""
    detuning = _detuning(x, center, fwhm)
    return -4.0 * peak_power(integrated, fwhm) / fwhm * detuning / (1.0 + detuning**2) ** 2


LineShape = Callable[[Quantity, Quantity, Quantity], list[Quantity]]
# The parts of a line that its amplitudes multiply, for a peak or an area of 1 in units of x.
LINE_SHAPES: Final[Mapping[str, LineShape]] = {
    "lorentzian": lambda x, center, fwhm: [lorentzian(x, center, fwhm, 0.5 * np.pi * fwhm)],
    "symmetric+antisymmetric": lambda x, center, fwhm: [
        symmetric_antisymmetric(x, center, fwhm, 1.0, 0.0),
        symmetric_antisymmetric(x, center, fwhm, 0.0, 1.0),
    ],
    # those of the absorption and of the dispersion, whose amplitudes are the cosine and the sine of a phase: as high as
    # the lines they are the derivatives of, times their width
    "derivative": lambda x, center, fwhm: [
        derivative_lorentzian(x, center, fwhm, 0.5 * np.pi * fwhm) * fwhm,
        _derivative_dispersion(x, center, fwhm),
    ],
}


def _derivative_dispersion(x: Quantity, center: Quantity, fwhm: Quantity) -> Quantity:
    """fwhm times d/dx of the antisymmetric part d/(1 + d²)."""
    square = _detuning(x, center, fwhm) ** 2
    return 2.0 * (1.0 - square) / (1.0 + square) ** 2


def _detuning(x: Quantity, center: Quantity, fwhm: Quantity) -> Quantity:
    return 2.0 * (x - center) / fwhm


def log_at_zero_current(current: Array, value: Array, stderr: Array) -> tuple[float, float]:
    """(ln value at zero current, its slope in 1/A) by weighted regression over positive values, to start a fit from.

    The slope is 0 where the currents do not differ, and both are 0 where no value is positive.
    """
    seen = value > 0
    if not np.any(seen):
        return 0.0, 0.0
    x, y, weight = current[seen], np.log(value[seen]), np.square(value[seen] / stderr[seen])
    weight /= np.sum(weight)
    middle, level = float(weight @ x), float(weight @ y)
    spread = float(weight @ np.square(x - middle))
    if spread <= 1e-12 * float(np.max(np.square(x))):
        return level, 0.0
    slope = float(weight @ ((x - middle) * (y - level))) / spread
    return level - slope * middle, slope


def hopping_noise_strength(n_P: Quantity, tau_P: Quantity, tau_AP: Quantity) -> Quantity:
    """n_P/τ_P + n_AP/τ_AP, 1/s: what stands before δ(t − t') in ⟨I_r I_r⟩ (Eq. 31); n_AP = 1 − n_P, τ_i in s."""
    return n_P / tau_P + (1.0 - n_P) / tau_AP
