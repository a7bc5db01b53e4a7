"""Pulses on a virtual device."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.kinds.pulse.data import SwitchingPulses
from stfit.kinds.pulse.experiment import PulseDesign
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.tables import TRANSITIONS, grid, log_dwell_time, rounded
from stfit.measurement import Origin

Array = npt.NDArray[np.float64]


def pulses(device: VirtualDevice, design: PulseDesign, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """How many of n pulses switched, one row a setting."""
    temperature, state, width, magnitude = grid(
        design.temperatures, design.states, design.pulse_widths, design.currents
    )
    current = np.where(state == 0, -magnitude, magnitude)
    eta = log_dwell_time(device, design, state, current, temperature)
    template = SwitchingPulses.from_columns(
        {
            "transition": state,
            "current": current,
            "pulse_width": width,
            "n": np.full(state.size, float(design.n)),
            "n_switched": np.zeros(state.size),
            "temperature": temperature,
        },
        origin=Origin(),
    )
    drawn = template.draw(eta, rng)
    return pulse_table((state, current, width, temperature), design.n, drawn.n_switched), {}


def pulse_table(settings: Sequence[Array], n: int, n_switched: npt.ArrayLike) -> pd.DataFrame:
    """One row a setting of pulses; settings: state, current, pulse width, temperature."""
    state, current, width, temperature = settings
    return pd.DataFrame(
        {
            "transition": [TRANSITIONS[int(code)] for code in state],
            "current (mA)": rounded(current * 1e3),
            "pulse_width (ns)": rounded(width * 1e9),
            "temperature (K)": rounded(temperature),
            "n": np.full(state.size, n),
            "n_switched": np.asarray(n_switched).astype(int),
        }
    )
