"""The parameters: coordinates there and back, slopes, bounds as documented, what depends on the temperature."""

import numpy as np
import pytest

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.models.parameters import PARAMETERS, Parameter, at_temperature

EPS = 2.0**-52
ALL = list(PARAMETERS.values())


def inside(parameter: Parameter) -> float:
    """A coordinate inside the bounds that is not special."""
    low, high = max(parameter.lower, -50.0), min(parameter.upper, 50.0)
    return 0.37 * low + 0.63 * high


@pytest.mark.parametrize("parameter", ALL, ids=lambda p: p.name)
def test_coordinate_and_quantity_are_inverse(parameter: Parameter) -> None:
    x = inside(parameter)
    # e^x has the relative error |x| ε, and ln(1+χ) near 0 is exact by log1p
    assert parameter.coordinate_of(parameter.quantity(x)) == pytest.approx(x, rel=8 * EPS, abs=8 * EPS)


@pytest.mark.parametrize("parameter", ALL, ids=lambda p: p.name)
def test_slope_of_the_coordinate(parameter: Parameter) -> None:
    x, h = inside(parameter), 1e-5
    difference = (parameter.quantity(x + h) - parameter.quantity(x - h)) / (2 * h)
    # h²/6 of an exponential, and 50 ε/h of rounding
    assert parameter.coordinate_slope(x) == pytest.approx(difference, rel=1e-8)


@pytest.mark.parametrize("parameter", ALL, ids=lambda p: p.name)
def test_starts_lie_inside_the_bounds_and_bounds_inside_the_domain(parameter: Parameter) -> None:
    assert parameter.lower < parameter.start < parameter.upper
    for end in (parameter.lower, parameter.upper):
        assert parameter.domain[0] <= parameter.quantity(end) <= parameter.domain[1]


def test_names_are_keys_and_coordinates_are_unique() -> None:
    assert [p.name for p in ALL] == list(PARAMETERS)
    assert len({p.coordinate for p in ALL}) == len(ALL)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("l_over_L", -1000.0, 1000.0),
        ("tau_0", 1e-18, 1e-3),
        ("theta_0", 0.0, np.pi),
        ("chi", 0.05 - 1.0, 100.0 - 1.0),
        ("h", -1.0, 1.0),
        ("beta", -1.0, 1.0),
    ],
)
def test_documented_bounds(name: str, low: float, high: float) -> None:
    parameter = PARAMETERS[name]
    # h stops 1e-9 short of its ends, where the barrier top is a pole
    assert parameter.quantity(parameter.lower) == pytest.approx(low, rel=2e-9, abs=1e-12)
    assert parameter.quantity(parameter.upper) == pytest.approx(high, rel=2e-9)


@pytest.mark.parametrize("thermal", [1.0, 2.0])
@pytest.mark.parametrize("name", ["E_P", "E_AP", "Kv"])
def test_barriers_end_at_200_kt_of_the_convention(name: str, thermal: float) -> None:
    parameter = at_temperature(PARAMETERS[name], 77.0, thermal)
    assert parameter.quantity(parameter.upper) == pytest.approx(200 * thermal * BOLTZMANN * 77.0, rel=8 * EPS)
    assert parameter.quantity(parameter.start) == pytest.approx(25 * thermal * BOLTZMANN * 77.0, rel=8 * EPS)
    assert parameter.lower == 0.0
    assert parameter.scale == ELEMENTARY_CHARGE


def test_other_parameters_know_no_temperature() -> None:
    assert at_temperature(PARAMETERS["theta_0"], 77.0) is PARAMETERS["theta_0"]


def test_a_small_resistance_change_keeps_its_digits() -> None:
    # lmfit maps two finite bounds to a sine, which would leave ΔR = 1 mΩ only ε·(width of the bounds) of its digits
    for name in ("delta_R", "resistance"):
        assert not np.isfinite(PARAMETERS[name].upper - PARAMETERS[name].lower)
