"""Telegraph traces of a virtual device: dwells in continuous time, sampled, with white noise and a slow drift."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, Problem
from stfit.simulate.designs import TelegraphDesign, VirtualDevice
from stfit.simulate.tables import grid, log_dwell_time, rounded

Array = npt.NDArray[np.float64]

_MOST_DWELLS: Final = 1e8  # of one record
_LARGEST: Final = np.iinfo(np.int16).max


def telegraph_traces(
    device: VirtualDevice, design: TelegraphDesign, rng: np.random.Generator
) -> tuple[pd.DataFrame, dict[str, bytes]]:
    """The index of the traces, and each of them as a .npy file of 16-bit counts, by name.

    InputError where a resistance is beyond what 16 bits count, or a record would hold too many dwells.
    """
    temperature, current = grid(design.temperatures, design.currents)
    files, contents = [], {}
    for place, (kelvin, ampere) in enumerate(zip(temperature, current, strict=True), start=1):
        state = np.array([0.0, 1.0])
        eta = log_dwell_time(device, design, state, np.full(2, ampere), np.full(2, kelvin))
        samples = _samples(device, design, np.exp(eta) / design.sample_interval, rng)
        name = f"{design.file.removesuffix('.csv')}_{place:02d}.npy"
        stream = io.BytesIO()
        np.save(stream, samples, allow_pickle=False)
        files.append(name)
        contents[name] = stream.getvalue()
    table = pd.DataFrame(
        {"file": files, "current (mA)": rounded(current * 1e3), "temperature (K)": rounded(temperature)}
    )
    table["sample_interval (us)"] = rounded(np.full(current.size, design.sample_interval * 1e6))
    return table, contents


def _samples(
    device: VirtualDevice, design: TelegraphDesign, tau: Array, rng: np.random.Generator
) -> npt.NDArray[np.int16]:
    """Counts of one record; tau: mean dwells of P and AP in samples."""
    expected = 2.0 * design.samples / float(tau.sum())
    if expected > _MOST_DWELLS:
        found = f"about {expected:.2g}"
        raise InputError(Problem(f"the measurement {design.file}", f"at most {_MOST_DWELLS:g} dwells a trace", found))
    pairs = int(0.5 * expected + 6.0 * np.sqrt(0.5 * expected) * max(tau) / tau.mean() + 20)
    dwells = rng.exponential(np.tile(tau, pairs))
    first = int(rng.random() * tau.sum() > tau[0])
    at = np.searchsorted(np.cumsum(dwells[first:]), np.arange(design.samples), side="right")
    in_ap = (at + first) % 2
    drift = design.drift * np.linspace(-0.5, 0.5, design.samples)
    resistance = design.resistance + device.truth["delta_R"] * (in_ap + drift)
    counts = np.rint((resistance + design.noise * rng.standard_normal(design.samples)) / design.resolution)
    if np.abs(counts).max() > _LARGEST:
        found = f"{np.abs(counts).max():.0f}"
        expected_words = f"resistances of at most {_LARGEST} times the resolution"
        raise InputError(Problem(f"the measurement {design.file}", expected_words, found))
    return counts.astype(np.int16)
