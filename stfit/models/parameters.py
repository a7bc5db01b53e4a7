"""The parameters of the theory: name, unit, coordinate of the fit, start, bounds and domain, each decided here once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.models.barrier_angle import angle_at, angle_slope, coordinate_at

Transform = Literal["linear", "log", "log1p", "barrier-angle"]


@dataclass(frozen=True)
class Parameter:
    """One parameter: a public quantity in SI units and the well-scaled coordinate that is fitted.

    quantity = scale · f(coordinate) with f the identity, exp, expm1 or models.barrier_angle (`transform`).
    start, lower, upper: of the coordinate; where it starts, and the plausible range that its prior covers by default.
    limits: of the coordinate, where the law itself ends; a fit that was given no bounds searches up to there. None:
    lower and upper. domain: open interval of the quantity, inside which a constraint holds. constant: known from
    elsewhere (β, ΔR, T, …), so that its absence from the device is worth a remark. flat: in what a uniform prior is.
    """

    name: str
    coordinate: str
    unit: str
    symbol: str
    meaning: str
    start: float
    lower: float
    upper: float
    domain: tuple[float, float] = (-np.inf, np.inf)
    transform: Transform = "linear"
    scale: float = 1.0
    constant: bool = False
    limits: tuple[float, float] | None = None
    flat: Literal["coordinate", "quantity", "logarithm"] = "coordinate"

    @property
    def searched(self) -> tuple[float, float]:
        """Ends of the coordinate in a fit that was given no bounds."""
        return (self.lower, self.upper) if self.limits is None else self.limits

    def quantity(self, coordinate: Any) -> Any:
        """The public quantity (SI) at a coordinate: float, array or Jet."""
        if self.transform == "log":
            return np.exp(coordinate) * self.scale
        if self.transform == "log1p":
            return np.expm1(coordinate) * self.scale
        if self.transform == "barrier-angle":
            return angle_at(coordinate) * self.scale
        return coordinate * self.scale

    def coordinate_of(self, quantity: float) -> float:
        """The coordinate at a public quantity (SI)."""
        scaled = quantity / self.scale
        if self.transform == "log":
            return float(np.log(scaled))
        if self.transform == "log1p":
            return float(np.log1p(scaled))
        return float(coordinate_at(scaled)) if self.transform == "barrier-angle" else scaled

    def coordinates_of(self, quantities: Any) -> Any:
        """The coordinates at public quantities (SI), an array; −∞ at the end of a logarithm."""
        scaled = np.asarray(quantities, dtype=float) / self.scale
        with np.errstate(divide="ignore"):
            if self.transform == "log":
                return np.log(scaled)
            if self.transform == "barrier-angle":
                return coordinate_at(scaled)
            return np.log1p(scaled) if self.transform == "log1p" else scaled

    def flat_of(self, coordinate: Any) -> Any:
        """That in which a uniform prior is uniform, increasing; of an array of coordinates."""
        if self.flat == "coordinate":
            return coordinate
        quantity = np.asarray(self.quantity(coordinate))
        return quantity if self.flat == "quantity" else np.log(quantity)

    def of_flat(self, flat: Any) -> Any:
        """The coordinates where that in which a uniform prior is uniform has these values, an array."""
        if self.flat == "coordinate":
            return flat
        return self.coordinates_of(flat if self.flat == "quantity" else np.exp(flat))

    def log_flat_slope(self, coordinate: Any) -> Any:
        """ln(d flat/d coordinate), of an array of coordinates."""
        if self.flat == "coordinate":
            return np.zeros(np.shape(coordinate))
        slope = self.log_coordinate_slope(coordinate)
        return slope if self.flat == "quantity" else slope - np.log(self.quantity(coordinate))

    def coordinate_slope(self, coordinate: float) -> float:
        """d quantity/d coordinate."""
        return float(np.exp(self.log_coordinate_slope(coordinate)))

    def log_coordinate_slope(self, coordinate: Any) -> Any:
        """ln(d quantity/d coordinate), of an array of coordinates."""
        if self.transform == "barrier-angle":
            return np.log(self.scale) + np.log(angle_slope(angle_at(coordinate)))
        return np.log(self.scale) + (0.0 * coordinate if self.transform == "linear" else coordinate)


_INF = np.inf
_LONGEST_LOGARITHM = 300.0  # whose exponential, squared and inverted, a double holds
_FARTHEST_CHI = 25.0  # |ln(1+χ)|: c_P and c_AP are then within 1e-5 of what they become
_SHORT_OF_1 = 1.0 - 1e-9  # at |h| = 1 the barrier top reaches a pole, where its slope is infinite


def _positive(name: str, unit: str, symbol: str, meaning: str, known: tuple[float, float, float]) -> Parameter:
    """A positive parameter whose logarithm is fitted; known: start and plausible ends, in `unit`."""
    start, low, high = (float(np.log(value)) for value in known)
    return Parameter(name, f"ln_{name}", unit, symbol, meaning, start, low, high, (0.0, _INF), "log")


def _endless(parameter: Parameter, farthest: float) -> Parameter:
    """A parameter that a fit without bounds follows beyond its plausible range, up to ± farthest of its coordinate."""
    return replace(parameter, limits=(-farthest, farthest))


def _barrier(name: str, symbol: str, meaning: str) -> Parameter:
    """An energy barrier, fitted in eV; start and plausible range are set by `at_temperature`."""
    domain, limits = (0.0, _INF), (0.0, _INF)
    return Parameter(name, name, "J", symbol, meaning, 0.6, 0.0, 5.0, domain, scale=ELEMENTARY_CHARGE, limits=limits)


def _material(name: str, unit: str, symbol: str, meaning: str, scale: float) -> Parameter:
    """A positive constant of the sample, fitted in units of `scale`."""
    return Parameter(name, name, unit, symbol, meaning, 1.0, 1e-6, _INF, (0.0, _INF), scale=scale, constant=True)


def _known(name: str, unit: str, symbol: str, meaning: str, known: tuple[float, float, float]) -> Parameter:
    """A positive constant that is measured elsewhere; known: start and plausible ends, in `unit`."""
    return Parameter(name, name, unit, symbol, meaning, *known, (0.0, _INF), constant=True)


_HOTTEST: Final = 100.0  # times T², the largest heating at the largest current


def heating(scale: float, start: float) -> Parameter:
    """κ of T² = T0² + κI², K²/A². scale: a typical T0²/I² of the data, its unit in a fit; start: in that unit."""
    upper, domain = _HOTTEST, (0.0, _INF)
    return Parameter("heating", "heating", "K**2/A**2", "κ", "Joule heating", start, 0.0, upper, domain, scale=scale)


_LAW: Final = (
    _endless(Parameter("l_over_L", "l_over_L", "e", "l/L_θθ", "spin-transfer coefficient", 8.0, -1e3, 1e3), _INF),
    _endless(_positive("tau_0", "s", "τ0", "attempt time", (1e-9, 1e-18, 1e-3)), _LONGEST_LOGARITHM),
    _barrier("E_P", "E_P", "energy barrier out of P"),
    _barrier("E_AP", "E_AP", "energy barrier out of AP"),
    _barrier("Kv", "Kv", "anisotropy energy"),
    Parameter("h", "h", "", "h", "reduced field H/H_K", 0.0, -_SHORT_OF_1, _SHORT_OF_1, (-1.0, 1.0)),
    Parameter("theta_0", "theta_0", "rad", "θ0", "angle of the barrier top", np.pi / 2, 0.0, np.pi, (0.0, np.pi)),
)
_EXPONENT: Final = Parameter("exponent", "exponent", "", "n", "exponent of the barrier", 1.0, 0.5, 3.0, (0.0, _INF))
_CHI: Final = Parameter(
    name="chi",
    coordinate="ln_1p_chi",
    unit="",
    symbol="χ",
    meaning="asymmetry of the GMR curve",
    start=0.0,
    lower=np.log(0.05),
    upper=np.log(100.0),
    domain=(-1.0, _INF),
    transform="log1p",
)
_FACTORS_OF_STATES: Final = (
    _positive("c_P", "rad", "c_P", "asymmetry factor of P", ((np.pi - 2) / 4, 1e-6, 10.0)),
    _positive("c_AP", "rad", "c_AP", "asymmetry factor of AP", ((np.pi + 2) / 4, 1e-6, 10.0)),
)
_CONSTANTS: Final = (
    Parameter(
        "beta", "beta", "", "β", "spin polarisation of the conductivity", 0.5, -1.0, 1.0, (-1.0, 1.0), constant=True
    ),
    # ΔR and R have no bounds on both sides: lmfit's would leave a small value few digits of a wide range
    Parameter("delta_R", "delta_R", "ohm", "ΔR", "R_AP − R_P", 1.0, -_INF, _INF, constant=True),
    _known("temperature", "K", "T", "temperature of the device", (300.0, 1e-3, 1e4)),
    _known("resistance", "ohm", "R", "resistance that turns a voltage into a current, of P", (1.0, 1e-6, _INF)),
    _known("resistance_AP", "ohm", "R_AP", "resistance that turns a voltage into a current, of AP", (1.0, 1e-6, _INF)),
    _known("series_resistance", "ohm", "R_s", "resistance in series with the device", (1.0, 1e-6, _INF)),
    _known("half_voltage", "V", "V_h", "voltage over the device at which ΔR is halved", (0.5, 1e-6, _INF)),
    _known("anisotropy_field", "T", "μ0H_K", "anisotropy field", (0.1, 1e-6, 100.0)),
    Parameter("field_offset", "field_offset", "T", "μ0H_0", "stray field", 0.0, -100.0, 100.0, constant=True),
    _known("curie_temperature", "K", "T_C", "Curie temperature", (1000.0, 1e-3, 1e5)),
)
# how pulses are read out: of one measurement
_ERRING: Final = "share read as switched of pulses that "
_READ_OUT: Final = (
    Parameter("visibility", "visibility", "", "v", f"{_ERRING}all switch", 0.99, 0.5, _SHORT_OF_1, (0.0, 1.0)),
    Parameter("floor", "floor", "", "f", f"{_ERRING}never do", 0.01, 0.0, 0.4, (-1e-12, 0.5)),
)
# resonance: α is the device's, powers and widths at zero current belong to one measurement
_LINES: Final = (
    _positive("alpha", "", "α", "Gilbert damping", (0.01, 1e-7, 10.0)),
    _material("gyromagnetic_ratio", "rad/s/T", "γ", "gyromagnetic ratio", 1e11),
    _material("saturation_magnetisation", "A/m", "M_s", "saturation magnetisation", 1e6),
    _material("volume", "m**3", "v", "volume of the magnetic layer", 1e-24),
    _positive("power_P", "", "P_0,P", "power of P at zero current", (1.0, 1e-30, 1e30)),
    _positive("power_AP", "", "P_0,AP", "power of AP at zero current", (1.0, 1e-30, 1e30)),
    _positive("linewidth_P", "Hz", "Δf_0,P", "homogeneous linewidth of P at zero current", (1e8, 1.0, 1e13)),
    _positive("linewidth_AP", "Hz", "Δf_0,AP", "homogeneous linewidth of AP at zero current", (1e8, 1.0, 1e13)),
    _positive("field_linewidth_P", "T", "μ0ΔH_P", "homogeneous linewidth of P at zero current", (5e-3, 1e-9, 100.0)),
    _positive("field_linewidth_AP", "T", "μ0ΔH_AP", "homogeneous linewidth of AP at zero current", (5e-3, 1e-9, 100.0)),
    Parameter(
        name="inhomogeneous_linewidth",
        coordinate="inhomogeneous_linewidth",
        unit="T",
        symbol="μ0ΔH_0",
        meaning="inhomogeneous linewidth",
        start=1.0,
        lower=0.0,
        upper=1e3,
        domain=(0.0, _INF),
        scale=1e-3,
    ),
)

PARAMETERS: Final[Mapping[str, Parameter]] = {
    p.name: p
    for p in (
        *_LAW,
        _endless(_CHI, _FARTHEST_CHI),
        *(_endless(p, _LONGEST_LOGARITHM) for p in _FACTORS_OF_STATES),
        _EXPONENT,
        *_CONSTANTS,
        heating(1e6, 0.01),
        *_READ_OUT,
        *_LINES,
    )
}

_FACTORS = frozenset({"c_P", "c_AP"})
_BARRIERS = frozenset({"E_P", "E_AP", "Kv"})
_LARGEST_BARRIER = 200.0  # k_BT


def at_temperature(parameter: Parameter, reference_temperature: float, thermal: float = 1.0) -> Parameter:
    """The parameter with what depends on the reference temperature: barriers start at 25 k_BT, plausible to 200.

    Parameters
    ----------
    parameter : Parameter
        Any; what is no barrier comes back as it is.
    reference_temperature : float
        K.
    thermal : float
        The multiple of k_BT by which the convention divides a barrier (2 in the printed Eq. 27).

    Returns
    -------
    Parameter
        With its start and plausible range.
    """
    if parameter.name not in _BARRIERS:
        return parameter
    unit = thermal * BOLTZMANN * reference_temperature / ELEMENTARY_CHARGE
    return replace(parameter, start=25.0 * unit, upper=_LARGEST_BARRIER * unit)


def regular(parameter: Parameter) -> Parameter:
    """The parameter in the coordinate of a fit, in which ln τ is as straight as it can be.

    θ0 by θ0 − sin θ0, of which c_P is a straight line: in θ0 itself c_P has no derivative at θ0 = 0, and data that push
    θ0 there could not pull it away again. c_P and c_AP by themselves, down to 0, in place of their logarithms. A prior
    stays flat in what it was flat in.

    Parameters
    ----------
    parameter : Parameter
        Any; others than θ0, c_P and c_AP come back as they are.

    Returns
    -------
    Parameter
        The same quantity in the other coordinate.
    """
    if parameter.name in _FACTORS:
        start, lower, upper = (float(np.exp(end)) for end in (parameter.start, parameter.lower, parameter.upper))
        return replace(
            parameter, start=start, lower=lower, upper=upper, transform="linear", flat="logarithm", limits=(0.0, _INF)
        )
    if parameter.name != "theta_0":
        return parameter
    start, lower, upper = (float(coordinate_at(end)) for end in (parameter.start, parameter.lower, parameter.upper))
    return replace(parameter, start=start, lower=lower, upper=upper, transform="barrier-angle", flat="quantity")
