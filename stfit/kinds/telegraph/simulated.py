"""Telegraph traces of a virtual device: dwells in continuous time, low-passed, sampled, with noise and a slow drift."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, Problem
from stfit.kinds.telegraph.experiment import TelegraphDesign
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.tables import field_axis, grid, log_dwell_time, rounded
from stfit.physics.telegraph import low_passed_noise, low_passed_telegraph

Array = npt.NDArray[np.float64]

_MOST_DWELLS: Final = 1e8  # of one record
_LARGEST: Final = np.iinfo(np.int16).max


def telegraph_traces(
    device: VirtualDevice, design: TelegraphDesign, rng: np.random.Generator
) -> tuple[pd.DataFrame, Files]:
    """The index of the traces, and each of them as a .npy file of 16-bit counts, by name.

    InputError where a resistance is beyond what 16 bits count, or a record would hold too many dwells.
    """
    temperature, field, current = grid(design.temperatures, field_axis(design.fields), design.currents)
    counts = []
    for setting in zip(current, temperature, field, strict=True):
        eta = log_dwell_time(device, design, np.array([0.0, 1.0]), *(np.full(2, value) for value in setting))
        counts.append(_samples(device, design, np.exp(eta) / design.sample_interval, rng))
    return trace_index(design, (temperature, field, current), counts)


def trace_index(
    design: TelegraphDesign, settings: tuple[Array, Array, Array], counts: Sequence[npt.NDArray[np.int16]]
) -> tuple[pd.DataFrame, Files]:
    """The index of traces at these temperatures, fields and currents, and the traces as .npy files by name."""
    temperature, field, current = settings
    contents: dict[str, bytes] = {}
    for place, samples in enumerate(counts, start=1):
        stream = io.BytesIO()
        np.save(stream, samples, allow_pickle=False)
        contents[f"{design.file.removesuffix('.csv')}_{place:02d}.npy"] = stream.getvalue()
    table = pd.DataFrame(
        {"file": list(contents), "current (mA)": rounded(current * 1e3), "temperature (K)": rounded(temperature)}
    )
    if design.fields is not None:
        table["field (mT)"] = rounded(field * 1e3)
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
    changes = np.cumsum(dwells[first:])
    if design.bandwidth is None:
        in_ap = (np.searchsorted(changes, np.arange(design.samples), side="right") + first) % 2
        return counted(device, design, in_ap.astype(float), rng.standard_normal(design.samples))
    memory = 1.0 / (2.0 * np.pi * design.bandwidth * design.sample_interval)
    noise = low_passed_noise(rng.standard_normal(design.samples), memory)
    return counted(device, design, low_passed_telegraph(changes, first, memory, design.samples), noise)


def counted(device: VirtualDevice, design: TelegraphDesign, level: Array, noise: Array) -> npt.NDArray[np.int16]:
    """Counts of the digitiser; level: r of each sample, from 0 (P) to 1 (AP), noise: of standard deviation 1.

    InputError where a resistance is beyond what 16 bits count.
    """
    drift = design.drift * np.linspace(-0.5, 0.5, design.samples)
    resistance = design.resistance + device.truth["delta_R"] * (level + drift)
    counts = np.rint((resistance + design.noise * noise) / design.resolution)
    if np.abs(counts).max() > _LARGEST:
        found = f"{np.abs(counts).max():.0f}"
        expected_words = f"resistances of at most {_LARGEST} times the resolution"
        raise InputError(Problem(f"the measurement {design.file}", expected_words, found))
    return counts.astype(np.int16)
