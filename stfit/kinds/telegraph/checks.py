"""Whether the dwells of a trace may be believed: one check for each way in which they are no two-state noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincc, kolmogorov, ndtr, spence

from stfit.kinds.telegraph.levels import Thresholds
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.segmentation import Segmentation
from stfit.kinds.telegraph.spectrum import MachlupFit, SpectrumEnd
from stfit.kinds.telegraph.verdicts import DOUBTFUL, FAILED, NOT_TESTED, ORDER, PASSED, Check, graded
from stfit.results.numbers import format_p

Array = npt.NDArray[np.float64]

_FEW_DWELLS: Final = 5  # whose mean the last one is compared with
_LONG_DWELL: Final = 30.0  # times the mean: once in 10^13 records
_BLOCKS: Final = (16, 128, 1024)  # innovations whose means are compared
_FEWEST_BLOCKS: Final = 20
_SMALL_SCATTER, _LARGE_SCATTER = 0.3, 1.0  # relative excess of their variance
_LARGEST_BIAS: Final = 1.0 / 3.0  # of the error of ln τ
_LARGEST_SHARE: Final = 0.1  # of ln τ, however large its error
_FEW, TOO_FEW = 20, 5  # transitions
_SHORT: Final = 3.0  # samples a dwell
_NEARLY: Final = 0.5  # of that ratio, from which a model of the response may be too simple
_SLOW: Final = 0.3  # rise time over the shorter dwell
_TESTED_FROM: Final = 20  # dwells of a state


def thresholds_fit(thresholds: Thresholds, transitions: float) -> bool:
    """Whether what thresholds get wrong is below a third of the error of ln τ, and below a tenth."""
    return bool(thresholds.bias < min(_LARGEST_BIAS / np.sqrt(max(transitions, 1.0)), _LARGEST_SHARE))


def threshold_check(thresholds: Thresholds, transitions: float, route: str) -> Check:
    """Whether thresholds tell the states apart."""
    name = "thresholds"
    error = 1.0 / np.sqrt(max(transitions, 1.0))
    wrong = f"false or missed transitions would move ln τ by {thresholds.bias:.2g}, its error is {error:.2g}"
    if thresholds_fit(thresholds, transitions):
        return Check(name, PASSED, f"Thresholds tell the states apart: {wrong}.")
    if route == "threshold":
        return Check(name, FAILED, f"Thresholds are not suitable, because the levels overlap: {wrong}.")
    return Check(
        name, PASSED, f"Thresholds are not suitable, because the levels overlap ({wrong}); they were not used."
    )


def transition_check(transitions: Array) -> Check:
    """Whether there are enough transitions."""
    fewest = float(np.min(transitions))
    verdict = FAILED if fewest < TOO_FEW else DOUBTFUL if fewest < _FEW else PASSED
    counts = f"{transitions[0]:.0f} transitions out of P, {transitions[1]:.0f} out of AP"
    return Check("transitions", verdict, f"{counts}{'' if verdict == PASSED else ': too few for more than a rough τ'}.")


def bandwidth_check(dwell: Array, rise: float | None, slow: float = _SLOW) -> Check:
    """Whether the record is fast enough; dwell: τ in samples, (2,); rise: 10–90 % time of a step, in samples.

    slow: rise over the shorter dwell time from which short dwells are lost.
    """
    shortest = float(np.nanmin(dwell))
    said = "" if rise is None else f"; a step takes {rise:.2g} samples"
    text = f"The shorter dwell time is {shortest:.3g} samples{said}."
    if rise is not None and rise > max(1.0, slow * shortest):
        sentence = f"{text} The instrument is too slow for it: short dwells are lost; measure with a wider bandwidth."
        return Check("bandwidth", FAILED, sentence)
    if rise is not None and rise > max(1.0, _NEARLY * slow * shortest):
        return Check("bandwidth", DOUBTFUL, f"{text} The instrument is slow for it: τ may come out too long.")
    if shortest < _SHORT:
        return Check("bandwidth", DOUBTFUL, f"{text} Many dwells fall between two samples.")
    return Check("bandwidth", PASSED, text)


def last_dwell_check(segmentation: Segmentation, names: Sequence[str]) -> Check:
    """Whether the dwell that was going on at the end is as long as the others."""
    name, state = "last dwell", segmentation.last_state
    if segmentation.complete[state] < _FEW_DWELLS:
        return Check(name, NOT_TESTED, f"Fewer than {_FEW_DWELLS} complete dwells in {names[state]}.")
    ratio = segmentation.last / float(segmentation.naive[state])
    if ratio < _LONG_DWELL:
        return Check(name, PASSED, f"The last dwell is {ratio:.2g} times as long as the mean one in {names[state]}.")
    sentence = (
        f"The last dwell is {ratio:.3g} times as long as the mean one in {names[state]}: the trace stopped switching, "
        "or its levels moved and the states are wrong from there."
    )
    return Check(name, FAILED, sentence)


def change_points(segmentation: Segmentation) -> tuple[Array, Array, Array]:
    """For each state, (2,): the largest excursion of the cumulated transitions, where it is, the change there.

    Transitions so far less those of a constant rate, over the standard deviation: a Brownian bridge in the exposure
    (CUSUM; E. S. Page, Biometrika 41, 100, 1954). where: share of the record. change: ln of rate after
    over before.
    """
    steps, counts = np.cumsum(segmentation.steps, axis=1), np.cumsum(segmentation.transitions, axis=1)
    share = counts[:, -1:] / np.maximum(steps[:, -1:], 1)
    spread = np.sqrt(np.maximum(counts[:, -1:] * (1.0 - share), 1e-300))
    path = np.abs(counts - share * steps) / spread
    at = np.argmax(path[:, :-1], axis=1)
    rows = np.arange(2)
    before = (counts[rows, at] + 0.5) / (steps[rows, at] + 1.0)
    after = (counts[:, -1] - counts[rows, at] + 0.5) / (steps[:, -1] - steps[rows, at] + 1.0)
    return path[rows, at], (at + 1.0) / steps.shape[1], np.log(after / before)


def stationarity_check(segmentation: Segmentation, names: Sequence[str], traces: int = 1) -> Check:
    """Whether the rates are the same all along the record; names: of the low and of the high state."""
    _, counts = segmentation.chain
    if np.min(counts) < _TESTED_FROM:
        return Check("stationarity", NOT_TESTED, f"Fewer than {_TESTED_FROM} transitions a state.")
    largest, where, change = change_points(segmentation)
    p_values = np.minimum(1.0, 2.0 * kolmogorov(largest))
    state = int(np.argmin(p_values))
    p = float(p_values[state])
    verdict = graded(p, abs(float(change[state])), traces)
    if verdict == PASSED:
        return Check("stationarity", PASSED, f"Constant rates along the record ({format_p(p, 'p = ')}).")
    sentence = (
        f"The rate out of {names[state]} changes by a factor {np.exp(change[state]):.2f} about "
        f"{100 * where[state]:.0f} % into the record ({format_p(p, 'p = ')})."
    )
    return Check("stationarity", verdict, sentence)


def shape_check(segmentation: Segmentation, names: Sequence[str], traces: int = 1) -> Check:
    """Whether the dwells are exponential, on the grid of the samples geometric."""
    tested = segmentation.complete >= _TESTED_FROM
    if not np.any(tested):
        return Check("exponential dwells", NOT_TESTED, f"Fewer than {_TESTED_FROM} complete dwells a state.")
    excess, z = segmentation.shape_excess()
    p_values = np.where(tested & np.isfinite(z), np.minimum(1.0, 2.0 * np.sum(tested) * ndtr(-np.abs(z))), 1.0)
    state = int(np.argmin(p_values))
    p = float(p_values[state])
    success = segmentation.complete / np.maximum(segmentation.total, 1.0)
    information = spence(success) - (1.0 - success)
    size = float(excess[state] / information[state]) if information[state] > 0 else 0.0
    verdict = graded(p, abs(size), traces)
    if verdict == PASSED:
        return Check("exponential dwells", PASSED, f"The dwells are exponential ({format_p(p, 'p = ')}).")
    words = "short dwells are missing" if size > 0 else "they have several time constants"
    sentence = f"The dwells in {names[state]} are not exponential ({format_p(p, 'p = ')}): {words}."
    return Check("exponential dwells", verdict, sentence)


def halves_check(log_tau: Array, variance: Array, traces: int = 1) -> Check:
    """Whether the halves of a record give the same dwell times; both arrays of shape (2 halves, 2 states)."""
    pulls = (log_tau[1] - log_tau[0]) / np.sqrt(variance.sum(axis=0))
    if not np.all(np.isfinite(pulls)):
        return Check("stationarity", NOT_TESTED, "One half of the record gives no dwell times by itself.")
    p = float(min(1.0, 4.0 * ndtr(-np.max(np.abs(pulls)))))
    verdict = graded(p, float(np.max(np.abs(log_tau[1] - log_tau[0]))), traces)
    text = f"Both halves of the record give dwell times within {np.max(np.abs(pulls)):.1f} standard errors"
    return Check("stationarity", verdict, f"{text} of each other ({format_p(p, 'p = ')}).")


def spectrum_check(fit: MachlupFit | None, rates: TraceRates, traces: int = 1) -> Check:
    """Whether the corner of the spectrum is where the rates put it; None where no spectrum could be fitted.

    Both come from the same samples: the sum of their variances is at least that of their difference.
    """
    if fit is None or fit.end is not SpectrumEnd.CONVERGED or not np.isfinite(fit.corner_relative_error):
        return Check("spectrum", NOT_TESTED, "The record is too short, or its dwells too long, for a spectrum.")
    rate = np.exp(-rates.log_tau)
    slope = rate / rate.sum()
    variance = float(slope @ rates.covariance @ slope) + fit.corner_relative_error**2
    off = float(np.log(fit.corner / rate.sum()))
    p = float(2.0 * ndtr(-abs(off) / np.sqrt(variance)))
    text = f"Machlup's spectrum has its corner at {np.exp(off):.2f} of 1/τ_P + 1/τ_AP ({format_p(p, 'p = ')})."
    return Check("spectrum", graded(p, abs(off), traces), text)


def neighbours(scores: Array) -> float:
    """Correlation of neighbouring innovations; 0 of few."""
    return float(np.corrcoef(scores[1:], scores[:-1])[0, 1]) if scores.size > _FEW else 0.0


def innovation_check(scores: Array, memory: int, traces: int = 1) -> Check:
    """Whether the innovations of a hidden Markov model are independent, as where the model has all there is.

    Neighbours are compared, and the scatter of the means of blocks, which slow noise, hum and drifts widen.
    """
    correlation = neighbours(scores)
    p = float(2.0 * ndtr(-abs(correlation) * np.sqrt(scores.size)))
    verdict = graded(p, abs(correlation), traces)
    text = f"Neighbouring innovations are correlated by {correlation:.2g} ({format_p(p, 'p = ')})"
    model = f"noise and response have a memory of {memory} samples" if memory else "the noise is taken for white"
    for block in _BLOCKS:
        number = scores.size // block
        if number < _FEWEST_BLOCKS:
            continue
        means = scores[: number * block].reshape(number, block).mean(axis=1)
        ratio = float(np.mean(means**2)) * block
        chance = float(gammaincc(0.5 * number, 0.5 * number * ratio))
        found = graded(chance * len(_BLOCKS), ratio - 1.0, traces, _SMALL_SCATTER, _LARGE_SCATTER)
        if ORDER.index(found) < ORDER.index(verdict):
            verdict = found
            text = f"Means of {block} innovations scatter {ratio:.3g} times as much as independent ones"
    if verdict == PASSED:
        return Check("white noise", PASSED, f"{text}; {model}.")
    sentence = f"{text}: {model}, more slow noise, hum or response is left, and the rates may be biased."
    return Check("white noise", verdict, sentence)
