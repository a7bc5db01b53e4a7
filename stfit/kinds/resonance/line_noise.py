"""What a spectrum holds beside its lines: wrong samples, noise that grows with the signal, and what is no noise."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.line_model import LineModel
from stfit.kinds.resonance.line_solution import Solution

Array = npt.NDArray[np.float64]

_LAGS: Final = 12  # at which residuals may resemble each other
_FAR: Final = 6.0  # standard deviations: by chance 1 in 5e8 samples
_NOISE: Final = 1e-3  # p-value from which residuals are taken for noise
_GROWING: Final = 1e-3  # p-value below which noise grows with the signal


def stands_alone(signal: Array) -> npt.NDArray[np.bool_]:
    """Samples, of shape (channels, samples), far from both neighbours, which agree with their own, in any channel.

    No line is one sample wide.
    """
    bent = np.zeros(signal.shape)
    bent[:, 1:-1] = signal[:, 1:-1] - 0.5 * (signal[:, :-2] + signal[:, 2:])
    size = np.abs(bent)
    noise = 1.4826 * np.median(size[:, 1:-1], axis=1, keepdims=True)
    around = np.pad(bent, ((0, 0), (2, 2)))
    beside = np.maximum(np.abs(around[:, 1:-3] + 0.5 * bent), np.abs(around[:, 3:-1] + 0.5 * bent))
    beyond = np.maximum(np.abs(around[:, :-4]), np.abs(around[:, 4:]))
    alone = np.any((size > 8.0 * noise) & (beside < 0.25 * size) & (beyond < 0.25 * size), axis=0)
    alone[[0, 1, -2, -1]] = False
    return np.asarray(alone)


def far_from_fit(found: Solution) -> npt.NDArray[np.bool_]:
    """Samples far from the fit while their neighbours are near it."""
    left = np.abs(found.model.signal - found.curve) * found.model.weight
    noise = 1.4826 * np.median(left, axis=1, keepdims=True)
    around = np.pad(left, ((0, 0), (1, 1)))
    beside = np.maximum(around[:, :-2], around[:, 2:])
    return np.asarray(np.any((left > _FAR * noise) & (beside < 0.5 * left) & (noise > 0), axis=0))


def grows_with_signal(found: Solution) -> bool:
    """Whether noise grows with the signal (Koenker 1981, doi:10.1016/0304-4076(81)90062-2), and is noise."""
    left = found.innovations
    # signs, since the statistic of samples of different noise rests on the few loudest of them
    if whiteness(np.sign(left), found.nonlinear.size)[1] < _NOISE:
        return False
    # roots, which one wrong sample does not decide
    roots, level = np.sqrt(np.abs(left)), np.broadcast_to(_level(found.curve), left.shape)
    if np.ptp(level) == 0.0 or np.ptp(roots) == 0.0:
        return False
    likeness = float(np.corrcoef(level.ravel(), roots.ravel())[0, 1])
    return likeness > 0 and bool(scipy.special.chdtrc(1, left.size * likeness**2) < _GROWING)


def weight_of_noise(whole: LineModel, found: Solution, *, proportional: bool) -> Array:
    """One over the noise at the fitted signal: of single samples it would favour the low ones."""
    there, level = _level(found.curve), _level(found.curve_at(whole.x))
    most = float(np.max(there))
    if proportional:
        return np.asarray(1.0 / np.maximum(level, 1e-3 * most))
    columns = np.stack([np.full_like(there, most**2), np.square(there)], axis=1)
    squares = np.mean(np.square(found.innovations), axis=0)
    (constant, growing), _ = scipy.optimize.nnls(columns, squares)
    variance = constant * most**2 + growing * np.square(level)
    return np.asarray(1.0 / np.sqrt(np.maximum(variance, growing * (1e-3 * most) ** 2)))


def _level(curve: Array) -> Array:
    """The size of a signal, shape (samples,)."""
    return np.asarray(np.linalg.norm(curve, axis=0))


def whiteness(left: Array, parameters: int) -> tuple[float, float]:
    """Ljung & Box's Q of residuals in all channels, shape (channels, samples), and its p-value."""
    channels, count = left.shape
    lags = min(_LAGS, count // 5)
    centred = left - np.mean(left, axis=1, keepdims=True)
    squares = np.maximum(np.sum(np.square(centred), axis=1), np.finfo(float).tiny)
    each = [np.sum(centred[:, lag:] * centred[:, :-lag], axis=1) / squares for lag in range(1, lags + 1)]
    resemblance = np.square(each).sum(axis=1)
    statistic = count * (count + 2) * float(np.sum(resemblance / (count - np.arange(1, lags + 1))))
    # the parameters of lines and background take a share of the resemblance of neighbours away
    share = max(1.0 - parameters / left.size, 0.0)
    return statistic, float(scipy.special.chdtrc(channels * lags, statistic * share))
