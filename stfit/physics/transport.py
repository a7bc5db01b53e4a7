"""Spin-dependent transport: r(θ), its integrals c_P and c_AP, V^e and L_θθ (Eqs. 2, 3, 7, 10), in two conventions.

A `Quantity` is a float, an array (leading axes broadcast) or a `Jet`; units are SI, angles rad.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol, Self, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.constants import ELEMENTARY_CHARGE, N_GMR
from stfit.derivatives import elementwise
from stfit.errors import CellProblem, OutsideValidityError, TableError

Array = npt.NDArray[np.float64]
Quantity = Any  # float, array or Jet


@final
@dataclass(frozen=True)
class Convention:
    """How Eq. 27 is written: G = coupling·e·λ·ΔR/β, ln τ = ln τ0 + B/(thermal·k_B T), c_i = gmr·∫r dθ."""

    name: str
    coupling: float
    thermal: float
    gmr: float


CONSISTENT: Final = Convention("consistent", coupling=N_GMR, thermal=1.0, gmr=1.0)
# Eq. 27 as printed: no 8e, 2 k_B T, R_GMR(π) = 2ΔR (so c_i = (π∓2)/2), the sign of Eq. 25.
PRINTED: Final = Convention("printed", coupling=-1.0, thermal=2.0, gmr=2.0)
CONVENTIONS: Final[Mapping[str, Convention]] = {c.name: c for c in (CONSISTENT, PRINTED)}


def convert_l_over_L(value: Quantity, source: Convention, target: Convention) -> Quantity:
    """λ (unit e) of the same data in another convention; λ_printed = −8 λ."""
    strength = source.coupling * source.gmr / source.thermal
    return value * (strength * target.thermal / (target.coupling * target.gmr))


def convert_asymmetry(value: Quantity, source: Convention, target: Convention) -> Quantity:
    """c_P or c_AP (rad) in another convention; the printed ones are doubled."""
    return value * (target.gmr / source.gmr)


def convert_energy(value: Quantity, source: Convention, target: Convention) -> Quantity:
    """A barrier (J) of the same data in another convention; the printed one is doubled."""
    return value * (target.thermal / source.thermal)


class Gmr(Protocol):
    """The angular dependence of the resistance, r(θ) = (R(θ) − R_P)/ΔR, with r(0) = 0 and r(π) = 1."""

    def resistance(self, theta: Quantity) -> Quantity:
        """r(θ), in [0, 1]; θ in rad, from 0 to π."""
        ...

    def integral(self, theta: Quantity) -> Quantity:
        """ρ(θ) = ∫₀^θ r dθ', rad."""
        ...

    @property
    def total(self) -> float:
        """ρ(π) = c_P + c_AP, rad: the sum rule, whatever θ0."""
        ...


@final
@dataclass(frozen=True)
class CosineGmr:
    """r = (1 − cos θ)/2, the form of the paper (Eq. 7 and section B)."""

    def resistance(self, theta: Quantity) -> Quantity:
        """r(θ), in [0, 1]; θ in rad, from 0 to π."""
        return 0.5 * (1.0 - np.cos(theta))

    def integral(self, theta: Quantity) -> Quantity:
        """ρ(θ) = (θ − sin θ)/2, rad."""
        return 0.5 * (theta - np.sin(theta))

    @property
    def total(self) -> float:
        """ρ(π) = π/2, rad."""
        return 0.5 * np.pi


@final
@dataclass(frozen=True)
class ChiGmr:
    """r = (1 − cos θ)/(2 + χ(1 + cos θ)), of spin accumulation; χ > −1 or OutsideValidityError."""

    chi: float

    def __post_init__(self) -> None:
        if not -1.0 < self.chi < np.inf:
            raise OutsideValidityError(f"chi is {self.chi}; r(θ) needs a finite chi above -1")

    def resistance(self, theta: Quantity) -> Quantity:
        """r(θ), in [0, 1]; θ in rad, from 0 to π."""
        cosine = np.cos(theta)
        return (1.0 - cosine) / (2.0 + self.chi * (1.0 + cosine))

    def integral(self, theta: Quantity) -> Quantity:
        """ρ(θ) = [2√(1+χ)·atan(tan(θ/2)/√(1+χ)) − θ]/χ, rad."""
        return elementwise(theta, self._integral, self.resistance, self._steepness)

    @property
    def total(self) -> float:
        """ρ(π) = π/(1 + √(1+χ)), rad."""
        return float(np.pi / (1.0 + np.sqrt(1.0 + self.chi)))

    def _integral(self, theta: Array) -> Array:
        # With s = √(1+χ), atan(t/s) and atan(t) are joined by the subtraction formula, which leaves neither the 0/0
        # at χ = 0 nor the pole of tan at θ = π.
        s = np.sqrt(1.0 + self.chi)
        sine, cosine = np.sin(0.5 * theta), np.cos(0.5 * theta)
        lever = sine * cosine / (s * cosine**2 + sine**2)
        ratio = _arctan_ratio(lever * (s - 1.0))
        rho: Array = 2.0 / (s + 1.0) * (np.arctan2(sine, s * cosine) - lever * ratio)
        return rho

    def _steepness(self, theta: Array) -> Array:
        slope: Array = 2.0 * (1.0 + self.chi) * np.sin(theta) / (2.0 + self.chi * (1.0 + np.cos(theta))) ** 2
        return slope


