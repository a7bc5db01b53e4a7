"""Rank, null directions, gauge and covariance of problems whose answers are known."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest

from stfit.objective.information import Directions, covariance, directions, gauge

Array = npt.NDArray[np.float64]
FREE = np.zeros(3, dtype=bool)


@dataclass(frozen=True)
class Linear:
    """Residuals A x − b: the information is AᵀA everywhere."""

    matrix: Array
    names: tuple[str, ...] = ("l_over_L", "tau_0", "E_P")
    unit: tuple[float, ...] = (1.0, 1.0, 1.0)
    curvature: float = 1.0

    @property
    def start(self) -> Array:
        return np.zeros(len(self.names))

    @property
    def bounds(self) -> tuple[Array, Array]:
        return np.full(len(self.names), -10.0), np.full(len(self.names), 10.0)

    def scales(self, x: Array, sensitivity: Array) -> Array:
        return np.array(self.unit)

    def residuals(self, x: Array) -> Array:
        return self.matrix @ x

    def jacobian(self, x: Array) -> Array:
        return self.matrix

    @property
    def has_residuals(self) -> bool:
        return True

    def cost(self, x: Array) -> float:
        return 0.5 * float(self.residuals(x) @ self.residuals(x))

    def gradient(self, x: Array) -> Array:
        return np.asarray(self.matrix.T @ self.residuals(x))

    def softened(self) -> None:
        return None

    def sensitivity(self, x: Array) -> Array:
        return self.matrix

    def information(self, x: Array) -> Array:
        return np.asarray(self.curvature * self.matrix.T @ self.matrix)


FULL = Linear(np.array([[2.0, 0.0, 0.0], [0.0, 3.0, 1.0], [0.0, 0.0, 4.0], [1.0, 1.0, 1.0]]))
SUM = Linear(np.array([[2.0, 0.0, 0.0], [0.0, 3.0, 3.0], [1.0, 1.0, 1.0]]))  # only x1 + x2 is seen
X = np.zeros(3)


def test_full_rank_has_no_null_direction_and_the_inverse_for_covariance() -> None:
    found = directions(FULL, X)
    assert found.rank == 3
    assert found.null.shape == (3, 0)
    assert found.not_identified == frozenset()
    assert gauge(found) == ()
    matrix = covariance(FULL, X, found, FREE)
    assert matrix is not None
    assert matrix == pytest.approx(np.linalg.inv(FULL.information(X)), rel=1e-12, abs=1e-14)


def test_a_null_direction_names_who_takes_part() -> None:
    found = directions(SUM, X)
    assert found.rank == 2
    assert np.abs(found.null[:, 0]) == pytest.approx([0.0, np.sqrt(0.5), np.sqrt(0.5)], abs=1e-14)
    assert found.not_identified == {"tau_0", "E_P"}
    assert found.touches_null(np.array([0.0, 1.0, 0.0]))
    assert not found.touches_null(np.array([5.0, 1.0, 1.0]))  # the sum is seen
    assert not found.touches_null(np.zeros(3))


def test_covariance_lives_in_what_is_seen() -> None:
    matrix = covariance(SUM, X, directions(SUM, X), FREE)
    assert matrix is not None
    seen = np.array([0.0, 1.0, 1.0])
    # with E_P held, which changes no prediction, the variance of tau_0 is that of the sum
    held = np.linalg.inv(SUM.information(X)[:2, :2])
    assert seen @ matrix @ seen == pytest.approx(held[1, 1], rel=1e-12)
    assert matrix[0, 0] == pytest.approx(held[0, 0], rel=1e-12)


def test_scales_decide_what_is_small() -> None:
    # in the scaled columns the ratio of singular values is 1e-8 (null) or 1 (seen)
    matrix = np.diag([1.0, 1e-8, 1.0])
    assert directions(Linear(matrix), X).not_identified == {"tau_0"}
    assert directions(Linear(matrix, unit=(1.0, 1e8, 1.0)), X).rank == 3


@pytest.mark.parametrize(("smallest", "rank"), [(1.1e-7, 3), (0.9e-7, 2)])
def test_the_documented_limit_of_rank(smallest: float, rank: int) -> None:
    assert directions(Linear(np.diag([1.0, smallest, 1.0])), X).rank == rank


@pytest.mark.parametrize(("component", "named"), [(1.1e-3, True), (0.9e-3, False)])
def test_the_documented_limit_of_taking_part(component: float, named: bool) -> None:
    null = np.array([component, np.sqrt(1 - component**2), 0.0])
    rows = np.linalg.svd(null[None, :])[2][1:]  # an orthonormal basis of what is seen
    assert ("l_over_L" in directions(Linear(rows), X).not_identified) is named


def test_no_data_see_nothing() -> None:
    found = directions(Linear(np.zeros((2, 3))), X)
    assert found.rank == 0
    assert found.not_identified == {"l_over_L", "tau_0", "E_P"}
    assert sorted(gauge(found)) == [0, 1, 2]
    assert covariance(Linear(np.zeros((2, 3))), X, found, FREE) == pytest.approx(np.zeros((3, 3)))


def test_gauge_holds_the_conventional_parameter_and_leaves_the_rest_determined() -> None:
    assert gauge(directions(SUM, X)) == (1,)  # tau_0, not E_P


@pytest.mark.parametrize("other", ["theta_0", "chi", "h", "c_P", "beta", "delta_R"])
def test_gauge_never_holds_the_spin_transfer_coefficient_first(other: str) -> None:
    # θ0 or c_P cannot change sign to follow a slope, λ can
    problem = Linear(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), names=("l_over_L", other, "E_P"))
    assert gauge(directions(problem, X)) == (1,)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_held_the_others_are_determined(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 9))
    rank = int(rng.integers(0, size))
    matrix = rng.standard_normal((size + 2, rank)) @ rng.standard_normal((rank, size))
    names = ("l_over_L", "tau_0", "E_P", "E_AP", "theta_0", "beta", "delta_R", "temperature")[:size]
    found = directions(Linear(matrix, names=names, unit=(1.0,) * size), np.zeros(size))
    held = gauge(found)
    assert found.rank == rank
    assert len(set(held)) == size - rank
    free = [i for i in range(size) if i not in held]
    assert np.linalg.matrix_rank(matrix[:, free]) == rank


def test_a_coordinate_at_its_bound_has_no_variance_and_lends_none() -> None:
    at_bound = np.array([False, True, False])
    matrix = covariance(FULL, X, directions(FULL, X), at_bound)
    assert matrix is not None
    assert matrix[1] == pytest.approx(np.zeros(3), abs=1e-15)
    free = np.linalg.inv(FULL.information(X)[np.ix_([0, 2], [0, 2])])
    assert matrix[np.ix_([0, 2], [0, 2])] == pytest.approx(free, rel=1e-12)


def test_a_curvature_that_is_not_positive_has_no_covariance() -> None:
    saddle = Linear(FULL.matrix, curvature=-1.0)
    assert covariance(saddle, X, directions(saddle, X), FREE) is None
    infinite = Linear(FULL.matrix, curvature=np.inf)
    with np.errstate(invalid="ignore"):
        assert covariance(infinite, X, directions(FULL, X), FREE) is None


def test_directions_are_data() -> None:
    found = Directions(("a", "b"), np.array([1.0, 2.0]), np.array([[1.0], [0.0]]), np.array([[0.0], [1.0]]), np.ones(2))
    assert found.rank == 1
    assert found.not_identified == {"a"}
