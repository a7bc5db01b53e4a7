"""FMR spectra: an index of files, one spectrum each, becomes a table of resonance lines with errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, TableError
from stfit.kinds.resonance.choices import BACKGROUNDS, MOST_LINES
from stfit.kinds.resonance.data import FmrLines
from stfit.kinds.resonance.film import FEWEST, field_slopes, may_be_free, of_one_mode
from stfit.kinds.resonance.film_lines import FilmLines
from stfit.kinds.resonance.found import FoundLines, kept_spectra
from stfit.kinds.resonance.line_fit import Line
from stfit.kinds.resonance.measured import LineSearch, MeasuredSpectrum
from stfit.kinds.resonance.powers import phase_words, powers, shared_errors
from stfit.kinds.resonance.read_spectra import read_spectra
from stfit.kinds.resonance.series import Series, series_of
from stfit.kinds.resonance.spectra import fit_spectra
from stfit.kinds.resonance.spectra_words import words
from stfit.loaders.listed import Listed
from stfit.measurement.base import Array, Origin, frozen
from stfit.measurement.columns import P
from stfit.physics.fluctuations import LINE_SHAPES
from stfit.physics.line_shapes import SHAPES
from stfit.units import UnitError, parse_quantity

Columns = Mapping[str, npt.NDArray[Any]]


def fitted_lines(
    columns: Columns,
    *,
    origin: Origin,
    listed: Listed | None = None,
    geometry: str | None = None,
    inhomogeneous_linewidth: str | None = None,
    **search: Any,
) -> FmrLines:
    """Fit every spectrum and take its strongest line, of either sign of the field; the notices say what was found.

    Parameters
    ----------
    columns : Mapping[str, ndarray]
        The index, columns of INDEX_LAYOUT.
    origin : Origin
        Of the index.
    listed : Listed, optional
        How the files are described.
    geometry : {"in-plane", "perpendicular"}, optional
        Of a film at several frequencies, whose lines then also give its constants; it is needed for frequency sweeps
        at several fields.
    inhomogeneous_linewidth : str, optional
        The known width that no current changes.
    **search
        line_shape, a key of SHAPES; lines, at most; background, its order; modulation, amplitude of that of the field,
        with its unit; smoothed_lines, whether a time constant smoothed them; film, names from SHIFTS.

    Returns
    -------
    FmrLines
        Widths, and of lines swept at one frequency integrated powers, unless their shape is a derivative.

    Raises
    ------
    TableError
        Files that cannot be read, spectra swept in different quantities, no line in any, a current without the state of
        the device, a film that the sweeps do not suit.
    """
    columns = _with_state(columns)
    swept, spectra, recognised = read_spectra(columns, listed or Listed(Path(origin.file).parent))
    unused = _unused_field(columns, swept)
    modulation = _modulation(search.get("modulation"))
    for wrong in (
        _unfit_film(columns, swept, geometry, search.get("film") or ()),
        _unfit_shape(spectra, swept, search.get("line_shape"), modulation),
    ):
        if wrong is not None:
            raise TableError([wrong])
    background = search.get("background")
    wanted = LineSearch(
        search.get("line_shape"),
        search.get("lines") or MOST_LINES,
        BACKGROUNDS if background is None else (background,),
        modulation,
        search.get("smoothed_lines"),
    )
    found = fit_spectra(spectra, wanted)
    pairs = [
        (row, line)
        for row, (spectrum, fit) in enumerate(zip(spectra, found.fits, strict=True))
        for line in fit.resonances(spectrum.x)
    ]
    if not pairs:
        raise TableError([CellProblem(None, "file", "a resonance line in at least one spectrum", "none in any")])
    if not (found.choice.declared or found.choice.decided):
        expected = f"line_shape = {' or '.join(map(repr, LINE_SHAPES))}".replace("'", '"')
        raise TableError([CellProblem(None, "line_shape", expected, "no such key, and lines too weak to tell")])
    seen = np.array([row for row, _ in pairs])
    lines = [line for _, line in pairs]
    shown = {name: values[seen] for name, values in columns.items()}
    table = _line_columns(shown, lines, swept)
    powered, of_powers = _powers(table, seen, lines, found.choice.shape)
    table |= powered
    measured = FilmLines.of(shown.get("frequency", np.full(seen.size, np.nan)), lines)
    in_field = measured if swept == "field" and "frequency" in shown else None
    shifts = tuple(search.get("film") or ())
    if geometry is not None:
        series = series_of(shown, seen.size)
        if swept == "frequency":
            in_field = _in_field(measured, shown["field"], geometry, shifts, series)
            table = _as_field_sweeps(table, in_field)
        stay = of_one_mode(in_field or measured, geometry, shifts, series)
        table = {name: values[stay] for name, values in table.items()}
    said = words(spectra, found, "T" if swept == "field" else "Hz")
    notices = [*origin.notices, *unused, *said, *of_powers]
    lines_of_table = FmrLines.from_columns(
        table,
        origin=replace(origin, notices=tuple(notices), recognised=(*origin.recognised, *recognised)),
        linewidth="fwhm",
        power="integrated" if "power" in table else None,
        inhomogeneous_linewidth=inhomogeneous_linewidth,
    )
    files = tuple(spectra[row].file for row in seen.tolist())
    setting = columns.get("frequency" if swept == "field" else "field", np.full(len(spectra), np.nan))
    kept = kept_spectra(spectra, found.fits, np.asarray(setting, dtype=float))
    whole = FoundLines(measured, swept, in_field, shown, files, geometry, shifts, kept)
    line = frozen(np.tile(np.arange(len(lines)), 2), np.intp) if powered else None
    shared = frozen(np.tile(shared_errors(lines), 2)) if powered else None
    return replace(lines_of_table, tests=found.tests, found=whole, shared=shared, line=line)


def _unfit_film(columns: Columns, swept: str, geometry: str | None, shifts: Sequence[str]) -> CellProblem | None:
    """What is wrong with a film for these sweeps."""
    if geometry is None:
        if shifts:
            return CellProblem(None, "film", "a geometry, of whose film these are constants", "none")
        if swept == "frequency" and np.unique(columns.get("field", np.zeros(1))).size > 1:
            fields = 1e3 * columns["field"]
            found = f"{fields.size} frequency sweeps at {np.unique(fields).size} fields, {_span(fields)}"
            expected = 'geometry = "in-plane" or "perpendicular" for frequency sweeps at several fields'
            return CellProblem(None, "field", expected, found)
        return None
    axis = "frequency" if swept == "field" else "field"
    if axis not in columns:
        expected = "spectra swept in field at several frequencies, or in frequency at several fields, for a geometry"
        return CellProblem(None, "geometry", expected, f"spectra swept in {swept} without a {axis} in the index")
    if swept == "frequency" and np.unique(columns["field"]).size < FEWEST:
        fields = 1e3 * columns["field"]
        found = f"{fields.size} frequency sweeps at {np.unique(fields).size} fields, {_span(fields)}"
        return CellProblem(None, "field", f"{FEWEST} fields or more for frequency sweeps of a film", found)
    if not may_be_free(shifts, geometry, both_signs=True):
        return CellProblem(None, "film", 'geometry = "in-plane" with an anisotropy_field in film', geometry)
    return None


def _modulation(given: str | float | None) -> float:
    """Its amplitude, T; 0 where none is given."""
    if given is None:
        return 0.0
    try:
        found = parse_quantity(given, "T")
    except UnitError as error:
        raise TableError([CellProblem(None, "modulation", error.expected, error.found)]) from None
    if found.uncertainty is not None or found.value <= 0.0:
        expected = 'a positive amplitude without ±, half of peak-to-peak, such as "0.5 mT"'
        raise TableError([CellProblem(None, "modulation", expected, str(given))])
    return float(found.value)


def _unfit_shape(
    spectra: Sequence[MeasuredSpectrum], swept: str, shape: str | None, modulation: float
) -> CellProblem | None:
    """What is wrong with a shape for these spectra."""
    if modulation and swept != "field":
        return CellProblem(None, "modulation", "spectra that are swept in field", f"spectra swept in {swept}")
    if modulation and shape not in {None, "derivative"}:
        return CellProblem(None, "modulation", 'line_shape = "derivative", or none', f'"{shape}"')
    if shape == "lorentzian" and any(np.iscomplexobj(spectrum.signal) for spectrum in spectra):
        expected = 'line_shape = "symmetric+antisymmetric" or "derivative" of a signal with a phase'
        return CellProblem(None, "line_shape", expected, f'"{shape}"')
    return None


def _span(fields: Array) -> str:
    return f"{fields.min():g} to {fields.max():g} mT"


def _in_field(
    lines: FilmLines, field: Array, geometry: str, shifts: Sequence[str], series: Sequence[Series]
) -> FilmLines:
    """Lines swept in frequency as lines swept in field; TableError where they lie along no curve of Kittel's."""
    slope = np.empty(field.size)
    for one in series:
        # a few fields alone have the curve of all
        rows = one.rows if np.unique(field[one.rows]).size >= FEWEST else np.arange(field.size)
        found = field_slopes(lines.at(rows), field[rows], geometry, shifts)
        if found is None:
            expected = f"resonances of which half follow Kittel's relation ({geometry}), whose slope makes a Δf a ΔH"
            raise TableError([CellProblem(None, "geometry", expected, f"fewer of {rows.size}{one.where}")])
        slope[one.rows] = found[np.isin(rows, one.rows)]
    return lines.in_field(field, slope)