@final
@dataclass(frozen=True, eq=False)
class TabulatedGmr:
    """A measured r(θ), interpolated by monotone cubics (PCHIP).

    theta: rad, shape (n,), n ≥ 4, strictly increasing from 0 to π; resistance: r, shape (n,), from 0 to 1 (ends to
    1e-6). TableError otherwise.
    """

    theta: Array
    resistances: Array

    def __post_init__(self) -> None:
        for name in ("theta", "resistances"):
            column = np.array(getattr(self, name), dtype=float)
            column.flags.writeable = False
            object.__setattr__(self, name, column)
        _check_angles(self.theta, self.resistances)
        _check_ends(self.resistances)

    @classmethod
    def from_measurement(cls, theta: npt.ArrayLike, resistance: npt.ArrayLike) -> Self:
        """From raw R(θ) in any unit, normalised by its ends; TableError if these are equal."""
        angles, raw = np.asarray(theta, dtype=float), np.asarray(resistance, dtype=float)
        _check_angles(angles, raw)
        if raw[0] == raw[-1]:
            raise TableError(
                [CellProblem(None, "resistance", "different values at θ = 0 and π", f"{raw[0]:g} at both")]
            )
        return cls(angles, (raw - raw[0]) / (raw[-1] - raw[0]))

    def resistance(self, theta: Quantity) -> Quantity:
        """r(θ); θ in rad, from 0 to π."""
        r = self._interpolant
        return elementwise(theta, r, r.derivative(), r.derivative(2))

    def integral(self, theta: Quantity) -> Quantity:
        """ρ(θ) = ∫₀^θ r dθ', rad: the exact integral of the interpolant."""
        r = self._interpolant
        return elementwise(theta, self._primitive, r, r.derivative())

    @cached_property
    def total(self) -> float:
        """ρ(π), rad."""
        return float(self._primitive(np.pi))

    @cached_property
    def _interpolant(self) -> Any:
        return scipy.interpolate.PchipInterpolator(self.theta, self.resistances)

    @cached_property
    def _primitive(self) -> Any:
        return self._interpolant.antiderivative()


_END_TOLERANCE = 1e-6


def _check_angles(theta: Array, resistance: Array) -> None:
    if theta.ndim != 1 or theta.shape != resistance.shape or theta.size < 4:
        found = f"{theta.size} angles and {resistance.size} resistances"
        raise TableError([CellProblem(None, "theta", "at least 4 angles, with one resistance each", found)])
    problems = [
        CellProblem(int(row), name, "a finite number", str(column[row]))
        for name, column in (("theta", theta), ("resistance", resistance))
        for row in np.flatnonzero(~np.isfinite(column))
    ]
    steps = np.flatnonzero(np.diff(theta) <= 0.0) + 1
    problems += [
        CellProblem(int(row), "theta", "an angle above the one before", f"{theta[row]:g} rad") for row in steps
    ]
    if not problems and (abs(theta[0]) > _END_TOLERANCE or abs(theta[-1] - np.pi) > _END_TOLERANCE):
        found = f"{theta[0]:g} to {theta[-1]:g} rad"
        problems.append(CellProblem(None, "theta", "angles from 0 to π rad", found))
    if problems:
        raise TableError(problems)


def _check_ends(resistance: Array) -> None:
    if abs(resistance[0]) > _END_TOLERANCE or abs(resistance[-1] - 1.0) > _END_TOLERANCE:
        found = f"{resistance[0]:g} and {resistance[-1]:g}"
        raise TableError([CellProblem(None, "resistance", "r = 0 at θ = 0 and r = 1 at θ = π", found)])


