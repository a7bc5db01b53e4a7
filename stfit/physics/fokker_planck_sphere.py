"""The Fokker–Planck equation on the sphere behind Eqs. 8–19, of any potential, with precession.

Eq. 13 gives the drift of a moment, in units of U = v V_tot/k_BT and D0 = αΓk_BT/(v M_s(1+α²)) = 1/(2τ_N),

    v = D0 [−∇U + (1/α) m×∇U],     ∂ρ/∂t = −∇·(ρv) + D0 ∇²ρ.

With ρ = e^{−U} f, and as m×∇(f e^{−U}) has no divergence, the current is −D0 e^{−U} [∇f − (1/α) m×∇f], so that

    −∂/∂t ∫ e^{−U} f w dΩ = D0 ∫ e^{−U} {∇w·∇f − (1/α) (w_φ f_θ − w_θ f_φ)/sin θ} dΩ      for every function w.

f = 1, Boltzmann's density, is stationary. The operator is not self-adjoint: precession adds the antisymmetric part,
and rates depend on α unless the potential is axial; reversing the sense of precession transposes the operator and
leaves the eigenvalues. The weak form needs U but no derivative of it; spectral elements (`sphere_elements`) make it
matrices.

The printed equations neglect precession in the activation (section B); α → ∞ here does the same. Eigenvalues and rates
are in units of D0, so that times are in units of 2τ_N.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse import linalg

from stfit.errors import OutsideValidityError
from stfit.physics.sphere_elements import SphereElements
from stfit.physics.sphere_potential import Ridge, SpherePotential

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]
Matrix = Any  # scipy.sparse, csr

_MOST_NODES: Final = 120_000  # some 10 s and 2 GB
_FINER: Final = 1.4  # each resolution over the one before
_LOWEST_BARRIER: Final = 2.0  # below, relaxation inside a well is as slow as the jumps
_HIGHEST_BARRIER: Final = 300.0  # e^{−U} and its square stay above the smallest double
_FORGOTTEN: Final = 200.0  # k_BT above the barrier, where nothing passes and e^{−U} would underflow
_ITERATIONS: Final = 40
_ROUNDING: Final = 1e-12  # of the interpolant of zeros or ones
_MOST_BLUR: Final = 0.4  # 0.35 behind a barrier of 2 k_BT, 0.5 with four equal wells
_UNSETTLED: Final = (float("nan"), float("nan"))
_SETTLED: Final = 1e-11  # of an eigenvalue between two iterations


@final
@dataclass(frozen=True)
class TwoStates:
    """The slow relaxation between two wells, in units of D0: 1/τ_P = λ1 n_AP and 1/τ_AP = λ1 n_P.

    eigenvalue: λ1, the smallest but zero; n_P: the share of the stationary density on the P side of the ridge;
    barriers: (B_P, B_AP), k_BT; change: relative change of λ1 at the last refinement, of which its error is a part.
    """

    eigenvalue: float
    n_P: float
    n_AP: float
    barriers: tuple[float, float]
    change: float

    @property
    def rate_P(self) -> float:
        """1/τ_P in units of D0: out of P."""
        return self.eigenvalue * self.n_AP

    @property
    def rate_AP(self) -> float:
        """1/τ_AP in units of D0: out of AP."""
        return self.eigenvalue * self.n_P


def two_states(potential: SpherePotential, alpha: float, tolerance: float = 1e-5) -> TwoStates:
    """λ1, populations and rates of two wells, for barriers from 2 to 300 k_BT and damping α (inf: no precession).

    The mesh is refined until λ1 changes by less than `tolerance`, relatively. OutsideValidityError where there is no
    barrier, where it is lower or higher, and where 120 000 nodes do not reach the tolerance: with more than two wells,
    and with precession at weak damping, where layers along the separatrix are thinner than the mesh (a hard axis of
    60 k_BT over a barrier of 20 reaches 1e-5 at α = 0.1, 2e-4 at 0.02 and 2e-3 at 0.01; one of
    1200 over 40 reaches 1e-5 at α = 1).
    """
    _check(alpha, tolerance)
    ridge = Ridge.of(potential)
    barriers = ridge.barriers
    if not _LOWEST_BARRIER <= min(barriers) <= max(barriers) <= _HIGHEST_BARRIER:
        shown = f"{barriers[0]:.3g} and {barriers[1]:.3g}"
        raise OutsideValidityError(f"the barriers are {shown} k_BT; two states need 2 to 300 k_BT")
    eigenvalue, change = _refined(potential, alpha, ridge, tolerance)
    log_P, log_AP, log_both = ridge.log_weights
    return TwoStates(eigenvalue, float(np.exp(log_P - log_both)), float(np.exp(log_AP - log_both)), barriers, change)


def relaxation_spectrum(potential: SpherePotential, alpha: float, count: int, tolerance: float = 1e-8) -> Complex:
    """The `count` smallest eigenvalues but the stationary 0, in units of D0, by modulus, shape (count,).

    Real parts are decay rates, imaginary parts frequencies of precession. The mesh is refined until none changes by
    more than `tolerance` times the largest: an absolute error, so that a rate behind a barrier above some 15 k_BT asks
    for `two_states`. OutsideValidityError for a potential that varies by more than 100 k_BT, and as `two_states`.
    """
    _check(alpha, tolerance)
    coarse: Complex | None = None
    for elements in _resolutions(potential, 0.0):
        if np.ptp(potential(*elements.nodes)) > 100.0:
            raise OutsideValidityError("the potential varies by more than 100 k_BT; its spectrum is asked of up to 100")
        fine = Operator(potential, alpha, elements, np.inf).spectrum(count)
        if coarse is not None and np.max(np.abs(fine - coarse)) <= tolerance * np.max(np.abs(fine)):
            return fine
        coarse = fine
    raise _unresolved(tolerance)


def _check(alpha: float, tolerance: float) -> None:
    if not alpha > 0.0:
        raise OutsideValidityError(f"alpha is {alpha:g}; the damping must be positive (inf for no precession)")
    if not 1e-10 <= tolerance < 1.0:
        raise OutsideValidityError(f"tolerance is {tolerance:g}; expected 1e-10 to 1")


def _refined(potential: SpherePotential, alpha: float, ridge: Ridge, tolerance: float) -> tuple[float, float]:
    coarse, barrier = np.inf, max(ridge.barriers)
    ceiling = barrier + _FORGOTTEN
    for elements in _resolutions(potential, barrier):
        fine, blur = Operator(potential, alpha, elements, ceiling).slow_mode(ridge)
        change = abs(coarse / fine - 1.0)
        if change <= tolerance:
            if abs(blur) > _MOST_BLUR:
                raise OutsideValidityError(
                    "the slowest relaxation is not that between two wells; are there more than two?"
                )
            return fine, change
        coarse = fine
    raise _unresolved(tolerance)


def _resolutions(potential: SpherePotential, barrier: float) -> Iterator[SphereElements]:
    """Meshes from elements of a few thermal widths, on which a barrier (k_BT) rises by 18 at most, to the most nodes.

    Where e^{−U} falls by more within an element, rounding of its largest value hides its smallest.
    """
    theta, phi = np.meshgrid(np.linspace(0.0, np.pi, 65), np.linspace(0.0, 2.0 * np.pi, 129), indexing="ij")
    U = potential(theta, phi)
    ranges = (float(np.ptp(U, axis=axis).max()) for axis in (0, 1))
    bands, half_sectors = (max(2.0 + 0.5 * np.sqrt(x), np.pi / 18.0 * min(x, barrier)) for x in ranges)
    sectors = 2.0 * half_sectors  # of 2π
    while (elements := SphereElements(int(np.ceil(bands)), int(np.ceil(sectors)))).size <= _MOST_NODES:
        yield elements
        bands, sectors = _FINER * bands, _FINER * sectors


def _unresolved(tolerance: float) -> OutsideValidityError:
    return OutsideValidityError(
        f"{_MOST_NODES} nodes on the sphere do not give the eigenvalue to {tolerance:g}: the potential is too steep, "
        "the damping too weak, or there are more than two wells"
    )


@final
@dataclass(frozen=True)
class Operator:
    """The operator of one potential and damping on one mesh: stiffness f = λ mass f, λ in units of D0.

    ceiling: k_BT above the lowest point, beyond which U is taken as flat.
    """

    potential: SpherePotential
    alpha: float
    elements: SphereElements
    ceiling: float

    @cached_property
    def _density(self) -> Array:
        """e^{−U} dθ dφ of each point, largest e^{−U} = 1."""
        U = self.potential(*self.elements.points)
        density: Array = np.exp(-np.minimum(U - U.min(), self.ceiling)) * self.elements.weights
        return density

    @cached_property
    def mass(self) -> Matrix:
        """∫ e^{−U} w f dΩ, shape (size, size)."""
        return self.elements.mass(self._density * np.sin(self.elements.points[0]))

    @cached_property
    def stiffness(self) -> Matrix:
        """∫ e^{−U} {∇w·∇f − (1/α)(w_φ f_θ − w_θ f_φ)/sin θ} dΩ, row w, column f, shape (size, size)."""
        sine = np.sin(self.elements.points[0])
        return self.elements.stiffness(self._density * sine, self._density / sine, -self._density / self.alpha)

    def spectrum(self, count: int) -> Complex:
        """The `count` eigenvalues next to 0, which is left out, by modulus, shape (count,)."""
        shift = 0.5  # of the order of the rotational diffusion's 2: 0 itself is an eigenvalue
        factors = _factorised(self.stiffness + shift * self.mass)
        inverse = linalg.LinearOperator(
            self.mass.shape, matvec=lambda f: factors.solve(self.mass @ np.ravel(f)), dtype=float
        )
        start = np.cos(1.0 + np.arange(self.elements.size))  # the same at each call; in no eigenspace
        # Some more than asked for, as those next to −½ are not quite those next to 0.
        values = 1.0 / linalg.eigs(inverse, count + 4, v0=start, return_eigenvectors=False) - shift
        ordered: Complex = values[np.lexsort([values.imag, np.abs(values).round(9)])][1 : count + 1]
        return ordered

    def slow_mode(self, ridge: Ridge) -> tuple[float, float]:
        """λ1 by inverse iteration, relatively accurate at any barrier, and the blur of its mode; NaN if unsettled.

        Between its values in the wells, taken as 0 and 1, the mode χ has the blur 1 − Var χ/(χ̄(1−χ̄)): 0 for two states.

        Stiffness T = mass f has a solution for f without mean, up to a constant. One node of each well is pinned,
        which leaves a regular matrix, and T = c h + T0 with T0 = 0 at the pins and h (the committor) 0 and 1 there.
        With h† of the transpose, c = h†·mass f/κ, where the capacity κ = ∫ e^{−U} ∇w·(…)∇h dΩ is the same for every
        w that is 0 and 1 at the pins: for the step w = [h > ½] the integral holds only elements on the ridge, so that
        no number of size 1 cancels to e^{−barrier}.
        """
        try:
            pinned = _Pinned(self.stiffness, self._pins(ridge))
        except (
            RuntimeError
        ):  # singular to rounding: a mesh far too coarse for this potential, like one that does not settle
            return _UNSETTLED
        with np.errstate(over="ignore", invalid="ignore"):  # on such a mesh h may be huge where e^{−U} is nothing
            return self._iterated(pinned)

    def _iterated(self, pinned: _Pinned) -> tuple[float, float]:
        h, h_adjoint = pinned.committor(), pinned.committor(adjoint=True)
        capacity = self._capacity(h)
        mass_of_one = self.mass @ np.ones(self.elements.size)
        f, before = h - mass_of_one @ h / mass_of_one.sum(), np.inf
        for _ in range(_ITERATIONS):
            source = self.mass @ f
            T = h * (h_adjoint @ source / capacity) + pinned.solve(source)
            T -= mass_of_one @ T / mass_of_one.sum()
            eigenvalue = float(f @ source / (T @ source))
            if abs(eigenvalue - before) <= _SETTLED * abs(eigenvalue):
                return eigenvalue, pinned.blur(T, mass_of_one)
            f, before = T * eigenvalue, eigenvalue
        return _UNSETTLED

    def _pins(self, ridge: Ridge) -> npt.NDArray[np.intp]:
        """The lowest node of each well, the rarer one last: there h is 1, and its mean small rather than near 1."""
        theta, phi = self.elements.nodes
        U, away = self.potential(theta, phi), ridge.leaves_P(theta, phi)
        pins = [np.argmin(np.where(away, np.inf, U)), np.argmin(np.where(away, U, np.inf))]
        log_P, log_AP, _ = ridge.log_weights
        return np.array(pins if log_AP <= log_P else pins[::-1])

    def _capacity(self, h: Array) -> float:
        step = (h > 0.5).astype(float)
        on_ridge = np.abs(np.abs(self.elements.values(step) - 0.5) - 0.5) > _ROUNDING
        (w_theta, w_phi), (h_theta, h_phi) = self.elements.slopes(step), self.elements.slopes(h)
        sine = np.sin(self.elements.points[0])
        current = w_theta * h_theta * sine + w_phi * h_phi / sine - (w_phi * h_theta - w_theta * h_phi) / self.alpha
        return float(np.sum(self._density * current, where=on_ridge))


class _Pinned:
    """A stiffness without the rows and columns of two pinned nodes, scaled by its diagonal and factorised."""

    def __init__(self, stiffness: Matrix, pins: npt.NDArray[np.intp]) -> None:
        self._stiffness, self._pins = stiffness, pins
        self._free = np.setdiff1d(np.arange(stiffness.shape[0]), pins)
        inner = stiffness[self._free][:, self._free]
        self._scale = 1.0 / np.sqrt(inner.diagonal())
        scaling = sparse.diags(self._scale)
        self._factors = _factorised((scaling @ inner @ scaling).tocsc())

    def solve(self, source: Array, *, adjoint: bool = False) -> Array:
        """T with stiffness T = source at the free nodes and T = 0 at the pins."""
        T = np.zeros_like(source)
        scaled = self._factors.solve(self._scale * source[self._free], trans="T" if adjoint else "N")
        T[self._free] = self._scale * scaled
        return T

    def blur(self, f: Array, weight: Array) -> float:
        """1 − Var χ/(χ̄(1−χ̄)) of f scaled to 0 and 1 at the pins; weight: of the nodes."""
        chi = (f - f[self._pins[0]]) / (f[self._pins[1]] - f[self._pins[0]])
        mean = weight @ chi / weight.sum()
        return float(weight @ (chi * (1.0 - chi)) / (weight.sum() * mean * (1.0 - mean)))

    def committor(self, *, adjoint: bool = False) -> Array:
        """h with stiffness h = 0 at the free nodes, 0 at the first pin and 1 at the second."""
        matrix = self._stiffness.T.tocsc() if adjoint else self._stiffness
        h = self.solve(-matrix[:, [self._pins[1]]].toarray().ravel(), adjoint=adjoint)
        h[self._pins[1]] = 1.0
        return h


def _factorised(matrix: Matrix) -> Any:
    # The pattern is symmetric, and the symmetric part positive definite: the diagonal serves as pivots.
    return linalg.splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
