"""Exact first and second derivatives of any formula written with NumPy's elementwise functions.

A `Jet` is an array that carries, beside its values, their gradient and (at order 2) their Hessian with respect to p
coordinates. NumPy's ufuncs act on it by the chain rule (forward-mode differentiation, second order in one sweep), so
that Eq. 27 is written once, as a formula of arrays, and gives values, Jacobian and analytic Hessian.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Expansion = tuple[Array, Array | None, Array | None]  # values, gradient, Hessian


@final
class Jet:
    """Values with derivatives.

    value: shape (...); gradient: shape (p, ...); hessian: shape (p, p, ...), or None at order 1. The Hessian of a
    composed function is computed when it is asked for: a sum of likelihoods does not need that of every row.
    """

    __slots__ = ("_hessian", "gradient", "value")

    def __init__(self, value: Array, gradient: Array, hessian: Array | _Composed | None) -> None:
        self.value = value
        self.gradient = gradient
        self._hessian = hessian

    @property
    def hessian(self) -> Array | None:
        """Second derivatives, shape (p, p, ...); None at order 1."""
        if isinstance(self._hessian, _Composed):
            self._hessian = self._hessian.of_rows()
        return self._hessian

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the values."""
        return self.value.shape

    def compose(self, value: Array, first: Array, second: Array | None) -> Jet:
        """f(self) from f, f' and f'' at self.value (second may be None at order 1)."""
        composed = None
        if self._hessian is not None:
            if second is None:
                raise ValueError("a second-order Jet needs the second derivative")
            composed = _Composed(self, first, second)
        return Jet(value, first * self.gradient, composed)

    def sum(self) -> Jet:
        """Sum over the last axis of the values."""
        value, gradient = np.asarray(self.value.sum(axis=-1)), self.gradient.sum(axis=-1)
        if isinstance(self._hessian, _Composed):
            return Jet(value, gradient, self._hessian.total())
        return Jet(value, gradient, None if self._hessian is None else self._hessian.sum(axis=-1))

    def among(self, coordinates: Sequence[int], size: int) -> Jet:
        """The same values as functions of `size` coordinates, of which its own are these."""
        gradient = np.zeros((size, *self.gradient.shape[1:]))
        gradient[list(coordinates)] = self.gradient
        hessian = None
        if self.hessian is not None:
            hessian = np.zeros((size, size, *self.hessian.shape[2:]))
            hessian[np.ix_(coordinates, coordinates)] = self.hessian
        return Jet(self.value, gradient, hessian)

    def __getitem__(self, rows: Any) -> Jet:
        """Rows of a one-dimensional Jet, by index array, mask or slice."""
        value = self.value
        if value.shape[-1] == 1 and isinstance(rows, np.ndarray):  # a constant column stands for every row
            rows = np.zeros(int(rows.sum()) if rows.dtype == bool else rows.size, dtype=np.intp)
        hessian = None if self.hessian is None else self.hessian[:, :, rows]
        return Jet(value[rows], self.gradient[:, rows], hessian)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs:
            return NotImplemented
        if ufunc in _COMPARISONS:
            return ufunc(*[x.value if isinstance(x, Jet) else x for x in inputs])
        if len(inputs) == 1 and ufunc in _UNARY:
            return self.compose(*_UNARY[ufunc](self.value))
        if len(inputs) == 2 and ufunc in _BINARY:
            return _BINARY[ufunc](*inputs)
        return NotImplemented

    def __add__(self, other: Any) -> Jet:
        return _add(self, other)

    def __sub__(self, other: Any) -> Jet:
        return _add(self, -other)

    def __rsub__(self, other: Any) -> Jet:
        return _add(-self, other)

    def __mul__(self, other: Any) -> Jet:
        return _multiply(self, other)

    def __truediv__(self, other: Any) -> Jet:
        return _divide(self, other)

    def __rtruediv__(self, other: Any) -> Jet:
        return _divide(other, self)

    def __pow__(self, exponent: Any) -> Jet:
        return _power(self, exponent)

    def __rpow__(self, base: Any) -> Jet:
        return _power(base, self)

    def __neg__(self) -> Jet:
        return Jet(-self.value, -self.gradient, None if self.hessian is None else -self.hessian)

    def __abs__(self) -> Jet:
        return self.compose(*_absolute(self.value))

    __radd__ = __add__
    __rmul__ = __mul__


