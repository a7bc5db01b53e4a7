"""Points of a profile where the cost has risen by a given amount, along a ray in one or two quantities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, final

import numpy as np
import numpy.typing as npt

from stfit.backends.newton import FLATTEST, Box, Descent, Expansion, descend, finite

Array = npt.NDArray[np.float64]

LOWER: Final = 1e-6  # by which a cost must fall below the best fit's to be a lower minimum
STIFFNESS: Final = 25.0  # K of the penalty, per squared standard error of a quantity
_STEPS: Final = 25
_STRIDE: Final = 0.7  # longest step of a quantity, over the distance of the level
_RISE_TOLERANCE: Final = 1e-7  # of the level
_SLOPE_TOLERANCE: Final = 1e-4  # by standard errors: the rise is then off by half its square


class Profiled(Protocol):
    """Quantities that are followed away from the best fit, while everything else is optimised anew."""

    @property
    def rise(self) -> Expansion:
        """The cost above the best fit's."""

    @property
    def box(self) -> Box:
        """Where coordinates may go."""

    def distances(self, x: Array) -> Sequence[tuple[float, Array, Array]]:
        """Of every quantity from the best fit, in its standard errors, with derivatives."""


@final
@dataclass(frozen=True)
class LevelPoint:
    """Where the profile has risen to the level: x, shape (p,), distances and multipliers of the quantities, (k,).

    is_lower: the cost fell below that of the best fit instead.
    """

    x: Array
    distances: Array
    multipliers: Array
    is_lower: bool = False


@final
@dataclass(frozen=True)
class _Model:
    """The quadratic model at one point: cost, Lagrange function and distances, in steps of the basis.

    Its best fit at distances t·along has ν(t) = S⁻¹ (t along + shift), and costs base + ν S ν/2.
    """

    basis: Array
    slope: Array
    gradients: Array
    inverse: Array
    stiffness: Array  # S⁻¹, shape (k, k)
    shift: Array
    base: float
    tangent: float  # least curvature among the steps that change no quantity

    def reach(self, along: Array, height: float) -> float | None:
        """t at which the model's best fit costs `height`; None where it never does."""
        a = float(along @ self.stiffness @ along)
        b = float(along @ self.stiffness @ self.shift)
        c = float(self.shift @ self.stiffness @ self.shift) + 2.0 * (self.base - height)
        inside = b * b - a * c
        return (-b + float(np.sqrt(inside))) / a if a > 0 and inside >= 0 else None

    def towards(self, point: Array) -> tuple[Array, Array]:
        """The step to the model's best fit at distances `point`, and the multipliers there."""
        multipliers = self.stiffness @ (point + self.shift)
        return self.basis @ (self.inverse @ (self.gradients.T @ multipliers - self.slope)), multipliers


def rise_to(profiled: Profiled, along: Array, level: float, start: Array, multipliers: Array) -> LevelPoint | None:
    """Where the best fit on the ray t·along, shape (k,), costs level/2 more; None where that leads nowhere.

    Newton's method in x, multipliers and t together, the level met by the quadratic model rather than by its tangent
    (Venzon and Moolgavkar 1988): off a narrow, bent valley the tangent points away from the solution. Each step takes
    one expansion.
    """
    box, x, height = profiled.box, start, level / 2.0
    for _ in range(_STEPS):
        cost, slope, curvature = profiled.rise(x)
        found = profiled.distances(x)
        if not (finite(cost, slope, curvature) and all(finite(*entry) for entry in found)):
            return None
        at = np.array([entry[0] for entry in found])
        if cost < -LOWER:
            return LevelPoint(x, at, multipliers, is_lower=True)
        model = _model(box, x, (cost, slope, curvature), found, multipliers)
        if model is None:
            return None
        if _is_there(model, cost - height, level, at, along, multipliers):
            return LevelPoint(x, at, multipliers) if at @ along > 0 and model.tangent > -FLATTEST else None
        t = model.reach(along, height)
        if t is None or not t > 0:  # far off the valley: back into it first
            t = float(at @ along) / float(along @ along)
        step, there = model.towards(t * along)
        farther = float(np.max(np.abs([entry[1] @ step for entry in found]))) / (_STRIDE * max(1.0, np.sqrt(level)))
        share = 1.0 / max(1.0, farther, box.excess(step))
        x = box.advance(x, share * step)
        multipliers = multipliers + share * (there - multipliers)
    return None


