"""What lines of spectra say by themselves: where they lie, how wide they are, the constants of their film."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from stfit.analysis import Constant
from stfit.constants import BOHR_MAGNETON, HBAR
from stfit.kinds.resonance.film import FEWEST, FilmFit, damping, field_of, fit_film, may_be_free, normal
from stfit.kinds.resonance.film_lines import FilmLines
from stfit.kinds.resonance.film_widths import Fit, Widths, fit_widths
from stfit.kinds.resonance.film_words import (
    bend_words,
    constant,
    constants,
    gamma_words,
    positions_contradicted,
    test_words,
    widths_contradicted,
)
from stfit.kinds.resonance.found import FoundLines
from stfit.kinds.resonance.series import Series, series_of
from stfit.results import Estimate, GoodnessTest, OwnResult
from stfit.results.fit_tests import KITTEL, STRAIGHT_WIDTHS

_CURVE: Final = 61  # points
_FROM_WIDTHS: Final = ("alpha", "inhomogeneous_linewidth")


def own_results(found: FoundLines, gamma: Constant | None, measurement: str) -> list[OwnResult]:
    """One result for each state, current and temperature.

    Parameters
    ----------
    found : FoundLines
        The lines.
    gamma : Constant, optional
        What is known of the gyromagnetic ratio, rad/s/T.
    measurement : str
        What tests call it.

    Returns
    -------
    list of OwnResult
        With constants of a film where its geometry is given and no test rejects what they follow from; with damping
        where γ is known and lines have several frequencies; else with the place and the width of a single line.
    """
    return [_of_series(found, one, gamma, measurement) for one in series_of(found.settings, len(found.files))]


def _of_series(found: FoundLines, one: Series, gamma: Constant | None, measurement: str) -> OwnResult:
    lines = None if found.in_field is None else found.in_field.at(one.rows)
    if lines is not None and found.geometry is not None:
        return _film(found, one, lines, gamma, measurement)
    if lines is not None and gamma is not None and np.unique(lines.frequency).size > 1:
        return _damped(found, one, lines, gamma, measurement)
    rows = _rows(found, one)
    if one.rows.size > 1:
        return OwnResult(_name(one), f"{one.rows.size} lines{one.where}", "info", rows=rows)
    estimates = _single(found.measured.at(one.rows), found.swept)
    said = ", ".join(constant(name, entry) for name, entry in estimates.items())
    return OwnResult(_name(one), f"one line{one.where}: {said} (FWHM)", "info", estimates, rows=rows)


def _name(one: Series) -> str:
    return one.where.removeprefix(", ")


def _single(line: FilmLines, swept: str) -> dict[str, Estimate]:
    """Place and width of one line."""
    names = ("resonance_field", "field_linewidth") if swept == "field" else ("resonance_frequency", "linewidth")
    unit = "T" if swept == "field" else "Hz"
    place, width = (normal(float(value[0]), float(stderr[0]), unit) for value, stderr in line.numbers)
    return dict(zip(names, (place, width), strict=True))


def _damped(found: FoundLines, one: Series, lines: FilmLines, gamma: Constant, measurement: str) -> OwnResult:
    """α and the inhomogeneous width of lines whose places nothing is said of."""
    line = fit_widths(lines.frequency, lines.fwhm, lines.fwhm_stderr)
    tests, dof = [_test(STRAIGHT_WIDTHS, line.test, measurement)], line.test.freedom
    rows = _with_widths(_rows(found, one), line)
    grid = np.linspace(0.0, 1.05 * float(np.max(lines.frequency)), _CURVE)
    curve = {"frequency": grid.tolist(), "field_linewidth": (line.best[1] + line.best[0] * grid).tolist()}
    title = f"lines at {np.unique(lines.frequency).size} frequencies{one.where}"
    if line.test.rejected:
        said = f"{title}: {widths_contradicted(lines, line)}"
        return OwnResult(_name(one), said, "warning", {}, tests, dof, rows, curve)
    estimates = damping(line, gamma.value, (gamma.uncertainty or 0.0) / gamma.value)
    parts = [", ".join(constant(name, entry) for name, entry in estimates.items())]
    parts += [f"widths {test_words(line.test)}", *(bends := bend_words(line))]
    level = "warning" if bends or line.test.doubtful else "info"
    return OwnResult(_name(one), f"{title}: {'; '.join(parts)}", level, estimates, tests, dof, rows, curve)


def _film(found: FoundLines, one: Series, lines: FilmLines, gamma: Constant | None, measurement: str) -> OwnResult:
    """The constants of a film, those alone that no test rejects."""
    geometry, shifts = str(found.geometry), found.shifts
    title = f"film ({geometry}{one.where})"
    if not may_be_free(shifts, geometry, both_signs=lines.both_signs):
        said = f"fields of one sign cannot tell {' and '.join(shifts)} from the other constants"
        return OwnResult(_name(one), f"{title}: no constants, as {said}", "warning", rows=_rows(found, one))
    fit = fit_film(lines, geometry, shifts, gamma)
    if fit is None:
        said = f"fewer than {FEWEST} of the {np.unique(lines.frequency).size} frequencies have lines of one mode"
        return OwnResult(_name(one), f"{title}: no constants, as {said}", "warning", rows=_rows(found, one))
    tests = [_test(KITTEL, fit.positions, measurement), _test(STRAIGHT_WIDTHS, fit.widths, measurement)]
    dof = fit.positions.freedom + fit.widths.freedom
    rows, curve = _film_rows(found, one, fit), _curve(fit, lines, geometry)
    left_out = [f"{1e-9 * f:g} GHz" for row, f in enumerate(lines.frequency.tolist()) if row not in fit.used]
    aside = [f"lines left out as those of another mode: {', '.join(left_out)}"] if left_out else []
    if fit.positions.rejected:
        parts = [positions_contradicted(lines, fit, geometry, shifts, gamma), *aside]
        return OwnResult(_name(one), f"{title}: {'; '.join(parts)}", "warning", {}, tests, dof, rows, curve)
    quoted = {n: e for n, e in fit.estimates.items() if not (fit.widths.rejected and n in _FROM_WIDTHS)}
    warnings = [*aside, *bend_words(fit.line)]
    if fit.widths.rejected:
        warnings.append(widths_contradicted(lines.at(np.array(fit.used)), fit.line))
    parts = [constants(fit, with_widths=not fit.widths.rejected), *gamma_words(fit), *warnings]
    doubtful = bool(warnings) or fit.doubtful or fit.gamma_contradicted
    gamma_first = quoted.pop("gyromagnetic_ratio")
    quoted = {"gyromagnetic_ratio": gamma_first, "g_factor": _times(gamma_first, HBAR / BOHR_MAGNETON), **quoted}
    said = f"{title}: {'; '.join(parts)}"
    return OwnResult(_name(one), said, "warning" if doubtful else "info", quoted, tests, dof, rows, curve)


def _times(estimate: Estimate, factor: float) -> Estimate:
    """The estimate of a multiple, without a unit."""
    if estimate.value is None or estimate.stderr is None:
        return replace(estimate, value=factor * float(estimate.value or 0.0), unit="")
    return replace(normal(factor * estimate.value, factor * estimate.stderr, ""), verdict=estimate.verdict)


def _test(name: str, fit: Fit, measurement: str) -> GoodnessTest:
    return GoodnessTest(name, measurement, fit.chi2, fit.p_value, "")


def _rows(found: FoundLines, one: Series) -> list[dict[str, Any]]:
    """Every line: its spectrum, where it lies and how wide it is, SI units."""
    measured = found.measured.at(one.rows)
    names = ("resonance_field", "field_linewidth") if found.swept == "field" else ("resonance_frequency", "linewidth")
    table: dict[str, Sequence[Any]] = {"file": [found.files[row] for row in one.rows.tolist()]}
    axis = "frequency" if found.swept == "field" else "field"
    if axis in found.settings:
        table[axis] = np.asarray(found.settings[axis], dtype=float)[one.rows].tolist()
    for name, (value, stderr) in zip(names, measured.numbers, strict=True):
        table |= {name: value.tolist(), f"{name}_stderr": stderr.tolist()}
    if found.swept == "frequency" and found.in_field is not None:
        lines = found.in_field.at(one.rows)
        table |= {"field_linewidth": lines.fwhm.tolist(), "field_linewidth_stderr": lines.fwhm_stderr.tolist()}
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def _with_widths(rows: Sequence[Mapping[str, Any]], line: Widths) -> list[dict[str, Any]]:
    """The lines with the width that the straight line gives each."""
    return [
        {**row, "fitted_linewidth": line.best[1] + line.best[0] * row.get("frequency", row.get("resonance_frequency"))}
        for row in rows
    ]


def _film_rows(found: FoundLines, one: Series, fit: FilmFit) -> list[dict[str, Any]]:
    """The lines with what the fit gives each, and whether they are of the mode that is fitted."""
    rows = _with_widths(_rows(found, one), fit.line)
    lines = found.in_field.at(one.rows)  # type: ignore[union-attr]
    places = fit.fields(lines, str(found.geometry)).tolist()
    return [
        {**row, "fitted_field": place, "used": number in fit.used}
        for number, (row, place) in enumerate(zip(rows, places, strict=True))
    ]


def _curve(fit: FilmFit, lines: FilmLines, geometry: str) -> dict[str, list[float]]:
    """Frequency, and along it the field of the resonance and the width; T."""
    grid = np.linspace(0.0, 1.05 * float(np.max(lines.frequency)), _CURVE)
    places = field_of(grid, geometry, fit.place) - fit.values.get("anisotropy_field", 0.0)
    widths = fit.line.best[1] + fit.line.best[0] * grid
    return {"frequency": grid.tolist(), "resonance_field": places.tolist(), "field_linewidth": widths.tolist()}
