"""The virtual laboratory: files a lab would have, from a device whose truth is known."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import numpy.typing as npt
import pandas as pd

import stfit
from stfit.derivatives import value_of
from stfit.measurements import DwellEvents, DwellTimes, Origin, SwitchingPulses
from stfit.models.dwell import DERIVED_UNITS, DwellTimeModel
from stfit.models.parameters import PARAMETERS

Array = npt.NDArray[np.float64]

_STATES = ("P", "AP")
_TRANSITIONS = ("P->AP", "AP->P")


@final
@dataclass(frozen=True)
class DwellDesign:
    """Dwell times at every combination of states, currents (A) and temperatures (K).

    transitions: smallest and largest number at one setting, drawn evenly between them. single_dwells: write every
    dwell, the last one of a setting censored, instead of counts and total times.
    """

    file: str
    currents: Array
    temperatures: Array
    transitions: tuple[int, int]
    states: tuple[int, ...] = (0, 1)
    single_dwells: bool = False


@final
@dataclass(frozen=True)
class PulseDesign:
    """n pulses at every combination of transitions, current magnitudes (A), pulse widths (s) and temperatures (K).

    Every transition is driven by the sign of current that favours it: P->AP by a negative one.
    """

    file: str
    currents: Array
    pulse_widths: Array
    temperatures: Array
    n: int
    states: tuple[int, ...] = (0, 1)


@final
@dataclass(frozen=True)
class VirtualDevice:
    """A device with its true parameters (SI, by public name) and what is measured on it."""

    title: str
    truth: Mapping[str, float]
    model: DwellTimeModel
    temperature: float
    designs: tuple[DwellDesign | PulseDesign, ...]


def simulate(device: VirtualDevice, folder: Path, seed: int) -> list[Path]:
    """Measure the device: one CSV file for each design, and truth.json. Same seed, same files."""
    generators = np.random.default_rng(seed).spawn(len(device.designs))
    tables = [
        (design.file, _dwells(device, design, rng) if isinstance(design, DwellDesign) else _pulses(device, design, rng))
        for design, rng in zip(device.designs, generators, strict=True)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    written = [_write(folder / file, table.to_csv(index=False, lineterminator="\n")) for file, table in tables]
    content = json.dumps(truth(device, seed), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    return [*written, _write(folder / "truth.json", content)]


def truth(device: VirtualDevice, seed: int) -> dict[str, Any]:
    """What the files were made from: parameters and what follows from them at the reference temperature, SI units."""
    derived = device.model.derived(device.truth, device.temperature)
    values = {name: (value, PARAMETERS[name].unit) for name, value in device.truth.items()}
    values |= {name: (float(value_of(value)), DERIVED_UNITS[name]) for name, value in derived.items()}
    return {
        "title": device.title,
        "seed": seed,
        "stfit_version": stfit.__version__,
        "numpy_version": np.__version__,
        "convention": device.model.convention.name,
        "asymmetry": device.model.asymmetry.name,
        "reference_temperature": device.temperature,
        "parameters": {name: {"value": value, "unit": unit} for name, (value, unit) in values.items()},
    }


def _grid(*axes: Array | tuple[int, ...]) -> list[Array]:
    """All combinations of the axes, the first varying slowest, one flat array for each axis."""
    return [axis.reshape(-1) for axis in np.meshgrid(*(np.asarray(a, dtype=float) for a in axes), indexing="ij")]


def _log_dwell_time(device: VirtualDevice, state: Array, current: Array, temperature: Array) -> Array:
    prediction = device.model.log_dwell_time(
        device.truth, state=state, current=current, temperature=temperature, field=None
    )
    return np.asarray(prediction, dtype=float)


def _dwells(device: VirtualDevice, design: DwellDesign, rng: np.random.Generator) -> pd.DataFrame:
    temperature, state, current = _grid(design.temperatures, design.states, design.currents)
    eta = _log_dwell_time(device, state, current, temperature)
    low, high = design.transitions
    n = rng.integers(low, high, state.size, endpoint=True).astype(float)
    template = DwellTimes.from_columns(
        {"state": state, "current": current, "temperature": temperature, "n": n, "total_time": n * np.exp(eta)},
        polarity=1,
        origin=Origin(),
    )
    if isinstance(template, DwellTimes) and not design.single_dwells:
        drawn = template.replicate(eta, rng)
        table = _settings_table(state, current, temperature)
        table["n"], table["total_time (s)"] = drawn.n.astype(int), _rounded(drawn.total_time)
        return table
    return _events(template, eta, rng)


def _events(template: Any, eta: Array, rng: np.random.Generator) -> pd.DataFrame:
    """Single dwells of a watch of fixed length at each setting, the last one censored."""
    size = template.n.size
    watched = DwellEvents(
        reduced=template,
        duration=template.total_time,
        setting=np.arange(size),
        censored=np.ones(size, dtype=bool),
    )
    drawn = watched.replicate(eta, rng)
    settings = _settings_table(template.state, template.current, template.temperature)
    table = settings.iloc[drawn.setting].reset_index(drop=True)
    table["duration (us)"], table["censored"] = _rounded(drawn.duration * 1e6), drawn.censored.astype(int)
    return table


def _settings_table(state: Array, current: Array, temperature: Array) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "state": [_STATES[int(code)] for code in state],
            "current (mA)": _rounded(current * 1e3),
            "temperature (K)": _rounded(temperature),
        }
    )


def _pulses(device: VirtualDevice, design: PulseDesign, rng: np.random.Generator) -> pd.DataFrame:
    temperature, state, width, magnitude = _grid(
        design.temperatures, design.states, design.pulse_widths, design.currents
    )
    current = np.where(state == 0, -magnitude, magnitude)
    eta = _log_dwell_time(device, state, current, temperature)
    template = SwitchingPulses.from_columns(
        {
            "transition": state,
            "current": current,
            "pulse_width": width,
            "n": np.full(state.size, float(design.n)),
            "n_switched": np.zeros(state.size),
            "temperature": temperature,
        },
        polarity=1,
        origin=Origin(),
    )
    drawn = template.replicate(eta, rng)
    return pd.DataFrame(
        {
            "transition": [_TRANSITIONS[int(code)] for code in state],
            "current (mA)": _rounded(current * 1e3),
            "pulse_width (ns)": _rounded(width * 1e9),
            "temperature (K)": _rounded(temperature),
            "n": drawn.n.astype(int),
            "n_switched": drawn.n_switched.astype(int),
        }
    )


def _rounded(values: Array) -> list[float]:
    """Seven significant digits, as an instrument would write them."""
    return [float(f"{value:.7g}") for value in values]


def _write(path: Path, text: str) -> Path:
    """Write a whole file or none."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)  # noqa: PTH105 - Path.replace is the same call, os.replace says that it is atomic
    return path