def first_reach(profiled: Profiled, along: Array, level: float, start: Array, multipliers: Array) -> float | None:
    """Where along the ray the level lies, from the quadratic model at the start alone; None where there is none."""
    cost, slope, curvature = profiled.rise(start)
    found = profiled.distances(start)
    if not (finite(cost, slope, curvature) and all(finite(*entry) for entry in found)):
        return None
    model = _model(profiled.box, start, (cost, slope, curvature), found, multipliers)
    return None if model is None else model.reach(along, level / 2.0)


def towards(profiled: Profiled, targets: Array, start: Array) -> tuple[Descent, Array, float]:
    """The best fit near distances, shape (k,): the descent, its distances and its rise in cost."""

    def penalised(x: Array) -> tuple[float, Array, Array]:
        value, gradient, hessian = profiled.rise(x)
        for (distance, slope, bend), target in zip(profiled.distances(x), targets, strict=True):
            off = distance - target
            value = value + 0.5 * STIFFNESS * off**2
            gradient = gradient + STIFFNESS * off * slope
            hessian = hessian + STIFFNESS * (np.outer(slope, slope) + off * bend)
        return value, gradient, hessian

    end = descend(penalised, start, profiled.box)
    found = np.array([distance for distance, _, _ in profiled.distances(end.x)])
    return end, found, end.value - 0.5 * STIFFNESS * float(np.sum((found - targets) ** 2))


def _model(
    box: Box,
    x: Array,
    cost: tuple[float, Array, Array],
    found: Sequence[tuple[float, Array, Array]],
    multipliers: Array,
) -> _Model | None:
    value, slope, curvature = cost
    slopes = np.array([entry[1] for entry in found])
    basis = box.moving(box.pushed(x, slope - multipliers @ slopes))
    if basis.shape[1] == 0:
        return None
    bent = curvature - np.tensordot(multipliers, [entry[2] for entry in found], axes=1)
    whitened = basis.T @ bent @ basis
    gradients, inner = slopes @ basis, basis.T @ slope
    inverse = _inverse(whitened)
    compliance = gradients @ inverse @ gradients.T
    if not abs(np.linalg.det(compliance)) > FLATTEST**2:
        return None
    shift = gradients @ inverse @ inner - np.array([entry[0] for entry in found])
    base = value - 0.5 * float(inner @ inverse @ inner)
    tangent = _tangent(whitened, gradients)
    stiffness = np.asarray(np.linalg.inv(compliance), dtype=float)
    return _Model(basis, inner, gradients, inverse, stiffness, shift, base, tangent)


def _inverse(hessian: Array) -> Array:
    """The inverse in the directions that are not flat."""
    curvatures, axes = np.linalg.eigh(hessian)
    usable = np.abs(curvatures) > FLATTEST
    return np.asarray(axes * np.where(usable, 1.0 / np.where(usable, curvatures, 1.0), 0.0) @ axes.T)


def _tangent(hessian: Array, gradients: Array) -> float:
    """The least curvature along steps that change no quantity."""
    _, singular, rotation = np.linalg.svd(gradients, full_matrices=True)
    inside = rotation[np.count_nonzero(singular > 0) :]
    return float(np.linalg.eigvalsh(inside @ hessian @ inside.T)[0]) if inside.shape[0] else np.inf


def _is_there(model: _Model, missing: float, level: float, at: Array, along: Array, multipliers: Array) -> bool:
    off = model.slope - model.gradients.T @ multipliers
    t = float(at @ along) / float(along @ along)
    near = _SLOPE_TOLERANCE * max(1.0, float(np.sqrt(level)))
    return bool(
        abs(missing) < _RISE_TOLERANCE * level and np.linalg.norm(off) < near and np.linalg.norm(at - t * along) < near
    )
