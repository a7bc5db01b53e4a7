"""Where a fit of Eq. 28 starts."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.models.choices import Choices
from stfit.models.device import CriticalRows
from stfit.models.guess_critical import (
    ExtrapolatedCurrents,
    quantities_from_critical_currents,
    zero_temperature_currents,
)
from stfit.models.spin_transfer import SpinTransferLaw

STATE = np.repeat([0.0, 1.0], 3)
DELTA_R = np.tile([0.05, 0.2, 0.5], 2)
ENERGY = 0.5 * ELEMENTARY_CHARGE
ASYMMETRIES = {
    "theta_0": {"E_P": ENERGY, "E_AP": ENERGY, "theta_0": 1.7},
    "symmetric": {"E_P": ENERGY, "E_AP": ENERGY},
    "uniaxial": {"Kv": ENERGY, "h": 0.1},
    "chi": {"E_P": ENERGY, "E_AP": ENERGY, "chi": 0.4},
}


@pytest.mark.parametrize("asymmetry", ASYMMETRIES)
@pytest.mark.parametrize("l_over_L", [12.0, -0.1])
def test_exact_currents_give_the_truth(asymmetry: str, l_over_L: float) -> None:
    law = SpinTransferLaw.of(Choices(asymmetry=asymmetry))
    truth = ASYMMETRIES[asymmetry] | {"l_over_L": l_over_L, "beta": 0.4, "tau_0": 1e-9}
    current = 1.0 / law.inverse_critical_current(truth, state=STATE, delta_R=DELTA_R)
    wells = law.device.asymmetry.wells(truth, None)
    energy = np.where(STATE == 0, wells.energy_P, wells.energy_AP)
    rows = ExtrapolatedCurrents(STATE, current, DELTA_R, energy)
    found = quantities_from_critical_currents(law.device, rows, truth)
    # roots of c_AP/c_P are found to 1e-15, and c_P loses at most a factor of 100 of it
    assert {name: found[name] for name in truth} == pytest.approx(truth, rel=1e-10)


def test_one_transition_is_enough_for_a_start() -> None:
    law = SpinTransferLaw.of(Choices(asymmetry="symmetric"))
    truth = ASYMMETRIES["symmetric"] | {"l_over_L": 12.0, "beta": 0.4, "tau_0": 1e-9}
    current = 1.0 / law.inverse_critical_current(truth, state=np.ones(3), delta_R=DELTA_R[:3])
    rows = ExtrapolatedCurrents(np.ones(3), current, DELTA_R[:3], np.full(3, ENERGY))
    found = quantities_from_critical_currents(law.device, rows, truth)
    assert found["l_over_L"] == pytest.approx(12.0, rel=1e-12)
    assert found["E_P"] == found["E_AP"]


def test_measured_currents_are_taken_to_zero_temperature() -> None:
    law = SpinTransferLaw.of()
    truth = ASYMMETRIES["theta_0"] | {"l_over_L": 12.0, "beta": 0.4, "tau_0": 1e-9}
    kelvin = np.full(6, 77.0)
    measured = 1.0 / law.inverse_critical_current(
        truth, state=STATE, delta_R=DELTA_R, temperature=kelvin, measurement_time=1.0
    )
    zero = 1.0 / law.inverse_critical_current(truth, state=STATE, delta_R=DELTA_R)
    assert np.all(np.abs(measured) < np.abs(zero))
    rows = CriticalRows(STATE, kelvin, measurement_time=1.0)
    energy, current = zero_temperature_currents(law.device, rows, measured, truth)
    assert current == pytest.approx(zero, rel=1e-13)
    assert energy == pytest.approx(np.full(6, ENERGY), rel=1e-15)


def test_a_barrier_too_low_for_the_measurement_is_raised_so_that_no_sign_is_lost() -> None:
    law = SpinTransferLaw.of()
    low = ASYMMETRIES["theta_0"] | {"l_over_L": 12.0, "beta": 0.4, "tau_0": 1e-9}
    low |= {"E_P": 20 * BOLTZMANN * 300.0, "E_AP": 20 * BOLTZMANN * 300.0}  # less than ln(10⁹) = 20.7 k_BT
    current = np.array([-1e-3, -1e-3, -1e-3, 1e-3, 1e-3, 1e-3])
    rows = CriticalRows(STATE, np.full(6, 300.0), measurement_time=1.0)
    energy, zero = zero_temperature_currents(law.device, rows, current, low)
    assert np.all(zero / current == pytest.approx(2.0, rel=1e-12))  # E = 2 k_BT ln(t/τ0) halves the current
    assert np.all(energy > low["E_P"])
