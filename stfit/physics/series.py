"""Functions of three coordinates as series of Chebyshev polynomials, with first and second derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any, Final, Self, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import Expansion, elementwise, of_expansion, value_of

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]

_chebyshev = np.polynomial.chebyshev
_MANY: Final = 400  # points, from which a recurrence over the degree is faster than cosines
_PARTIALS: Final = (
    ((0, 0, 0),),
    ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    ((2, 0, 0), (0, 2, 0), (0, 0, 2), (1, 1, 0), (1, 0, 1), (0, 1, 1)),
)


def nodes(count: int) -> Array:
    """The zeros of T_count, at which values give a series of `count` terms; shape (count,), in (−1, 1)."""
    return np.cos(np.pi * (np.arange(count) + 0.5) / count)


def transformed(values: Array, axes: tuple[int, ...]) -> Array:
    """The coefficients of series along axes, from values at their `nodes`."""
    for axis in axes:
        matrix = np.linalg.inv(_chebyshev.chebvander(nodes(values.shape[axis]), values.shape[axis] - 1))
        values = np.moveaxis(np.tensordot(matrix, values, axes=(1, axis)), 0, axis)
    return np.ascontiguousarray(values)


@final
@dataclass(frozen=True, eq=False)
class ChebyshevSeries:
    """Σ c_ijk T_i(x) T_j(y) T_k(z) of several functions at once; x, y, z from −1 to 1, beyond it goes on as a plane.

    coefficients: shape (functions, i, j, k). Cheap where few pairs (x, y) are different.
    """

    coefficients: Array

    def derivative(self) -> Self:
        """∂/∂z."""
        return type(self)(np.ascontiguousarray(_chebyshev.chebder(self.coefficients, axis=3)))

    def __call__(self, which: Any, *point: Any) -> Any:
        """The function `which` (codes) at arrays or Jets x, y, z that broadcast."""
        return of_expansion(partial(self.expanded, which), *point)

    def expanded(self, which: Any, order: int, *point: Array) -> Expansion:
        """Values, gradient (3, ...) and Hessian (3, 3, ...), the last two where the order asks for them."""
        point = np.broadcast_arrays(*point)
        inside = [np.clip(x, -1.0, 1.0) for x in point]
        beyond = np.array([x - nearest for x, nearest in zip(point, inside, strict=True)])
        outside = bool(np.any(beyond))
        partials = self._partials(np.asarray(which, dtype=np.intp), inside, min(order + outside, 2))
        value = partials[0, 0, 0]
        gradient = np.array([partials[p] for p in _PARTIALS[1]]) if order or outside else None
        hessian = _symmetric(partials) if order + outside > 1 else None
        if outside and gradient is not None:
            value = value + (gradient * beyond).sum(axis=0)
            if hessian is not None:
                along = beyond != 0.0
                gradient = gradient + np.where(along, 0.0, np.einsum("ij...,j...->i...", hessian, beyond))
                hessian = np.where(along[:, None] & along[None, :], 0.0, hessian)
        return value, gradient if order else None, hessian if order == 2 else None

    def _partials(self, which: Index, point: list[Array], order: int) -> dict[tuple[int, int, int], Array]:
        shape = np.broadcast_shapes(which.shape, *(x.shape for x in point))
        x, y, z = (np.broadcast_to(part, shape).ravel() for part in point)
        pairs, of = np.unique(x + 1j * y, return_inverse=True)
        count, size_x, size_y, size_z = self.coefficients.shape
        series = of * count + np.broadcast_to(which, shape).ravel()
        in_x, in_y, in_z = (
            _basis(pairs.real, size_x, order),
            _basis(pairs.imag, size_y, order),
            _basis(z, size_z, order),
        )
        flat = np.moveaxis(self.coefficients, 1, 0).reshape(size_x, -1)
        along_z: dict[tuple[int, int], Array] = {}
        for i in range(order + 1):
            in_yz = (in_x[i].T @ flat).reshape(pairs.size, count, size_y, size_z)
            for j in range(order + 1 - i):
                found = (in_y[j].T[:, None, None, :] @ in_yz).reshape(-1, size_z)
                along_z[i, j] = np.take(found.T, series, axis=1)
        every = [partial for level in _PARTIALS[: order + 1] for partial in level]
        return {(i, j, k): np.einsum("kr,kr->r", along_z[i, j], in_z[k]).reshape(shape) for i, j, k in every}


@final
@dataclass(frozen=True, eq=False)
class CurveSeries:
    """Σ c_i T_i(x/scale), x an array or a Jet; held at the ends, |x| = scale, beyond them."""

    coefficients: Array
    scale: float

    def __call__(self, x: Any) -> Any:
        """The sum."""
        at = value_of(x)
        values = self.derivatives(at)
        return elementwise(x, lambda _: values[0], lambda _: values[1], lambda _: values[2])

    def derivatives(self, at: Array) -> list[Array]:
        """The sum, its first and its second derivative."""
        points, of = (at.ravel()[:1], np.s_[0]) if at.size and np.ptp(at) == 0.0 else (at.ravel(), np.s_[:])
        polynomials = _polynomials(np.clip(points / self.scale, -1.0, 1.0), self.coefficients.size)
        held = np.abs(at) > self.scale
        found = [np.broadcast_to((part @ polynomials)[of], at.size).reshape(at.shape) for part in self._differentiated]
        return [found[0], *(np.where(held, 0.0, part) for part in found[1:])]

    @cached_property
    def _differentiated(self) -> list[Array]:
        """The coefficients of the series and of its derivatives."""
        size = self.coefficients.size
        return [_differentiation(size, order) @ self.coefficients / self.scale**order for order in range(3)]


def _basis(x: Array, size: int, order: int) -> list[Array]:
    """The polynomials and their derivatives up to an order, shape (size, points) each."""
    values = _polynomials(x, size)
    return [values, *(_differentiation(size, n).T @ values for n in range(1, order + 1))]


def _polynomials(x: Array, size: int) -> Array:
    """T_k(x), shape (size, points); x from −1 to 1. By cosines where points are few, else by recurrence."""
    if x.size < _MANY:
        cosines: Array = np.cos(np.multiply.outer(np.arange(size), np.arccos(x)))
        return cosines
    polynomials = np.empty((size, x.size))
    polynomials[0], polynomials[1] = 1.0, x
    for k in range(2, size):  # over the degree
        np.subtract(2.0 * x * polynomials[k - 1], polynomials[k - 2], out=polynomials[k])
    return polynomials


@cache
def _differentiation(size: int, order: int) -> Array:
    """The matrix that turns the coefficients of a series into those of its derivative, shape (size, size)."""
    return np.vstack([_chebyshev.chebder(np.eye(size), order), np.zeros((order, size))])


def _symmetric(partials: dict[tuple[int, int, int], Array]) -> Array:
    xx, yy, zz, xy, xz, yz = (partials[p] for p in _PARTIALS[2])
    return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])


def composed(outer: Expansion, inner: Sequence[Expansion]) -> Expansion:
    """f(c_1, …, c_m) by the chain rule: outer is f by the m coordinates, inner each coordinate by the variables."""
    value, gradient, hessian = outer
    if gradient is None:
        return value, None, None
    rows = np.array([part[1] for part in inner])
    first = np.einsum("i...,ik...->k...", gradient, rows)
    if hessian is None:
        return value, first, None
    second = np.einsum("ij...,ik...,jl...->kl...", hessian, rows, rows)
    second += np.einsum("i...,ikl...->kl...", gradient, np.array([part[2] for part in inner]))
    return value, first, second
