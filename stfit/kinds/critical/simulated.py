"""Critical currents of a virtual device."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from stfit.constants import ELEMENTARY_CHARGE
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.critical.experiment import CriticalCurrentDesign
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.tables import TRANSITIONS, grid, rounded
from stfit.measurement import Origin
from stfit.physics.transport import CONSISTENT, convert_energy


def critical_currents(
    device: VirtualDevice, design: CriticalCurrentDesign, rng: np.random.Generator
) -> tuple[pd.DataFrame, Files]:
    """One critical current a row."""
    temperatures = np.array([device.temperature]) if design.temperatures is None else design.temperatures
    temperature, state, delta_R = grid(temperatures, design.states, design.delta_R)
    wells = device.law.device.wells(device.truth, None, None if design.measurement_time is None else temperature)
    scatter = (design.barrier_spread or 0.0) * rng.standard_normal(state.size)
    own = convert_energy(
        np.where(state == 0, wells.energy_P, wells.energy_AP), device.law.device.convention, CONSISTENT
    )
    energy = own * (1.0 + scatter)
    settings: dict[str, Any] = {"delta_R": delta_R, "energy": energy, "measurement_time": design.measurement_time}
    inverse = np.asarray(
        device.law.inverse_critical_current(device.truth, state=state, temperature=temperature, **settings)
    )
    columns = {"transition": state, "critical_current": 1.0 / inverse, "delta_R": delta_R}
    columns["critical_current_stderr"] = design.relative_stderr * np.abs(1.0 / inverse)
    template = CriticalCurrents.from_columns(columns, origin=Origin())
    table = pd.DataFrame(
        {
            "transition": [TRANSITIONS[int(code)] for code in state],
            "critical_current (mA)": rounded(template.draw(inverse, rng).current * 1e3),
            "critical_current_stderr (mA)": rounded(template.stderr * 1e3),
            "delta_R (ohm)": rounded(delta_R),
        }
    )
    if design.barrier_spread is not None:
        table["barrier (eV)"] = rounded(energy / ELEMENTARY_CHARGE)
    if design.measurement_time is not None:
        table["temperature (K)"] = rounded(temperature)
    return table, {}
