"""Lines of ferromagnetic resonance under a current: power and linewidth from the slopes of Eq. 27 (Eq. 32)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.derivatives import elementwise
from stfit.models.device import Quantities
from stfit.models.power import log_positive_part
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.physics.activation import slope
from stfit.physics.fluctuations import MAPPINGS, LineMapping, LineNumbers

Array = npt.NDArray[np.float64]

_FARTHEST: Final = 200.0  # of the logarithm of a line from 1: its square, over that of any error, is still a number


@final
@dataclass(frozen=True)
class LineRows:
    """At what the rows of a line were taken; arrays of shape (rows,).

    Parameters
    ----------
    is_width : array
        1 where a row is a linewidth, 0 where it is a power.
    state : array
        0 for P, 1 for AP.
    current : array
        A, with polarity.
    temperature : float or array
        K.
    frequency, field : array or None
        Hz and T; NaN or None where there is none.
    """

    is_width: Array
    state: Array
    current: Array
    temperature: Any
    frequency: Array | None = None
    field: Array | None = None


@final
@dataclass(frozen=True)
class _TorqueInFits:
    """The mapping "torque", continued where 1 − I/I_c is below 0.01.

    There the linewidth falls to nothing by a parabola in its logarithm, so that a trial step beyond I_c has a finite
    residual and finds its way back.
    """

    name: str = "torque"

    def log_power_ratio(self, current: Any, slope: Any) -> Any:
        """−ln(1 − I/I_c), slope being −1/I_c."""
        return -self.log_linewidth_ratio(current, slope)

    def log_linewidth_ratio(self, current: Any, slope: Any) -> Any:
        """ln(1 − I/I_c), slope being −1/I_c."""
        return log_positive_part(1.0 + slope * current)


FITTED_MAPPINGS: Final[Mapping[str, LineMapping]] = {**MAPPINGS, "torque": _TorqueInFits()}


def log_line(law: SpinTransferLaw, quantities: Quantities, numbers: LineNumbers, rows: LineRows) -> Any:
    """ln of the power or of the linewidth of each row, Eq. 32; always finite.

    Parameters
    ----------
    law : SpinTransferLaw
        The law whose slopes the lines follow, with the mapping by which they are read.
    quantities : mapping of str to float, array or Jet
        The parameters by name, SI: those of the law and those that `numbers.parameters` names.
    numbers : LineNumbers
        What is measured of the lines.
    rows : LineRows
        At what.

    Returns
    -------
    array or Jet, shape (..., rows)
        ln of a power in the unit of the data, or of a FWHM in Hz or T.
    """
    mapping = FITTED_MAPPINGS[law.mapping]
    s = _line_slope(law, quantities, rows)
    narrowing = mapping.log_linewidth_ratio(rows.current, s)
    width = _log_width(quantities, numbers, rows, narrowing) if numbers.width else narrowing
    if not numbers.power:
        return _bounded(width)
    power = _at_zero_current(quantities, "power", rows.state) + mapping.log_power_ratio(rows.current, s)
    if numbers.power == "peak":  # 2P/(πΔf); without a measured width P_0 is the peak at zero current itself
        power = power - width + (np.log(2.0 / np.pi) if numbers.width else 0.0)
    return _bounded((1.0 - rows.is_width) * power + rows.is_width * width)


def _line_slope(law: SpinTransferLaw, quantities: Quantities, rows: LineRows) -> Any:
    """s_i, 1/A, at I = 0; −1/I_c,i = s_i k_BT/E_i of the linear barrier for the torque mapping (Eq. 28)."""
    if law.mapping != "torque":
        return law.slopes(quantities, rows.state, rows.temperature, rows.field)
    device = law.device
    wells = device.wells(quantities, rows.field, rows.temperature)
    energy = (1.0 - rows.state) * wells.energy_P + rows.state * wells.energy_AP
    per_kelvin = slope(rows.state, device.coupling(quantities), wells.c_P, wells.c_AP, 1.0, device.convention)
    return per_kelvin * (device.convention.thermal * BOLTZMANN) / energy


def _log_width(quantities: Quantities, numbers: LineNumbers, rows: LineRows, narrowing: Any) -> Any:
    """ln of Δf_inh + Δf_hom, the current acting on Δf_hom alone."""
    if numbers.by_frequency:
        at_zero = np.log(quantities["alpha"]) - np.log(quantities["gyromagnetic_ratio"])
        at_zero = at_zero + np.log(4.0 * np.pi * np.asarray(rows.frequency))
    else:
        at_zero = _at_zero_current(quantities, numbers.width_parameter, rows.state)
    homogeneous = at_zero + narrowing
    inhomogeneous = quantities["inhomogeneous_linewidth"] if numbers.inhomogeneous is None else numbers.inhomogeneous
    if isinstance(inhomogeneous, float) and inhomogeneous == 0.0:
        return homogeneous
    return np.log(inhomogeneous + np.exp(_bounded(homogeneous)))


def _at_zero_current(quantities: Quantities, name: str, state: Array) -> Any:
    """ln of power_P or power_AP (or of another pair) for the state of each row; one alone where only it is measured."""
    in_P, in_AP = (quantities.get(f"{name}_{word}") for word in ("P", "AP"))
    if in_P is None or in_AP is None:
        only: Any = in_AP if in_P is None else in_P
        return np.log(only) + np.zeros_like(state)
    return (1.0 - state) * np.log(in_P) + state * np.log(in_AP)


def _bounded(log_value: Any) -> Any:
    """The logarithm, held inside ±200, so that its exponential and the square of that are finite."""

    def inside(value: Array) -> Array:
        return np.asarray(np.abs(value) < _FARTHEST, dtype=float)

    return elementwise(log_value, lambda value: np.clip(value, -_FARTHEST, _FARTHEST), inside, np.zeros_like)
