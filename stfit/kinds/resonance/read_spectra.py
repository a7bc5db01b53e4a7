"""The spectra of an index, read from their files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, InputError, Problem, TableError
from stfit.kinds.resonance.layout import SPECTRUM
from stfit.kinds.resonance.line_fit import Signal
from stfit.kinds.resonance.measured import MeasuredSpectrum
from stfit.loaders.described import Described
from stfit.loaders.listed import Listed, in_common, problems_of
from stfit.measurement.base import Array
from stfit.units import quoted

_FEWEST_SAMPLES: Final = 12
_ANGLES: Final = {"deg": np.pi / 180.0, "°": np.pi / 180.0, "rad": 1.0}
_REAL, _IMAGINARY = " re", " im"  # how the parts of a complex number end in a header


def read_spectra(
    columns: Mapping[str, npt.NDArray[Any]], listed: Listed
) -> tuple[str, list[MeasuredSpectrum], list[str]]:
    """The spectra that the rows of an index name.

    Parameters
    ----------
    columns : Mapping[str, ndarray]
        The index, columns of INDEX_LAYOUT.
    listed : Listed
        How the files are described.

    Returns
    -------
    swept, spectra, recognised
        What they were swept in, "field" or "frequency"; each in increasing order of it; what was recognised.

    Raises
    ------
    TableError
        Files that cannot be read, with too few samples, or swept in different quantities.
    """
    problems: list[CellProblem] = []
    found: list[tuple[str, MeasuredSpectrum]] = []
    recognised: list[tuple[str, tuple[str, ...]]] = []
    refused: list[tuple[int, InputError]] = []
    for row, name in enumerate(columns["file"]):
        own = {"signal": str(columns["column"][row])} if "column" in columns else None
        group = str(columns["group"][row]) if "group" in columns else ""
        try:
            read = _read(listed, listed.folder / name, own, group)
            swept = "field" if "field" in read.values else "frequency"
            spectrum = _spectrum(str(name), read, swept)
        except InputError as error:
            refused.append((row, error))
            continue
        recognised.append((str(name), read.recognised))
        if spectrum.x.size < _FEWEST_SAMPLES or np.ptp(spectrum.x) == 0.0:
            samples = f"{spectrum.x.size} samples over {np.ptp(spectrum.x):g}"
            problems.append(CellProblem(row, "file", f"{_FEWEST_SAMPLES} samples or more along the sweep", samples))
            continue
        found.append((swept, spectrum))
    kinds = sorted({swept for swept, _ in found})
    if len(kinds) > 1:
        problems.append(CellProblem(None, "file", "spectra all swept in field, or all in frequency", "both"))
    problems += problems_of(refused)
    if problems:
        raise TableError(problems)
    return kinds[0], [spectrum for _, spectrum in found], in_common(recognised)


def _read(listed: Listed, path: Path, own: Mapping[str, str] | None, group: str) -> Described:
    """The columns of a spectrum, with the imaginary part beside a real one."""
    read = listed.read(path, SPECTRUM, own, group)
    header = read.selection.table.header
    name = header[read.headers.matches["signal"].position] if "signal" in read.headers.matches else ""
    other = name.replace(_REAL, _IMAGINARY, 1)
    if _REAL not in name or other not in header or {"signal_imaginary", "signal_phase"} & read.values.keys():
        return read
    return listed.read(path, SPECTRUM, {"signal": name, "signal_imaginary": other}, group)


def _spectrum(name: str, read: Described, swept: str) -> MeasuredSpectrum:
    """In increasing order of what was swept; decibels as power or, with a phase, as amplitude."""
    table = read.values
    order = np.argsort(table[swept], kind="stable")
    x, values = table[swept][order], {key: column[order] for key, column in table.items()}
    decibel = (read.headers.matches["signal"].unit or "").startswith("dB")
    signal: Signal = values["signal"]
    if "signal_phase" in values:
        size = 10.0 ** (0.05 * signal) if decibel else signal
        signal, decibel = size * np.exp(1j * _radians(read) * values["signal_phase"]), False
    elif decibel:
        signal = 10.0 ** (0.1 * signal)
    elif np.any(values.get("signal_imaginary", 0.0)):
        signal = signal + 1j * values["signal_imaginary"]
    if np.iscomplexobj(signal) and swept == "frequency":
        signal = without_delay(x, signal)
    return MeasuredSpectrum(name, x, signal, decibel)


def _radians(read: Described) -> float:
    """What makes a phase radians."""
    unit = read.headers.matches["signal_phase"].unit
    if unit is None or unit not in _ANGLES:
        where = f"{read.selection.table.path.name}, column 'signal_phase'"
        raise InputError(Problem(where, f"a unit, {' or '.join(_ANGLES)}", "none" if unit is None else quoted(unit)))
    return _ANGLES[unit]


def without_delay(frequency: Array, signal: Signal) -> Signal:
    """A signal without the phase that cables turn in proportion to the frequency.

    Parameters
    ----------
    frequency : array, shape (samples,)
        In increasing order, Hz.
    signal : array, shape (samples,)
        Complex; its phase turns by less than π between neighbours, or by nearly the same at equal distances.

    Returns
    -------
    array, shape (samples,)
        Its phase is nearly that of a background without cables.
    """
    distance = np.diff(frequency)
    if frequency.size < _FEWEST_SAMPLES or not np.any(distance > 0):
        return signal  # which is refused for that
    turned = np.angle(signal[1:] * np.conj(signal[:-1])) / np.where(distance > 0, distance, np.inf)
    rate = float(np.median(turned))
    left = np.unwrap(np.angle(signal * np.exp(-1j * rate * (frequency - frequency[0]))))
    rate += float(np.polyfit(frequency - frequency[0], left, 1, w=np.abs(signal))[0])
    return np.asarray(signal * np.exp(-1j * rate * (frequency - frequency[0])))
