"""The Onsager matrix: its elements, its bounds, its refusals."""

import numpy as np
import pytest

from stfit.errors import OutsideValidityError
from stfit.physics.onsager import (
    check_second_law,
    entropy_production,
    fluxes,
    largest_cross_coefficient,
    largest_ratio,
    onsager_matrix,
)


def matrix(cross: float = 1.0, beta: float = 0.5, L_theta: float = 2.0, conductivity: float = 4.0) -> np.ndarray:
    return onsager_matrix(*(np.array(x) for x in (L_theta, 0.1, cross, conductivity, beta)))


def test_elements_of_equation_2() -> None:
    expected = [[2.0, 20.0, 0.0, 0.0], [-20.0, 2.0, 1.0, 0.0], [0.0, 1.0, 4.0, 2.0], [0.0, 0.0, 2.0, 4.0]]
    assert matrix().tolist() == expected


def test_equation_3_joins_damping_and_precession() -> None:
    # L_θθ = −α L_θφ, whose row is θ: j^θ = −(L_θφ X_φ + …)
    assert matrix()[1, 1] == -0.1 * matrix()[1, 0]


def test_spin_injection_drives_the_magnetisation_and_back() -> None:
    assert fluxes(matrix(), np.array([0.0, 0.0, 3.0, 0.0])).tolist() == [0.0, -3.0, -12.0, -6.0]
    assert fluxes(matrix(), np.array([0.0, 3.0, 0.0, 0.0])).tolist() == [-60.0, -6.0, -3.0, 0.0]


def test_entropy_by_hand() -> None:
    # forces (1, 1, 1, −1): 2 + 2 + 2·1 + 4 + 4 − 2·2 = 10, over T = 5
    assert entropy_production(matrix(), np.array([1.0, 1.0, 1.0, -1.0]), np.array(5.0)) == pytest.approx(2.0)


def test_bound_on_the_cross_coefficient() -> None:
    largest = float(largest_cross_coefficient(np.array(2.0), np.array(4.0), np.array(0.5)))
    assert largest == pytest.approx(np.sqrt(6.0), rel=1e-15)
    assert largest_ratio(np.array(2.0), np.array(4.0), np.array(0.5)) == pytest.approx(largest / 2.0, rel=1e-15)
    for sign in (1, -1):
        matrix(cross=sign * largest * (1 - 1e-12))
        with pytest.raises(OutsideValidityError, match=r"second law needs .* l² < L_θθ σ0 \(1−β²\); the lowest"):
            matrix(cross=sign * largest * (1 + 1e-12))


def test_arrays_of_matrices() -> None:
    many = onsager_matrix(np.ones((3, 1)), np.array(0.1), np.zeros(2), np.ones(2), np.array([0.1, -0.2]))
    assert many.shape == (3, 2, 4, 4)
    assert entropy_production(many, np.ones(4), np.array(300.0)).shape == (3, 2)


@pytest.mark.parametrize("changes", [{"beta": 1.0}, {"beta": -1.5}, {"L_theta": -1.0}, {"conductivity": -1.0}])
def test_the_second_law_refuses(changes: dict[str, float]) -> None:
    with pytest.raises(OutsideValidityError, match="second law needs"):
        matrix(**changes)


def test_zero_dissipation_is_refused() -> None:
    with pytest.raises(OutsideValidityError, match="a diagonal element is zero"):
        matrix(L_theta=0.0, cross=0.0)


@pytest.mark.parametrize(("row", "column", "value"), [(1, 2, 0.5), (3, 2, 1.0), (0, 0, np.nan)])
def test_onsagers_relations_refuse(row: int, column: int, value: float) -> None:
    wrong = matrix()
    wrong[row, column] = value
    with pytest.raises(OutsideValidityError, match="symmetric but for L_θφ = −L_φθ"):
        check_second_law(wrong)
