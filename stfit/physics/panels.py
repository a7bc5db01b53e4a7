"""Gauss–Legendre integration in panels, with integrals from either end up to every node."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Self, final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_NODES = 8  # a panel


class _Rule(NamedTuple):
    """Gauss–Legendre on (0, 1): nodes and weights, shape (n,); running[j, i] = ∫₀^node_i of Lagrange's polynomial j."""

    nodes: Array
    weights: Array
    running: Array


@final
@dataclass(frozen=True)
class Panels:
    """Angles from 0 to π in panels, one grid a case, parted at an angle where two panels meet.

    angles, widths: rad, shapes (cases, 2·panels, nodes) and (cases, 2·panels, 1); functions have the shape of angles.
    left: the panels before the parting, shape (2·panels, 1).
    """

    angles: Array
    widths: Array
    left: npt.NDArray[np.bool_]

    @classmethod
    def parted_at(cls, angle: Array, panels: int) -> Self:
        """The grids parted at angles of shape (cases,), rad, with panels on each side that narrow towards the poles."""
        share = 1.0 - np.cos(np.linspace(0.0, 0.5 * np.pi, panels + 1))
        edges = np.concatenate([np.outer(angle, share), np.pi - np.outer(np.pi - angle, share[-2::-1])], axis=1)
        widths = np.diff(edges)[..., None]
        return cls(edges[:, :-1, None] + widths * _rule().nodes, widths, np.arange(2 * panels)[:, None] < panels)

    def integral(self, values: Array) -> Array:
        """∫₀^π, shape (cases,)."""
        whole: Array = self._wholes(values).sum(axis=1)
        return whole

    def log_integrals(self, logarithms: Array) -> tuple[Array, Array]:
        """ln ∫ e^{…} before the parting and after it, shape (cases,) each."""
        largest = np.max(logarithms, axis=2, keepdims=True)
        wholes = np.log(self._wholes(np.exp(logarithms - largest))) + largest[..., 0]
        before, after = np.split(wholes, 2, axis=1)
        return np.logaddexp.reduce(before, axis=1), np.logaddexp.reduce(after, axis=1)

    def from_left(self, values: Array) -> Array:
        """∫₀^θ at every angle, with its relative precision where the values are of one sign."""
        return self._running(values, self._wholes(values), _rule().running)

    def from_right(self, values: Array) -> Array:
        """∫_θ^π at every angle, with its relative precision where the values are of one sign."""
        wholes = self._wholes(values)[:, ::-1]
        return self._running(values[:, ::-1], wholes, _rule().running[::-1, ::-1], self.widths[:, ::-1])[:, ::-1]

    def _wholes(self, values: Array) -> Array:
        """The integral over every panel, shape (cases, 2·panels)."""
        wholes: Array = (values @ _rule().weights) * self.widths[..., 0]
        return wholes

    def _running(self, values: Array, wholes: Array, running: Array, widths: Array | None = None) -> Array:
        before = np.cumsum(wholes, axis=1)[:, :-1]
        within = (values @ running) * (self.widths if widths is None else widths)
        within[:, 1:] += before[..., None]
        return within


@cache
def _rule() -> _Rule:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    # Lagrange's polynomials in Legendre's, and their integrals from −1 to each node
    lagrange = np.linalg.inv(np.polynomial.legendre.legvander(nodes, _NODES - 1))
    primitive = np.polynomial.legendre.legint(lagrange, lbnd=-1.0)
    running: Array = np.asarray(np.polynomial.legendre.legval(nodes, primitive), dtype=float)
    return _Rule(0.5 * (nodes + 1.0), 0.5 * weights, 0.5 * running)
