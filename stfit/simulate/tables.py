"""What the tables of the virtual laboratory have in common: settings, rounding, dwell times."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, Problem
from stfit.simulate.designs import Design, VirtualDevice

Array = npt.NDArray[np.float64]

TRANSITIONS: Final = ("P->AP", "AP->P")
_STATES: Final = ("P", "AP")
_SHORTEST, _LONGEST = 1e-30, 1e30  # s; far outside any laboratory, well inside what a table may hold


def grid(*axes: Array | tuple[int, ...]) -> list[Array]:
    """All combinations of the axes, the first varying slowest, one flat array for each axis."""
    return [axis.reshape(-1) for axis in np.meshgrid(*(np.asarray(a, dtype=float) for a in axes), indexing="ij")]


def log_dwell_time(device: VirtualDevice, design: Design, state: Array, current: Array, temperature: Array) -> Array:
    """ln τ at every setting; InputError where no file could hold such a dwell time."""
    prediction = np.asarray(
        device.law.log_dwell_time(device.truth, state=state, current=current, temperature=temperature, field=None),
        dtype=float,
    )
    if np.any(np.isnan(prediction)):
        expected = "a device with two states, below its Curie temperature, at every setting"
        raise InputError(Problem(f"the measurement {design.file}", expected, "a setting without"))
    shortest, longest = np.log(_SHORTEST), np.log(_LONGEST)
    if not np.all((prediction >= shortest) & (prediction <= longest)):
        expected = f"a device whose dwell times lie between {_SHORTEST:g} and {_LONGEST:g} s"
        ends = " to ".join(f"10^{end / np.log(10):.4g}" for end in (np.min(prediction), np.max(prediction)))
        raise InputError(Problem(f"the measurement {design.file}", expected, f"{ends} s"))
    return prediction


def settings_table(state: Array, current: Array, temperature: Array) -> pd.DataFrame:
    """State, current and temperature of each row, as a laboratory writes them."""
    return pd.DataFrame(
        {
            "state": [_STATES[int(code)] for code in state],
            "current (mA)": rounded(current * 1e3),
            "temperature (K)": rounded(temperature),
        }
    )


def rounded(values: Array) -> list[float]:
    """Seven significant digits, as an instrument would write them."""
    return [float(f"{value:.7g}") for value in values]
