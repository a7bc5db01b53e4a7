"""Eq. 32 in the objective: each mapping against its closed form, and derivatives against differences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stfit.constants import BOLTZMANN
from stfit.derivatives import Jet, seed
from stfit.models.choices import Choices
from stfit.models.lines import LineRows, log_line
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.physics.fluctuations import LineNumbers
from tests.builders import STRONGER

Array = npt.NDArray[np.float64]

T = 295.0
QUANTITIES = {
    **STRONGER,
    "power_P": 2.0,
    "power_AP": 1.5,
    "linewidth_P": 9e7,
    "linewidth_AP": 1.2e8,
    "alpha": 0.012,
    "gyromagnetic_ratio": 1.8e11,
    "inhomogeneous_linewidth": 1.5e-3,
}
BOTH = LineNumbers("integrated", "Hz")
STATE = np.tile([0.0, 0.0, 1.0, 1.0], 2)
CURRENT = np.tile([-1e-3, 2e-3, -2e-3, 1.5e-3], 2)
IS_WIDTH = np.repeat([0.0, 1.0], 4)
ROWS = LineRows(IS_WIDTH, STATE, CURRENT, T, np.full(8, 9e9))
# ln of numbers up to 1e8 from sums of a dozen terms of that size
ROUNDING = 12 * 20 * float(np.finfo(float).eps)


def law(mapping: str = "damping") -> SpinTransferLaw:
    return SpinTransferLaw.of(Choices(mapping=mapping), reference_temperature=T)


def predicted(mapping: str = "damping", numbers: LineNumbers = BOTH, rows: LineRows = ROWS, **changes: Any) -> Array:
    return np.asarray(np.exp(log_line(law(mapping), {**QUANTITIES, **changes}, numbers, rows)))


def slopes() -> Array:
    found = law().derived(QUANTITIES, T)
    return np.asarray(np.where(STATE == 0, found["slope_P"], found["slope_AP"]))


def critical_currents() -> Array:
    found = law().derived(QUANTITIES, T)
    return np.asarray(np.where(STATE == 0, found["I_c_P"], found["I_c_AP"]))


POWER_0 = np.where(STATE == 0, 2.0, 1.5)
WIDTH_0 = np.where(STATE == 0, 9e7, 1.2e8)


@pytest.mark.parametrize(
    ("mapping", "power", "width"), [("power", 1.0, 0.0), ("damping", 1.0, 1.0), ("peak", 0.5, 0.5)]
)
def test_exponential_mappings(mapping: str, power: float, width: float) -> None:
    x = slopes() * CURRENT
    expected = np.where(IS_WIDTH == 1, WIDTH_0 * np.exp(width * x), POWER_0 * np.exp(-power * x))
    np.testing.assert_allclose(predicted(mapping), expected, rtol=ROUNDING)


def test_torque_follows_the_critical_current_of_eq_28() -> None:
    x = 1.0 - CURRENT / critical_currents()
    np.testing.assert_allclose(predicted("torque"), np.where(IS_WIDTH == 1, WIDTH_0 * x, POWER_0 / x), rtol=ROUNDING)


def test_torque_beyond_the_critical_current_is_finite_and_falls_on() -> None:
    # 0.99, 1, 1.5 and 4 times I_c, where the mapping itself refuses
    fractions = np.array([0.99, 1.0, 1.5, 4.0])
    I_c = critical_currents()[2]
    rows = LineRows(np.repeat([0.0, 1.0], 4), np.ones(8), np.tile(fractions * I_c, 2), T)
    found = log_line(law("torque"), QUANTITIES, BOTH, rows)
    assert np.all(np.isfinite(np.exp(found) ** 2))
    power, width = found[:4], found[4:]
    assert np.all(np.diff(width) <= 0)
    assert np.all(np.diff(power) >= 0)
    assert width[0] == pytest.approx(np.log(0.01 * 1.2e8), abs=1e-9)  # 1e-2 as a difference of ones: 1e-16/1e-2


def test_a_tenth_of_the_critical_current_changes_a_line_55_fold_at_sigma_40() -> None:
    # physics.md, section 3: σ = 40 and I = 0.1 I_c give |s I| = 4, and e⁴ = 54.6
    energy = 40.0 * BOLTZMANN * T
    quantities = {**QUANTITIES, "E_P": energy, "E_AP": energy}
    I_c = law().derived(quantities, T)["I_c_AP"]
    rows = LineRows(np.array([0.0, 0.0]), np.array([1.0, 1.0]), np.array([0.0, 0.1 * I_c]), T)
    power = np.exp(log_line(law(), quantities, LineNumbers("integrated"), rows))
    assert power[1] / power[0] == pytest.approx(np.exp(4.0), rel=1e-12)
    assert round(power[1] / power[0]) == 55


def test_a_peak_is_the_integral_over_the_width() -> None:
    integrated = predicted()
    peak = predicted(numbers=LineNumbers("peak", "Hz"))
    np.testing.assert_allclose(peak[:4], 2 * integrated[:4] / (np.pi * integrated[4:]), rtol=ROUNDING)
    np.testing.assert_array_equal(peak[4:], integrated[4:])


def test_a_peak_alone_narrows_with_the_homogeneous_width() -> None:
    alone = LineNumbers("peak")
    rows = replace(ROWS, is_width=np.zeros(8))
    np.testing.assert_allclose(
        predicted(numbers=alone, rows=rows), POWER_0 * np.exp(-2 * slopes() * CURRENT), rtol=1e-13
    )


def test_the_current_acts_on_the_homogeneous_width_alone() -> None:
    with_rest = predicted(numbers=LineNumbers("integrated", "Hz", 2e7))
    np.testing.assert_allclose(with_rest[4:] - 2e7, predicted()[4:], rtol=1e-13)
    # of a peak the whole width counts
    peak = predicted(numbers=LineNumbers("peak", "Hz", 2e7))
    np.testing.assert_allclose(peak[:4], 2 * predicted()[:4] / (np.pi * with_rest[4:]), rtol=ROUNDING)


def test_widths_follow_the_frequency_and_their_homogeneous_part_the_current() -> None:
    rows = LineRows(np.ones(4), STATE[:4], CURRENT[:4], T, np.array([5e9, 9e9, 9e9, 14e9]))
    found = predicted(numbers=LineNumbers("", "T", None, by_frequency=True), rows=rows)
    homogeneous = 4 * np.pi * 0.012 * np.asarray(rows.frequency) / 1.8e11 * np.exp((slopes() * CURRENT)[:4])
    np.testing.assert_allclose(found, 1.5e-3 + homogeneous, rtol=ROUNDING)


def test_one_state_needs_the_parameters_of_no_other() -> None:
    rows = LineRows(np.zeros(2), np.ones(2), np.array([0.0, 1e-3]), T)
    quantities = {name: value for name, value in QUANTITIES.items() if name != "power_P"}
    power = np.exp(log_line(law(), quantities, LineNumbers("integrated"), rows))
    assert power[0] == pytest.approx(1.5, rel=1e-15)


def test_walkers_stand_in_leading_axes() -> None:
    many = {name: np.full((4, 3, 1), value) for name, value in QUANTITIES.items()}
    found = log_line(law(), many, BOTH, ROWS)
    assert found.shape == (4, 3, 8)
    np.testing.assert_allclose(np.exp(found[2, 1]), predicted(), rtol=1e-14)


@pytest.mark.parametrize("mapping", ["power", "damping", "peak", "torque"])
@pytest.mark.parametrize(
    "numbers",
    [BOTH, LineNumbers("peak", "Hz", 2e7), LineNumbers("peak", "T", None, by_frequency=True)],
)
def test_derivatives_are_those_of_differences(mapping: str, numbers: LineNumbers) -> None:
    names = ("l_over_L", "theta_0", "E_AP", "power_AP", "linewidth_P", "alpha", "inhomogeneous_linewidth")

    def at(factors: Array) -> Any:
        scaled = {name: QUANTITIES[name] * factor for name, factor in zip(names, factors, strict=True)}
        return log_line(law(mapping), {**QUANTITIES, **scaled}, numbers, ROWS)

    jets = seed(np.ones(len(names)), 2)
    jet = log_line(
        law(mapping),
        {**QUANTITIES, **{name: QUANTITIES[name] * j for name, j in zip(names, jets, strict=True)}},
        numbers,
        ROWS,
    )
    assert isinstance(jet, Jet)
    assert jet.hessian is not None
    step = 1e-4
    for i in range(len(names)):
        up, down = np.ones(len(names)), np.ones(len(names))
        up[i], down[i] = 1 + step, 1 - step
        first = (at(up) - at(down)) / (2 * step)
        second = (at(up) - 2 * at(np.ones(len(names))) + at(down)) / step**2
        # h² of derivatives up to a few tens; rounding 20ε/h = 4e-11 and 20ε/h² = 4e-7
        np.testing.assert_allclose(jet.gradient[i], first, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(jet.hessian[i, i], second, rtol=1e-5, atol=5e-5)
