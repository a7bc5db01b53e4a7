"""What a spectrum holds beside its lines: wrong samples, noise that grows with the signal, and what is no noise."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.line_model import Fitted, LineModel

Array = npt.NDArray[np.float64]

_LAGS: Final = 12  # at which residuals may resemble each other
_FAR: Final = 6.0  # standard deviations: by chance 1 in 5e8 samples
_NOISE: Final = 1e-3  # p-value from which residuals are taken for noise
_GROWING: Final = 1e-3  # p-value below which noise grows with the signal


def stands_alone(signal: Array) -> npt.NDArray[np.bool_]:
    """Samples that stand far from both neighbours, which agree with their own: no line is one sample wide."""
    bent = np.zeros(signal.size)
    bent[1:-1] = signal[1:-1] - 0.5 * (signal[:-2] + signal[2:])
    size = np.abs(bent)
    noise = 1.4826 * float(np.median(size[1:-1]))
    around = np.pad(bent, 2)
    beside = np.maximum(np.abs(around[1:-3] + 0.5 * bent), np.abs(around[3:-1] + 0.5 * bent))
    beyond = np.maximum(np.abs(around[:-4]), np.abs(around[4:]))
    alone = (size > 8.0 * noise) & (beside < 0.25 * size) & (beyond < 0.25 * size)
    alone[[0, 1, -2, -1]] = False
    return np.asarray(alone)


def far_from_fit(model: LineModel, fitted: Fitted) -> npt.NDArray[np.bool_]:
    """Samples far from the fit while their neighbours are near it."""
    left = np.abs(model.signal - model.design(fitted.nonlinear) @ model.linear(fitted)) * model.weight
    noise = 1.4826 * float(np.median(left))
    beside = np.maximum(np.pad(left, 1)[:-2], np.pad(left, 1)[2:])
    return np.asarray((left > _FAR * noise) & (beside < 0.5 * left) & (noise > 0))


def grows_with_signal(model: LineModel, fitted: Fitted) -> bool:
    """Whether noise grows with the signal (Koenker 1981, doi:10.1016/0304-4076(81)90062-2), and is noise."""
    left = model.innovations(fitted)
    if whiteness(left, fitted.nonlinear.size)[1] < _NOISE:
        return False
    # roots, which one wrong sample does not decide
    roots, level = np.sqrt(np.abs(left)), np.abs(model.design(fitted.nonlinear) @ model.linear(fitted))
    if np.ptp(level) == 0.0 or np.ptp(roots) == 0.0:
        return False
    likeness = float(np.corrcoef(level, roots)[0, 1])
    return likeness > 0 and bool(scipy.special.chdtrc(1, left.size * likeness**2) < _GROWING)


def weight_of_noise(whole: LineModel, model: LineModel, fitted: Fitted, *, proportional: bool) -> Array:
    """One over the noise at the fitted signal: of single samples it would favour the low ones."""
    level = np.abs(whole.of_order(model.order).design(fitted.nonlinear) @ model.linear(fitted))
    least = 1e-3 * float(np.max(level))
    if proportional:
        return np.asarray(1.0 / np.maximum(level, least))
    there = np.square(model.design(fitted.nonlinear) @ model.linear(fitted))
    columns = np.stack([np.full_like(there, np.max(there)), there], axis=1)
    (constant, growing), _ = scipy.optimize.nnls(columns, np.square(model.innovations(fitted)))
    variance = constant * np.max(there) + growing * np.square(level)
    return np.asarray(1.0 / np.sqrt(np.maximum(variance, growing * least**2)))


def whiteness(left: Array, parameters: int) -> tuple[float, float]:
    """Ljung & Box's Q of residuals, and its p-value."""
    lags = min(_LAGS, left.size // 5)
    centred = left - np.mean(left)
    squares = max(float(centred @ centred), np.finfo(float).tiny)
    resemblance = np.array([float(centred[lag:] @ centred[:-lag]) / squares for lag in range(1, lags + 1)])
    count = left.size
    statistic = count * (count + 2) * float(np.sum(np.square(resemblance) / (count - np.arange(1, lags + 1))))
    # the parameters of lines and background take a share of the resemblance of neighbours away
    return statistic, float(scipy.special.chdtrc(lags, statistic * max(1.0 - parameters / count, 0.0)))
