"""The shape of the largest weights: of laws whose shape is known, and as the reference implementation has it."""

import warnings

import numpy as np
import pytest

from stfit.diagnostics.pareto import RELIABLE_SHAPE, pareto_shape

SIZE = 40_000


@pytest.mark.parametrize("shape", [0.3, 0.9])
def test_the_shape_of_a_pareto_law(shape: float) -> None:
    log_weights = shape * np.random.default_rng(2).standard_exponential(SIZE)  # w = u^(−k)
    # (1 + k)/√m of the largest m = 3√n = 600 weights: 0.08; three of them
    assert pareto_shape(log_weights) == pytest.approx(shape, abs=0.24)


def test_weights_that_hardly_differ_are_trusted_and_a_few_that_hold_all_are_not() -> None:
    normal = np.random.default_rng(3).standard_normal(SIZE)
    assert pareto_shape(0.01 * normal) < 0.5
    assert pareto_shape(6.0 * normal) > RELIABLE_SHAPE


def test_too_few_draws_and_equal_weights_have_no_shape() -> None:
    assert np.isinf(pareto_shape(np.arange(4.0)))
    assert np.isinf(pareto_shape(np.zeros(1000)))


def test_as_the_reference_implementation_has_it() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        arviz = pytest.importorskip("arviz")
    log_weights = 1.5 * np.random.default_rng(4).standard_normal(4000)
    _, reference = arviz.psislw(log_weights.copy())
    # it takes the same tail to one weight in 190, which moves the shape by less than its error/190
    assert pareto_shape(log_weights) == pytest.approx(float(reference), abs=0.01)
