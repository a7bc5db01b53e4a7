"""FMR spectra: an index of files, one spectrum each, becomes a table of resonance lines with errors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, InputError, TableError
from stfit.kinds.resonance.data import FmrLines
from stfit.kinds.resonance.layout import SPECTRUM
from stfit.kinds.resonance.line_fit import Line, SpectrumFit, fit_spectrum
from stfit.kinds.resonance.series import SeriesFit, Spectrum, fit_series
from stfit.loaders.listed import Listed, in_common, problems_of
from stfit.measurement.base import Array, Origin
from stfit.measurement.columns import P
from stfit.results.numbers import format_p, format_value

_FEWEST_SAMPLES: Final = 12
_SHARED: Final = (("effective_magnetisation", "T"), ("alpha", ""), ("inhomogeneous_linewidth", "T"))


def fitted_lines(
    columns: Mapping[str, npt.NDArray[Any]],
    *,
    origin: Origin,
    line_shape: str = "lorentzian",
    geometry: str | None = None,
    inhomogeneous_linewidth: str | None = None,
    listed: Listed | None = None,
) -> FmrLines:
    """Fit every spectrum and take its strongest line; spectra without a line are named in a notice.

    line_shape: a key of LINE_SHAPES. geometry: "in-plane" or "perpendicular", for a series of frequencies swept in
    field, whose spectra are then also fitted together. listed: how the files are described. Of lines swept at one
    frequency the integrated power is taken too, unless their shape is a derivative. TableError: files that cannot be
    read, spectra swept in different quantities, no line in any, a current without the state of the device.
    """
    columns, stateless = _with_state(columns)
    swept, spectra, recognised = _read(columns, listed or Listed(Path(origin.file).parent))
    unused = _unused_field(columns, swept)
    fits = [fit_spectrum(x, signal, line_shape) for x, signal in spectra]
    seen = [index for index, fit in enumerate(fits) if fit.strongest is not None]
    if not seen:
        raise TableError([CellProblem(None, "file", "a resonance line in at least one spectrum", "none in any")])
    lines = [line for index in seen if (line := fits[index].strongest) is not None]
    notices = [*origin.notices, *unused, *stateless, *_found_words(columns["file"], fits)]
    notices += _series_words(_common(columns, swept, spectra, fits, geometry))
    table = _line_columns(columns, seen, lines, swept, with_power=line_shape != "derivative")
    return FmrLines.from_columns(
        table,
        origin=replace(origin, notices=tuple(notices), recognised=(*origin.recognised, *recognised)),
        linewidth="fwhm",
        power="integrated" if "power" in table else None,
        inhomogeneous_linewidth=inhomogeneous_linewidth,
    )


def _with_state(columns: Mapping[str, npt.NDArray[Any]]) -> tuple[Mapping[str, npt.NDArray[Any]], list[str]]:
    """The columns with a state, and a notice where nobody gives one: without a current none plays a part."""
    if "state" in columns:
        return columns, []
    if np.any(columns.get("current", 0.0)):
        expected = 'a column, or the constant state = "P", since the state decides what a current does'
        raise TableError([CellProblem(None, "state", expected, "none")])
    state = np.full(columns["file"].size, P, dtype=np.int8)
    return {**columns, "state": state}, ["no state is given: without a current it plays no part, and P stands for it"]


def _read(columns: Mapping[str, npt.NDArray[Any]], listed: Listed) -> tuple[str, list[tuple[Array, Array]], list[str]]:
    """What spectra were swept in, "field" or "frequency", each as (x in T or Hz, signal), and what was recognised."""
    problems: list[CellProblem] = []
    found: list[tuple[str, Array, Array]] = []
    recognised: list[tuple[str, tuple[str, ...]]] = []
    refused: list[tuple[int, InputError]] = []
    for row, name in enumerate(columns["file"]):
        own = {"signal": str(columns["column"][row])} if "column" in columns else None
        group = str(columns["group"][row]) if "group" in columns else ""
        try:
            read = listed.read(listed.folder / name, SPECTRUM, own, group)
        except InputError as error:
            refused.append((row, error))
            continue
        table = read.values
        recognised.append((str(name), read.recognised))
        swept = "field" if "field" in table else "frequency"
        if table["signal"].size < _FEWEST_SAMPLES or np.ptp(table[swept]) == 0.0:
            samples = f"{table['signal'].size} samples over {np.ptp(table[swept]):g}"
            problems.append(CellProblem(row, "file", f"{_FEWEST_SAMPLES} samples or more along the sweep", samples))
            continue
        order = np.argsort(table[swept], kind="stable")
        found.append((swept, table[swept][order], table["signal"][order]))
    kinds = sorted({swept for swept, *_ in found})
    if (several := _several_fields(columns, Counter(swept for swept, *_ in found))) is not None:
        raise TableError([several])
    if len(kinds) > 1:
        problems.append(CellProblem(None, "file", "spectra all swept in field, or all in frequency", "both"))
    problems += problems_of(refused)
    if problems:
        raise TableError(problems)
    return kinds[0], [(x, signal) for _, x, signal in found], in_common(recognised)


def _unused_field(columns: Mapping[str, npt.NDArray[Any]], swept: str) -> list[str]:
    """A notice on a field in the index of field sweeps, which is an error where it is the only setting."""
    if swept != "field" or "field" not in columns:
        return []
    if not {"current", "frequency"} & columns.keys():
        expected = "a column of the frequency or of the current, as the files are swept in field"
        raise TableError([CellProblem(None, "field", expected, "neither")])
    return ["column 'field' of the index is not used: the files are swept in field"]


def _several_fields(columns: Mapping[str, npt.NDArray[Any]], read: Mapping[str, int]) -> CellProblem | None:
    """What is wrong with an index of frequency sweeps at several fields, which have no law yet; None for any other.

    read: how many files are swept in what.
    """
    field = columns.get("field", np.zeros(1))
    if "field" in read or np.unique(field).size == 1:
        return None
    expected = (
        "one field for all frequency sweeps: sweeps at several fields cannot be fitted together yet (one table of "
        f"frequency, field and signal, with {_FEWEST_SAMPLES} fields or more, is fitted as field sweeps)"
    )
    sweeps = f"{read['frequency']} frequency sweeps" if "frequency" in read else "files"
    found = f"{sweeps} at {np.unique(field).size} fields, {1e3 * field.min():g} to {1e3 * field.max():g} mT"
    return CellProblem(None, "field", expected, found)


def _line_columns(
    columns: Mapping[str, npt.NDArray[Any]], seen: list[int], lines: Sequence[Line], swept: str, *, with_power: bool
) -> dict[str, npt.NDArray[Any]]:
    """The columns of a table of lines for the spectra that show a line."""
    table = {name: columns[name][seen] for name in ("state", "current", "temperature", "frequency") if name in columns}
    table.setdefault("current", np.zeros(len(seen)))
    width = "field_linewidth" if swept == "field" else "linewidth"
    table[width] = np.array([line.fwhm for line in lines])
    table[f"{width}_stderr"] = np.array([line.fwhm_stderr for line in lines])
    several = "frequency" in table and np.unique(table["frequency"]).size > 1
    if with_power and not several:
        areas = np.array([line.integrated for line in lines])
        size = float(np.max(np.abs(areas[:, 0])))
        table["power"], table["power_stderr"] = np.abs(areas[:, 0]) / size, areas[:, 1] / size
    return table


def _common(
    columns: Mapping[str, npt.NDArray[Any]],
    swept: str,
    spectra: Sequence[tuple[Array, Array]],
    fits: Sequence[SpectrumFit],
    geometry: str | None,
) -> SeriesFit | None:
    """The fit of all spectra together; None where no geometry is given."""
    if geometry is None:
        return None
    if swept != "field" or "frequency" not in columns:
        expected = "spectra swept in field at several frequencies, as the key geometry says"
        raise TableError([CellProblem(None, "geometry", expected, f"spectra swept in {swept}")])
    parts = [
        Spectrum(float(frequency), x, signal, fit)
        for frequency, (x, signal), fit in zip(columns["frequency"], spectra, fits, strict=True)
    ]
    return fit_series(parts, geometry)


def _found_words(files: npt.NDArray[Any], fits: Sequence[SpectrumFit]) -> list[str]:
    """How many lines there are in how many spectra, and which spectra show none."""
    counts = [len(fit.lines) for fit in fits]
    numbers = f"{counts.count(1)} with one line, {counts.count(2)} with two, {counts.count(0)} with none"
    empty = [f"{name}: no line, by BIC" for name, count in zip(files, counts, strict=True) if not count]
    return [f"{len(fits)} spectra: {numbers}", *empty]


def _series_words(series: SeriesFit | None) -> list[str]:
    """The constants that all spectra share."""
    if series is None:
        return []
    cycles = 1.0 / (2e9 * np.pi)  # GHz in a rad/s
    gamma = series.values["gyromagnetic_ratio"] * cycles, series.stderr["gyromagnetic_ratio"] * cycles
    values = [format_value(*gamma, "")]
    values += [format_value(series.values[name], series.stderr[name], unit) for name, unit in _SHARED]
    together = (
        f"all spectra together ({series.geometry}, {len(series.used)} of one mode): γ/2π = {values[0]} GHz/T, "
        f"μ0M_eff = {values[1]}, α = {values[2]}, μ0ΔH_0 = {values[3]}; χ² per sample {series.reduced_chi2:.2f}"
    )
    freedom = max(len(series.used) - 2, 1)
    scatter = (
        f"single widths about their straight line: χ² = {series.width_chi2:.1f} for {freedom} degrees of freedom "
        f"({format_p(series.width_p_value, 'p = ')})"
    )
    return [together, scatter]
