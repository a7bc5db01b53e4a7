"""Which lines a spectrum holds: their number and the order of the background by the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.resonance.line_model import Fitted, LineModel

Array = npt.NDArray[np.float64]

# by which BIC must fall: "very strong" in the words of Kass & Raftery 1995, doi:10.1080/01621459.1995.10476572
EVIDENCE_FOR_A_LINE: Final = 10.0
FINE: Final = 1e-12  # relative, of χ²
_MANY: Final = 2000  # samples that are enough to look for lines
_ALIKE: Final = 0.1  # correlations that lead to the same lines
_POSITIONS: Final = 200  # of a line, looked at before the fit
_WIDTHS: Final = (0.016, 0.04, 0.1, 0.24, 0.6)  # likewise; the sweep is 2 wide


def found_lines(model: LineModel, most: int, orders: Sequence[int]) -> tuple[LineModel, Fitted]:
    """The lines of many samples are looked for among means of neighbours, and then fitted to all.

    A Voigt profile begins with the lines of a Lorentzian one.
    """
    plain = replace(model, shape=replace(model.shape, gaussian=False))
    block = model.x.size // _MANY
    chosen, fitted = _chosen(plain.averaged(block) if block > 1 else plain, most, orders)
    whole = replace(model, order=chosen.order)
    if block > 1 or model.shape.gaussian:
        return whole, _refined(whole, fitted.nonlinear, 0.0 if block > 1 else fitted.correlation)
    return whole, fitted


def carried_lines(model: LineModel, start: Array, correlation: float) -> tuple[LineModel, Fitted] | None:
    """The lines from where they are nearly; None where the spectrum does not hold as many."""
    if not start.size:
        return None
    fitted = _refined(model, start, correlation)
    least = model.bic(model.profiled(start[:0])) - EVIDENCE_FOR_A_LINE
    if not model.inside(fitted) or not model.apart(fitted) or model.bic(fitted) > least:
        return None
    return model, fitted


def _refined(model: LineModel, start: Array, correlation: float) -> Fitted:
    """The best fit from a start; a Voigt profile that starts without a Gaussian has one of half the narrowest width."""
    if model.shape.gaussian and start.size % 2 == 0 and start.size:
        start = np.append(start, np.min(start[1::2]) - np.log(2.0))
    once = model.fit(start, correlation)
    return model.fit(once.nonlinear, once.correlation, FINE)


def _chosen(model: LineModel, most: int, orders: Sequence[int]) -> tuple[LineModel, Fitted]:
    """Number of lines and order of the background by the evidence."""
    models = [replace(model, order=order) for order in sorted(orders)]
    best = models[-1].fit(np.zeros(0), 0.0)
    for _ in range(most):
        if model.x.size < 2 * (best.nonlinear.size + model.order + 6):
            break
        further = _with_another_line(models[-1], best)
        if further is None or models[-1].bic(further) > models[-1].bic(best) - EVIDENCE_FOR_A_LINE:
            break
        best = further
    found = [(models[-1], best), *((one, one.fit(best.nonlinear, best.correlation)) for one in models[:-1])]
    admitted = [(one, fit) for one, fit in found if one.inside(fit)]
    chosen, fitted = min(admitted, key=lambda pair: pair[0].bic(pair[1]))
    # a line that stands for the curve of a higher background is none
    bare = min(((one, one.profiled(np.zeros(0))) for one in models), key=lambda pair: pair[0].bic(pair[1]))
    if bare[0].bic(bare[1]) < chosen.bic(fitted) + EVIDENCE_FOR_A_LINE:
        return bare
    return chosen, chosen.fit(fitted.nonlinear, fitted.correlation, FINE)


def _with_another_line(model: LineModel, before: Fitted) -> Fitted | None:
    """The best fit with one line more; None where it ends at a bound."""
    found = []
    for correlation in {0.0, before.correlation} if before.correlation > _ALIKE else {0.0}:
        starts = [np.append(before.nonlinear, start) for start in _scan(model, before, correlation)]
        for start in (*starts, *_split(model, before)):
            once = model.fit(start, correlation)
            alike = abs(once.correlation - correlation) < _ALIKE
            found.append(once if alike else model.fit(once.nonlinear, once.correlation))
    admitted = [one for one in found if model.inside(one) and model.apart(one)]
    return min(admitted, key=lambda one: one.deviance, default=None)


def _split(model: LineModel, before: Fitted) -> list[Array]:
    """The strongest line as two that overlap: what one line leaves of them has no place for a start."""
    if not before.nonlinear.size:
        return []
    sizes = np.linalg.norm(model.amplitudes(before), axis=1)
    (center, log_width), others = before.lines[np.argmax(sizes)], np.delete(before.lines, np.argmax(sizes), axis=0)
    aside = 0.3 * np.exp(log_width)
    pair = [[center - aside, log_width - 0.2], [center + aside, log_width - 0.2]]
    return [np.append(others, pair)]


def _scan(model: LineModel, before: Fitted, correlation: float) -> list[Array]:
    """The most promising centre for each width, (center, ln width), the best two widths first."""
    base, _ = np.linalg.qr(model.white(model.columns(before.nonlinear)[0], correlation))
    signal = model.white(model.signal, correlation)
    rest = signal - base @ (base.T @ signal)
    centers = np.linspace(-1.0, 1.0, min(_POSITIONS, model.x.size))
    candidates = []
    for width in _WIDTHS:
        gain = _gain(model, (centers, width), correlation, (base, rest))
        at = int(np.argmax(gain))
        candidates.append((float(gain[at]), np.array([centers[at], np.log(width)])))
    candidates.sort(key=lambda entry: -entry[0])
    return [start for _, start in candidates[:2]]


def _gain(model: LineModel, lines: tuple[Array, float], correlation: float, known: tuple[Array, Array]) -> Array:
    """By how much the squares that known columns (a basis) leave fall with a line, shape (centres,)."""
    (centers, width), (base, rest) = lines, known
    gain = np.zeros(centers.size)
    for part in model.parts_at(centers, width):
        own = model.white(part, correlation)
        seen = base.T @ own
        norms = np.einsum("nk,nk->k", own, own) - np.einsum("kc,kc->c", seen, seen)
        gain += np.square(rest @ own) / np.maximum(norms, 1e-12)
    return gain
