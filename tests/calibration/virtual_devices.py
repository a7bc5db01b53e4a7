"""Devices of known truth, and measurements of them in rich and in poor designs.

The truth and Eq. 27 are written out here by hand (physics.md, section 1), so that nothing of stfit says what is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.analysis import analysis_of
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.kinds.resonance.data import FmrLines
from stfit.measurement import Observation, Origin
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from tests import builders
from tests.builders import STRONGER

Array = npt.NDArray[np.float64]

ELEMENTARY_CHARGE: Final = builders.E
BOLTZMANN: Final = builders.K_B

TRUTH: Final[Mapping[str, float]] = {
    **STRONGER,
    "resistance": 776.0,
    "resistance_AP": 776.0 + STRONGER["delta_R"],
}
# 8.6 % of β, 3.6 % of ΔR, 0.3 % of T: what a laboratory would quote; every replica has its own quotes
QUOTES = builders.QUOTES
TEMPERATURES = builders.TEMPERATURES

_G: Final = builders.coupling(TRUTH)  # J/A
_C: Final = np.array(builders.factors(TRUTH))
_E: Final = np.array([TRUTH["E_P"], TRUTH["E_AP"]])
_SIGN: Final = np.array([1.0, -1.0])

# what follows from the truth at the reference temperature
DERIVED_TRUTH: Final[Mapping[str, float]] = {
    "slope_P": _G * _C[0] / (BOLTZMANN * TRUTH["temperature"]),
    "slope_AP": -_G * _C[1] / (BOLTZMANN * TRUTH["temperature"]),
    "I_c_P": -_E[0] / (_G * _C[0]),
    "I_c_AP": _E[1] / (_G * _C[1]),
}


def log_dwell_time(state: Any, current: Array, temperature: Array) -> Array:
    """Eq. 27 by hand: ln τ_i = ln τ0 + (E_i ± G c_i I)/k_BT; state 0 is P, 1 is AP."""
    height = _E[state] + _SIGN[state] * _G * _C[state] * current
    return np.asarray(np.log(TRUTH["tau_0"]) + height / (BOLTZMANN * temperature))


def current_at(state: Any, log_tau: Array, temperature: Array) -> Array:
    """The current at which ln τ has a given value."""
    height = (log_tau - np.log(TRUTH["tau_0"])) * BOLTZMANN * temperature
    return np.asarray((height - _E[state]) / (_SIGN[state] * _G * _C[state]))


@final
@dataclass(frozen=True)
class Design:
    """What is measured, what is quoted beside it, and what is held. The data in `measurements` are free of noise."""

    measurements: tuple[Observation, ...]
    quotes: Mapping[str, str]
    held: Mapping[str, str] = field(default_factory=dict)

    def objective(self) -> Objective:
        """The objective of this design."""
        content = {"device": dict(self.quotes), "fit": {"fix": dict(self.held)}}
        return assemble(analysis_of(content, Path(), "calibration"), self.measurements)


def _settings(largest_current: float, currents: int, temperatures: tuple[float, ...]) -> dict[str, Any]:
    """Every state at every temperature at evenly spaced currents."""
    grid = np.meshgrid([0, 1], temperatures, np.linspace(-largest_current, largest_current, currents), indexing="ij")
    state, temperature, current = (column.reshape(-1) for column in grid)
    return {"state": state.astype(int), "current": current, "temperature": temperature}


def dwell_table(
    counts: tuple[float, float],
    largest_current: float,
    *,
    timed: bool = False,
    currents: int = 15,
    temperatures: tuple[float, ...] = TEMPERATURES,
) -> DwellTimes:
    """Counts spread geometrically over the rows between two limits; timed: watched for as long as that would take.

    A timed table has rows with n = 0, which says to `replicate` that the times were fixed.
    """
    columns = _settings(largest_current, currents, temperatures)
    # a stride prime to the number of rows, so that counts run over states, currents and temperatures alike
    expected = np.geomspace(*counts, columns["current"].size)[_strided(columns["current"].size)]
    tau = np.exp(log_dwell_time(**columns))
    n = np.floor(expected) if timed else np.rint(expected)
    time = (expected if timed else n) * tau
    table = DwellTimes.from_columns(columns | {"n": n, "total_time": time}, origin=Origin())
    assert isinstance(table, DwellTimes)
    return table


def watched_table(expected: float, largest_current: float, currents: int) -> DwellTimes:
    """Every row watched for the same small number of expected transitions, well below 1."""
    columns = _settings(largest_current, currents, TEMPERATURES)
    time = expected * np.exp(log_dwell_time(**columns))
    table = DwellTimes.from_columns(columns | {"n": np.zeros(time.size), "total_time": time}, origin=Origin())
    assert isinstance(table, DwellTimes)
    return table


def dwell_events(
    counts: tuple[float, float],
    largest_current: float,
    *,
    currents: int = 15,
    temperatures: tuple[float, ...] = TEMPERATURES,
) -> DwellEvents:
    """Single dwells of settings watched for a fixed time; the last dwell of each is censored."""
    settings = _settings(largest_current, currents, temperatures)
    rows = settings["current"].size
    expected = np.geomspace(*counts, rows)[_strided(rows)]
    events = np.floor(expected).astype(int) + 1
    setting = np.repeat(np.arange(rows), events)
    columns = {name: column[setting] for name, column in settings.items()}
    columns["duration"] = (np.exp(log_dwell_time(**settings)) * expected / events)[setting]
    columns["censored"] = np.append(np.diff(setting) > 0, [True])
    dwells = DwellEvents.from_columns(columns, origin=Origin())
    assert isinstance(dwells, DwellEvents)
    return dwells


def pulses(
    n: int, *, polarity: int = 1, by_voltage: bool = False, temperatures: tuple[float, ...] = TEMPERATURES
) -> SwitchingPulses:
    """Both transitions under pulses of 1 µs and 1 ms, at currents where 8 to 99 % of them switch."""
    grid = np.meshgrid([0, 1], temperatures, [1e-6, 1e-3], np.linspace(-2.5, 1.5, 15), indexing="ij")
    state, temperature, width, log_exposure = (column.reshape(-1) for column in grid)
    state = state.astype(int)
    current = current_at(state, np.log(width) - log_exposure, temperature)
    own = TRUTH["resistance"] + state * TRUTH["delta_R"]  # each state carries its own current
    drive = polarity * current * (own if by_voltage else 1.0)
    return SwitchingPulses.from_columns(
        {
            "transition": state,
            "voltage" if by_voltage else "current": drive,
            "pulse_width": width,
            "n": np.full(state.size, float(n)),
            "n_switched": np.rint(n * -np.expm1(-np.exp(log_exposure))),
            "temperature": temperature,
        },
        origin=Origin(polarity=polarity),
    )


def _strided(rows: int) -> npt.NDArray[np.intp]:
    return (np.arange(rows) * 37) % rows


DESIGNS: Final[Mapping[str, Callable[[], Design]]] = {
    "dwells, 300–3000 a row": lambda: Design((dwell_table((300, 3000), 1.5e-3),), QUOTES),
    "dwells, 1–15 a row": lambda: Design((dwell_table((1, 15), 5e-3),), QUOTES),
    "dwells, 1 a row": lambda: Design((dwell_table((1, 1), 5e-3),), QUOTES),
    "dwells, timed, 0.2–15 a row": lambda: Design((dwell_table((0.2, 15), 5e-3, timed=True),), QUOTES),
    "events, censored, 20–200 a row": lambda: Design((dwell_events((20, 200), 3e-3),), QUOTES),
    "events, censored, 0.5–15 a row": lambda: Design((dwell_events((0.5, 15), 5e-3),), QUOTES),
    "pulses, 1000 a row": lambda: Design((pulses(1000),), QUOTES),
    "pulses, 15 a row": lambda: Design((pulses(15),), QUOTES),
    "dwells and pulses": lambda: Design(
        (dwell_table((5, 500), 3e-3), pulses(100, polarity=-1, by_voltage=True)),
        {**QUOTES, "resistance": "776 ± 8 ohm"},
    ),
}


def critical_currents(relative_stderr: float, *, barriers: bool, own_delta_R: bool = True) -> CriticalCurrents:
    """Eq. 28 by hand: ten spin valves from 0.05 to 0.5 ohm, or ten currents of the device; state 0 is P, 1 is AP."""
    state = np.repeat([0, 1], 10)
    delta_R = np.tile(np.linspace(0.05, 0.5, 10), 2) if own_delta_R else np.full(20, TRUTH["delta_R"])
    scatter = 1.0 + 0.15 * np.cos(np.arange(20.0)) if barriers else np.ones(20)
    energy = np.array([TRUTH["E_P"], TRUTH["E_AP"]])[state] * scatter
    current = np.array([DERIVED_TRUTH["I_c_P"], DERIVED_TRUTH["I_c_AP"]])[state] * TRUTH["delta_R"] / delta_R * scatter
    columns: dict[str, Any] = {"transition": state, "critical_current": current}
    columns["critical_current_stderr"] = relative_stderr * np.abs(current)
    columns |= {"delta_R": delta_R} if own_delta_R else {}
    columns |= {"barrier": energy} if barriers else {}
    return CriticalCurrents.from_columns(columns, origin=Origin("currents.csv"))


LINES_TRUTH: Final[Mapping[str, float]] = {"power_P": 2.0, "power_AP": 1.5, "linewidth_P": 9e7, "linewidth_AP": 1.2e8}


def lines(noise: float = 1.0) -> FmrLines:
    """9 currents in both states, powers with errors of 0.05 and widths of 3 MHz, 10 MHz of them inhomogeneous.

    noise: of all errors.
    """
    state, current = np.repeat([0.0, 1.0], 9), np.tile(np.linspace(-8e-4, 8e-4, 9), 2)
    columns: dict[str, Any] = {"state": state, "current": current}
    columns |= {"power": np.full(18, 1.7), "power_stderr": np.full(18, 0.05 * noise)}
    columns |= {"linewidth": np.full(18, 1e8), "linewidth_stderr": np.full(18, 3e6 * noise)}
    keys: dict[str, Any] = {"linewidth": "fwhm", "power": "integrated", "inhomogeneous_linewidth": "10 MHz"}
    return FmrLines.from_columns(columns, origin=Origin("lines.csv"), **keys)