@final
@dataclass(frozen=True, slots=True)
class _Composed:
    """Second derivatives of f(inner), from f' and f'' at inner.value, not yet computed."""

    inner: Jet
    first: Array
    second: Array

    def of_rows(self) -> Array:
        """The Hessian of every value, shape (p, p, ...)."""
        slopes = self.inner.gradient
        bends = (self.second * slopes)[:, None] * slopes[None, :]
        bends += self.first * np.asarray(self.inner.hessian)
        return np.asarray(bends)

    def total(self) -> Array:
        """Its sum over the last axis, shape (p, p, ...)."""
        slopes, bends = self.inner.gradient, np.asarray(self.inner.hessian)
        shapes = {np.shape(self.first), np.shape(self.second), slopes.shape[1:], bends.shape[2:]}
        if len(shapes) > 1 or slopes.ndim != 2:  # parts that broadcast, or axes beside that of the rows
            return np.asarray(self.of_rows().sum(axis=-1))
        return np.asarray(bends @ self.first + (self.second * slopes) @ slopes.T)


def seed(values: Array, order: int) -> list[Jet]:
    """One Jet of shape (1,) for each coordinate in `values` (shape (p,)), to be put into a formula over rows.

    order: 1 for the gradient, 2 for gradient and Hessian.
    """
    size = values.size
    unit = np.eye(size)
    hessian = np.zeros((size, size, 1)) if order == 2 else None
    return [Jet(values[i : i + 1], unit[:, i : i + 1], hessian) for i in range(size)]


def elementwise(
    x: Any,
    function: Callable[[Array], Array],
    first: Callable[[Array], Array],
    second: Callable[[Array], Array] | None = None,
) -> Any:
    """function(x), for an array or a Jet, with its derivatives given: for what is not a formula of ufuncs."""
    if not isinstance(x, Jet):
        return function(np.asarray(x, dtype=float))
    value = x.value
    curvature = second(value) if second is not None and x.hessian is not None else None
    return x.compose(function(value), first(value), curvature)


def of_several(function: Callable[..., Any], *inputs: Any) -> Any:
    """function(*inputs) with one value a row, for arrays or Jets that broadcast, at a cost that no coordinates raise.

    function: a formula of ufuncs, called with shapes (..., rows). Coordinates of its own, one an input, carry its
    derivatives.
    """
    like = next((x for x in inputs if isinstance(x, Jet)), None)
    if like is None:
        return function(*inputs)

    def expanded(order: int, *values: Array) -> Expansion:
        shape, count = values[0].shape, len(values)
        flat = np.zeros((count, count, *shape)) if order == 2 else None
        unit = np.eye(count)[..., None] * np.ones(shape)
        inner = function(*(Jet(value, unit[:, i], flat) for i, value in enumerate(values)))
        return inner.value, inner.gradient, inner.hessian

    return of_expansion(expanded, *inputs)


def of_expansion(expanded: Callable[..., Expansion], *inputs: Any) -> Any:
    """A function of k arrays or Jets that broadcast, given by its values and its derivatives by the inputs.

    expanded(order, *arrays): values, from order 1 with gradient (k, ...), from order 2 with Hessian (k, k, ...); arrays
    of one shape, but at order 0 as they are.
    """
    like = next((x for x in inputs if isinstance(x, Jet)), None)
    if like is None:
        return expanded(0, *(value_of(x) for x in inputs))[0]
    shape = np.broadcast_shapes(*(np.shape(x) for x in inputs))
    values = [np.broadcast_to(value_of(x), shape) for x in inputs]
    value, gradient, hessian = expanded(1 if like.hessian is None else 2, *values)
    if gradient is None:
        raise TypeError("a function of Jets without its gradient")
    outer = [_spread(x, shape, like) for x in inputs]
    slopes = np.array([x.gradient for x in outer])  # (k, p, rows)
    first = np.einsum("ir,ipr->pr", gradient, slopes)
    if hessian is None:
        return Jet(value, first, None)
    second = np.einsum("ijr,ipr,jqr->pqr", hessian, slopes, slopes)
    second += np.einsum("ir,ipqr->pqr", gradient, np.array([x.hessian for x in outer]))
    return Jet(value, first, second)