def _as_field_sweeps(table: Mapping[str, npt.NDArray[Any]], lines: FilmLines) -> dict[str, npt.NDArray[Any]]:
    """The table of lines with widths in field at their frequencies."""
    kept = {name: values for name, values in table.items() if name in ("state", "current", "temperature")}
    return kept | {
        "frequency": lines.frequency,
        "field_linewidth": lines.fwhm,
        "field_linewidth_stderr": lines.fwhm_stderr,
    }


def _with_state(columns: Columns) -> Columns:
    """The columns with a state, P where nobody gives one: without a current none plays a part."""
    if "state" in columns:
        return columns
    if np.any(columns.get("current", 0.0)):
        expected = 'a column, or the constant state = "P", since the state decides what a current does'
        raise TableError([CellProblem(None, "state", expected, "none")])
    state = np.full(columns["file"].size, P, dtype=np.int8)
    return {**columns, "state": state}


def _unused_field(columns: Columns, swept: str) -> list[str]:
    """A notice on a field in the index of field sweeps, which is an error where it is the only setting."""
    if swept != "field" or "field" not in columns:
        return []
    if not {"current", "frequency"} & columns.keys():
        expected = "a column of the frequency or of the current, as the files are swept in field"
        raise TableError([CellProblem(None, "field", expected, "neither")])
    return ["column 'field' of the index is not used: the files are swept in field"]


