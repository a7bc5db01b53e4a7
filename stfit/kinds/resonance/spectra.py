"""All spectra of an index, fitted with one shape of the line, and what their tests of fit say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np

from stfit.kinds.resonance.line_fit import SpectrumFit
from stfit.kinds.resonance.measured import LineSearch, MeasuredSpectrum
from stfit.kinds.resonance.shape_choice import Choice, chosen_shape, turned
from stfit.kinds.resonance.time_constant import TimeConstant, time_constant
from stfit.results.fit_tests import LINE_SHAPE, LINE_SMOOTHING, SPECTRUM_RESIDUALS

Test = tuple[str, float, float]  # name, statistic, p-value

_TELLERS: Final = 6  # spectra that tell a time constant
_MAP: Final = 20  # spectra that are a map, in which each resembles the one before
_UNLIKE: Final = 1e-3  # p-value of residuals that are no noise


@final
@dataclass(frozen=True)
class SpectraFit:
    """The fits of all spectra.

    choice: of the shape. smoothing: what they say of a time constant, None where the noise is white.
    """

    fits: tuple[SpectrumFit, ...]
    choice: Choice
    smoothing: TimeConstant | None = None

    @property
    def tests(self) -> tuple[Test, ...]:
        """Of residuals, the smallest p-value of all spectra times their number; of the shape; of a time constant."""
        worst = min(self.fits, key=lambda fit: fit.whiteness[1])
        smallest = min(1.0, len(self.fits) * worst.whiteness[1])
        found = [(SPECTRUM_RESIDUALS, worst.whiteness[0], smallest)]
        if self.choice.advantage > 0:
            found.append((LINE_SHAPE, self.choice.advantage, float(np.exp(-0.5 * self.choice.advantage))))
        if self.smoothing is not None and not self.smoothing.pole:
            found.append((LINE_SMOOTHING, self.smoothing.statistic, self.smoothing.p_value))
        return tuple(found)


def fit_spectra(spectra: Sequence[MeasuredSpectrum], search: LineSearch) -> SpectraFit:
    """All spectra with the shape that is declared, or that the evidence of as many as it needs asks for."""
    clearest = sorted(range(len(spectra)), key=lambda at: -spectra[at].structure)
    spectra = turned(spectra, search, clearest)
    choice = chosen_shape(spectra, search, clearest)
    fits = _every(spectra, search, choice)
    seen = [at for at in clearest if fits[at].lines][:_TELLERS]
    smoothing = time_constant(
        [fits[at] for at in seen],
        lambda at, pole: _smoothed(spectra[seen[at]], fits[seen[at]], search, pole),
        declared=search.smoothed,
    )
    if smoothing is not None and smoothing.pole:
        fits = [_before(spectrum, fit, search, smoothing) for spectrum, fit in zip(spectra, fits, strict=True)]
    return SpectraFit(tuple(fits), choice, smoothing)


def _smoothed(spectrum: MeasuredSpectrum, fit: SpectrumFit, search: LineSearch, pole: float) -> SpectrumFit | None:
    """The lines behind a time constant; the strongest alone where others stood for its tail."""
    found = search.refit(spectrum, fit, pole)
    if found is not None or fit.strongest is None or len(fit.lines) == 1:
        return found
    return search.refit(spectrum, replace(fit, lines=(fit.strongest,)), pole)


def _before(spectrum: MeasuredSpectrum, fit: SpectrumFit, search: LineSearch, smoothing: TimeConstant) -> SpectrumFit:
    """The lines before a time constant smoothed them, with errors that know of its own."""
    found = _smoothed(spectrum, fit, search, smoothing.pole)
    if found is None:
        return fit
    sign = np.sign(smoothing.pole)
    shorter = search.refit(spectrum, found, smoothing.pole - sign * smoothing.error)
    return found if shorter is None else found.with_shift(shorter)


def _every(spectra: Sequence[MeasuredSpectrum], search: LineSearch, choice: Choice) -> list[SpectrumFit]:
    """The fits of all spectra; in a map from the lines of the one before, where these describe the spectrum."""
    fits: list[SpectrumFit] = []
    for at, spectrum in enumerate(spectra):
        fit = choice.fits.get(at)
        if fit is None and fits and len(spectra) > _MAP:
            fit = search.refit(spectrum, fits[-1])
            fit = fit if fit is not None and fit.whiteness[1] > _UNLIKE else None
        fits.append(fit or search.fit(spectrum, choice.shape))
    return fits
