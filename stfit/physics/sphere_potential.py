"""Potentials on the sphere of directions: in-plane devices under spin injection (Eqs. 9–12), and a barrier's ridge.

θ and φ are the polar angles about the magnetisation of the polarising layer (P), rad; U is an energy over k_B T.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final, Protocol, final

import numpy as np
import numpy.typing as npt

from stfit.errors import OutsideValidityError
from stfit.physics.transport import Gmr

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Vector = tuple[float, float, float]

_UNIT_TOLERANCE = 1e-9


class SpherePotential(Protocol):
    """U = v V_tot/k_BT, any function of the direction of the magnetisation that is smooth off the poles."""

    def __call__(self, theta: Array, phi: Array) -> Array:
        """U(θ, φ), of the shape of θ and φ."""
        ...

    @property
    def easy_axis(self) -> Vector:
        """The unit vector from the AP well's side to the P well's side, about which the barrier is looked for."""
        ...


@final
@dataclass(frozen=True)
class InPlanePotential:
    """U = σ [1 − (m·e)²] + κ (m·n)² − 2σ h·m + g ρ(θ), with ρ(θ) = ∫₀^θ r dθ' (Eqs. 10, 26 in volts' form).

    sigma: σ = Kv/k_BT ≥ 0 of the axis e; hard: κ ≥ 0 of the plane's normal n, μ0 M_s² v/(2 k_BT) for a film; field:
    h = H/H_K, any direction; tilt: g = G I/k_BT, 1/rad; easy_axis, normal: e and n, orthogonal unit vectors, z being
    the direction of P. OutsideValidityError for other values.
    """

    sigma: float
    hard: float
    field: Vector
    tilt: float
    gmr: Gmr
    easy_axis: Vector = (0.0, 0.0, 1.0)
    normal: Vector = (1.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        for name in (item.name for item in fields(self) if item.name != "gmr"):
            if not np.all(np.isfinite(getattr(self, name))):
                raise OutsideValidityError(f"{name} is {getattr(self, name)}; it must be finite")
        for name in ("sigma", "hard"):
            if getattr(self, name) < 0.0:
                raise OutsideValidityError(f"{name} is {getattr(self, name):g}; it must not be negative")
        axes = np.array([self.easy_axis, self.normal])
        if not np.allclose(axes @ axes.T, np.eye(2), rtol=0.0, atol=_UNIT_TOLERANCE):
            raise OutsideValidityError(
                f"easy_axis {self.easy_axis} and normal {self.normal} must be orthogonal unit vectors"
            )

    def __call__(self, theta: Array, phi: Array) -> Array:
        """U(θ, φ), of the shape of θ and φ, rad."""
        m = direction(theta, phi)
        anisotropy = (
            self.sigma * (1.0 - (m @ np.array(self.easy_axis)) ** 2) + self.hard * (m @ np.array(self.normal)) ** 2
        )
        total: Array = anisotropy - 2.0 * self.sigma * (m @ np.array(self.field)) + self.tilt * self.gmr.integral(theta)
        return total


def direction(theta: Array, phi: Array) -> Array:
    """Unit vectors of polar angles (rad), shape (…, 3)."""
    sine = np.sin(theta)
    return np.stack([sine * np.cos(phi), sine * np.sin(phi), np.cos(theta) * np.ones_like(phi)], axis=-1)


def polar_angles(m: Array) -> tuple[Array, Array]:
    """(θ, φ), rad, of vectors of shape (…, 3), exact near the poles."""
    theta: Array = np.arctan2(np.hypot(m[..., 0], m[..., 1]), m[..., 2])
    phi: Array = np.arctan2(m[..., 1], m[..., 0])
    return theta, phi


_MERIDIANS: Final = 128
_STEPS: Final = 512  # along a meridian
# Of integrals along a meridian, on each side: panels of some π/64 hold a well of σ = 300, of width 0.04, to 1e-12.
_PANELS, _POINTS = 32, 8


@final
@dataclass(frozen=True)
class Ridge:
    """The barrier between two wells: the highest point of each half great circle from the easy axis e to −e.

    For an axial potential that is the barrier top, the circle at which physics splits the wells; in general it goes
    through the saddles, where the gradient along the half circle vanishes too, and turns with the device.
    azimuth: of the half circle about e, rad, shape (n,); top: angle to e, rad, shape (n,); heights: U, shape (n,).
    """

    potential: SpherePotential
    azimuth: Array
    top: Array
    heights: Array

    @classmethod
    def of(cls, potential: SpherePotential) -> Ridge:
        """OutsideValidityError where a half circle has no top between its ends: there are no two wells."""
        azimuth = np.linspace(0.0, 2.0 * np.pi, _MERIDIANS, endpoint=False, dtype=np.float64)
        angle: Array = np.linspace(0.0, np.pi, _STEPS + 1, dtype=np.float64)
        U = _along(potential, angle[:, None], azimuth)
        highest = np.argmax(U, axis=0)
        if np.any((highest == 0) | (highest == _STEPS)):
            raise OutsideValidityError(
                "the potential has no barrier between the two ends of its easy axis; two states need one"
            )
        before, at, after = (U[highest + shift, np.arange(_MERIDIANS)] for shift in (-1, 0, 1))
        # The parabola through three points: its top is off by step²·U'''/(6 U''), some 1e-5 rad.
        bend = before - 2.0 * at + after
        offset = np.divide(0.5 * (before - after), bend, out=np.zeros_like(bend), where=bend < 0.0)
        return cls(potential, azimuth, angle[highest] + offset * np.pi / _STEPS, at)

    def leaves_P(self, theta: Array, phi: Array) -> Flags:
        """True on the AP side of the ridge; θ, φ in rad about the polariser."""
        from_easy, around = polar_angles(direction(theta, phi) @ _frame(self.potential.easy_axis).T)
        side: Flags = from_easy > np.interp(around, self.azimuth, self.top, period=2.0 * np.pi)
        return side

    @cached_property
    def log_weights(self) -> tuple[float, float, float]:
        """(ln Z_P, ln Z_AP, ln of both), of the integrals of e^{−U} over each side of the ridge."""
        nodes, weights = np.polynomial.legendre.leggauss(_POINTS)
        offset = (np.arange(_PANELS)[:, None] + 0.5 * (nodes + 1.0)).ravel()[:, None] / _PANELS
        share = np.tile(0.5 * weights, _PANELS)[:, None] / _PANELS
        log_P = self._log_weight(offset, share, 0.0, self.top)
        log_AP = self._log_weight(offset, share, self.top, np.pi)
        return log_P, log_AP, float(np.logaddexp(log_P, log_AP))

    def _log_weight(self, offset: Array, share: Array, start: float | Array, end: float | Array) -> float:
        angle = start + (end - start) * offset
        U = _along(self.potential, angle, self.azimuth)
        area = share * (end - start) * np.sin(angle) * (2.0 * np.pi / self.azimuth.size)
        return float(np.log(np.sum(area * np.exp(U.min() - U))) - U.min())

    @cached_property
    def barriers(self) -> tuple[float, float]:
        """(B_P, B_AP) in k_BT: the lowest saddle above the lowest point of each side, to 1e-5 of a barrier."""
        angle = np.linspace(0.0, np.pi, _STEPS + 1, dtype=np.float64)[:, None]
        U, away = _along(self.potential, angle, self.azimuth), angle > self.top
        saddle = float(self.heights.min())
        return saddle - float(U[~away].min()), saddle - float(U[away].min())


def _along(potential: SpherePotential, angle: Array, azimuth: Array) -> Array:
    """U at angles from the easy axis and azimuths about it (broadcast)."""
    angle, azimuth = np.broadcast_arrays(angle, azimuth)
    return potential(*polar_angles(direction(angle, azimuth) @ _frame(potential.easy_axis)))


def _frame(axis: Vector) -> Array:
    """Three orthogonal unit vectors (rows) of which the third is the axis: the unit vectors of the frame of e."""
    e = np.array(axis)
    helper = np.eye(3)[np.argmin(np.abs(e))]
    first = np.cross(helper, e) / np.linalg.norm(np.cross(helper, e))
    return np.stack([first, np.cross(e, first), e])
