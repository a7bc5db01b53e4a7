"""Spectra of a virtual device: resonances as a spectrometer shows them, a file each, and their index."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.kinds.resonance.experiment_spectra import SpectrumDesign
from stfit.kinds.resonance.instrument import Signal
from stfit.kinds.resonance.simulated import true_lines
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.tables import rounded, settings_table
from stfit.physics.fluctuations import peak_power
from stfit.physics.resonance import GEOMETRIES

Array = npt.NDArray[np.float64]

_MILLIWATT: Final = 1e-3  # W
_FAINTEST: Final = 1e-9  # of the largest power: noise may take a small one below nothing, which has no decibels


def spectra(device: VirtualDevice, design: SpectrumDesign, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """The index of the spectra, and each of them as a .csv file, by name."""
    rows = true_lines(device, design.lines)
    in_field = design.lines.numbers.width == "T"
    header, factor = ("field (mT)", 1e3) if in_field else ("frequency (GHz)", 1e-9)
    center = _centers(device, design)[_own_center(design, rows.state)]
    height = peak_power(rows.power, rows.width * factor) if design.lines.numbers.power else np.ones(rows.width.size)
    files: list[str] = []
    contents: dict[str, bytes] = {}
    for place in range(rows.width.size):
        line = (float(center[place]), float(rows.width[place]), float(height[place]))
        signal = design.instrument.record(design.sweep, line, rng)
        table = pd.DataFrame({header: rounded(design.sweep * factor), **_columns(design, signal)})
        name = f"{design.file.removesuffix('.csv')}_{place + 1:02d}.csv"
        files.append(name)
        contents[name] = table.to_csv(index=False, lineterminator="\n").encode()
    index = pd.DataFrame({"file": files}).join(settings_table(rows.state, rows.current, rows.temperature))
    if design.lines.frequencies.size:
        index["frequency (GHz)"] = rounded(rows.frequency * 1e-9)
    return index, contents


def _centers(device: VirtualDevice, design: SpectrumDesign) -> Array:
    """Where lines lie, by frequency or by state, T or Hz."""
    if not design.geometry:
        return design.centers
    kittel = GEOMETRIES[design.geometry]
    gamma = device.truth["gyromagnetic_ratio"]
    anisotropy, offset = design.shifts
    return np.asarray(kittel(design.lines.frequencies, gamma, design.effective_magnetisation) - anisotropy + offset)


def _own_center(design: SpectrumDesign, state: Array) -> npt.NDArray[np.intp]:
    """Which of the centres is that of each spectrum: those of a frequency stand together (see `grid`)."""
    count = design.lines.frequencies.size
    if count:
        return np.repeat(np.arange(count), state.size // count)
    order = {code: place for place, code in enumerate(design.lines.states)}
    return np.array([order[int(code)] for code in state], dtype=np.intp)


def _columns(design: SpectrumDesign, signal: Signal) -> dict[str, list[float]]:
    """The columns of a file beside the axis of the sweep."""
    if np.iscomplexobj(signal):
        return {"S21 re": rounded(signal.real), "S21 im": rounded(signal.imag)}
    if not design.decibel:
        return {"signal": rounded(signal.real)}
    power = np.maximum(signal.real, _FAINTEST * float(np.max(np.abs(signal))))
    return {"signal (dBm)": rounded(10.0 * np.log10(power / _MILLIWATT))}
