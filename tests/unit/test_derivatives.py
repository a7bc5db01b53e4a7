"""Jets against five-point differences of composed formulas, and the rules they must not break."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stfit.derivatives import Jet, concatenate, elementwise, seed, total, value_of, weighted_sum

Array = npt.NDArray[np.float64]
Formula = Callable[..., Any]

ROWS = np.array([0.3, 0.7, 1.1, 1.6])
POINT = np.array([0.4, 1.3, 0.6])
STEP = 1e-3

FORMULAS: dict[str, Formula] = {
    "exp and log": lambda a, b, c: np.exp(a * ROWS) * np.log(b + ROWS) - np.expm1(c * ROWS) + np.log1p(a * b),
    "roots and powers": lambda a, b, c: np.sqrt(a + ROWS) * b**2.5 + (1.0 - c * ROWS / 3.0) ** 3 - 2.0**c + b**a,
    "quotients": lambda a, b, c: ROWS / (a + b * ROWS) - (a - b) / c + 1.0 / (1.0 + c) + (a / 3.0) / ROWS,
    "trigonometry": lambda a, b, c: np.sin(a * ROWS) * np.cos(b) + np.tan(0.5 * c) * np.arctan(b * ROWS),
    "inverse functions": lambda a, b, c: np.arccos(-a) * b - np.arcsinh(3 * c * ROWS) + np.abs(a - b) + np.square(c),
    "reflected operators": lambda a, b, c: 1.0 - (2.0 * (-a) - ROWS * b) + (ROWS - c) * (3.0 + a),
    "two-argument ufuncs": lambda a, b, c: np.power(b, 2) * np.add(ROWS, a) - np.subtract(ROWS, np.multiply(c, b)),
    "given derivatives": lambda a, b, c: elementwise(a * ROWS + b, np.sinh, np.cosh, np.sinh) * c,
}


def rows(x: Array) -> Array:
    return np.broadcast_to(x, ROWS.shape)


def five_point(function: Callable[[Array], Array]) -> Array:
    """Derivatives of an array-valued function of the coordinates, the coordinate as first axis."""
    slopes = []
    for i in range(POINT.size):
        shift = STEP * np.eye(POINT.size)[i]
        near = function(POINT + shift) - function(POINT - shift)
        far = function(POINT + 2 * shift) - function(POINT - 2 * shift)
        slopes.append((8.0 * near - far) / (12.0 * STEP))
    return np.array(slopes)


# Truncation h⁴|f⁽⁵⁾|/30 = 3e-14 |f⁽⁵⁾|, rounding 1.5 ε|f|/h = 3e-13 |f|: with |f⁽⁵⁾| up to a few thousand, 1e-9.
TOLERANCE = 1e-9


@pytest.mark.parametrize("name", FORMULAS)
def test_gradient_is_the_slope_of_the_values(name: str) -> None:
    formula = FORMULAS[name]
    jet = formula(*seed(POINT, 1))
    numerical = five_point(lambda p: rows(formula(*[p[i : i + 1] for i in range(3)])))
    np.testing.assert_allclose(rows(jet.value), rows(formula(*POINT)), rtol=1e-14)  # a few roundings
    np.testing.assert_allclose(jet.gradient, numerical, rtol=0, atol=TOLERANCE)
    assert jet.hessian is None


@pytest.mark.parametrize("name", FORMULAS)
def test_hessian_is_the_slope_of_the_gradient(name: str) -> None:
    formula = FORMULAS[name]
    jet = formula(*seed(POINT, 2))
    numerical = five_point(lambda p: formula(*seed(p, 1)).gradient)
    np.testing.assert_allclose(jet.hessian, numerical, rtol=0, atol=TOLERANCE)
    np.testing.assert_array_equal(jet.hessian, np.swapaxes(jet.hessian, 0, 1))


def test_constant_columns_broadcast_against_rows() -> None:
    a, b, _ = seed(POINT, 2)
    product = a * (b * ROWS)
    assert product.shape == ROWS.shape
    assert product.gradient.shape == (3, 4)
    assert product.hessian is not None
    assert product.hessian.shape == (3, 3, 4)
    np.testing.assert_array_equal(product.hessian[0, 1], ROWS)  # ∂²(a b x)/∂a∂b


def test_states_select_between_jets() -> None:
    a, b, _ = seed(POINT, 1)
    state = np.array([0, 1, 1], dtype=np.int8)
    chosen = (1 - state) * a + state * b
    np.testing.assert_array_equal(chosen.value, [0.4, 1.3, 1.3])
    np.testing.assert_array_equal(chosen.gradient, [[1, 0, 0], [0, 1, 1], [0, 0, 0]])


def test_sum_rows_and_joining() -> None:
    a, b, _ = seed(POINT, 2)
    square = a**2 * ROWS
    np.testing.assert_allclose(total(square).hessian[0, 0], 2.0 * ROWS.sum(), rtol=1e-15)  # one rounding a term
    np.testing.assert_array_equal(square[ROWS > 1.0].value, square.value[2:])
    np.testing.assert_array_equal(b[np.array([True, False, True])].value, [1.3, 1.3])
    joined = concatenate([square, b * ROWS])
    assert joined.shape == (8,)
    assert joined.hessian.shape == (3, 3, 8)
    np.testing.assert_array_equal(value_of(joined)[:4], square.value)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_whole_powers_are_smooth_at_zero(exponent: float) -> None:
    power = seed(np.zeros(1), 2)[0] ** exponent
    assert power.gradient[0, 0] == (1.0 if exponent == 1.0 else 0.0)
    assert power.hessian is not None
    assert power.hessian[0, 0, 0] == (2.0 if exponent == 2.0 else 0.0)


def test_comparisons_look_at_values() -> None:
    jets: list[Any] = [*seed(POINT, 1)]
    assert np.less(jets[0], jets[1]).all()
    assert np.isfinite(jets[0]).all()


def test_a_ufunc_without_a_rule_is_refused() -> None:
    jet: Any = seed(POINT, 1)[0]
    with pytest.raises(TypeError, match="floor"):
        np.floor(jet)


def test_second_order_needs_the_second_derivative() -> None:
    with pytest.raises(ValueError, match="needs the second derivative"):
        elementwise(seed(POINT, 2)[0], np.sin, np.cos)


def test_elementwise_of_an_array_is_the_function() -> None:
    np.testing.assert_array_equal(elementwise(ROWS, np.sin, np.cos), np.sin(ROWS))
    assert isinstance(elementwise(seed(POINT, 1)[0], np.sin, np.cos), Jet)


def test_a_sum_needs_no_hessian_of_the_rows() -> None:
    x = np.linspace(0.5, 2.0, 7)
    a, b = seed(np.array([0.3, 0.7]), 2)
    summed, by_row = (np.exp(a * x + b * a * x**2) for _ in range(2))
    assert by_row.hessian is not None
    np.testing.assert_allclose(summed.sum().hessian, by_row.hessian.sum(axis=-1), rtol=1e-13)  # 7 terms, some rounding


def test_a_weighted_sum_is_the_sum_of_products() -> None:
    x = np.linspace(0.5, 2.0, 7)
    a, b = seed(np.array([0.3, 0.7]), 2)
    together, apart = weighted_sum((a * b, x), (np.exp(b), x**2)), a * b * x + np.exp(b) * x**2
    np.testing.assert_array_equal(together.value, apart.value)
    np.testing.assert_allclose(together.gradient, apart.gradient, rtol=1e-15)
    np.testing.assert_allclose(together.hessian, apart.hessian, rtol=1e-15)
    np.testing.assert_array_equal(weighted_sum((0.3, x), (0.7, x**2)), 0.3 * x + 0.7 * x**2)


def test_coordinates_that_a_value_does_not_take_have_no_derivative() -> None:
    a, b = seed(np.array([0.3, 0.7]), 2)
    wide = (a * b).among((0, 2), 3)
    np.testing.assert_array_equal(wide.gradient[:, 0], [0.7, 0.0, 0.3])
    np.testing.assert_array_equal(np.asarray(wide.hessian)[:, :, 0], [[0, 0, 1], [0, 0, 0], [1, 0, 0]])
