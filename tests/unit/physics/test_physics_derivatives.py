"""Every formula of the fit, evaluated with Jets, against five-point differences over all its parameters."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.derivatives import seed
from stfit.physics import activation, fluctuations, magnetisation, switching, telegraph, transport

Array = npt.NDArray[np.float64]
Formula = Callable[..., Any]

STATE = np.array([0, 0, 1, 1])
CURRENT = np.array([-1.1e-3, 0.4e-3, -0.3e-3, 0.9e-3])
ENERGY = 0.5 * ELEMENTARY_CHARGE
TABLE = transport.TabulatedGmr(np.linspace(0, np.pi, 5), np.array([0.0, 0.1, 0.4, 0.8, 1.0]))


def log_dwell_time(
    ln_tau_0: Any, E_P: Any, E_AP: Any, l_over_L: Any, theta_0: Any, delta_R: Any, beta: Any, T: Any
) -> Any:
    gmr = transport.ChiGmr(0.4)
    coupling = transport.coupling(l_over_L, delta_R, beta)
    c_P, c_AP = transport.asymmetry_P(gmr, theta_0), transport.asymmetry_AP(gmr, theta_0)
    height = activation.barrier(STATE, CURRENT, E_P, E_AP, coupling, c_P, c_AP)
    return activation.log_dwell_time(ln_tau_0, height, T)


def uniaxial(Kv: Any, h: Any) -> Any:
    E_P, E_AP = activation.uniaxial_barriers(Kv, h)
    c_P = transport.asymmetry_P(transport.CosineGmr(), activation.barrier_top(h))
    return ((1 - STATE) * E_P + STATE * E_AP) / ENERGY * c_P


def slopes(G: Any, c_P: Any, c_AP: Any, T: Any) -> Any:
    return activation.slope(STATE, G, c_P, c_AP, T)


def critical_currents(E_P: Any, E_AP: Any, G: Any, c_P: Any, c_AP: Any) -> Any:
    return activation.critical_current(STATE, E_P, E_AP, G, c_P, c_AP) / CURRENT


def ramp(slope: Any, ln_rate_0: Any) -> Any:
    currents = np.array([0.0, 0.02, 0.8, 1.1])
    return switching.ramp_log_density(currents, slope, ln_rate_0, 2.0, 0.0)


def ramp_moments(slope: Any, ln_rate_0: Any) -> Any:
    return switching.ramp_mean(slope, ln_rate_0, 2.0) + switching.ramp_std(slope)


def line(center: Any, fwhm: Any, area: Any) -> Any:
    x = np.array([0.8, 1.05, 1.4])
    both = fluctuations.lorentzian(x, center, fwhm, area) + fluctuations.derivative_lorentzian(x, center, fwhm, area)
    return both + fluctuations.symmetric_antisymmetric(x, center, fwhm, area, 0.3 * area)


def torque(slope: Any) -> Any:
    return fluctuations.MAPPINGS["torque"].log_power_ratio(np.array([-0.4, 0.5]), slope)


def dead_time(tau: Any, tau_other: Any) -> Any:
    return telegraph.apparent_mean_dwell(tau, tau_other, 0.2) + telegraph.apparent_dwell_variance(tau, tau_other, 0.2)


def pulses(exposure: Callable[[Any, Any], Any]) -> Formula:
    return lambda y: exposure(np.array([0.01, 0.5, 2.0, 6.0]), y)


KT = BOLTZMANN * 295.0
POINTS: dict[str, tuple[Formula, list[float]]] = {
    "log_dwell_time": (log_dwell_time, [-20.7, ENERGY, 0.8 * ENERGY, 8.0, 1.4, 0.11, 0.35, 295.0]),
    "uniaxial": (uniaxial, [ENERGY, 0.3]),
    "slope": (slopes, [3e-18, 0.28, 1.28, 295.0]),
    "critical_current": (critical_currents, [ENERGY, 0.8 * ENERGY, 3e-17, 0.28, 1.28]),
    "chi_asymmetry": (lambda chi: transport.chi_asymmetry_P(chi) + 2.0 * transport.chi_asymmetry_AP(chi), [0.4]),
    "chi_asymmetry below 0": (lambda chi: transport.chi_asymmetry_P(chi), [-0.7]),
    "table": (lambda theta: TABLE.integral(theta) + TABLE.resistance(theta), [1.3]),
    "cosine and chi": (lambda t: transport.CosineGmr().resistance(t) + transport.ChiGmr(3.0).integral(t), [2.2]),
    "switching_probability": (pulses(switching.switching_probability), [0.7]),
    "log_switching_probability": (pulses(switching.log_switching_probability), [0.7]),
    "log_stay_probability": (pulses(switching.log_stay_probability), [0.7]),
    "measured_critical_current": (
        lambda I_c, E, T, ln_tau_0: switching.half_switching_current(I_c, E, T, np.array([1e-6, 1e-2]), ln_tau_0),
        [1.2, 40 * KT, 295.0, -20.7],
    ),
    "ramp_log_density": (ramp, [6.0, -3.0]),
    "ramp moments": (ramp_moments, [6.0, -3.0]),
    "line shapes": (line, [1.0, 1.2, 0.9]),
    "torque": (torque, [0.8]),
    "dead time": (dead_time, [1.0, 1.4]),
    "Machlup": (lambda a, b, v: telegraph.machlup_spectrum(np.array([0.05, 0.3]), a, b, v), [1.0, 1.4, 0.7]),
    "stay": (lambda a, b: telegraph.stay_probabilities(a, b, 0.3)[0], [1.0, 1.4]),
    "chain": (lambda p, q: telegraph.dwell_times_from_chain(p, q, 0.3)[1], [0.7, 0.7]),
    "bloch": (lambda T, T_C: magnetisation.bloch_magnetisation(T / T_C), [0.3, 1.1]),
    "mean field": (lambda T, T_C: magnetisation.mean_field_magnetisation(T / T_C) ** 3, [0.3, 1.1]),
    "transport_coefficient": (transport.transport_coefficient, [0.02, 1.76, 0.4, 0.8]),
}
STEP = 1e-3


def five_point(function: Callable[[Array], Array], size: int) -> Array:
    slopes = []
    for shift in STEP * np.eye(size):
        near, far = function(shift) - function(-shift), function(2 * shift) - function(-2 * shift)
        slopes.append((8.0 * near - far) / (12.0 * STEP))
    return np.array(slopes)


@pytest.mark.parametrize("name", POINTS)
def test_gradient_and_hessian_in_relative_coordinates(name: str) -> None:
    formula, point = POINTS[name]

    def of(relative: list[Any]) -> Any:
        return formula(*[p * (1.0 + u) for p, u in zip(point, relative, strict=True)])

    jet = of(seed(np.zeros(len(point)), 2))
    slope = five_point(lambda u: np.atleast_1d(of(list(u))), len(point))
    curvature = five_point(lambda u: of(seed(u, 1)).gradient, len(point))
    # Five points at a relative step of 1e-3: truncation h⁴|f⁽⁵⁾|/30 with f⁽⁵⁾ ~ 5!·2⁵·f (rates to the power ≤ 2 of
    # the coordinates and their inverses) is 1.3e-10 of the largest value, rounding 3e-13 of it.
    scale = 1.0 + max(np.abs(jet.value).max(), np.abs(jet.gradient).max(), np.abs(jet.hessian).max())
    np.testing.assert_allclose(jet.gradient, slope, rtol=0, atol=1e-9 * scale)
    np.testing.assert_allclose(jet.hessian, curvature, rtol=0, atol=1e-9 * scale)
