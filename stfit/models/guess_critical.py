"""Where to start a fit of Eq. 28: every critical current gives l/L_θθ·c_i by inversion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.models.device import CriticalRows, Device
from stfit.physics.switching import measured_critical_current
from stfit.physics.transport import coupling

Array = npt.NDArray[np.float64]

_RATIO_RANGE: Final = (0.05, 50.0)
_LARGEST: Final = 900.0  # l/L_θθ, inside its bounds
_ABOVE_THE_TIME: Final = 2.0  # times k_BT·ln(t_m/τ0), below which a barrier would not last the measurement


@final
@dataclass(frozen=True)
class ExtrapolatedCurrents:
    """Critical currents at zero temperature and what they depend on; arrays of shape (rows,).

    Parameters
    ----------
    state : array
        The state that is left: 0 for P, 1 for AP.
    current : array
        A, with polarity.
    delta_R : array
        ohm.
    energy : array
        Barrier of the state that is left, J.
    """

    state: Array
    current: Array
    delta_R: Array
    energy: Array


def quantities_from_critical_currents(
    device: Device, found: ExtrapolatedCurrents, constants: Mapping[str, float]
) -> dict[str, float]:
    """Quantities near the best fit: λ c_i by inversion of Eq. 28, θ0 from their ratio, λ from their sum.

    Parameters
    ----------
    device : Device
        Whose barriers they are.
    found : ExtrapolatedCurrents
        Critical currents at zero temperature.
    constants : mapping of str to float
        What is known, SI.

    Returns
    -------
    dict of str to float
        The constants, with l/L_θθ and what the asymmetry needs.
    """
    state = found.state
    sign = np.where(state == 0, -1.0, 1.0)
    per_unit = coupling(1.0, found.delta_R, constants["beta"], device.convention) * found.current
    products = sign * found.energy / per_unit
    seen = {code: float(np.median(products[state == code])) for code in (0, 1) if np.any(state == code)}
    barriers = [float(np.mean(found.energy[state == (code if code in seen else 1 - code)])) for code in (0, 1)]
    start = dict(constants) | device.asymmetry.start((barriers[0], barriers[1]), _ratio(seen))
    wells = device.wells(start, None, None)
    factors = {code: float(np.squeeze(c)) for code, c in enumerate((wells.c_P, wells.c_AP))}
    l_over_L = sum(seen.values()) / sum(factors[code] for code in seen)
    return start | {"l_over_L": float(np.clip(l_over_L, -_LARGEST, _LARGEST))}


def zero_temperature_currents(
    device: Device, rows: CriticalRows, current: Array, constants: Mapping[str, float]
) -> tuple[Array, Array]:
    """Barriers (J) and critical currents (A) that measured ones stand for at zero temperature.

    Parameters
    ----------
    device : Device
        Whose barriers they are.
    rows : CriticalRows
        At what the currents were measured. A barrier of the rows is taken as measured; without one, those of the
        constants are raised where they would not outlast the measurement time.
    current : array, shape (rows,)
        A, as measured.
    constants : mapping of str to float
        What is known, SI.

    Returns
    -------
    tuple of arrays, shape (rows,)
        Barriers in J and currents in A.
    """
    temperature, time = rows.temperature, rows.measurement_time
    if rows.energy is None:
        wells = device.wells(constants, None, None if time is None else temperature)
        energy = np.where(rows.state == 0, wells.energy_P, wells.energy_AP)
        if time is not None:
            thermal = device.convention.thermal * BOLTZMANN * temperature
            energy = np.maximum(energy, _ABOVE_THE_TIME * thermal * np.log(time / constants["tau_0"]))
    else:
        energy = np.asarray(device.barrier_of_row(rows.energy))
    if time is None:
        return energy, current
    log_tau_0 = np.log(constants["tau_0"])
    return energy, current / measured_critical_current(1.0, energy, temperature, time, log_tau_0, device.convention)


def _ratio(seen: Mapping[int, float]) -> float | None:
    """c_AP/c_P, where both transitions show it and agree in sign."""
    if len(seen) < 2 or seen[0] * seen[1] <= 0:
        return None
    return float(np.clip(seen[1] / seen[0], *_RATIO_RANGE))
