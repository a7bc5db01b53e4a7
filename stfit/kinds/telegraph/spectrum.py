"""Dwell times from the noise spectrum of a trace: Machlup's Lorentzian, an independent check of the other routes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet, seed, total
from stfit.errors import OutsideValidityError
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.record import Record
from stfit.kinds.telegraph.uphill import newton_step, uphill

Array = npt.NDArray[np.float64]

_HELD = 2_000_000  # samples of a long record
_SPECTRAL_DWELLS = 640.0  # pairs of them in a record, ten in each of its segments
_SPECTRAL_SAMPLES = 4096
_FEWEST_SEGMENTS = 8
_MOST_STEPS = 100
_FLATTEST = 1e-10  # curvature over the largest
_SETTLED = 1e-9  # expected gain of ln L in one more Newton step
_LONGEST_STEP = 1.0  # of a logarithm


class SpectrumEnd(Enum):
    """How a fit ended; the value is the sentence that reports print."""

    CONVERGED = "converged"
    NO_CORNER = "no maximum: the spectrum shows no corner within its frequencies"
    NOT_CONVERGED = "the maximum was not reached"


@final
@dataclass(frozen=True)
class MachlupFit:
    """A Lorentzian over a white floor, fitted to the averaged periodogram of a trace.

    rates: ln τ (s) of P and AP from the corner and the occupation. corner: 1/τ_P + 1/τ_AP, 1/s. step: between the
    levels, in the unit of the samples, from amplitude and occupation. Errors come from the scatter of the segments'
    scores: two-state noise is not Gaussian, and Whittle's information alone would be too sure. floor: one-sided,
    unit²/Hz. frequency (Hz), power (unit²/Hz): the averaged periodogram, shape (k,); model: the fitted one.
    occupation: share of AP.
    """

    rates: TraceRates
    corner: float
    corner_relative_error: float
    step: float
    step_relative_error: float
    floor: float
    occupation: float
    frequency: Array
    power: Array
    model: Array
    segments: int
    end: SpectrumEnd


def fit_machlup(
    samples: npt.NDArray[Any],
    sample_interval: float,
    occupation: float,
    *,
    segment: int | None = None,
    bandwidth: float | None = None,
) -> MachlupFit:
    """Fit corner, amplitude and white floor by Whittle's likelihood to the mean periodogram of segments.

    samples: shape (n,), finite, memory-mapped or not. sample_interval: s. occupation: share of samples in AP, between
    0 and 1, by which the corner splits: τ_P = 1/(corner·occupation). segment: samples of each (default: a 64th of the
    trace, a power of two), which should hold many dwells. bandwidth: of a one-pole filter that the signal passed
    before it was sampled, Hz; the floor is white. Aliases are in the model.
    OutsideValidityError where the trace is too short or the occupation no share.
    """
    if not 0.0 < occupation < 1.0:
        raise OutsideValidityError(f"a spectrum needs an occupation of AP between 0 and 1; found {occupation:g}")
    size = 1 << int(np.log2(max(samples.size / 64, 2))) if segment is None else segment
    count = samples.size // size
    if count < _FEWEST_SEGMENTS or size < _FEWEST_SEGMENTS:
        raise OutsideValidityError(
            f"a spectrum needs {_FEWEST_SEGMENTS} segments of as many samples; found {count} of {size}"
        )
    frequency = np.asarray(np.fft.rfftfreq(size, sample_interval)[_inner(size)], dtype=np.float64)
    power = sum(_periodograms(samples, sample_interval, size, count), np.zeros(frequency.size)) / count
    data = _Spectrum(frequency, power, count, sample_interval, bandwidth)
    x, information, end = _maximum(data, _start(data))
    covariance = np.full((3, 3), np.nan)
    if end is SpectrumEnd.CONVERGED:
        scores = data.scores(x, _periodograms(samples, sample_interval, size, count))
        inverse = np.linalg.inv(information)
        covariance = inverse @ (scores.T @ scores) @ inverse
    return _result(data, x, covariance, end, occupation, samples.size)


def spectrum_of(record: Record, sample_interval: float, rates: TraceRates) -> MachlupFit | None:
    """Machlup's spectrum of a record, or of its first part; None where it cannot hold enough dwells, or has gaps."""
    samples = record.parts[0][:_HELD]
    tau = np.exp(rates.log_tau)
    if (
        not record.complete
        or samples.size * sample_interval < _SPECTRAL_DWELLS * float(tau.sum())
        or samples.size < _SPECTRAL_SAMPLES
    ):
        return None
    return fit_machlup(samples, sample_interval, float(tau[1] / tau.sum()))


