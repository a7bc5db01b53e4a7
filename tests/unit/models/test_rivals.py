"""Rival descriptions: their limits, what they do beyond I_c, their derivatives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stfit.constants import BOLTZMANN
from stfit.derivatives import Jet, seed
from stfit.models.effective_temperature import EffectiveTemperature
from stfit.models.eq_27 import EQ_27
from stfit.models.heating import JouleHeating
from stfit.models.law import Law
from stfit.models.power import POWERS, PowerBarrier, log_positive_part
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.models.words import Words
from tests.builders import STRONGER

Array = npt.NDArray[np.float64]

LAW = SpinTransferLaw.of(reference_temperature=295.0)
QUANTITIES = {**STRONGER, "exponent": 1.7, "heating": 2e9}
HEATED = replace(LAW, heating=JouleHeating(scale=1e10))
FREE = PowerBarrier("n", Words("n"), None)
RIVALS = (*(replace(LAW, rates=rates) for rates in (EQ_27, *POWERS, FREE, EffectiveTemperature())), HEATED)
# I_c is −0.070 A out of P and +0.018 A out of AP: 1 − I/I_c from 0.2 to 1.8, well above where powers are smoothed
STATE = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
CURRENT = np.array([-0.056, 0.0, 0.030, -0.0147, 0.0, 0.0147])
TEMPERATURE = np.array([280.0, 295.0, 310.0, 280.0, 295.0, 310.0])


def log_dwell_time(rates: Law | SpinTransferLaw, current: Any = CURRENT, **changed: Any) -> Any:
    law = rates if isinstance(rates, SpinTransferLaw) else replace(LAW, rates=rates)
    return law.log_dwell_time(QUANTITIES | changed, state=STATE, current=current, temperature=TEMPERATURE, field=None)


def test_an_exponent_of_one_is_eq_27() -> None:
    # exp(ln u) is u to a few roundings (2e-16 each), of E/k_BT = 20
    eq_27 = log_dwell_time(EQ_27)
    assert log_dwell_time(PowerBarrier("1", Words("1"), 1.0)) == pytest.approx(eq_27, abs=20 * 5e-16 + 4e-15)
    assert log_dwell_time(FREE, exponent=1.0) == pytest.approx(eq_27, abs=20 * 5e-16 + 4e-15)


def test_without_heating_the_law_is_eq_27() -> None:
    assert np.array_equal(log_dwell_time(HEATED, heating=0.0), log_dwell_time(EQ_27))


def test_an_effective_temperature_is_eq_27() -> None:
    # three divisions and products more, each 1.1e-16 of B/k_BT ≤ 37
    assert log_dwell_time(EffectiveTemperature()) == pytest.approx(log_dwell_time(EQ_27), abs=37 * 1e-15)


def test_powers_by_hand() -> None:
    # B = E(1 − I/I_c)^(3/2), with the linear barrier from Eq. 27 itself
    linear = (log_dwell_time(EQ_27) - np.log(1e-9)) * BOLTZMANN * TEMPERATURE
    energy = np.where(STATE == 0, QUANTITIES["E_P"], QUANTITIES["E_AP"])
    expected = np.log(1e-9) + energy * (linear / energy) ** 1.5 / (BOLTZMANN * TEMPERATURE)
    assert log_dwell_time(POWERS[0]) == pytest.approx(expected, rel=1e-12)  # ten roundings of ln τ up to 40


def test_heating_by_hand() -> None:
    linear = log_dwell_time(EQ_27) - np.log(1e-9)
    hot = np.sqrt(TEMPERATURE**2 + 2e9 * CURRENT**2)
    assert log_dwell_time(HEATED) == pytest.approx(np.log(1e-9) + linear * TEMPERATURE / hot, rel=1e-12)


def test_beyond_the_critical_current_there_is_no_barrier() -> None:
    beyond = np.array([-0.09, -0.2, -10.0, 0.022, 0.05, 10.0])
    for power in POWERS:
        # at 1 − I/I_c = −0.19 the base is e^(−220) of 1 %, and n ≥ 0.5
        assert log_dwell_time(power, beyond, exponent=0.5) == pytest.approx(np.log(1e-9), abs=1e-12)


@pytest.mark.parametrize("n", [0.5, 1.0, 1.5, 2.0, 3.0])
def test_the_barrier_falls_all_the_way(n: float) -> None:
    u = np.linspace(0.3, -0.05, 1000)
    barrier = np.exp(n * log_positive_part(u))
    assert np.all(np.diff(barrier) < 0.0)
    assert np.all(barrier >= 0.0)


def test_the_logarithm_is_continued_with_two_derivatives() -> None:
    (u,) = seed(np.array([0.0]), 2)
    below, above = (log_positive_part(u + np.array([0.01 + step])) for step in (-1e-12, 1e-12))
    assert isinstance(below, Jet)
    # the step changes value, slope (100) and curvature (−10⁴, whose own slope is 2·10⁶) by so much at most
    assert below.value == pytest.approx(above.value, abs=2e-12 * 100 * 1.01)
    assert below.gradient == pytest.approx(above.gradient, abs=2e-12 * 1e4 * 1.01)
    assert below.hessian == pytest.approx(above.hessian, abs=2e-12 * 2e6 * 1.01 + 1e-8)
    assert log_positive_part(np.array([0.3, 1.0, 5.0])) == pytest.approx(np.log([0.3, 1.0, 5.0]), abs=0.0)


def test_heating_is_even_in_the_current() -> None:
    still = QUANTITIES | {"l_over_L": 0.0}
    there, back = (
        HEATED.log_dwell_time(still, state=STATE, current=sign * CURRENT, temperature=TEMPERATURE, field=None)
        for sign in (1.0, -1.0)
    )
    assert np.array_equal(there, back)


@pytest.mark.parametrize("law", RIVALS, ids=lambda law: law.name)
def test_slopes_are_those_at_zero_current(law: SpinTransferLaw) -> None:
    (current,) = seed(np.array([0.0]), 1)
    jet = law.log_dwell_time(QUANTITIES, state=STATE, current=current, temperature=TEMPERATURE, field=None)
    assert law.slopes(QUANTITIES, STATE, TEMPERATURE, None) == pytest.approx(jet.gradient[0], rel=1e-12)


@pytest.mark.parametrize("law", RIVALS, ids=lambda law: law.name)
def test_critical_currents_are_those_of_eq_27(law: SpinTransferLaw) -> None:
    derived, eq_27 = (rival.derived(QUANTITIES, 295.0) for rival in (law, LAW))
    assert [derived[name] for name in ("I_c_P", "I_c_AP")] == [eq_27[name] for name in ("I_c_P", "I_c_AP")]


@pytest.mark.parametrize("law", RIVALS, ids=lambda law: law.name)
def test_derivatives_are_those_of_the_formula(law: SpinTransferLaw) -> None:
    names = tuple(QUANTITIES)
    at = np.array([QUANTITIES[name] for name in names])

    def values(x: Array) -> Array:
        return np.asarray(log_dwell_time(law, **dict(zip(names, x, strict=True))))

    jet = log_dwell_time(law, **dict(zip(names, seed(at, 2), strict=True)))
    steps = 1e-3 * at
    for i in range(at.size):
        shift = np.zeros_like(at)
        shift[i] = steps[i]
        ends = [values(at + k * shift) for k in (-2, -1, 1, 2)]
        slope = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / 12
        # a five-point difference is off by h⁴f⁽⁵⁾/30 with f ≤ 400 and its derivatives up to 5! f/0.2⁵ of it: 2e-6
        assert jet.gradient[i] * steps[i] == pytest.approx(slope, abs=1e-8, rel=1e-6)
        curvature = (-ends[0] + 16 * ends[1] - 30 * values(at) + 16 * ends[2] - ends[3]) / 12
        assert jet.hessian[i, i] * steps[i] ** 2 == pytest.approx(curvature, abs=1e-10, rel=1e-4)


def test_mixed_derivatives_of_the_free_exponent() -> None:
    jets = seed(np.array([1.7, 0.11]), 2)
    jet = log_dwell_time(FREE, exponent=jets[0], delta_R=jets[1])
    h, k = 1e-4, 1e-5

    def at(a: int, b: int) -> Array:
        return np.asarray(log_dwell_time(FREE, exponent=1.7 + a * h, delta_R=0.11 + b * k))

    mixed = (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h * k)
    # second-order differences: relative h² and (k/0.11)², and roundings of 4e-15·4/(4hk) = 4e-6
    assert jet.hessian[0, 1] == pytest.approx(mixed, rel=1e-5, abs=2e-5)


@pytest.mark.parametrize("law", RIVALS, ids=lambda law: law.name)
def test_walkers_broadcast_over_the_rows(law: SpinTransferLaw) -> None:
    walkers = {name: np.full((4, 1), value) for name, value in QUANTITIES.items()}
    many = log_dwell_time(law, **walkers)
    assert many.shape == (4, 6)
    assert np.array_equal(many, np.broadcast_to(log_dwell_time(law), (4, 6)))


def test_only_free_rivals_have_parameters() -> None:
    extra = {law.name: [p.name for p in law.of_the_current] for law in RIVALS if law.of_the_current}
    assert extra == {"barrier-n": ["exponent"], "n": ["exponent"], "joule-heating": ["heating"]}
    assert replace(LAW, rates=FREE).parameters[-1].name == "exponent"
    assert [p.name for p in LAW.parameters] == ["l_over_L", "tau_0", "E_P", "E_AP", "theta_0", "beta", "delta_R"]
