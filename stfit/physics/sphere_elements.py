"""Spectral finite elements on the unit sphere: functions of (θ, φ) by their nodes, and integrals of their gradients.

The polar axis is an axis of coordinates, not of symmetry. A potential with a cone at a pole, as the spin-injection
potential G I ρ(θ) has at θ = π, is smooth in these coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from numpy.polynomial import legendre
from scipy import sparse

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]
Matrix = Any  # scipy.sparse, csc

ORDER: Final = 8  # of the polynomials of an element, in each coordinate
_GAUSS_NODES, _GAUSS_WEIGHTS = legendre.leggauss(ORDER + 2)
_LOBATTO_NODES: Final[Array] = np.concatenate(
    [[-1.0], legendre.legroots(legendre.legder(np.eye(ORDER + 1)[ORDER])), [1.0]]
).astype(np.float64)
_TO_MODES: Final[Array] = np.linalg.inv(legendre.legvander(_LOBATTO_NODES, ORDER)).astype(np.float64)
_VALUES: Final[Array] = legendre.legvander(_GAUSS_NODES, ORDER) @ _TO_MODES
_SLOPES: Final[Array] = legendre.legval(_GAUSS_NODES, legendre.legder(np.eye(ORDER + 1))).T @ _TO_MODES


@final
@dataclass(frozen=True)
class SphereElements:
    """`bands` elements from pole to pole times `sectors` around, with polynomials of degree ORDER in θ and φ.

    Nodes are Gauss–Lobatto points, those at a pole are one; integrals use (ORDER + 2)² Gauss points an element, of
    which none is a pole. A function is the vector of its nodes, shape (size,), an integrand has the shape (elements,
    points of one).
    """

    bands: int
    sectors: int

    @property
    def size(self) -> int:
        """Number of nodes."""
        return (self.bands * ORDER - 1) * self.sectors * ORDER + 2

    @cached_property
    def nodes(self) -> tuple[Array, Array]:
        """(θ, φ) of the nodes, rad, shape (size,) each; the first is θ = 0, the last θ = π."""
        inner = _spread(_LOBATTO_NODES[:-1], np.pi, self.bands).ravel()[1:]
        around = _spread(_LOBATTO_NODES[:-1], 2.0 * np.pi, self.sectors).ravel()
        theta = np.concatenate([[0.0], np.repeat(inner, around.size), [np.pi]])
        return theta, np.concatenate([[0.0], np.tile(around, inner.size), [0.0]])

    @cached_property
    def points(self) -> tuple[Array, Array]:
        """(θ, φ) of the points of integration, rad, shape (elements, points) each."""
        theta = _spread(_GAUSS_NODES, np.pi, self.bands)[:, None, :, None]
        phi = _spread(_GAUSS_NODES, 2.0 * np.pi, self.sectors)[None, :, None, :]
        theta, phi = np.broadcast_arrays(theta, phi)
        shape = (self.bands * self.sectors, _GAUSS_NODES.size**2)
        return theta.reshape(shape), phi.reshape(shape)

    @cached_property
    def weights(self) -> Array:
        """dθ dφ of the points of an element, rad², shape (points,): without the sin θ of the area."""
        return np.outer(_GAUSS_WEIGHTS, _GAUSS_WEIGHTS).ravel() / (self._per_theta * self._per_phi)

    def values(self, f: Array) -> Array:
        """f at the points of integration."""
        values: Array = f[self._nodes_of] @ self._basis[0].T
        return values

    def slopes(self, f: Array) -> tuple[Array, Array]:
        """(∂f/∂θ, ∂f/∂φ) at the points of integration."""
        local = f[self._nodes_of]
        return local @ self._basis[1].T, local @ self._basis[2].T

    def mass(self, density: Array) -> Matrix:
        """Σ density w f over all points, shape (size, size)."""
        return self._assembled(self._product(0, density, 0))

    def stiffness(self, theta_theta: Array, phi_phi: Array, phi_theta: Array) -> Matrix:
        """Σ theta_theta w_θ f_θ + phi_phi w_φ f_φ + phi_theta (w_φ f_θ − w_θ f_φ) over all points; row w, column f."""
        cross = self._product(2, phi_theta, 1)
        diffusion = self._product(1, theta_theta, 1) + self._product(2, phi_phi, 2)
        return self._assembled(diffusion + cross - cross.transpose(0, 2, 1))

    @property
    def _per_theta(self) -> float:
        """Units of an element's own coordinate, which goes from −1 to 1, in a radian of θ."""
        return 2.0 * self.bands / np.pi

    @property
    def _per_phi(self) -> float:
        return self.sectors / np.pi

    @cached_property
    def _basis(self) -> tuple[Array, Array, Array]:
        """Nodes of an element to values, ∂/∂θ and ∂/∂φ at its points, shape (points, nodes) each."""
        slope_theta = np.kron(_SLOPES, _VALUES) * self._per_theta
        slope_phi = np.kron(_VALUES, _SLOPES) * self._per_phi
        return (
            np.kron(_VALUES, _VALUES).astype(np.float64),
            slope_theta.astype(np.float64),
            slope_phi.astype(np.float64),
        )

    @cached_property
    def _nodes_of(self) -> Indices:
        """The nodes of each element, shape (elements, nodes of one)."""
        around = self.sectors * ORDER
        row = ORDER * np.arange(self.bands)[:, None] + np.arange(ORDER + 1)
        column = (ORDER * np.arange(self.sectors)[:, None] + np.arange(ORDER + 1)) % around
        node = 1 + (row[:, None, :, None] - 1) * around + column[None, :, None, :]
        node = np.clip(node, 0, self.size - 1)  # all φ of a pole are one node
        return node.reshape(self.bands * self.sectors, -1)

    def _product(self, left: int, density: Array, right: int) -> Array:
        product: Array = self._basis[left].T @ (density[:, :, None] * self._basis[right])
        return product

    def _assembled(self, blocks: Array) -> Matrix:
        rows = np.broadcast_to(self._nodes_of[:, :, None], blocks.shape).ravel()
        columns = np.broadcast_to(self._nodes_of[:, None, :], blocks.shape).ravel()
        return sparse.coo_matrix((blocks.ravel(), (rows, columns)), shape=(self.size, self.size)).tocsc()


def _spread(local: Array, length: float, elements: int) -> Array:
    """Points of [−1, 1] in each of the elements of [0, length], shape (elements, points)."""
    spread: Array = length / elements * (np.arange(elements)[:, None] + 0.5 * (local + 1.0))
    return spread
