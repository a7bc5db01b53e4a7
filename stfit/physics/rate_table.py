"""The exact dwell times of a uniaxial barrier as a series in σ, h and the current: cheap enough for fits.

ln(D0 τ_P) and ln(D0 τ_AP) of `fokker_planck.uniaxial_rates` are expanded in Chebyshev polynomials of ln σ, h and y, a
coordinate of the current that straightens the box: with q = 1 − g/(σ γ_AP(h)), which is 0 where the AP well vanishes,
y is linear in asinh(ln q/0.35). Declared box: σ from 2 to 100, |h| up to 0.7, currents from four times the
linear-extrapolated critical current out of P to 92 % of that at which AP vanishes. Relative error of τ in it: below
1e-4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import Expansion, Jet, elementwise, of_expansion, of_several, value_of
from stfit.errors import OutsideValidityError
from stfit.physics.activation import barrier_top
from stfit.physics.fokker_planck import uniaxial_rates, vanishing_drives
from stfit.physics.series import ChebyshevSeries, CurveSeries, composed, nodes, transformed
from stfit.physics.transport import Gmr

Array = npt.NDArray[np.float64]

SIGMA: Final = (2.0, 100.0)
LARGEST_FIELD: Final = 0.7
ACCURACY: Final = 1e-4  # of τ, relative, anywhere in the box

_LN_SIGMA: Final = (0.5 * np.log(SIGMA[1] * SIGMA[0]), 0.5 * np.log(SIGMA[1] / SIGMA[0]))  # middle and half width
_STRETCH: Final = 0.35  # of ln q about no current, where the wells deform within Δg = 2√σ
_LEAST_Q: Final = 0.08
_FIRST: Final = float(np.arcsinh(np.log(_LEAST_Q) / _STRETCH))  # where the box begins, on the side of AP
_OVERDRIVE: Final = 4.0  # times the linear-extrapolated critical current out of P
_NEARLY: Final = 0.9  # of the current at which P vanishes, where it does
_ORDERS: Final = ((18, 20, 42), (24, 28, 56), (30, 36, 72))  # tried one after the other until the error is met
_FIELD_ORDER: Final = 24  # of functions of h alone
_AT_ONCE: Final = 2000
_CHECKS: Final = 1000  # points of the box at which a new table is compared with the rates themselves
_MARGIN: Final = 0.5  # of the accuracy, which a check at random points must meet


@final
@dataclass(frozen=True, eq=False)
class RateTable:
    """ln(D0 τ_i) of a uniaxial barrier for one r(θ), over the declared box; beyond it goes on linearly, to be refused.

    coefficients: of the series, shape (2, i, j, k), P first. vanishing, overdriven: series in h of ln γ_AP, where AP
    vanishes, and of the coordinate at which the box ends on the side of P; shape (24,).
    """

    coefficients: Array
    vanishing: Array
    overdriven: Array

    @classmethod
    def of(cls, gmr: Gmr) -> Self:
        """The table of r(θ), checked against the rates; takes some ten seconds.

        OutsideValidityError where no series of moderate length meets the accuracy.
        """
        vanishing, overdriven = _edges(gmr)
        for orders in _ORDERS:
            empty = cls(np.zeros((2, *orders)), vanishing, overdriven)
            table = cls(transformed(empty.sampled(gmr), (1, 2, 3)), vanishing, overdriven)
            if table.largest_error(gmr, seed=0) < _MARGIN * ACCURACY:
                return table
        raise OutsideValidityError(f"the exact rates of this r(θ) do not follow a series to {ACCURACY:g}")

    def log_dwell_time(self, state: Any, sigma: Any, h: Any, drive: Any) -> Any:
        """ln(D0 τ) out of `state` (0: P, 1: AP) at drives g = G I/k_BT, 1/rad; arrays or Jets that broadcast."""

        def expanded(order: int, *values: Array) -> Expansion:
            if order == 0:
                return self._series.expanded(state, 0, *self._point(*values))
            coordinates = self._coordinates(*values)
            outer = self._series.expanded(state, order, *(coordinate[0] for coordinate in coordinates))
            return composed(outer, coordinates)

        return of_expansion(expanded, sigma, h, drive)

    def slope(self, state: Any, sigma: Any, h: Any) -> Any:
        """∂ln τ/∂g at g = 0 out of `state`, rad: c_P(σ, h) or −c_AP(σ, h); arrays or Jets that broadcast."""

        def at_rest(s: Any, f: Any) -> Any:
            width = self._end(f) - _FIRST
            x = (log_above(s, SIGMA[0]) - _LN_SIGMA[0]) / _LN_SIGMA[1]
            steepness = self._slopes(state, x, f / LARGEST_FIELD, -2.0 * _FIRST / width - 1.0)
            return -2.0 * steepness / (_STRETCH * width * s * np.exp(self._ln_vanishing(f)))

        return of_several(at_rest, sigma, h)

    def along_drive(self, state: Any, sigma: Array, h: Array, drive: Array) -> tuple[Array, Array]:
        """ln(D0 τ) out of `state` at any drive, and its slope by g, rad; arrays that broadcast."""
        found: Jet = self.log_dwell_time(state, sigma, h, Jet(drive, np.ones((1, *drive.shape)), None))
        return found.value, found.gradient[0]

    def contains(self, sigma: Array, h: Array, drive: Array) -> npt.NDArray[np.bool_]:
        """Whether the box does; arrays of one shape."""
        point = self._point(*(np.asarray(x, dtype=float) for x in (sigma, h, drive)))
        edge = 1.0 + 1e-9  # rounding
        within: npt.NDArray[np.bool_] = np.all([np.abs(x) <= edge for x in point], axis=0)
        return within

    def drives_allowed(self, sigma: Array, h: Array) -> tuple[Array, Array]:
        """The drives g at which the box begins and ends."""
        ends = (np.full_like(sigma, y) for y in (1.0, -1.0))
        lowest, highest = (self._drive(sigma, h, y) for y in ends)
        return lowest, highest

    def largest_error(self, gmr: Gmr, seed: int) -> float:
        """The largest |Δ ln τ| at random points of the box."""
        rng = np.random.default_rng(seed)
        sigma = np.exp(rng.uniform(np.log(SIGMA[0]), np.log(SIGMA[1]), _CHECKS))
        h = rng.uniform(-LARGEST_FIELD, LARGEST_FIELD, _CHECKS)
        drive = self._drive(sigma, h, rng.uniform(-1.0, 1.0, _CHECKS))
        exact = uniaxial_rates(sigma, h, drive, gmr)
        off = [
            self.log_dwell_time(state, sigma, h, drive) - rates
            for state, rates in enumerate((exact.log_dwell_P, exact.log_dwell_AP))
        ]
        return float(np.max(np.abs(off)))

    def sampled(self, gmr: Gmr) -> Array:
        """The exact values at the nodes of the series, shape (2, i, j, k)."""
        shape = self.coefficients.shape[1:]
        t, h, y = (part.ravel() for part in np.meshgrid(*(nodes(count) for count in shape), indexing="ij"))
        sigma, field = np.exp(_LN_SIGMA[0] + _LN_SIGMA[1] * t), LARGEST_FIELD * h
        drive = self._drive(sigma, field, y)
        parts = []
        for first in range(0, sigma.size, _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            rates = uniaxial_rates(sigma[some], field[some], drive[some], gmr)
            parts.append([rates.log_dwell_P, rates.log_dwell_AP])
        return np.concatenate(parts, axis=1).reshape(2, *shape)

    @cached_property
    def _series(self) -> ChebyshevSeries:
        return ChebyshevSeries(self.coefficients)

    @cached_property
    def _slopes(self) -> ChebyshevSeries:
        return self._series.derivative()

    def _point(self, sigma: Array, h: Array, drive: Array) -> tuple[Array, Array, Array]:
        """x(σ), h/0.7 and y(σ, h, g), each from −1 to 1 in the box."""
        x = (log_above(sigma, SIGMA[0]) - _LN_SIGMA[0]) / _LN_SIGMA[1]
        q = 1.0 - drive * np.exp(-self._ln_vanishing(h)) / sigma
        v = np.arcsinh(log_above(q, _LEAST_Q) / _STRETCH)
        return x, h / LARGEST_FIELD, 2.0 * (v - _FIRST) / (self._end(h) - _FIRST) - 1.0

    def _coordinates(self, sigma: Array, h: Array, drive: Array) -> tuple[Expansion, Expansion, Expansion]:
        """`_point` with its derivatives by (σ, h, g)."""
        x, slope, bend = log_above_expanded(sigma, SIGMA[0])
        by_x, by_h = np.zeros((2, 3, *sigma.shape))
        by_x[0], by_h[1] = slope / _LN_SIGMA[1], 1.0 / LARGEST_FIELD
        twice_x, twice_h = np.zeros((2, 3, 3, *sigma.shape))
        twice_x[0, 0] = bend / _LN_SIGMA[1]
        along_sigma = ((x - _LN_SIGMA[0]) / _LN_SIGMA[1], by_x, twice_x)
        return along_sigma, (h / LARGEST_FIELD, by_h, twice_h), self._of_the_current(sigma, h, drive)

    def _of_the_current(self, sigma: Array, h: Array, drive: Array) -> Expansion:
        """y = 2(v − v_0)/W(h) − 1 with v = asinh(ln(1 − u)/0.35) and u = g/(σ γ_AP(h)), differentiated by hand."""
        ln_gamma, ln_gamma_1, ln_gamma_2 = self._ln_vanishing.derivatives(h)
        end, width_1, width_2 = self._end.derivatives(h)
        per_drive = np.exp(-ln_gamma) / sigma
        u, width, none = drive * per_drive, end - _FIRST, np.zeros_like(sigma)
        by_u = np.array([-u / sigma, -ln_gamma_1 * u, per_drive])
        mixed, to_sigma, to_h = ln_gamma_1 * u / sigma, -per_drive / sigma, -ln_gamma_1 * per_drive
        twice_h = (ln_gamma_1**2 - ln_gamma_2) * u
        twice_u = np.array([[2.0 * u / sigma**2, mixed, to_sigma], [mixed, twice_h, to_h], [to_sigma, to_h, none]])
        z, z_1, z_2 = log_above_expanded(1.0 - u, _LEAST_Q)
        root = np.hypot(_STRETCH, z)
        v_1, v_2 = -z_1 / root, z_2 / root - z * z_1**2 / root**3
        share = (np.arcsinh(z / _STRETCH) - _FIRST) / width
        by_width = np.array([none, width_1, none])
        first = (v_1 * by_u - share * by_width) / width
        crossed = first[:, None] * by_width
        second = v_2 * by_u[:, None] * by_u + v_1 * twice_u - crossed - np.swapaxes(crossed, 0, 1)
        second[1, 1] -= share * width_2
        return 2.0 * share - 1.0, 2.0 * first, 2.0 * second / width

    def _drive(self, sigma: Array, h: Array, y: Array) -> Array:
        """g of the coordinate y."""
        stretched = _FIRST + 0.5 * (y + 1.0) * (self._end(h) - _FIRST)
        drive: Array = sigma * np.exp(self._ln_vanishing(h)) * -np.expm1(_STRETCH * np.sinh(stretched))
        return drive

    @cached_property
    def _ln_vanishing(self) -> CurveSeries:
        """ln of γ_AP = g/σ where the AP well vanishes."""
        return CurveSeries(self.vanishing, LARGEST_FIELD)

    @cached_property
    def _end(self) -> CurveSeries:
        """v at the end of the box on the side of P."""
        return CurveSeries(self.overdriven, LARGEST_FIELD)


def _edges(gmr: Gmr) -> tuple[Array, Array]:
    """The series in h of ln γ_AP and of the stretched coordinate at the end of the box on the side of P."""
    h = LARGEST_FIELD * nodes(_FIELD_ORDER)
    out_of_P, out_of_AP = vanishing_drives(h, gmr)
    linear = (1.0 + h) ** 2 / gmr.integral(barrier_top(h))
    lowest = -np.minimum(_OVERDRIVE * linear, -_NEARLY * out_of_P)
    end = np.arcsinh(np.log1p(-lowest / out_of_AP) / _STRETCH)
    return transformed(np.log(out_of_AP), (0,)), transformed(end, (0,))


def log_above(x: Any, knee: float) -> Any:
    """ln x down to a knee, below it the tangent there: a search that strays finds its way back."""
    values = log_above_expanded(value_of(x), knee)
    return elementwise(x, lambda _: values[0], lambda _: values[1], lambda _: values[2])


def log_above_expanded(x: Array, knee: float) -> tuple[Array, Array, Array]:
    """`log_above` with its first and second derivative."""
    above = np.maximum(x, knee)
    value = np.log(above) + np.minimum(x - knee, 0.0) / knee
    return value, 1.0 / above, np.where(x > knee, -1.0 / above**2, 0.0)
