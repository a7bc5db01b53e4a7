"""Spin accumulation and spin-polarised current in a stack of layers, in the two-channel approximation (Fig. 1, Eq. 2).

Each layer has Ohm's law for both channels and relaxes ∂²Δμ/∂z² = Δμ/l_sf²; Δμ = μ↑ − μ↓ and δJ = J↑ − J↓ are
continuous at interfaces, which scatter no spins and have no resistance of their own (van Son, van Kempen and Wyder
1987, doi:10.1103/PhysRevLett.58.2271; Valet and Fert 1993, doi:10.1103/PhysRevB.48.7099). With σ = σ↑ + σ↓,
β = (σ↑ − σ↓)/σ and the mean potential μ̄ = (μ↑ + μ↓)/2, all potentials in volts (over e),

    J = −σ (μ̄' + β Δμ'/2),     δJ = β J − ½ σ (1−β²) Δμ'.

That is the electric block of Eq. 2 with σ0 = σ/2 and μ0 = μ↑ + μ↓; the β defined in its text is twice ours, which Eq. 2
does not bear. β is signed: two magnetic layers with opposite signs are antiparallel, one and the same spin being ↑ all
along the stack.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, TableError

Array = npt.NDArray[np.float64]

_LEAST: Final = 2  # layers


@final
@dataclass(frozen=True, eq=False)
class Stack:
    """Layers along z from the first interface, z = 0: the first layer below it and the last are semi-infinite leads.

    conductivity: σ = σ↑ + σ↓ > 0, S/m, shape (n,), n ≥ 2; beta: in (−1, 1), shape (n,), 0 in a normal metal; l_sf: > 0
    and finite, m, shape (n,); thickness: > 0, m, of the layers between the leads, shape (n − 2,). TableError otherwise.
    """

    conductivity: Array
    beta: Array
    l_sf: Array
    thickness: Array

    def __post_init__(self) -> None:
        for name in (item.name for item in fields(self)):
            column = np.array(getattr(self, name), dtype=float)
            column.flags.writeable = False
            object.__setattr__(self, name, column)
        _check(self)

    @cached_property
    def interfaces(self) -> Array:
        """z of the interfaces, m, shape (n − 1,)."""
        return np.concatenate([[0.0], np.cumsum(self.thickness)])

    @property
    def spin_conductance(self) -> Array:
        """σ(1−β²)/l_sf of each layer, S/m², shape (n,): the inverse of Valet and Fert's spin resistance."""
        conductance: Array = self.conductivity * (1.0 - self.beta**2) / self.l_sf
        return conductance


def spin_accumulation(z: Array, current_density: float, stack: Stack) -> Array:
    """Δμ(z) in volts (over e), shape of z (m); current_density: J, A/m² (Fig. 1). Linear in J, 0 far in the leads."""
    grown, decayed, _ = _waves(z, stack)
    return current_density * (grown + decayed)


def accumulation_gradient(z: Array, current_density: float, stack: Stack) -> Array:
    """∂Δμ/∂z in V/m, shape of z (m): the force of Eq. 6. It jumps at interfaces: there, that of the layer above."""
    grown, decayed, layer = _waves(z, stack)
    return current_density * (grown - decayed) / stack.l_sf[layer]


def spin_current(z: Array, current_density: float, stack: Stack) -> Array:
    """δJ = J↑ − J↓ in A/m², shape of z (m), continuous; β J far in the leads."""
    grown, decayed, layer = _waves(z, stack)
    diffusive = 0.5 * stack.spin_conductance[layer] * (grown - decayed)
    return current_density * (stack.beta[layer] - diffusive)


def accumulation_resistance(stack: Stack) -> float:
    """The resistance times area (Ω m²) that spin accumulation adds to the layers' own: Σ ½β[Δμ] over J, ≥ 0.

    Of one interface β²r_F r_N/(r_F + r_N), with r = l_sf/(σ(1−β²)).
    """
    at_interfaces = spin_accumulation(stack.interfaces, 1.0, stack)
    drops = np.diff(at_interfaces, prepend=0.0, append=0.0)
    return float(0.5 * stack.beta @ drops)


