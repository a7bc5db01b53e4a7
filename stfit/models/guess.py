"""Where to start a fit of Eq. 27: it is linear in ln τ0, the barriers and the slopes, so no search is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.derivatives import value_of
from stfit.models.device import Device
from stfit.models.guess_field import axis_in_field
from stfit.physics.transport import coupling

Array = npt.NDArray[np.float64]
Slopes = tuple[float | None, float | None]

_ASSUMED_LOG_TAU_0: Final = float(np.log(1e-9))  # where one temperature cannot tell τ0 from the barriers
_LOG_TAU_0_RANGE: Final = (float(np.log(1e-17)), float(np.log(1e-4)))  # of crude dwell times at several temperatures
_SEVERAL_TEMPERATURES: Final = 0.02  # relative spread of temperatures from which τ0 is worth solving for
_LEAST_SPREAD: Final = 1e-6  # of the currents of a state, relative: below it they show no slope
_LOWEST_BARRIER: Final = 1.0  # k_BT, well above 0
_RATIO_RANGE: Final = (0.05, 50.0)
_GENTLE: Final = 0.01  # k_BT
_LARGEST_SPIN_TRANSFER: Final = 900.0  # e, inside the bounds; beyond it ΔR is probably not the one assumed
_MODERATE_SPIN_TRANSFER: Final = 100.0  # e


@final
@dataclass(frozen=True)
class CrudeDwellTimes:
    """Rough ln τ of every row, and at what it was taken; arrays of shape (rows,).

    Parameters
    ----------
    log_dwell : array
        ln τ, τ in s.
    weight : array
        Inverse variance of ln τ.
    state : array
        The state that is left: 0 for P, 1 for AP.
    current : array
        A.
    temperature : array
        K.
    field : array, optional
        T; a device whose rows differ in field asks for it.
    """

    log_dwell: Array
    weight: Array
    state: Array
    current: Array
    temperature: Array
    field: Array | None = None


@final
@dataclass(frozen=True)
class _Rows:
    """Crude ln τ of every row with what it depends on; arrays of shape (rows,). stiffness: K(T)/K(T_ref).

    field: T, positive where it favours P; None where it plays no part.
    """

    log_dwell: Array
    weight: Array
    state: Array
    current: Array
    inverse_kt: Array
    stiffness: Array
    field: Array | None = None

    def solve(self, columns: Sequence[Array]) -> list[float]:
        """Coefficients of the weighted least-squares fit of log_dwell; the shortest where columns are collinear."""
        root = np.sqrt(self.weight)
        design = np.stack(columns, axis=1) * root[:, None]
        norms = np.linalg.norm(design, axis=0)
        scale = np.where(norms > 0, norms, 1.0)
        solution: Array = np.linalg.lstsq(design / scale, self.log_dwell * root, rcond=1e-10)[0] / scale
        return [float(coefficient) for coefficient in solution]

    def barriers(self) -> list[Array]:
        """The columns that E_P and E_AP multiply."""
        height = self.stiffness * self.inverse_kt
        return [(1.0 - self.state) * height, self.state * height]

    def in_field(self) -> list[Array]:
        """The columns by which both barriers bend in the field."""
        if self.field is None:
            return []
        return [power * column for power in (self.field, self.field**2) for column in self.barriers()]

    @property
    def several_temperatures(self) -> bool:
        """Whether they tell ln τ0 from the barriers."""
        return bool(np.ptp(self.inverse_kt) > _SEVERAL_TEMPERATURES * np.mean(self.inverse_kt))

    def shows_slope(self, code: int) -> bool:
        """Whether a state was measured at more than one current."""
        current = self.current[self.state == code]
        return bool(current.size and np.ptp(current) > _LEAST_SPREAD * np.max(np.abs(current)))

    def gentle_slope(self) -> float:
        """A G·c_i (J/A, positive) that changes the barrier of no row by more than _GENTLE."""
        largest = float(np.max(np.abs(self.current))) or 1.0
        return _GENTLE / (largest * float(np.max(self.inverse_kt)))


def starting_quantities(device: Device, found: CrudeDwellTimes, constants: Mapping[str, float]) -> dict[str, float]:
    """Quantities near the best fit: weighted linear regression of ln τ, then the inversions of physics.

    Parameters
    ----------
    device : Device
        Whose barriers they are.
    found : CrudeDwellTimes
        Crude ln τ of every row, at the temperature of the magnet.
    constants : mapping of str to float
        What is known, SI: beta, delta_R and what the material needs.

    Returns
    -------
    dict of str to float
        Quantities in SI units. delta_R among them is the constant itself, unless l/L_θθ would leave its bounds: of use
        where ΔR is not known. With μ0H_K and the stray field where rows differ in field.
    """
    magnet = found.temperature
    stiffness = np.broadcast_to(value_of(device.stiffness(constants, magnet)), magnet.shape)
    inverse_kt = 1.0 / (device.convention.thermal * BOLTZMANN * magnet)
    field = device.field_sign * found.field if device.by_field and found.field is not None else None
    rows = _Rows(found.log_dwell, found.weight, found.state, found.current, inverse_kt, stiffness, field)
    slopes = _slopes(rows)
    _, energies = _attempt_time_and_barriers(rows)
    start = dict(constants) | device.asymmetry.start(energies, _ratio(slopes))
    start |= _spin_transfer(device, start, slopes, rows.gentle_slope())
    # a state that shows no slope of its own follows the other one's: its barrier must make up for that
    log_tau_0, energies = _attempt_time_and_barriers(_without_slopes(rows, device, start))
    own = device.asymmetry.start(energies, _ratio(slopes))
    if field is not None and np.ptp(field) > 0.0:
        own |= _axis(_without_slopes(rows, device, start), log_tau_0, device.field_sign)
    return own | {"tau_0": float(np.exp(log_tau_0))} | {name: start[name] for name in ("l_over_L", "delta_R")}


def _slopes(rows: _Rows) -> Slopes:
    """G·c_i (J/A) of both states; None for a state that shows none."""
    signs = (1.0 - rows.state, -rows.state)
    seen = [code for code in (0, 1) if rows.shows_slope(code)]
    columns = [*(signs[code] * rows.current * rows.inverse_kt for code in seen), *rows.barriers(), *rows.in_field()]
    if rows.several_temperatures:
        columns.append(np.ones_like(rows.log_dwell))
    found: dict[int, float] = dict(zip(seen, rows.solve(columns), strict=False))
    return found.get(0), found.get(1)


def _axis(rows: _Rows, log_tau_0: float, field_sign: int) -> dict[str, float]:
    """Kv, μ0H_K and the stray field at a given ln τ0."""
    thermal = 1.0 / (rows.inverse_kt * rows.stiffness)
    known = rows.state, thermal, np.asarray(rows.field)
    energy, scale, offset = axis_in_field(rows.log_dwell - log_tau_0, rows.weight, *known)
    return {"Kv": energy, "anisotropy_field": scale, "field_offset": field_sign * offset}


def _attempt_time_and_barriers(rows: _Rows) -> tuple[float, tuple[float, float]]:
    """ln τ0 and both barriers (J), all inside their ranges; a state without rows has the other one's barrier."""
    log_tau_0 = _ASSUMED_LOG_TAU_0
    if rows.several_temperatures:
        log_tau_0 = rows.solve([*rows.barriers(), np.ones_like(rows.log_dwell)])[2]
    log_tau_0 = float(np.clip(log_tau_0, *_LOG_TAU_0_RANGE))
    typical = float(np.median(rows.stiffness * rows.inverse_kt))
    lowest = min(_barriers(rows, log_tau_0)) * typical
    if lowest < _LOWEST_BARRIER:  # dwells so short need a shorter attempt time
        log_tau_0 += lowest - _LOWEST_BARRIER
    in_P, in_AP = (max(energy, _LOWEST_BARRIER / typical) for energy in _barriers(rows, log_tau_0))
    return log_tau_0, (in_P, in_AP)


