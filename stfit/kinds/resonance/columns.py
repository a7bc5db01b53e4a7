"""The columns and keys of a table of resonance lines, and whether they fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, TableError
from stfit.measurement.base import Array, Rows, Settings, frozen
from stfit.physics.fluctuations import FWHM_OVER_WIDTH, POWERS, LineNumbers
from stfit.units import UnitError, parse_quantity

Columns = Mapping[str, npt.NDArray[Any]]  # of the table, by name

POWER, LINEWIDTH = 0, 1


UNITS: Final = {  # of the parameters of a line, but for the state
    "power": "",
    "linewidth": "Hz",
    "field_linewidth": "T",
    "inhomogeneous_linewidth": "T",
}


def repeated_settings(columns: Columns, times: int, polarity: int) -> Settings:
    """The settings of the table, once for each observable."""
    rows = np.tile(np.arange(columns["state"].size), times)
    frequency = columns.get("frequency", np.full(columns["state"].size, np.nan))
    return Settings.from_columns(columns, polarity, frequency=frozen(frequency)).at(rows)


def observables(columns: Columns, factor: float) -> Iterator[tuple[int, tuple[Array, Array]]]:
    """Values and errors of each observable there is; factor: what makes its widths FWHM."""
    if "power" in columns:
        yield POWER, (columns["power"], columns["power_stderr"])
    width = _width_name(columns)
    if width:
        yield LINEWIDTH, (factor * columns[width], factor * columns[f"{width}_stderr"])


def _width_name(columns: Columns) -> str:
    return next((name for name in ("linewidth", "field_linewidth") if name in columns), "")


def uncorrelated(off: Any, partner: Rows, shared: Array) -> Any:
    """Residuals made independent: of a width what the power of its line leaves open.

    off: an array, shape (..., rows), or a Jet. partner, shared: the row of which each row shares its error, and the
    correlation of both; shape (rows,).
    """
    other = off[..., partner] if isinstance(off, np.ndarray) else off[partner]
    return (off - shared * other) / np.sqrt(1.0 - np.square(shared))


def correlated(noise: Array, partner: Rows, shared: Array) -> Array:
    """Independent normal numbers, shape (rows,), made errors that are correlated as in `uncorrelated`."""
    return np.asarray(shared * noise[partner] + np.sqrt(1.0 - np.square(shared)) * noise)


def several_frequencies(columns: Columns) -> bool:
    """Whether the lines were taken at more than one frequency."""
    return "frequency" in columns and np.unique(columns["frequency"]).size > 1


def line_numbers(
    columns: Columns, linewidth: str | None, power: str | None, inhomogeneous: str | float | None
) -> LineNumbers:
    """What the columns and the keys say of the lines; TableError where they do not fit together."""
    width = _width_name(columns)
    problems = [
        *_declaration("linewidth", tuple(FWHM_OVER_WIDTH), linewidth, width),
        *_declaration("power", POWERS, power, "power" if "power" in columns else ""),
        *_width_stderr(columns, width),
        *_frequencies(columns, width),
    ]
    known = 0.0
    if not problems and inhomogeneous is not None:
        known, wrong = _known_width(columns, width, inhomogeneous, FWHM_OVER_WIDTH[linewidth or "fwhm"])
        problems += wrong
    if problems:
        raise TableError(problems)
    # of one frequency too: a width that is taken for 0 would be a part of the damping
    fitted = inhomogeneous is None and width == "field_linewidth" and "frequency" in columns
    return LineNumbers(
        power=power or "",
        width=UNITS[width] if width else "",
        inhomogeneous=None if fitted else known,
        by_frequency=width == "field_linewidth" and "frequency" in columns,
    )


def _declaration(key: str, choices: tuple[str, ...], given: str | None, column: str) -> Iterator[CellProblem]:
    """A key that says what a column is: there with the column, absent without it."""
    options = " or ".join(f'"{choice}"' for choice in choices)
    if column and given not in choices:
        found = "no such key" if given is None else repr(given)
        yield CellProblem(None, column, f"the key {key} = {options}, which says what the column holds", found)
    if not column and given is not None:
        yield CellProblem(None, key, f"the columns {key} and {key}_stderr, as the key {key} is given", "not both")


def _width_stderr(columns: Columns, width: str) -> Iterator[CellProblem]:
    if width and f"{width}_stderr" not in columns:
        other = "field_linewidth_stderr" if width == "linewidth" else "linewidth_stderr"
        yield CellProblem(
            None, other, f"a unit of the same dimension as that of {width.removeprefix('field_')}", "another"
        )


def _frequencies(columns: Columns, width: str) -> Iterator[CellProblem]:
    """Only the width in field units has a law that holds at several frequencies."""
    if several_frequencies(columns) and (width != "field_linewidth" or "power" in columns):
        expected = "one frequency, or linewidths in field units (mT) alone: power and Δf at zero current differ by line"
        yield CellProblem(None, "frequency", expected, f"{np.unique(columns['frequency']).size} frequencies")


def _known_width(columns: Columns, width: str, given: str | float, factor: float) -> tuple[float, list[CellProblem]]:
    """The known inhomogeneous width as FWHM, and what is wrong with it."""
    key = "inhomogeneous_linewidth"
    if not width:
        return 0.0, [CellProblem(None, key, f"a linewidth column, as the key {key} is given", "none")]
    try:
        found = parse_quantity(given, UNITS[width])
    except UnitError as error:
        return 0.0, [CellProblem(None, key, error.expected, error.found)]
    if found.uncertainty is not None or found.value < 0:
        return 0.0, [CellProblem(None, key, "a width without ±, 0 or more", str(given))]
    narrow = np.flatnonzero(columns[width] <= found.value)
    expected = f"more than the inhomogeneous linewidth, {given}"
    return factor * found.value, [
        CellProblem(int(row), width, expected, f"{columns[width][row]:g} {UNITS[width]}") for row in narrow
    ]
