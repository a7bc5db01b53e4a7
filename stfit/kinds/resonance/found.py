"""The lines that were found in spectra, with all that says of them more than a table of widths and powers does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.kinds.resonance.film_lines import FilmLines
from stfit.kinds.resonance.line_fit import SpectrumFit
from stfit.kinds.resonance.measured import MeasuredSpectrum

Array = npt.NDArray[np.float64]

_MOST_SAMPLES: Final = 400  # of one spectrum that a result keeps
_MOST_SPECTRA: Final = 120


@final
@dataclass(frozen=True)
class FoundLines:
    """The lines of an index of spectra, one or two of each; arrays of shape (lines,).

    Parameters
    ----------
    measured : FilmLines
        As they were swept: T, or Hz in its places.
    swept : {"field", "frequency"}
        In what.
    in_field : FilmLines or None
        As lines swept in field at their frequencies; None where nothing turns one into the other.
    settings : mapping of str to array
        Columns of the index of each line, SI: state, current, temperature, frequency, field, as there are.
    files : tuple of str
        The spectrum of each line.
    geometry : str or None
        A key of GEOMETRIES, for a film.
    shifts : tuple of str
        Names from SHIFTS.
    spectra : mapping of str to list
        Some of the spectra: number of the spectrum, x (T or Hz), signal, fitted, one entry a sample.
    """

    measured: FilmLines
    swept: str
    in_field: FilmLines | None
    settings: Mapping[str, npt.NDArray[Any]]
    files: tuple[str, ...]
    geometry: str | None
    shifts: tuple[str, ...]
    spectra: Mapping[str, list[float]]


def kept_spectra(
    spectra: Sequence[MeasuredSpectrum], fits: Sequence[SpectrumFit], setting: Array
) -> dict[str, list[float]]:
    """Spectra with their fits for figures: at most 120 of them, of at most 400 samples, evenly chosen.

    Of complex signals the real part is kept.

    Parameters
    ----------
    spectra, fits : sequence
        Of the same length.
    setting : array, shape (spectra,)
        At what each was taken: Hz for field sweeps, else T; NaN where nothing says.
    """
    kept: dict[str, list[float]] = {"spectrum": [], "setting": [], "x": [], "signal": [], "fitted": []}
    chosen = np.unique(np.linspace(0, len(spectra) - 1, min(_MOST_SPECTRA, len(spectra))).round().astype(int))
    for place in chosen.tolist():
        spectrum, fit = spectra[place], fits[place]
        rows = np.unique(np.linspace(0, spectrum.x.size - 1, min(_MOST_SAMPLES, spectrum.x.size)).round().astype(int))
        own = {"spectrum": np.full(rows.size, place), "setting": np.full(rows.size, setting[place])}
        own |= {"x": spectrum.x[rows], "signal": np.real(spectrum.signal[rows]), "fitted": np.real(fit.fitted[rows])}
        for name, values in own.items():
            kept[name] += values.tolist()
    if np.any(np.isnan(setting)):
        del kept["setting"]
    return kept
