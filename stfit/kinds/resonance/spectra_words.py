"""What is said of the spectra behind a table of lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from stfit.kinds.resonance.line_fit import SpectrumFit
from stfit.kinds.resonance.line_search import EVIDENCE_FOR_A_LINE
from stfit.kinds.resonance.measured import MeasuredSpectrum
from stfit.kinds.resonance.spectra import SpectraFit
from stfit.kinds.resonance.time_constant import CORRELATED
from stfit.results.numbers import format_p, format_rounded

_DOUBTFUL: Final = 0.01
_MOST: Final = 0.999
_UNTOLD: Final = (
    "; the spectra do not tell whether a time constant smoothed the lines too: say it by smoothed_lines = true or false"
)


def words(spectra: Sequence[MeasuredSpectrum], found: SpectraFit, unit: str) -> Iterator[str]:
    """How many lines there are, of which shape, on what, which spectra they do not describe; unit: of the sweeps."""
    counts = [len(fit.lines) for fit in found.fits]
    numbers = {0: "none", 1: "one line", 2: "two", 3: "three", 4: "four", 5: "five"}
    seen = [f"{counts.count(n)} with {word}" for n, word in numbers.items() if counts.count(n)]
    yield f"{len(counts)} spectra: {', '.join(seen)}"
    for spectrum, fit in zip(spectra, found.fits, strict=True):
        if not fit.lines:
            yield f"{spectrum.file}: no line, by BIC"
    yield from _shape(found, unit)
    pairs = list(zip(spectra, found.fits, strict=True))
    aside = [f"{fit.set_aside} of {spectrum.file}" for spectrum, fit in pairs if fit.set_aside]
    if aside:
        yield f"samples set aside, each far from its neighbours: {', '.join(aside)}"
    if any(spectrum.decibel for spectrum in spectra):
        yield "signals in dB are converted to power, with noise in proportion to it"
    if any(np.iscomplexobj(spectrum.signal) for spectrum in spectra):
        yield "real and imaginary part are fitted together, as complex lines on a complex background"
    orders = sorted({fit.order for fit in found.fits})
    yield f"background: polynomial of order {', '.join(map(str, orders))}, by BIC"
    yield from _smoothing(found)
    overlapping = [spectrum.file for spectrum, fit in pairs if fit.overlapping]
    if overlapping:
        yield (
            "lines overlap, or one line has another shape: the width of each rests on the shape of all in "
            f"{', '.join(overlapping)}"
        )
    bad = [f"{one.file} ({format_p(fit.whiteness[1], 'p = ')})" for one, fit in pairs if _misfits(fit, len(pairs))]
    if bad:
        yield f"lines and background do not describe the spectrum, its residuals are not noise: {', '.join(bad)}"


def _shape(found: SpectraFit, unit: str) -> Iterator[str]:
    """Which shape the lines have, and what speaks against it."""
    choice = found.choice
    if not choice.declared:
        yield f'line_shape is not given: "{choice.shape}" describes the spectra best, by BIC'
    elif choice.advantage > EVIDENCE_FOR_A_LINE:
        yield (
            f'line_shape = "{choice.shape}" is contradicted: "{choice.rival}" describes the spectra better '
            f"(BIC lower by {choice.advantage:.0f})"
        )
    if gaussians := [fit.gaussian for fit in found.fits if fit.gaussian]:
        span = " to ".join(format_rounded(end, unit, 3) for end in (min(gaussians), max(gaussians)))
        yield f"Voigt profiles: the linewidths are those of their Lorentzian parts, the Gaussian ones are {span} (FWHM)"


def _misfits(fit: SpectrumFit, count: int) -> bool:
    return count * fit.whiteness[1] < _DOUBTFUL


def _smoothing(found: SpectraFit) -> Iterator[str]:
    """What is said of correlated noise, and of lines that a time constant smoothed."""
    correlation = float(np.median([fit.correlation for fit in found.fits]))
    smoothing = found.smoothing
    if smoothing is not None and smoothing.pole:
        length = -1.0 / np.log(abs(smoothing.pole))
        yield (
            f"a time constant of {length:.1f} samples smoothed the lines (BIC lower by {smoothing.lead:.0f}): "
            "centres and widths are those before it"
        )
    elif correlation > CORRELATED:
        length = -1.0 / np.log(min(correlation, _MOST))
        untold = _UNTOLD if smoothing is not None and smoothing.p_value < _DOUBTFUL else ""
        yield f"the noise of neighbouring samples is correlated ({length:.1f} samples): errors allow for it{untold}"
