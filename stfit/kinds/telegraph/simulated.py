"""Telegraph traces of a virtual device: dwells in continuous time, as an instrument and a laboratory leave them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, Problem
from stfit.kinds.telegraph.experiment import TelegraphDesign
from stfit.kinds.telegraph.imperfections import (
    hum_of,
    jumps_of,
    random_walk,
    two_state,
    visited,
    with_gaps,
    with_glitches,
)
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.tables import field_axis, grid, log_dwell_time, rounded
from stfit.physics.telegraph import low_passed_noise

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int16] | npt.NDArray[np.float32]

_MOST_DWELLS: Final = 1e8  # of one record
_LARGEST: Final = np.iinfo(np.int16).max


def telegraph_traces(
    device: VirtualDevice, design: TelegraphDesign, rng: np.random.Generator
) -> tuple[pd.DataFrame, Files]:
    """The index of the traces, and each of them as a .npy file of 16-bit counts, by name.

    InputError where a resistance is beyond what 16 bits count, or a record would hold too many dwells.
    """
    temperature, field, current = grid(design.temperatures, field_axis(design.fields), design.runs)
    counts = []
    for setting in zip(current, temperature, field, strict=True):
        eta = log_dwell_time(device, design, np.array([0.0, 1.0]), *(np.full(2, value) for value in setting))
        counts.append(trace_of(design, device.truth["delta_R"], np.exp(eta) / design.sample_interval, rng))
    return trace_index(design, (temperature, field, current), counts)


def trace_index(
    design: TelegraphDesign, settings: tuple[Array, Array, Array], counts: Sequence[Counts]
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


def trace_of(design: TelegraphDesign, step: float, tau: Array, rng: np.random.Generator) -> Counts:
    """One record of two-state noise.

    Parameters
    ----------
    design : TelegraphDesign
        How it is recorded.
    step : float
        Of the resistance from P to AP, ohm.
    tau : Array
        Mean dwells of P and AP, shape (2,), in sampling intervals.
    rng : numpy.random.Generator
        The same one gives the same record.

    Returns
    -------
    ndarray
        Counts of the digitiser, shape (design.samples,): 16-bit integers, or floats with NaN where gaps are asked for.

    Raises
    ------
    InputError
        Where the record would hold too many dwells, or a resistance is beyond what 16 bits count.
    """
    expected = 2.0 * design.samples / float(tau.sum())
    if expected > _MOST_DWELLS:
        found = f"about {expected:.2g}"
        raise InputError(Problem(f"the measurement {design.file}", f"at most {_MOST_DWELLS:g} dwells a trace", found))
    level = two_state(design.samples, tau, design.read_out, rng)
    return counted(design, step, level, rng)


def counted(design: TelegraphDesign, step: float, level: Array, rng: np.random.Generator) -> Counts:
    """Counts of the digitiser; level: r of each sample as the instrument reads it, from 0 (P) to 1 (AP). step: ohm.

    InputError where a resistance is beyond what 16 bits count.
    """
    noise = design.noise * _noise(design.samples, design.noise_memory, rng)
    beside = rng.spawn(1)[0]  # what a design does not ask for draws nothing, and other draws stay what they are
    signal = design.resistance + step * level
    if design.third_level is not None:
        clock = (design.sample_interval, design.read_out)
        signal = visited(signal, design.third_level, clock, design.resistance, beside)
    signal = signal + _baseline(design, step, beside) + noise
    if design.digitiser_noise:
        signal += design.digitiser_noise * beside.standard_normal(design.samples)
    if design.glitches is not None:
        signal = with_glitches(signal, design.glitches, beside)
    counts = np.rint(np.clip(signal, *design.range) / design.resolution)
    if np.abs(counts).max() > _LARGEST:
        found = f"{np.abs(counts).max():.0f}"
        expected = f"resistances, glitches on them, of at most {_LARGEST} times the resolution"
        raise InputError(Problem(f"the measurement {design.file}", expected, found))
    if design.gaps is not None:
        return with_gaps(counts, design.gaps, beside).astype(np.float32)
    return counts.astype(np.int16)


def _noise(samples: int, memory: float, rng: np.random.Generator) -> Array:
    """Noise of standard deviation 1; memory: in which its correlation falls to 1/e, samples; 0 for white noise."""
    white = rng.standard_normal(samples)
    return low_passed_noise(white, memory) if memory else white


def _baseline(design: TelegraphDesign, step: float, rng: np.random.Generator) -> Array:
    """What is added to both levels along the record, ohm."""
    found = design.drift * step * np.linspace(-0.5, 0.5, design.samples) + jumps_of(design.samples, design.jumps)
    if design.wander:
        found += random_walk(design.samples, design.wander, rng)
    return found + hum_of(design.samples, design.sample_interval, design.hum, rng)
