"""Exact rates of a barrier of finite height, from the axial Fokker–Planck equation behind Eqs. 14 and 19.

∂p/∂t = (D0/sin θ) ∂_θ[sin θ (∂_θ p + p ∂_θ U)], U in units of k_BT. Its smallest non-zero eigenvalue λ1 (in units of
D0) and the equilibrium populations of the wells, split at the barrier top, give both rates: 1/τ_P = λ1 n_AP and
1/τ_AP = λ1 n_P. λ1 comes from an integral equation all of whose terms are positive, so that a rate of e^{−300} keeps
its relative precision, and which settles at any barrier, also none. A spectral (Galerkin) method, good below some
15 k_BT, checks it where both hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.errors import OutsideValidityError
from stfit.physics.panels import Panels
from stfit.physics.transport import Gmr, Quantity

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]
Potential = Callable[[Array], Array]

_LOWEST, _HIGHEST = 1.0, 100.0  # σ
_PANELS: Final = (48, 96, 192)  # on each side of the top, tried one after the other where λ1 does not settle
_DEEPER: Final = 40.0  # k_BT below the shallower well, where the other grows shallow: λ1 changes by e^{−40} of itself
_SHALLOWING: Final = 10.0  # k_BT, over which it does
_TOLERANCE: Final = 1e-11  # relative change of λ1 at which the iteration ends
_MOST_ITERATIONS: Final = 80  # the error falls by (λ1/λ2)² at each, 1/9 without a barrier
_FUNCTIONS: Final = 40  # of the spectral method
_SEARCH: Final = 801  # angles among which the barrier top is looked for
_BISECTIONS: Final = 50


@final
@dataclass(frozen=True)
class AxialRates:
    """What an axial potential of two wells does; arrays of shape (cases,), rates in units of D0.

    eigenvalue: λ1. log_dwell_P, log_dwell_AP: ln(D0 τ_i). population_P: n_P. top: angle of the barrier, rad.
    """

    eigenvalue: Array
    log_dwell_P: Array
    log_dwell_AP: Array
    population_P: Array
    top: Array


def uniaxial_potential(theta: Array, sigma: Quantity, h: Quantity, drive: Quantity, gmr: Gmr) -> Array:
    """U/k_BT = σ(sin²θ − 2h cos θ) + g ρ(θ); σ = Kv/k_BT, h = H/H_K (> 0 favours P), g = G I/k_BT in 1/rad."""
    potential: Array = sigma * (np.sin(theta) ** 2 - 2.0 * h * np.cos(theta)) + drive * gmr.integral(theta)
    return potential


def uniaxial_rates(sigma: npt.ArrayLike, h: npt.ArrayLike, drive: npt.ArrayLike, gmr: Gmr) -> AxialRates:
    """Both rates of one axis with a field and a spin injection along it; arguments broadcast to shape (cases,).

    Holds for σ from 0 to 100, |h| < 1, and any drive up to where a well vanishes. OutsideValidityError beyond.
    """
    sigmas, fields, drives = _cases(sigma, h, drive)
    _check_range(sigmas, fields)
    top = barrier_top_angle(sigmas, fields, drives, gmr)
    if np.any(np.isnan(top)):
        case = int(np.flatnonzero(np.isnan(top))[0])
        raise OutsideValidityError(
            f"at g = G I/k_BT = {drives[case]:g} with σ = {sigmas[case]:g} and h = {fields[case]:g} the barrier has "
            "vanished: there are no two states"
        )

    def potential(theta: Array, cases: Index) -> Array:
        s, f, g = (_by_case(part[cases]) for part in (sigmas, fields, drives))
        return uniaxial_potential(theta, s, f, g, gmr)

    return axial_rates(potential, top)


def _cases(*arguments: npt.ArrayLike) -> list[Array]:
    return [np.ravel(part) for part in np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in arguments))]


def _check_range(sigma: Array, h: Array) -> None:
    if not np.all((sigma >= 0.0) & (sigma <= _HIGHEST)):
        raise OutsideValidityError(
            f"σ = Kv/k_BT is {sigma.min():g} to {sigma.max():g}; exact rates hold for 0 to {_HIGHEST:g}"
        )
    if not np.all(np.abs(h) < 1.0):
        raise OutsideValidityError(f"h = H/H_K is {h.min():g} to {h.max():g}; there are two states for −1 < h < 1")


# --- the barrier top ----------------------------------------------------------------------------------------------


def barrier_top_angle(sigma: Array, h: Array, drive: Array, gmr: Gmr) -> Array:
    """The angle (rad) of the highest maximum of U between two wells, NaN where there is none; shapes (cases,).

    arccos(−h) without a drive, also at σ = 0.
    """
    theta = np.pi * np.sin(np.linspace(0.0, 0.5 * np.pi, _SEARCH)[1:-1]) ** 2  # denser at the poles
    columns = (sigma[:, None], h[:, None], drive[:, None], gmr)
    force = _force(theta, *columns)
    falls = (force[:, :-1] > 0.0) & (force[:, 1:] <= 0.0)
    height = np.where(falls, uniaxial_potential(theta[:-1], *columns), -np.inf)
    at = np.argmax(height, axis=1)
    top = _bisected(theta[at], theta[at + 1], lambda angle: _force(angle, sigma, h, drive, gmr))
    return np.where(drive == 0.0, np.arccos(-h), np.where(falls.any(axis=1), top, np.nan))


def vanishing_drives(h: Array, gmr: Gmr) -> tuple[Array, Array]:
    """g/σ (1/rad) at which the wells of P (negative) and of AP (positive) vanish; shapes (fields,), |h| < 1.

    P of the cosine never does: its value is then that at the smallest angle searched, some −10⁴.
    """
    theta = np.pi * np.sin(np.linspace(0.0, 0.5 * np.pi, 4 * _SEARCH)[1:-1]) ** 2
    pull = -2.0 * np.sin(theta) * (np.cos(theta) + h[:, None]) / gmr.resistance(theta)
    return np.min(pull, axis=1), np.array([_peak(theta, row) for row in pull])


def _peak(x: Array, values: Array) -> float:
    """The maximum of a smooth function known at points, by the parabola through the highest three."""
    at = int(np.clip(np.argmax(values), 1, x.size - 2))
    a, b, c = np.polyfit(x[at - 1 : at + 2] - x[at], values[at - 1 : at + 2], 2)
    return float(c - b**2 / (4.0 * a))


def _force(theta: Array, sigma: Array, h: Array, drive: Array, gmr: Gmr) -> Array:
    """dU/dθ."""
    force: Array = 2.0 * sigma * np.sin(theta) * (np.cos(theta) + h) + drive * gmr.resistance(theta)
    return force


def _bisected(low: Array, high: Array, force: Callable[[Array], Array]) -> Array:
    """Where the force falls through 0 between two angles."""
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        rising = force(middle) > 0.0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return 0.5 * (low + high)


# --- rates of any axial potential ---------------------------------------------------------------------------------


def axial_rates(potential: Callable[[Array, Index], Array], top: Array) -> AxialRates:
    """Both rates of any axial potential of two wells.

    potential(θ, cases): U/k_BT of the cases (an index array) at angles of shape (cases, …). top: the angle that parts
    the wells, rad, shape (cases,). OutsideValidityError where λ1 does not settle on the finest grid.
    """
    found = np.full((4, top.size), np.nan)
    for panels in _PANELS:
        left = np.flatnonzero(np.isnan(found[0]))
        if left.size:
            found[:, left] = _rates(_of_cases(potential, left), top[left], panels)
    if np.isnan(found[0]).any():
        raise OutsideValidityError("λ1 does not settle: are there two wells?")
    return AxialRates(found[0], found[1], found[2], found[3], top)


def _of_cases(potential: Callable[[Array, Index], Array], cases: Index) -> Potential:
    return lambda theta: potential(theta, cases)


def _rates(potential: Potential, top: Array, panels: int) -> tuple[Array, Array, Array, Array]:
    """λ1, ln(D0 τ_P), ln(D0 τ_AP) and n_P; NaN where λ1 does not settle on this grid."""
    grid = Panels.parted_at(top, panels)
    depth = potential(grid.angles) - potential(_by_case(top))
    log_P, log_AP = grid.log_integrals(np.log(np.sin(grid.angles)) - depth)
    both = np.logaddexp(log_P, log_AP)
    lowest = [np.min(np.where(side, depth, 0.0), axis=(1, 2)) for side in (grid.left, ~grid.left)]
    eigenvalue = _eigenvalue(grid, _bounded(depth, _by_case(np.maximum(*lowest)) - _DEEPER))
    log_slow = both - np.log(eigenvalue)
    return eigenvalue, log_slow - log_AP, log_slow - log_P, np.exp(log_P - both)


def _bounded(depth: Array, floor: Array) -> Array:
    """The depth, growing only as a logarithm below a floor, so that e^{−U} is a number and the well still slopes."""
    below = np.maximum(floor - depth, 0.0)
    return depth + below - _SHALLOWING * np.log1p(below / _SHALLOWING)


def _eigenvalue(grid: Panels, depth: Array) -> Array:
    """λ1/D0 by inverse iteration, f ← ∫J e^U/sin θ with J = ∫w f and w = e^{−U} sin θ, and Rayleigh's quotient.

    f falls from a > 0 in P to −b < 0 in AP, a + b = 1: f = a − s. What is small is summed from where it is small: s
    and J on the left from P, 1 − s and J on the right from AP, so that nothing cancels.
    """
    sine = np.sin(grid.angles)
    weight, inverse = np.exp(-depth) * sine, np.exp(depth) / sine
    risen = np.broadcast_to(np.where(grid.left, 0.0, 1.0), depth.shape)
    missing = 1.0 - risen
    whole = grid.integral(weight)
    previous, settled = np.full(whole.shape, np.inf), np.zeros(whole.shape, dtype=bool)
    for _ in range(_MOST_ITERATIONS):
        a, b = (_by_case(grid.integral(weight * part) / whole) for part in (risen, missing))
        f = np.where(grid.left, a - risen, missing - b)
        flux = np.where(grid.left, grid.from_left(weight * f), -grid.from_right(weight * f))
        slope = flux * inverse
        eigenvalue = grid.integral(weight * f**2) / grid.integral(flux * slope)
        sound = (a > 0.0) & (b > 0.0)
        settled |= sound[:, 0, 0] & (np.abs(eigenvalue - previous) <= _TOLERANCE * eigenvalue)
        if settled.all():
            break
        previous = eigenvalue
        height = _by_case(grid.integral(slope))
        risen, missing = grid.from_left(slope) / height, grid.from_right(slope) / height
    return np.where(settled, eigenvalue, np.nan)


def _by_case(values: Array) -> Array:
    return values[:, None, None]


def spectral_eigenvalue(potential: Potential) -> float:
    """λ1/D0 by Galerkin's method with Legendre polynomials in θ; potential: U/k_BT at angles of shape (n,).

    Loses digits as e^{barrier}: good for low barriers, a check of `axial_rates`.
    """
    legendre = np.polynomial.legendre
    nodes, weights = legendre.leggauss(3 * _FUNCTIONS)
    theta = 0.5 * np.pi * (nodes + 1.0)
    log_weight = np.log(np.sin(theta)) - potential(theta)
    weight = weights * np.exp(log_weight - log_weight.max())
    functions = legendre.legvander(nodes, _FUNCTIONS - 1)
    slopes = functions[:, :-1] @ legendre.legder(np.eye(_FUNCTIONS), scl=2.0 / np.pi)
    stiffness = slopes.T @ (weight[:, None] * slopes)
    mass = functions.T @ (weight[:, None] * functions)
    return float(scipy.linalg.eigh(stiffness, mass, eigvals_only=True, subset_by_index=[1, 1])[0])


# --- the asymmetry of a finite barrier ----------------------------------------------------------------------------

_STEP: Final = 0.02  # of √σ, the width in g over which the wells deform
_STENCIL: Final = np.array([-2.0, -1.0, 1.0, 2.0])
_FIRST: Final = np.array([1.0, -8.0, 8.0, -1.0]) / 12.0  # first derivative, fourth order


def finite_barrier_asymmetry(sigma: float, gmr: Gmr, h: float = 0.0) -> tuple[float, float]:
    """(c_P(σ), c_AP(σ)), rad: ±(k_BT/G) ∂ln τ_i/∂I at I = 0, σ = Kv/k_BT from 1 to 100, |h| < 1.

    For σ → ∞ c_P of Eq. 27, and c_AP − ½√(π/σ) at h = 0. Central differences of exact rates: good to 1e-8.
    """
    if not _LOWEST <= sigma <= _HIGHEST:
        raise OutsideValidityError(
            f"σ = Kv/k_BT is {sigma:g}; finite-barrier asymmetries hold for {_LOWEST:g} to {_HIGHEST:g}"
        )
    step = _STEP * np.sqrt(sigma)
    rates = uniaxial_rates(sigma, h, step * _STENCIL, gmr)
    weights = _FIRST / step
    return float(weights @ rates.log_dwell_P), float(-weights @ rates.log_dwell_AP)
