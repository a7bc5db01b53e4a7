"""Which lines a spectrum holds: their number and the order of the background by the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.line_model import LineModel
from stfit.kinds.resonance.line_solution import FINE, Solution, fitted, profiled

Array = npt.NDArray[np.float64]

# by which BIC must fall: "very strong" in the words of Kass & Raftery 1995, doi:10.1080/01621459.1995.10476572
EVIDENCE_FOR_A_LINE: Final = 10.0
_MANY: Final = 2000  # samples that are enough to look for lines
_ALIKE: Final = 0.1  # correlations that lead to the same lines
_WIDTHS: Final = (0.016, 0.04, 0.1, 0.24, 0.6)  # of a line, looked at before the fit; the sweep is 2 wide


def found_lines(model: LineModel, most: int, orders: Sequence[int]) -> Solution:
    """The lines of many samples are looked for among means of neighbours, and then fitted to all.

    A Voigt profile begins with the lines of a Lorentzian one.
    """
    plain = replace(model, shape=replace(model.shape, gaussian=False))
    block = model.x.size // _MANY
    chosen = _chosen(plain.averaged(block) if block > 1 else plain, most, orders)
    if block < 2 and not model.shape.gaussian:
        return chosen
    return _refined(
        replace(model, order=chosen.model.order), chosen.nonlinear, chosen.correlation if block < 2 else 0.0
    )


def carried_lines(model: LineModel, start: Array, correlation: float) -> Solution | None:
    """The lines from where they are nearly; None where the spectrum does not hold as many."""
    if not start.size:
        return None
    found = _refined(model, start, correlation)
    least = profiled(model, start[:0]).bic - EVIDENCE_FOR_A_LINE
    return found if found.inside and found.apart and found.bic < least else None


def _refined(model: LineModel, start: Array, correlation: float) -> Solution:
    """The best fit from a start; a Voigt profile that starts without a Gaussian has one of half the narrowest width."""
    if model.shape.gaussian and start.size % 2 == 0 and start.size:
        start = np.append(start, np.min(start[1::2]) - np.log(2.0))
    once = fitted(model, start, correlation)
    return fitted(model, once.nonlinear, once.correlation, FINE)


def _chosen(model: LineModel, most: int, orders: Sequence[int]) -> Solution:
    """Number of lines and order of the background by the evidence."""
    models = [replace(model, order=order) for order in sorted(orders)]
    best = profiled(models[-1], np.zeros(0))
    for _ in range(most):
        if model.x.size < 2 * (best.nonlinear.size + best.model.order + 6):
            break
        further = _with_another_line(best)
        if further is None or further.bic > best.bic - EVIDENCE_FOR_A_LINE:
            break
        best = further
    found = [best, *(fitted(one, best.nonlinear, best.correlation) for one in models[:-1])]
    chosen = min((one for one in found if one.inside), key=lambda one: one.bic)
    # a line that stands for the curve of a higher background is none
    bare = min((profiled(one, np.zeros(0)) for one in models), key=lambda one: one.bic)
    if bare.bic < chosen.bic + EVIDENCE_FOR_A_LINE:
        return bare
    return fitted(chosen.model, chosen.nonlinear, chosen.correlation, FINE)


def _with_another_line(before: Solution) -> Solution | None:
    """The best fit with one line more; None where it ends at a bound."""
    model, found = before.model, []
    for correlation in {0.0, before.correlation} if before.correlation > _ALIKE else {0.0}:
        starts = [np.append(before.nonlinear, start) for start in _scan(before, correlation)]
        for start in (*starts, *_split(before)):
            once = fitted(model, start, correlation)
            alike = abs(once.correlation - correlation) < _ALIKE
            found.append(once if alike else fitted(model, once.nonlinear, once.correlation))
    return min((one for one in found if one.inside and one.apart), key=lambda one: one.deviance, default=None)


def _split(before: Solution) -> list[Array]:
    """The strongest line as two that overlap: what one line leaves of them has no place for a start."""
    if not before.nonlinear.size:
        return []
    strongest = int(np.argmax(np.linalg.norm(before.amplitudes, axis=1)))
    (center, log_width), others = before.lines[strongest], np.delete(before.lines, strongest, axis=0)
    aside = 0.3 * np.exp(log_width)
    pair = [[center - aside, log_width - 0.2], [center + aside, log_width - 0.2]]
    return [np.append(others, pair)]


def _scan(before: Solution, correlation: float) -> list[Array]:
    """The most promising centre for each width, (center, ln width), the best two widths first."""
    model = before.model
    base, _ = np.linalg.qr(model.white(model.columns(before.nonlinear)[0], correlation))
    signal = model.white(model.signal, correlation)
    rest = signal - base @ (base.T @ signal)
    known = np.vstack([base.T, rest]).reshape(-1, *model.signal.shape)
    spacing = np.gradient(model.x)
    candidates = []
    for width in _WIDTHS:
        gain = _gain(model, width, correlation, known)
        at = int(np.argmax(gain))
        # the width in samples is that of the mean spacing
        own = width * spacing[at] / np.mean(spacing)
        candidates.append((float(gain[at]), np.array([model.x[at], np.log(np.clip(own, _WIDTHS[0], _WIDTHS[-1]))])))
    candidates.sort(key=lambda entry: -entry[0])
    return [start for _, start in candidates[:2]]


def _gain(model: LineModel, width: float, correlation: float, known: Array) -> Array:
    """By how much the squares of residuals fall with a line at each sample, shape (samples,).

    known: orthonormal columns that are fitted with it, and the residuals, the last of them, whitened; shape
    (columns + 1, channels, samples). Samples are taken to be equally spaced, so that all places are one convolution.
    """
    count = model.x.size
    size = scipy.fft.next_fast_len(3 * count, real=True)
    offset = float(np.mean(np.diff(model.x))) * np.arange(-count, count, dtype=float)
    spectrum = scipy.fft.rfft(known * model.weight, size)
    weights = scipy.fft.rfft(np.square(model.weight), size)
    gain = np.zeros(count)
    places = (np.arange(count) - count) % size  # where the middle of the kernel lies at each sample
    for part in model.parts_of(model.shape.response(offset, width).value):
        own = part.copy()
        own[:, 1:] -= correlation * part[:, :-1]
        kernel = np.conj(scipy.fft.rfft(own, size))
        seen = scipy.fft.irfft(np.sum(spectrum * kernel, axis=1), size)[:, places]
        squares = np.conj(scipy.fft.rfft(np.sum(np.square(own), axis=0), size))
        norms = scipy.fft.irfft(weights * squares, size)[places] - np.sum(np.square(seen[:-1]), axis=0)
        gain += np.square(seen[-1]) / np.maximum(norms, 1e-9 * np.max(norms))
    return gain