def _line_columns(columns: Columns, lines: Sequence[Line], swept: str) -> dict[str, npt.NDArray[Any]]:
    """The columns of a table of lines but for their powers, by those of the index, a row a line."""
    table = {name: columns[name] for name in ("state", "current", "temperature", "frequency") if name in columns}
    table.setdefault("current", np.zeros(len(lines)))
    width = "field_linewidth" if swept == "field" else "linewidth"
    table[width] = np.array([line.fwhm for line in lines])
    table[f"{width}_stderr"] = np.array([line.fwhm_stderr for line in lines])
    return table


def _powers(
    table: Columns, spectrum: npt.NDArray[np.intp], lines: Sequence[Line], shape: str
) -> tuple[dict[str, npt.NDArray[Any]], list[str]]:
    """Columns of powers, where they have a common scale, and notices; spectrum: that in which each line stands."""
    if SHAPES[shape].derivative or ("frequency" in table and np.unique(table["frequency"]).size > 1):
        return {}, []
    if np.unique(spectrum).size < spectrum.size:
        return {}, ["no powers: spectra hold a line at either sign of the field, and widths alone are taken of both"]
    power, stderr = powers(lines)
    notices = phase_words(lines) if SHAPES[shape].parts > 1 else []
    return {"power": power, "power_stderr": stderr}, notices