def asymmetry_P(gmr: Gmr, theta_0: Quantity) -> Quantity:
    """c_P = ∫₀^θ0 r dθ, rad, positive; θ0: the barrier top, rad, from 0 to π (Eq. 27)."""
    return gmr.integral(theta_0)


def asymmetry_AP(gmr: Gmr, theta_0: Quantity) -> Quantity:
    """c_AP = ∫_θ0^π r dθ, rad, positive (negative by the paper's definition, printed positive)."""
    return gmr.total - gmr.integral(theta_0)


def chi_asymmetry_P(chi: Quantity) -> Quantity:
    """c_P of `ChiGmr` at θ0 = π/2 as a function of χ > −1, rad; (π−2)/4 at χ = 0."""
    s = np.sqrt(1.0 + chi)
    return 2.0 / (s + 1.0) * (np.arctan(1.0 / s) - _chi_remainder(s))


def chi_asymmetry_AP(chi: Quantity) -> Quantity:
    """c_AP of `ChiGmr` at θ0 = π/2 as a function of χ > −1, rad; (π+2)/4 at χ = 0."""
    s = np.sqrt(1.0 + chi)
    return 2.0 / (s + 1.0) * (np.arctan(s) + _chi_remainder(s))


def _chi_remainder(s: Quantity) -> Quantity:
    """atan(w)/((s+1) w) with w = (s−1)/(s+1), for s = √(1+χ) > 0: |w| < 1."""
    return elementwise((s - 1.0) / (s + 1.0), _arctan_ratio, _arctan_ratio_slope, _arctan_ratio_curvature) / (s + 1.0)


def _arctan_ratio(w: Array) -> Array:
    return np.divide(np.arctan(w), w, out=np.ones_like(w), where=w != 0.0)


# The derivatives of atan(w)/w = ∫₀¹ dt/(1 + w²t²) are 0/0 at w = 0; their integrals are not. For |w| < 1 the nearest
# pole is ±i, and 24 Gauss–Legendre nodes leave less than 4.6⁻⁴⁸ < 1e-31 of its third order.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_T2: Final[Array] = (0.5 * (_NODES + 1.0)) ** 2
_W: Final[Array] = 0.5 * _WEIGHTS


def _arctan_ratio_slope(w: Array) -> Array:
    x = np.asarray(w)[..., None]
    slope: Array = (_W * (-2.0 * x * _T2) / (1.0 + x**2 * _T2) ** 2).sum(axis=-1)
    return slope


def _arctan_ratio_curvature(w: Array) -> Array:
    x = np.asarray(w)[..., None]
    curvature: Array = (_W * 2.0 * _T2 * (3.0 * x**2 * _T2 - 1.0) / (1.0 + x**2 * _T2) ** 3).sum(axis=-1)
    return curvature


def coupling(l_over_L: Quantity, delta_R: Quantity, beta: Quantity, convention: Convention = CONSISTENT) -> Quantity:
    """G = N e λ ΔR/β, J/A: the energy a barrier gains per ampere and radian of c_i (Eqs. 7, 26).

    l_over_L: λ, unit e; delta_R: Ω; beta: in (−1, 1), not 0. Eqs. 26, 28 carry an e more than Eq. 10: ours is the volt
    form.
    """
    return (convention.coupling * ELEMENTARY_CHARGE) * l_over_L * delta_R / beta


def electrospin_potential(theta: Quantity, current: Quantity, delta_R: Quantity, beta: Quantity, gmr: Gmr) -> Quantity:
    """V^e(θ) = (N I ΔR/β) ∫₀^θ r dθ', volts (Eq. 10 without its e); its energy is e λ V^e."""
    return N_GMR * current * delta_R / beta * gmr.integral(theta)


def transport_coefficient(
    alpha: Quantity, gyromagnetic_ratio: Quantity, volume: Quantity, saturation_magnetisation: Quantity
) -> Quantity:
    """L_θθ/ρ0 = α Γ/(v M_s (1+α²)), 1/(J s) (Eq. 3).

    alpha: damping; gyromagnetic_ratio: Γ, rad s⁻¹ T⁻¹; volume: m³; saturation_magnetisation: A/m.
    """
    return alpha * gyromagnetic_ratio / (volume * saturation_magnetisation * (1.0 + alpha**2))


def gmr_ratio(beta: Quantity, l_sf: Quantity, thickness: Quantity) -> Quantity:
    """ΔR/R up to a factor of geometry: β²/(1−β²)·l_sf/v (the paper prints 1−β); |beta| < 1, both lengths in m."""
    return beta**2 / (1.0 - beta**2) * l_sf / thickness
