"""The powers of lines in a table, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy

from stfit.kinds.resonance.line_fit import Line
from stfit.measurement.base import Array
from stfit.results.numbers import format_p

_MOST_SHARED: Final = 0.99  # a correlation that leaves an error of its own
_TURNED: Final = 1e-3  # p-value below which lines have different phases


def powers(lines: Sequence[Line]) -> tuple[Array, Array]:
    """Areas of the lines whatever their phase, relative to the largest, and their standard errors, shape (lines,)."""
    areas = np.array([line.integrated for line in lines])
    return tuple(areas.T / np.max(areas[:, 0]))


def shared_errors(lines: Sequence[Line]) -> Array:
    """Correlation of the errors of area and width of each line, shape (lines,)."""
    found = []
    for line in lines:
        size = max(line.size, np.finfo(float).tiny)
        gradient = np.concatenate([[0.0, size], line.fwhm * line.amplitudes / size])
        both = np.stack([gradient, np.eye(gradient.size)[1]])
        (area, covariance), (_, width) = both @ line.covariance @ both.T
        found.append(covariance / np.sqrt(area * width) if area * width > 0.0 else 0.0)
    return np.clip(found, -_MOST_SHARED, _MOST_SHARED)


def phase_words(lines: Sequence[Line]) -> list[str]:
    """A notice where the phase of the lines differs by more than its errors; lines of either sign are of one phase."""
    phase, stderr = np.array([line.phase for line in lines]).T
    weight = 1.0 / np.square(stderr)
    middle = 0.5 * np.angle(np.sum(weight * np.exp(2j * phase)))
    off = 0.5 * np.angle(np.exp(2j * (phase - middle)))
    p_value = float(scipy.special.chdtrc(max(len(lines) - 1, 1), np.sum(weight * np.square(off))))
    if p_value >= _TURNED:
        return []
    low, high = np.rad2deg(middle + np.array([off.min(), off.max()]))
    turns = f"{low:.0f}° to {high:.0f}° ({format_p(p_value, 'p = ')})"
    together = "the powers are of symmetric and antisymmetric part together"
    return [f"the phase of the lines differs between spectra, {turns}: {together}"]
