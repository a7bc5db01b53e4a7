"""Where to start a fit of Eq. 28: every critical current gives l/L_θθ·c_i by inversion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.physics.switching import measured_critical_current
from stfit.physics.transport import coupling

if TYPE_CHECKING:
    from stfit.models.law import SpinTransferLaw

Array = npt.NDArray[np.float64]

_RATIO_RANGE: Final = (0.05, 50.0)
_LARGEST: Final = 900.0  # l/L_θθ, inside its bounds
_ABOVE_THE_TIME: Final = 2.0  # times k_BT·ln(t_m/τ0), below which a barrier would not last the measurement


def quantities_from_critical_currents(
    law: SpinTransferLaw,
    *,
    state: Array,
    current: Array,
    delta_R: Array,
    energy: Array,
    constants: Mapping[str, float],
) -> dict[str, float]:
    """Quantities (SI) near the best fit: λ c_i by inversion of Eq. 28, θ0 from their ratio, λ from their sum.

    current: A, with polarity, extrapolated to zero temperature; delta_R: ohm; energy: J, of the state that is left;
    state: its code; shape (rows,). constants: what is known, SI.
    """
    sign = np.where(state == 0, -1.0, 1.0)
    products = sign * energy / (coupling(1.0, delta_R, constants["beta"], law.convention) * current)
    seen = {code: float(np.median(products[state == code])) for code in (0, 1) if np.any(state == code)}
    barriers = [float(np.mean(energy[state == (code if code in seen else 1 - code)])) for code in (0, 1)]
    start = dict(constants) | law.asymmetry.start((barriers[0], barriers[1]), _ratio(seen))
    wells = law.wells(start, None, None)
    factors = {code: float(np.squeeze(c)) for code, c in enumerate((wells.c_P, wells.c_AP))}
    l_over_L = sum(seen.values()) / sum(factors[code] for code in seen)
    return start | {"l_over_L": float(np.clip(l_over_L, -_LARGEST, _LARGEST))}


def zero_temperature_currents(
    law: SpinTransferLaw,
    *,
    state: Array,
    current: Array,
    energy: Array | None,
    temperature: Array,
    measurement_time: float | None,
    constants: Mapping[str, float],
) -> tuple[Array, Array]:
    """Barriers (J) and critical currents (A) that measured ones stand for at zero temperature; arguments as above.

    energy: as measured; None for those of the constants, raised where they would not outlast the measurement time (s).
    """
    if energy is None:
        wells = law.wells(constants, None, None if measurement_time is None else temperature)
        energy = np.where(state == 0, wells.energy_P, wells.energy_AP)
        if measurement_time is not None:
            thermal = law.convention.thermal * BOLTZMANN * temperature
            energy = np.maximum(energy, _ABOVE_THE_TIME * thermal * np.log(measurement_time / constants["tau_0"]))
    else:
        energy = np.asarray(law.barrier_of_row(energy))
    if measurement_time is None:
        return energy, current
    log_tau_0 = np.log(constants["tau_0"])
    return energy, current / measured_critical_current(
        1.0, energy, temperature, measurement_time, log_tau_0, law.convention
    )


def _ratio(seen: Mapping[int, float]) -> float | None:
    """c_AP/c_P, where both transitions show it and agree in sign."""
    if len(seen) < 2 or seen[0] * seen[1] <= 0:
        return None
    return float(np.clip(seen[1] / seen[0], *_RATIO_RANGE))