def _spread(x: Any, shape: tuple[int, ...], like: Jet) -> Jet:
    """x as a Jet of a shape; constant where it is none."""
    size = like.gradient.shape[0]
    if not isinstance(x, Jet):
        none = np.zeros((size, *shape))
        return Jet(np.broadcast_to(x, shape), none, None if like.hessian is None else np.zeros((size, size, *shape)))
    hessian = None if x.hessian is None else np.broadcast_to(x.hessian, (size, size, *shape))
    return Jet(np.broadcast_to(x.value, shape), np.broadcast_to(x.gradient, (size, *shape)), hessian)


def value_of(x: Any) -> Array:
    """The values of an array or a Jet."""
    return np.asarray(x.value if isinstance(x, Jet) else x, dtype=float)


def weighted_sum(*parts: tuple[Any, Any]) -> Any:
    """Σ coefficient·weight over pairs of a coefficient (array or Jet) and a weight (number or array, of every row).

    Coefficients that are the same in every row (Jets of shape (1,)) take their derivatives along in one matrix product.
    """
    coefficients = [coefficient for coefficient, _ in parts]
    same = [c for c in coefficients if isinstance(c, Jet) and c.shape == (1,)]
    if len(same) < len(parts) or any(np.ndim(weight) != 1 for _, weight in parts):
        return reduce(add, (coefficient * weight for coefficient, weight in parts))
    weights = np.array([weight for _, weight in parts])
    value = reduce(add, (c.value * weight for c, (_, weight) in zip(same, parts, strict=True)))
    gradient = np.concatenate([c.gradient for c in same], axis=-1) @ weights
    bends = [c.hessian for c in same if c.hessian is not None]
    if len(bends) < len(same):
        return Jet(value, gradient, None)
    return Jet(value, gradient, np.concatenate(bends, axis=-1) @ weights)


def total(x: Any) -> Any:
    """Sum over the last axis, for an array or a Jet."""
    return x.sum() if isinstance(x, Jet) else np.sum(x, axis=-1)


def concatenate(parts: Sequence[Any]) -> Any:
    """Parts joined along their last axis; all arrays or all Jets of one order."""
    if not isinstance(parts[0], Jet):
        return np.concatenate(parts, axis=-1)
    hessian = None
    if parts[0].hessian is not None:
        hessian = np.concatenate([part.hessian for part in parts], axis=-1)
    return Jet(
        np.concatenate([part.value for part in parts]),
        np.concatenate([part.gradient for part in parts], axis=-1),
        hessian,
    )


def _add(a: Any, b: Any) -> Jet:
    if not isinstance(a, Jet):
        a, b = b, a
    if not isinstance(b, Jet):
        value = a.value + b
        if value.shape == a.value.shape:
            return Jet(value, a.gradient, a.hessian)
        spread = np.zeros_like(value)  # the derivatives take the shape of the sum
        return Jet(value, a.gradient + spread, None if a.hessian is None else a.hessian + spread)
    hessian = None if a.hessian is None or b.hessian is None else a.hessian + b.hessian
    return Jet(a.value + b.value, a.gradient + b.gradient, hessian)


def _multiply(a: Any, b: Any) -> Jet:
    if not isinstance(a, Jet):
        a, b = b, a
    if not isinstance(b, Jet):
        return Jet(a.value * b, a.gradient * b, None if a.hessian is None else a.hessian * b)
    hessian = None
    if a.hessian is not None and b.hessian is not None:
        cross = a.gradient[:, None] * b.gradient[None, :]
        hessian = cross + np.swapaxes(cross, 0, 1)  # in the shape of the product, so that the rest is added in place
        hessian += a.value * b.hessian
        hessian += b.value * a.hessian
    return Jet(a.value * b.value, a.value * b.gradient + b.value * a.gradient, hessian)


