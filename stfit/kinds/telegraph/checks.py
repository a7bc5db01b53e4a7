"""Whether a trace may be believed: one check for each way in which it may not be two-state noise of constant rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import kolmogorov, ndtr, spence

from stfit.kinds.telegraph.levels import Levels, Thresholds
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.segmentation import Segmentation
from stfit.kinds.telegraph.spectrum import MachlupFit, SpectrumEnd
from stfit.results.numbers import format_p

Array = npt.NDArray[np.float64]

FAILED, DOUBTFUL, PASSED, NOT_TESTED = "failed", "doubtful", "passed", "not-tested"
_ORDER: Final = (FAILED, DOUBTFUL, PASSED, NOT_TESTED)

_LEAST_GAIN: Final = 30.0  # of 2 ln L by the second level: 3 parameters more would give it once in a million
_FEWEST_SAMPLES: Final = 5.0  # in the rarer state
_LEAST_SNR: Final = 1.0
_APART: Final = 3.0  # noises between neighbours of three levels
_RARE, _COMMON = 1e-3, 1e-2  # shares of the samples at a third level
_LARGEST_BIAS: Final = 1.0 / 3.0  # of the error of ln τ
_LARGEST_SHARE: Final = 0.1  # of ln τ, however large its error
_FEW, _TOO_FEW = 20, 5  # transitions
_SHORT: Final = 3.0  # samples a dwell
_SLOW: Final = 0.3  # rise time over the shorter dwell
_DRIFTING: Final = 0.25  # of the step
_FAILED_BELOW, _DOUBTFUL_BELOW = 1e-3, 5e-3  # p-values, shared by all checks: clean data then alarm below 2 %
_CHECKS_WITH_P: Final = 3  # of a trace: rates along it, shape of the dwells (or white noise), spectrum
_SMALL, _LARGE = 0.03, 0.1  # relative changes that matter however sure they are
_TESTED_FROM: Final = 20  # dwells of a state


@final
@dataclass(frozen=True)
class Check:
    """One verdict with its sentence."""

    name: str
    verdict: str
    sentence: str

    def as_dict(self) -> dict[str, str]:
        """For a result."""
        return asdict(self)


def worst(checks: Sequence[Check]) -> str:
    """The gravest verdict."""
    return min((check.verdict for check in checks), key=_ORDER.index, default=PASSED)


def level_check(levels: Levels, size: int) -> Check:
    """Whether there are two levels."""
    rarer = float(np.min(levels.two.weight)) * size
    if levels.gain < _LEAST_GAIN or rarer < _FEWEST_SAMPLES or levels.snr < _LEAST_SNR:
        sentence = (
            f"One level describes the samples as well as two (2 ln L grows by {levels.gain:.0f}; step over noise "
            f"{levels.snr:.2g})."
        )
        return Check("two levels", FAILED, sentence)
    return Check("two levels", PASSED, f"Two levels, {levels.snr:.3g} times the noise apart.")


def third_level_check(levels: Levels, transitions: int, size: int) -> Check:
    """Whether there is a level that is neither of the two; samples between them at each transition are none."""
    three = levels.three
    extra = int(np.argmin(three.weight))
    share = float(three.weight[extra])
    noise = np.sqrt(0.5 * (three.deviation[1:] ** 2 + three.deviation[:-1] ** 2))
    apart = float(np.min(np.diff(three.mean) / noise))
    gain = 2.0 * (three.log_likelihood - levels.two.log_likelihood)
    if gain < _LEAST_GAIN or apart < _APART or share < max(_RARE, 3.0 * transitions / size):
        return Check("third level", PASSED, "No third level.")
    others = np.delete(three.mean, extra)
    place = (three.mean[extra] - others[0]) / (others[1] - others[0])
    sentence = f"{100 * share:.2g} % of the samples lie at a third level, {100 * place:.0f} % of the way up the step."
    return Check("third level", FAILED if share > _COMMON else DOUBTFUL, sentence)


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
    verdict = FAILED if fewest < _TOO_FEW else DOUBTFUL if fewest < _FEW else PASSED
    counts = f"{transitions[0]:.0f} transitions out of P, {transitions[1]:.0f} out of AP"
    return Check("transitions", verdict, f"{counts}{'' if verdict == PASSED else ': too few for more than a rough τ'}.")


def bandwidth_check(dwell: Array, rise: float | None) -> Check:
    """Whether the record is fast enough; dwell: τ in samples, (2,); rise: 10–90 % time of a step, in samples."""
    shortest = float(np.nanmin(dwell))
    said = "" if rise is None else f"; a step takes {rise:.2g} samples"
    text = f"The shorter dwell time is {shortest:.3g} samples{said}."
    if rise is not None and rise > max(1.0, _SLOW * shortest):
        sentence = f"{text} The instrument is too slow for it: short dwells are lost (declare a dead_time)."
        return Check("bandwidth", FAILED, sentence)
    if shortest < _SHORT:
        return Check("bandwidth", DOUBTFUL, f"{text} Many dwells fall between two samples.")
    return Check("bandwidth", PASSED, text)


def drift_check(drift: tuple[float, float], step: float) -> Check:
    """Whether the baseline stayed where it was."""
    share = (drift[1] - drift[0]) / step
    text = f"The baseline moved by {100 * share:.2g} % of the step; the analysis follows it."
    return Check("drift", DOUBTFUL if share > _DRIFTING else PASSED, text)


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
    verdict = _graded(p, abs(float(change[state])), traces)
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
    verdict = _graded(p, abs(size), traces)
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
    verdict = _graded(p, float(np.max(np.abs(log_tau[1] - log_tau[0]))), traces)
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
    return Check("spectrum", _graded(p, abs(off), traces), text)


def white_noise_check(correlation: float, size: int, traces: int = 1) -> Check:
    """Whether the innovations of a hidden Markov model are independent, as of white noise and a fast instrument."""
    p = float(2.0 * ndtr(-abs(correlation) * np.sqrt(size)))
    text = f"Neighbouring innovations are correlated by {correlation:.2g} ({format_p(p, 'p = ')})"
    verdict = _graded(p, abs(correlation), traces)
    if verdict == PASSED:
        return Check("white noise", PASSED, f"{text}.")
    return Check(
        "white noise", verdict, f"{text}: the noise is coloured or the instrument slow, and the rates are biased."
    )


def _graded(p: float, size: float, traces: int) -> str:
    """A verdict by a p-value, for an effect that is large enough to matter.

    The checks of all traces that are judged together share the false alarms (Bonferroni).
    """
    shared = traces * _CHECKS_WITH_P
    if p * shared < _FAILED_BELOW and size > _LARGE:
        return FAILED
    return DOUBTFUL if p * shared < _DOUBTFUL_BELOW and size > _SMALL else PASSED
