"""Lines in the spectrum of a record, such as those of the mains, fitted as sines and taken off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
import scipy.fft

Array = npt.NDArray[np.float64]

_LOOKED_AT: Final = 1 << 21  # samples of a record, in whose spectrum lines are looked for
_LOWEST: Final = 8  # periods in them
_NEIGHBOURS: Final = 32  # frequencies on either side whose median is the background of a line
_STANDS_OUT: Final = 30.0  # line over background; noise does so once in 10^13 frequencies
_EXPECTED: Final = 15.0  # the same of the mains, which is looked for at few frequencies
_HIGHEST: Final = 10  # multiple of the mains that is expected
_WORTH_A_LOOK: Final = 10.0  # line over a rough background, from which the exact one is asked for
_MOST: Final = 12  # lines
_PERIODS, _SAMPLES = 200.0, 1 << 14  # of a window in which amplitude and phase are fitted: mains wander
_MAINS: Final = (50.0, 60.0)  # Hz
_OF_THE_MAINS: Final = 0.01  # relative, of a multiple
_ROUNDS: Final = 40  # of the search for the top of a line
_PIECES: Final = 1024  # of a record, in which the phase of a line near a frequency of the spectrum is one
_GOLDEN: Final = 0.6180339887498949


@final
@dataclass(frozen=True)
class Line:
    """A sine in a record. frequency: Hz. amplitude: in the unit of the samples. share: of their variance."""

    frequency: float
    amplitude: float
    share: float

    @property
    def words(self) -> str:
        """Frequency, share and, where it is a multiple of that of the mains, its origin."""
        mains = bool(np.any(_multiple_of_the_mains(np.array([self.frequency]))))
        return f"{self.frequency:.4g} Hz{' (mains)' if mains else ''}, {100 * self.share:.2g} % of the variance"


def _multiple_of_the_mains(frequency: Array) -> npt.NDArray[np.int64]:
    """Which multiple of 50 or 60 Hz each frequency (Hz) is, to one in a hundred; 0 for none."""
    found = np.zeros(frequency.shape, dtype=np.int64)
    for base in _MAINS:
        multiple = np.rint(frequency / base)
        near = np.abs(frequency / base - multiple) < _OF_THE_MAINS
        found = np.where(near & (found == 0), multiple.astype(np.int64), found)
    return found


def lines_of(samples: npt.NDArray[Any], sample_interval: float) -> tuple[Line, ...]:
    """The lines of a record, shape (n,), NaN where samples are missing; the strongest first. sample_interval: s."""
    part = np.asarray(samples[:_LOOKED_AT], dtype=float)
    part = np.where(np.isfinite(part), part, np.nanmean(part))
    part = part - part.mean()
    variance = float(np.mean(part**2))
    if part.size < 4 * _LOWEST or variance == 0.0:
        return ()
    found: list[Line] = []
    for _ in range(_MOST):
        top = _standing_out(part, sample_interval)
        if top is None:
            break
        frequency = _summit(part, top)
        sine = _sine(part, frequency)
        amplitude = float(np.sqrt(2.0 * np.mean(sine**2)))
        if any(abs(frequency - line.frequency * sample_interval) * part.size < 1.0 for line in found):
            break  # what is left of a line that wanders, which the fit in windows follows
        found.append(Line(frequency / sample_interval, amplitude, 0.5 * amplitude**2 / variance))
        part = part - sine
    return tuple(sorted(found, key=lambda line: -line.share))


def without_lines(samples: npt.NDArray[Any], sample_interval: float, lines: tuple[Line, ...]) -> Array:
    """The record without its lines, whose amplitudes and phases are fitted window by window; shape (n,)."""
    clean = np.array(samples, dtype=np.float64)
    slowest = min(line.frequency for line in lines) * sample_interval
    number = max(1, int(clean.size / max(_PERIODS / slowest, _SAMPLES)))
    for window in np.array_split(clean, number):  # views
        time = np.arange(window.size)
        angles = 2.0 * np.pi * sample_interval * np.outer([line.frequency for line in lines], time)
        waves = np.vstack([np.cos(angles), np.sin(angles), np.ones((1, window.size))])
        seen = np.isfinite(window)
        weights = np.linalg.lstsq(waves[:, seen].T, window[seen], rcond=None)[0]
        np.subtract(window, weights[:-1] @ waves[:-1], out=window)
    return clean


def _standing_out(part: Array, sample_interval: float) -> int | None:
    """The frequency (periods in the record) that stands out most from its neighbours; None where none does."""
    power = np.abs(scipy.fft.rfft(part)) ** 2
    width = _NEIGHBOURS
    if power.size < _LOWEST + 2 * width:
        return None
    at = np.arange(_LOWEST, power.size - 1)
    windows = np.lib.stride_tricks.sliding_window_view(power, width)
    rough = _rough_background(windows, at)
    at = at[power[at] > _WORTH_A_LOOK * rough]
    if at.size == 0:
        return None
    places = np.stack([np.maximum(at - width - 1, 0), np.minimum(at + 2, windows.shape[0] - 1)])
    left, right = np.median(windows[places], axis=2)
    # two sides, the larger: a Lorentzian falls steeply
    ratio = power[at] / (np.maximum(left, right) / np.log(2.0) + 1e-300)
    multiple = _multiple_of_the_mains(at / (part.size * sample_interval))
    asked = np.where((multiple > 0) & (multiple <= _HIGHEST), _EXPECTED, _STANDS_OUT)
    best = int(np.argmax(ratio / asked))
    return int(at[best]) if ratio[best] > asked[best] else None


def _rough_background(windows: Array, at: npt.NDArray[np.int64]) -> Array:
    """Medians on either side of the frequencies, the smaller, from windows at every eighth place only.

    windows: shape (places, width), views of neighbouring powers.
    """
    step = _NEIGHBOURS // 4
    medians = np.median(windows[::step], axis=1)
    before = np.maximum(at - _NEIGHBOURS - 1, 0) // step
    after = np.minimum((at + 2) // step, medians.size - 1)
    return np.asarray(np.minimum(medians[before], medians[after]))


def _summit(part: Array, top: int) -> float:
    """The frequency (per sample) of a line near `top` periods in the record, by golden section."""
    centre, starts = top / part.size, np.linspace(0, part.size, min(_PIECES, part.size), endpoint=False).astype(int)
    sums = np.add.reduceat(part * np.exp(-2j * np.pi * centre * np.arange(part.size)), starts)
    middles = 0.5 * (starts + np.append(starts[1:], part.size) - 1.0)

    def height(frequency: float) -> float:
        return float(np.abs(sums @ np.exp(-2j * np.pi * (frequency - centre) * middles)))

    low, high = (top - 1.0) / part.size, (top + 1.0) / part.size
    a, b = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_a, at_b = height(a), height(b)
    for _ in range(_ROUNDS):
        if at_a > at_b:
            high, b, at_b = b, a, at_a
            a = high - _GOLDEN * (high - low)
            at_a = height(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + _GOLDEN * (high - low)
            at_b = height(b)
        if (high - low) * part.size < 1e-3:
            break
    return 0.5 * (low + high)


def _sine(part: Array, frequency: float) -> Array:
    """The sine of a frequency that fits best, shape of part."""
    angle = 2.0 * np.pi * frequency * np.arange(part.size)
    waves = np.stack([np.cos(angle), np.sin(angle)])
    return np.asarray(np.linalg.solve(waves @ waves.T, waves @ part) @ waves)
