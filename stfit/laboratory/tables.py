"""What the tables of the virtual laboratory have in common: settings, rounding, dwell times."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, OutsideValidityError, Problem
from stfit.laboratory.designs import RATE_LAW, Design, VirtualDevice

Array = npt.NDArray[np.float64]

TRANSITIONS: Final = ("P->AP", "AP->P")
_STATES: Final = ("P", "AP")
_SHORTEST, _LONGEST = 1e-30, 1e30  # s; far outside any laboratory, well inside what a table may hold


def grid(*axes: Array | tuple[int, ...]) -> list[Array]:
    """All combinations of the axes, the first varying slowest, one flat array for each axis."""
    return [axis.reshape(-1) for axis in np.meshgrid(*(np.asarray(a, dtype=float) for a in axes), indexing="ij")]


def field_axis(fields: Array | None) -> Array:
    """The fields as an axis of `grid`; NaN where none is applied."""
    return np.array([np.nan]) if fields is None else fields


def predicted(
    device: VirtualDevice, design: Design, state: Array, current: Array, temperature: Array, field: Array | None = None
) -> Array:
    """ln τ at every setting, whatever it is; field: T, NaN for none. InputError where there are no two states."""
    applied = None if field is None or np.all(np.isnan(field)) else field
    try:
        found = device.law.log_dwell_time(
            device.truth, state=state, current=current, temperature=temperature, field=applied
        )
    except OutsideValidityError as error:
        expected = "currents and fields at which the device has two states"
        raise InputError(Problem(f"the measurement {design.file}", expected, str(error))) from error
    return np.asarray(found, dtype=float)


def refuse_outside(
    device: VirtualDevice, design: Design, current: Array, temperature: Array, field: Array | None = None
) -> None:
    """InputError at a setting that the law does not know: where there are no two states, for one."""
    law = device.law
    applied = None if field is None or np.all(np.isnan(field)) else field
    state = np.zeros_like(current)
    rows = law.rows(device.truth, state=state, current=current, temperature=temperature, field=applied)
    outside = np.flatnonzero(law.rates.outside(law.device, device.truth, rows))
    if outside.size:
        expected = f'currents at which the device has two states (or level = "{RATE_LAW}")'
        found = f"{current[outside[0]] * 1e3:.4g} mA at {temperature[outside[0]]:.4g} K"
        raise InputError(Problem(f"the measurement {design.file}", expected, found))


def log_dwell_time(
    device: VirtualDevice, design: Design, state: Array, current: Array, temperature: Array, field: Array | None = None
) -> Array:
    """ln τ at every setting; InputError where no file could hold such a dwell time."""
    refuse_outside(device, design, current, temperature, field)
    prediction = predicted(device, design, state, current, temperature, field)
    if np.any(np.isnan(prediction)):
        expected = "a device with two states, below its Curie temperature, at every setting"
        raise InputError(Problem(f"the measurement {design.file}", expected, "a setting without"))
    shortest, longest = np.log(_SHORTEST), np.log(_LONGEST)
    if not np.all((prediction >= shortest) & (prediction <= longest)):
        expected = f"a device whose dwell times lie between {_SHORTEST:g} and {_LONGEST:g} s"
        ends = " to ".join(f"10^{end / np.log(10):.4g}" for end in (np.min(prediction), np.max(prediction)))
        raise InputError(Problem(f"the measurement {design.file}", expected, f"{ends} s"))
    return prediction


def settings_table(
    state: npt.NDArray[Any], current: Array, temperature: Array, field: Array | None = None
) -> pd.DataFrame:
    """State, current, temperature and, where there is one, field of each row, as a laboratory writes them."""
    table = pd.DataFrame(
        {
            "state": [_STATES[int(code)] for code in state],
            "current (mA)": rounded(current * 1e3),
            "temperature (K)": rounded(temperature),
        }
    )
    if field is not None and not np.all(np.isnan(field)):
        table["field (mT)"] = rounded(field * 1e3)
    return table


def rounded(values: Array) -> list[float]:
    """Seven significant digits, as an instrument would write them."""
    return [float(f"{value:.7g}") for value in values]
