"""Switching events of a known device under ramps of a field or a voltage, from its hazard on a fine grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.builders import K_B

Array = npt.NDArray[np.float64]

T = 295.0
TRUTH = {"Kv": 37.0 * K_B * T, "anisotropy_field": 0.12, "field_offset": 4e-3, "tau_0": 1e-9}
SLOPES = (30e3, -60e3)  # 1/A, of P and AP
AT_ZERO = (17.3, 15.3)  # ln(τ/s) without a drive
_GRID = 4001


def log_dwell_time(state: int, field: Array, current: float = 0.0, truth: Mapping[str, float] = TRUTH) -> Array:
    """ln(τ/s) in a field along the easy axis (T), with s_i of SLOPES at h = 0 and c_i(θ0) where a current (A) flows."""
    h = (field - truth["field_offset"]) / truth["anisotropy_field"]
    way, top = (1.0, -1.0)[state], np.arccos(np.clip(-h, -1.0, 1.0))
    barrier = truth["Kv"] / (K_B * T) * np.maximum(1.0 + way * h, 0.0) ** 2
    c_P = (top - np.sin(top)) / 2
    factor = (c_P, c_P - np.pi / 2)[state]
    coupling = SLOPES[0] * 4.0 / (np.pi - 2.0)  # G/k_BT of r = (1 − cos θ)/2
    return np.asarray(np.log(truth["tau_0"]) + barrier + coupling * factor * current)


def rises(log_dwell: Array, grid: Array, rate: float, events: int, rng: np.random.Generator) -> Array:
    """Where events happen along a grid that is ramped at a rate, from ln τ on it."""
    step = np.abs(np.diff(grid)) / rate
    hazard = np.exp(-log_dwell)
    exposure = np.append(0.0, np.cumsum(0.5 * (hazard[1:] + hazard[:-1]) * step))
    return np.interp(rng.standard_exponential(events), exposure, grid)


def field_events(
    rates: tuple[float, ...], events: int, rng: np.random.Generator, *, current: float = 0.0, sign: float = 1.0
) -> dict[str, npt.NDArray[Any]]:
    """The columns of switching fields (T) at rates (T/s); sign: −1 where the laboratory's field favours AP."""
    found: dict[str, list[Array]] = {"transition": [], "switching_field": [], "field_rate": [], "start_field": []}
    for state, way in ((0, -1.0), (1, 1.0)):
        grid = way * np.linspace(-0.15, 0.15, _GRID)
        for rate in rates:
            along = rises(log_dwell_time(state, grid, current), grid, rate, events, rng)
            rows = (np.full(events, state), sign * along, np.full(events, rate), np.full(events, sign * grid[0]))
            for name, values in zip(found, rows, strict=True):
                found[name].append(values)
    columns = {name: np.concatenate(parts) for name, parts in found.items()}
    return columns if current == 0.0 else {**columns, "current": np.full(columns["transition"].size, current)}


def field_loops(
    rates: tuple[float, ...], sweeps: int, rng: np.random.Generator, *, points: int = 101
) -> dict[str, npt.NDArray[Any]]:
    """The columns of loops R(H) from +60 mT to −60 mT and back, with noise of a tenth of the step of R."""
    one_way = np.linspace(0.06, -0.06, points)
    field, fine = np.concatenate([one_way, one_way[-2::-1]]), np.linspace(0.06, -0.06, _GRID)
    tables = []
    for number, rate in enumerate(rates):
        down = rises(log_dwell_time(0, fine), fine, rate, sweeps, rng)
        up = rises(log_dwell_time(1, fine[::-1]), fine[::-1], rate, sweeps, rng)
        falling = np.arange(field.size) < points
        in_AP = np.where(falling, field < down[:, None], field < up[:, None])
        time = np.append(0.0, np.cumsum(np.abs(np.diff(field)))) / rate
        resistance = 1000.0 + 100.0 * in_AP + 10.0 * rng.standard_normal(in_AP.shape)
        sweep = np.repeat(np.arange(sweeps) + number * sweeps, field.size).astype(float)
        tables.append((sweep, np.tile(field, sweeps), np.tile(time, sweeps), resistance.ravel()))
    names = ("sweep", "field", "time", "resistance")
    return {name: np.concatenate(parts) for name, parts in zip(names, zip(*tables, strict=True), strict=True)}


def voltage_events(
    rates: tuple[float, ...], events: int, resistances: tuple[float, float], rng: np.random.Generator
) -> dict[str, npt.NDArray[Any]]:
    """The columns of switching voltages (V) at rates (V/s); resistances: ohm, of P and AP."""
    found: dict[str, list[Array]] = {"transition": [], "switching_voltage": [], "voltage_rate": []}
    for state, way in ((0, -1.0), (1, 1.0)):
        grid = way * np.linspace(0.0, 2.0, _GRID)
        for rate in rates:
            eta = AT_ZERO[state] + SLOPES[state] * grid / resistances[state]
            rows = (np.full(events, state), rises(eta, grid, rate, events, rng), np.full(events, rate))
            for name, values in zip(found, rows, strict=True):
                found[name].append(values)
    return {name: np.concatenate(parts) for name, parts in found.items()}