def _barriers(rows: _Rows, log_tau_0: float) -> list[float]:
    """Both barriers (J) at a given ln τ0."""
    found = replace(rows, log_dwell=rows.log_dwell - log_tau_0).solve(rows.barriers())
    return [found[code] if np.any(rows.state == code) else found[1 - code] for code in (0, 1)]


def _without_slopes(rows: _Rows, device: Device, quantities: Mapping[str, float]) -> _Rows:
    """The rows as they would be at zero current, by the slopes of the device."""
    factor_P, factor_AP = _factors(device, quantities)
    per_ampere = float(device.coupling(quantities)) * np.where(rows.state == 0, factor_P, -factor_AP)
    return replace(rows, log_dwell=rows.log_dwell - per_ampere * rows.current * rows.inverse_kt)


def _factors(device: Device, quantities: Mapping[str, float]) -> tuple[float, float]:
    wells = device.wells(quantities, None, None)
    return float(np.squeeze(wells.c_P)), float(np.squeeze(wells.c_AP))


def _ratio(slopes: Slopes) -> float | None:
    """c_AP/c_P, where both states show it and agree in sign."""
    in_P, in_AP = slopes
    if in_P is None or in_AP is None or in_P * in_AP <= 0:
        return None
    return float(np.clip(in_AP / in_P, *_RATIO_RANGE))


def _spin_transfer(
    device: Device, quantities: Mapping[str, float], slopes: Slopes, gentle_slope: float
) -> dict[str, float]:
    """l/L_θθ from G·c_i of the states that show it; next to nothing, but not 0, where none is. ΔR beside it."""
    seen = [(slope, c) for slope, c in zip(slopes, _factors(device, quantities), strict=True) if slope is not None]
    total_slope, total_factor = (sum(column) for column in zip(*seen, strict=True)) if seen else (0.0, 1.0)
    unit = total_factor * coupling(1.0, quantities["delta_R"], quantities["beta"], device.convention)
    value = float((total_slope if abs(total_slope) > gentle_slope else gentle_slope) / unit)
    inside = value if abs(value) < _LARGEST_SPIN_TRANSFER else float(np.copysign(_MODERATE_SPIN_TRANSFER, value))
    return {"l_over_L": inside, "delta_R": quantities["delta_R"] * value / inside}
