"""All spectra of an index, fitted with one shape of the line, and what their tests of fit say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.kinds.resonance.choices import BACKGROUNDS, MOST_LINES
from stfit.kinds.resonance.line_fit import Search, SpectrumFit, fit_spectrum
from stfit.kinds.resonance.line_search import EVIDENCE_FOR_A_LINE
from stfit.physics.fluctuations import LINE_SHAPES
from stfit.physics.line_shapes import SHAPES
from stfit.results.fit_tests import LINE_SHAPE, SPECTRUM_RESIDUALS
from stfit.results.numbers import format_p

Array = npt.NDArray[np.float64]
Test = tuple[str, float, float]  # name, statistic, p-value

_PROBES: Final = 3  # spectra in which shapes are compared, and as many again until they tell
_TELLING: Final = 6.0  # by which BIC tells shapes apart: "strong" in the words of Kass & Raftery
_DOUBTFUL: Final = 0.01
_CORRELATED: Final = 0.3
_MOST: Final = 0.999


@final
@dataclass(frozen=True)
class MeasuredSpectrum:
    """One spectrum: x in T or Hz in increasing order and signal, shape (samples,).

    decibel: whether the signal was given in dB, and is now a power whose noise grows with it.
    """

    file: str
    x: Array
    signal: Array
    decibel: bool = False


@final
@dataclass(frozen=True)
class LineSearch:
    """What is looked for: a key of LINE_SHAPES or None, lines at most, orders of the background."""

    shape: str | None = None
    most: int = MOST_LINES
    orders: tuple[int, ...] = BACKGROUNDS

    def fit(self, spectrum: MeasuredSpectrum, shape: str) -> SpectrumFit:
        """The lines of one spectrum."""
        search = Search(self.most, self.orders, proportional=spectrum.decibel)
        return fit_spectrum(spectrum.x, spectrum.signal, SHAPES[shape], search)


@final
@dataclass(frozen=True)
class SpectraFit:
    """The fits of all spectra.

    rival: a shape that describes them better; advantage: by how much its BIC is lower. decided: whether they tell
    a derivative from the line itself.
    """

    shape: str
    fits: tuple[SpectrumFit, ...]
    rival: str
    advantage: float
    declared: bool
    decided: bool

    @property
    def tests(self) -> tuple[Test, ...]:
        """Of the residuals, the smallest p-value of all spectra times their number, and of the shape of the line."""
        worst = min(self.fits, key=lambda fit: fit.whiteness[1])
        smallest = min(1.0, len(self.fits) * worst.whiteness[1])
        residuals = (SPECTRUM_RESIDUALS, worst.whiteness[0], smallest)
        if self.advantage <= 0:
            return (residuals,)
        return residuals, (LINE_SHAPE, self.advantage, float(np.exp(-0.5 * self.advantage)))


def fit_spectra(spectra: Sequence[MeasuredSpectrum], search: LineSearch) -> SpectraFit:
    """All spectra with the shape that is declared, or that the evidence of as many as it needs asks for."""
    tried: dict[str, dict[int, SpectrumFit]] = {shape: {} for shape in LINE_SHAPES}
    clearest = sorted(range(len(spectra)), key=lambda at: -_structure(spectra[at]))
    for first in range(0, len(spectra), _PROBES):
        for shape, own in tried.items():
            own |= {at: search.fit(spectra[at], shape) for at in clearest[first : first + _PROBES]}
        evidence = {shape: sum(fit.evidence for fit in own.values()) for shape, own in tried.items()}
        decided = abs(_of_whole_line(evidence) - evidence["derivative"]) > _TELLING
        if search.shape is not None or decided:
            break
    # a shape with a phase is not contradicted by the same one without
    rivals = [one for one in evidence if not (search.shape == "symmetric+antisymmetric" and one == "lorentzian")]
    best = min(rivals, key=evidence.__getitem__)
    shape = search.shape or best
    fits = [tried[shape].get(at) or search.fit(spectrum, shape) for at, spectrum in enumerate(spectra)]
    advantage = evidence[shape] - evidence[best]
    return SpectraFit(shape, tuple(fits), best, advantage, search.shape is not None, decided)


def _structure(spectrum: MeasuredSpectrum) -> float:
    """How far the signal varies beside its noise."""
    signal = np.log(np.maximum(spectrum.signal, np.finfo(float).tiny)) if spectrum.decibel else spectrum.signal
    noise = float(np.median(np.abs(np.diff(signal))))
    return float(np.std(signal)) / max(noise, np.finfo(float).eps * float(np.max(np.abs(signal))), np.finfo(float).tiny)


def _of_whole_line(evidence: Mapping[str, float]) -> float:
    """That of the better of the two shapes that are no derivative, whose widths are alike."""
    return min(evidence["lorentzian"], evidence["symmetric+antisymmetric"])


def words(spectra: Sequence[MeasuredSpectrum], found: SpectraFit) -> Iterator[str]:
    """How many lines there are, what was set aside, and which spectra the lines do not describe."""
    counts = [len(fit.lines) for fit in found.fits]
    numbers = {0: "none", 1: "one line", 2: "two", 3: "three", 4: "four", 5: "five"}
    seen = [f"{counts.count(n)} with {word}" for n, word in numbers.items() if counts.count(n)]
    yield f"{len(counts)} spectra: {', '.join(seen)}"
    for spectrum, fit in zip(spectra, found.fits, strict=True):
        if not fit.lines:
            yield f"{spectrum.file}: no line, by BIC"
    if not found.declared:
        yield f'line_shape is not given: "{found.shape}" describes the spectra best, by BIC'
    elif found.advantage > EVIDENCE_FOR_A_LINE:
        yield (
            f'line_shape = "{found.shape}" is contradicted: "{found.rival}" describes the spectra better '
            f"(BIC lower by {found.advantage:.0f})"
        )
    pairs = list(zip(spectra, found.fits, strict=True))
    aside = [f"{fit.set_aside} of {spectrum.file}" for spectrum, fit in pairs if fit.set_aside]
    if aside:
        yield f"samples set aside, each far from its neighbours: {', '.join(aside)}"
    if any(spectrum.decibel for spectrum in spectra):
        yield "signals in dB are converted to power, with noise in proportion to it"
    orders = sorted({fit.order for fit in found.fits})
    yield f"background: polynomial of order {', '.join(map(str, orders))}, by BIC"
    correlation = float(np.median([fit.correlation for fit in found.fits]))
    if correlation > _CORRELATED:
        yield (
            f"the noise of neighbouring samples is correlated (median {correlation:.2f}): errors of the lines allow "
            f"for it; a time constant that smooths the lines too shifts and broadens them by "
            f"{-1.0 / np.log(min(correlation, _MOST)):.1f} samples"
        )
    overlapping = [spectrum.file for spectrum, fit in pairs if fit.overlapping]
    if overlapping:
        yield (
            "lines overlap, or one line has another shape: the width of each rests on the shape of all in "
            f"{', '.join(overlapping)}"
        )
    bad = [f"{one.file} ({format_p(fit.whiteness[1], 'p = ')})" for one, fit in pairs if _misfits(fit, len(pairs))]
    if bad:
        yield f"lines and background do not describe the spectrum, its residuals are not noise: {', '.join(bad)}"


def _misfits(fit: SpectrumFit, count: int) -> bool:
    return count * fit.whiteness[1] < _DOUBTFUL