def giant_magnetoresistance(stack: Stack, free: int) -> float:
    """R_AP − R_P times area, Ω m², of a stack given in its P state; `free`: index of the layer that reverses (its β).

    Two thick layers (σ, β, l_sf, v) on a thin normal one have ΔR/R = β²/(1−β²)·l_sf/v, R = 2v/σ (section B, which
    prints 1 − β).
    """
    reversed_beta = np.where(np.arange(stack.beta.size) == free, -stack.beta, stack.beta)
    antiparallel = Stack(stack.conductivity, reversed_beta, stack.l_sf, stack.thickness)
    return accumulation_resistance(antiparallel) - accumulation_resistance(stack)


def integrated_gradient(current_density: float, stack: Stack, layer: int) -> float:
    """∫_v ∂Δμ/∂z dz over one layer between the leads, volts (over e): the left side of Eq. 7 without its β.

    ½β times the sum of it over the layers is J times `accumulation_resistance`: a factor 2 where Eq. 7 has 8, which is
    a convention of λ (`constants.N_GMR`).
    """
    ends = spin_accumulation(stack.interfaces[layer - 1 : layer + 1], current_density, stack)
    return float(ends[1] - ends[0])


def _waves(z: Array, stack: Stack) -> tuple[Array, Array, npt.NDArray[np.intp]]:
    """The rising and falling exponential at z, volts per A/m², and the layer of z."""
    z = np.asarray(z, dtype=float)
    layer = np.searchsorted(stack.interfaces, z, side="right")
    top = np.append(stack.interfaces, stack.interfaces[-1])[layer]  # a lead has one wave: the end of the other is idle
    bottom = np.insert(stack.interfaces, 0, 0.0)[layer]
    rising, falling = _amplitudes(stack)
    with np.errstate(under="ignore"):
        grown = rising[layer] * np.exp(np.minimum(z - top, 0.0) / stack.l_sf[layer])
        decayed = falling[layer] * np.exp(np.minimum(bottom - z, 0.0) / stack.l_sf[layer])
    return grown, decayed, layer


def _amplitudes(stack: Stack) -> tuple[Array, Array]:
    """Of the exponentials: the rising one's at a layer's top, the falling one's at its bottom, for J = 1 A/m².

    2(n−1) conditions, Δμ and δJ at each interface, for 2(n−1) amplitudes: leads have only that which vanishes.
    """
    n = stack.beta.size
    across = np.exp(-np.concatenate([[0.0], stack.thickness, [0.0]]) / stack.l_sf)
    half = 0.5 * stack.spin_conductance
    k, rising, falling = np.arange(n - 1), np.arange(n), n + np.arange(n)
    rows = np.zeros((2 * (n - 1), 2 * n))
    rows[k, rising[:-1]], rows[k, falling[:-1]] = 1.0, across[:-1]
    rows[k, rising[1:]], rows[k, falling[1:]] = -across[1:], -1.0
    flux = n - 1 + k
    rows[flux, rising[:-1]], rows[flux, falling[:-1]] = half[:-1], -half[:-1] * across[:-1]
    rows[flux, rising[1:]], rows[flux, falling[1:]] = -half[1:] * across[1:], half[1:]
    scale = half.max()  # S/m²: both kinds of conditions in volts
    rows[flux] /= scale
    source = np.concatenate([np.zeros(n - 1), -np.diff(stack.beta) / scale])
    kept = np.setdiff1d(np.arange(2 * n), [falling[0], rising[-1]])
    amplitudes = np.zeros(2 * n)
    amplitudes[kept] = np.linalg.solve(rows[:, kept], source)
    return amplitudes[:n], amplitudes[n:]


def _check(stack: Stack) -> None:
    n = stack.beta.size
    shapes = {"conductivity": n, "beta": n, "l_sf": n, "thickness": n - 2}
    for name, size in shapes.items():
        if n < _LEAST or getattr(stack, name).shape != (size,):
            found = f"{n} beta and shape {getattr(stack, name).shape}"
            raise TableError([CellProblem(None, name, "n ≥ 2 layers of which n − 2 have a thickness", found)])
    tests = {"beta": (np.abs(stack.beta) < 1.0, "a number in (-1, 1)")}
    for name in ("conductivity", "l_sf", "thickness"):
        column = getattr(stack, name)
        tests[name] = ((column > 0.0) & np.isfinite(column), "a positive, finite number")
    problems = [
        CellProblem(int(row), name, expected, f"{getattr(stack, name)[row]:g}")
        for name, (good, expected) in tests.items()
        for row in np.flatnonzero(~good)
    ]
    if problems:
        raise TableError(problems)