@final
@dataclass(frozen=True)
class _Spectrum:
    """frequency (Hz), power, shape (k,); each power is the mean of `count`. bandwidth: Hz."""

    frequency: Array
    power: Array
    count: int
    sample_interval: float
    bandwidth: float | None

    def model(self, x: Any) -> Any:
        """Expected periodogram at x = ln of (corner, variance of the two-state signal, floor).

        For segments much longer than the correlation. Machlup's Lorentzian times a one-pole filter is a difference of
        two Lorentzians.
        """
        corner = np.exp(x[0])
        shape = self._sampled_lorentzian(corner)
        if self.bandwidth is not None:
            pole = 2.0 * np.pi * self.bandwidth
            shape = shape - corner * self._sampled_lorentzian(np.array([pole])) / pole
            shape = shape * (pole**2 / (pole**2 - corner * corner))
        return np.exp(x[1]) * shape + np.exp(x[2])

    def _sampled_lorentzian(self, corner: Any) -> Any:
        """One-sided spectrum of samples with autocovariance a^|j|, a = e^{−kΔt}: 4k/(k² + ω²) with all its aliases."""
        a = np.exp(corner * -self.sample_interval)
        cosine = np.cos(2.0 * np.pi * self.frequency * self.sample_interval)
        return (2.0 * self.sample_interval) * ((1.0 - a * a) / (1.0 - 2.0 * a * cosine + a * a))

    def log_likelihood(self, x: Any) -> Any:
        """Whittle's: periodogram ordinates are exponential about the model, `count` of them in each mean."""
        model = self.model(x)
        return total(np.log(model) + self.power / model) * -float(self.count)

    def scores(self, x: Array, periodograms: Iterator[Array]) -> Array:
        """Gradient of ln L of each segment alone, shape (segments, 3)."""
        model: Jet = self.model(seed(x, 1))
        weight = model.gradient / model.value**2
        return np.array([weight @ (periodogram - model.value) for periodogram in periodograms])


def _periodograms(samples: npt.NDArray[Any], sample_interval: float, size: int, count: int) -> Iterator[Array]:
    """One-sided periodograms of disjoint segments, without the two lowest frequencies and the highest, one by one.

    The mean of all segments, not of each, is taken off: low frequencies keep their power.
    """
    used = samples[: size * count].reshape(count, size)
    mean = sum(float(np.sum(segment, dtype=float)) for segment in used) / (size * count)
    # a Hann window: the leakage of the steep Lorentzian through a box would fill the high frequencies
    window = np.hanning(size + 1)[:-1]
    scale = 2.0 * sample_interval / np.sum(window**2)
    for segment in used:
        yield scale * np.abs(np.fft.rfft((np.asarray(segment, dtype=float) - mean) * window))[_inner(size)] ** 2


def _inner(size: int) -> slice:
    return slice(2, (size - 1) // 2)


def _start(data: _Spectrum) -> Array:
    """The best of some corners, with the variance and floor that belong to them."""
    floor = float(np.min(data.power))
    excess = max(float(np.sum(data.power - floor) * data.frequency[0] / 2.0), 1e-12 * floor)
    corners = np.geomspace(data.frequency[0], data.frequency[-1], 25) * 2.0 * np.pi
    tried = [np.log([corner, excess * scale, floor]) for corner in corners for scale in (0.3, 1.0, 3.0)]
    return max(tried, key=lambda x: float(data.log_likelihood(x[:, None])))


def _maximum(data: _Spectrum, x: Array) -> tuple[Array, Array, SpectrumEnd]:
    """The maximum, −Hessian and how it ended: Newton steps with the exact Hessian, damped where it is no maximum's."""
    information = np.full((3, 3), np.nan)
    for _ in range(_MOST_STEPS):
        jet: Jet = data.log_likelihood(seed(x, 2))
        information = -np.asarray(jet.hessian)
        step, gain = newton_step(jet.gradient, np.asarray(jet.hessian), _LONGEST_STEP, _FLATTEST)
        if gain < _SETTLED:
            return x, information, SpectrumEnd.CONVERGED
        there = uphill(lambda x: float(data.log_likelihood(x[:, None])), x, step, float(jet.value))
        if there is None:
            return x, information, SpectrumEnd.NOT_CONVERGED
        x = there
        if not np.log(0.01 * data.frequency[0]) < x[0] < np.log(100.0 * data.frequency[-1]):
            return x, information, SpectrumEnd.NO_CORNER
    return x, information, SpectrumEnd.NOT_CONVERGED


def _result(data: _Spectrum, x: Array, covariance: Array, end: SpectrumEnd, occupation: float, n: int) -> MachlupFit:
    corner, variance, floor = np.exp(x)
    log_tau = -np.log(corner) - np.log([occupation, 1.0 - occupation])
    # the occupation of a record of length T scatters by 2 w(1−w)/(kT) about the true one
    scatter = 2.0 * occupation * (1.0 - occupation) / (corner * n * data.sample_interval)
    slope = np.array([-1.0 / occupation, 1.0 / (1.0 - occupation)])
    shared = covariance[0, 0] + np.outer(slope, slope) * scatter
    half = 0.5 * np.sqrt(covariance[1, 1])
    return MachlupFit(
        rates=TraceRates(log_tau, shared, "spectrum", "the spectrum as a check", None),
        corner=float(corner),
        corner_relative_error=float(np.sqrt(covariance[0, 0])),
        step=float(np.sqrt(variance / (occupation * (1.0 - occupation)))),
        step_relative_error=float(half),
        floor=float(floor),
        occupation=occupation,
        frequency=data.frequency,
        power=data.power,
        model=np.asarray(data.model(x[:, None])),
        segments=data.count,
        end=end,
    )