def _divide(a: Any, b: Any) -> Jet:
    inverse = 1.0 / value_of(b)
    value = value_of(a) / value_of(b)  # to the last digit as arrays have it
    if not isinstance(b, Jet):
        return Jet(value, a.gradient * inverse, None if a.hessian is None else a.hessian * inverse)
    if not isinstance(a, Jet):
        return b.compose(value, -value * inverse, 2.0 * value * inverse**2)
    gradient = (a.gradient - value * b.gradient) * inverse
    hessian = None
    if a.hessian is not None and b.hessian is not None:
        cross = gradient[:, None] * b.gradient[None, :]
        hessian = cross + np.swapaxes(cross, 0, 1)
        hessian += value * b.hessian
        np.subtract(a.hessian, hessian, out=hessian)
        hessian *= inverse
    return Jet(value, gradient, hessian)


def _power(a: Any, b: Any) -> Jet:
    if not isinstance(b, Jet):
        x, n = a.value, np.asarray(b, dtype=float)
        power: Jet = a.compose(x**n, _monomial(n, x, n - 1.0), _monomial(n * (n - 1.0), x, n - 2.0))
        return power
    result: Jet = np.exp(_multiply(np.log(a), b))
    return result


def _monomial(coefficient: Array, x: Array, exponent: Array) -> Array:
    """coefficient · x^exponent, 0 where the coefficient is (at x = 0 a negative exponent would make it 0·∞)."""
    return coefficient * x ** np.where(coefficient == 0.0, 0.0, exponent)


def _absolute(x: Array) -> tuple[Array, Array, Array]:
    return np.abs(x), np.sign(x), np.zeros_like(x)


def _exp(x: Array) -> tuple[Array, Array, Array]:
    y = np.exp(x)
    return y, y, y


def _expm1(x: Array) -> tuple[Array, Array, Array]:
    y = np.exp(x)
    return np.expm1(x), y, y


def _log(x: Array) -> tuple[Array, Array, Array]:
    return np.log(x), 1.0 / x, -1.0 / x**2


def _log1p(x: Array) -> tuple[Array, Array, Array]:
    return np.log1p(x), 1.0 / (1.0 + x), -1.0 / (1.0 + x) ** 2


def _sqrt(x: Array) -> tuple[Array, Array, Array]:
    y = np.sqrt(x)
    return y, 0.5 / y, -0.25 / (x * y)


def _sin(x: Array) -> tuple[Array, Array, Array]:
    y = np.sin(x)
    return y, np.cos(x), -y


def _cos(x: Array) -> tuple[Array, Array, Array]:
    y = np.cos(x)
    return y, -np.sin(x), -y


def _arccos(x: Array) -> tuple[Array, Array, Array]:
    root = np.sqrt(1.0 - x**2)
    return np.arccos(x), -1.0 / root, -x / root**3


def _arcsinh(x: Array) -> tuple[Array, Array, Array]:
    root = np.sqrt(1.0 + x**2)
    return np.arcsinh(x), 1.0 / root, -x / root**3


def _arctan(x: Array) -> tuple[Array, Array, Array]:
    slope = 1.0 / (1.0 + x**2)
    return np.arctan(x), slope, -2.0 * x * slope**2


def _tan(x: Array) -> tuple[Array, Array, Array]:
    y = np.tan(x)
    slope = 1.0 + y**2
    return y, slope, 2.0 * y * slope


def _square(x: Array) -> tuple[Array, Array, Array]:
    return x**2, 2.0 * x, np.full_like(x, 2.0)


_UNARY: dict[np.ufunc, Callable[[Array], tuple[Array, Array, Array]]] = {
    np.absolute: _absolute,
    np.arccos: _arccos,
    np.arcsinh: _arcsinh,
    np.arctan: _arctan,
    np.cos: _cos,
    np.exp: _exp,
    np.expm1: _expm1,
    np.log: _log,
    np.log1p: _log1p,
    np.negative: lambda x: (-x, np.full_like(x, -1.0), np.zeros_like(x)),
    np.sin: _sin,
    np.sqrt: _sqrt,
    np.square: _square,
    np.tan: _tan,
}
_BINARY: dict[np.ufunc, Callable[[Any, Any], Jet]] = {
    np.add: _add,
    np.subtract: lambda a, b: _add(a, -b),
    np.multiply: _multiply,
    np.true_divide: _divide,
    np.power: _power,
}
_COMPARISONS = {np.greater, np.greater_equal, np.less, np.less_equal, np.isfinite, np.sign}
