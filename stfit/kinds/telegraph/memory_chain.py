"""A hidden two-state chain behind an instrument with memory: coloured noise, a slow response, missing samples, bursts.

With s(t) = 0, 1 the state of sample t and e(t) white Gaussian noise,

    z(t) = c + d_0 s(t) + … + d_M s(t − M) + φ_1 z(t − 1) + … + φ_M z(t − M) + e(t).

No memory (M = 0) is white noise about two levels. Noise of a low-pass on a fast signal has d_k = −φ_k d_0; a low-pass
through which signal and noise pass has d_k = 0 for k > 0 (an autoregression with the states as its input). The state of
the chain is the last M + 1 levels, forward–backward gives the expected sums of the likelihood of samples and states,
and its gradient follows (Fisher's identity). A missing sample has no density: the chain runs on beneath it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from stfit.kinds.telegraph import memory_kernels as kernels
from stfit.physics.telegraph import change_probabilities, dwell_times_from_chain

Array = npt.NDArray[np.float64]

MOST_MEMORY: Final = 3  # samples; also those at the beginning of a record that have no density, whatever the memory
_CHUNK: Final = 1 << 17
_NUDGE: Final = 1e-5  # of ln τ, for the slope of what the chain alone says
_HIGHEST, _LOWEST = 1.0 - 1e-15, 1e-15


class Sums(NamedTuple):
    """Expected sums given all samples: see `kernels.backward`."""

    counts: Array
    lagged: Array
    products: Array
    transitions: Array
    first: Array


@final
@dataclass(frozen=True)
class MemoryChain:
    """Records under the model, each beginning anew.

    parts: samples, each of shape (n,), NaN where missing. shift, scale: z = (sample − shift)/scale. memory: M, 0 to 3.
    separate: whether each level has a noise of its own. needed: samples before each
    that must be there for its density, if more than the memory: models of different memory are then compared on the
    same samples. Coordinates x, shape (p,): ln τ of states 0 and 1 in samples,
    c, d_0 … d_M, φ_1 … φ_M, ln of the noise, or of both noises.
    """

    parts: Sequence[Array]
    shift: float
    scale: float
    memory: int = 0
    separate: bool = False
    needed: int = 0

    @property
    def size(self) -> int:
        """Coordinates."""
        return 5 + 2 * self.memory + self.separate

    @property
    def samples(self) -> int:
        """Samples that have a density."""
        total = 0
        for part in self.parts:
            seen = np.isfinite(part)
            whole = seen[MOST_MEMORY:].copy()
            for lag in range(1, self._past[1] + 1):
                whole &= seen[MOST_MEMORY - lag : seen.size - lag]
            total += int(np.count_nonzero(whole))
        return total

    def begun(self, most: int) -> MemoryChain:
        """The same for the first samples, at most so many."""
        before = np.cumsum([0, *(part.size for part in self.parts)])
        begun = (part[: most - at] for part, at in zip(self.parts, before, strict=False) if at < most)
        return replace(self, parts=tuple(begun))

    def start(self, log_tau: Array, levels: Array, noise: float) -> Array:
        """Coordinates without any memory."""
        x = np.zeros(self.size)
        z = (levels - self.shift) / self.scale
        x[:2], x[2], x[3] = log_tau, z[0], z[1] - z[0]
        x[4 + 2 * self.memory :] = np.log(noise / self.scale)
        return x

    def widened(self, x: Array, memory: int, separate: bool) -> Array:
        """The coordinates x of the same model with less memory, and one noise or two, as coordinates of this one."""
        y = np.zeros(self.size)
        y[: 4 + memory] = x[: 4 + memory]
        y[4 + self.memory : 4 + self.memory + memory] = x[4 + memory : 4 + 2 * memory]
        y[4 + 2 * self.memory :] = x[4 + 2 * memory] if not separate else x[4 + 2 * memory :]
        return y

    def levels(self, x: Array) -> Array:
        """The two levels as a record shows them in the long run, shape (2,)."""
        gain = 1.0 - float(self.slopes(x).sum())
        step = float(x[3 : 4 + self.memory].sum())
        return np.asarray(self.shift + self.scale * np.array([x[2], x[2] + step]) / gain)

    def slopes(self, x: Array) -> Array:
        """φ_1 … φ_M."""
        return x[4 + self.memory : 4 + 2 * self.memory]

    def delay(self, x: Array) -> float:
        """Mean delay of the response to a step, samples: the time constant of a low-pass, 0 of coloured noise alone."""
        lags, slopes, steps = np.arange(1, self.memory + 1), self.slopes(x), x[4 : 4 + self.memory]
        total, gain = float(x[3 : 4 + self.memory].sum()), 1.0 - float(slopes.sum())
        return float(lags @ steps) / total + float(lags @ slopes) / gain if total and gain else float("inf")

    def noise(self, x: Array) -> Array:
        """Standard deviation of the samples about each level, shape (2,)."""
        autocovariance = _variance_of(self.slopes(x))
        return np.asarray(self.scale * np.exp(x[4 + 2 * self.memory :]) * np.sqrt(autocovariance) * np.ones(2))

    def log_likelihood(self, x: Array) -> float:
        """ln p of all samples but the first three of each record, which begin the memory."""
        return self._passes(x, sums=False)[0]

    def expected(self, x: Array) -> tuple[float, Sums]:
        """ln p, and the expected sums."""
        return self._passes(x, sums=True)

    def gradient(self, x: Array) -> tuple[float, Array, Sums]:
        """ln p, its gradient (p,) and the expected sums."""
        value, sums = self.expected(x)
        found = np.zeros(self.size)
        for state in (0, 1):
            up, down = x[:2].copy(), x[:2].copy()
            up[state] += _NUDGE
            down[state] -= _NUDGE
            found[state] = (self._chain_term(up, sums) - self._chain_term(down, sums)) / (2.0 * _NUDGE)
        beta, log_noise = x[2 : 4 + 2 * self.memory], x[4 + 2 * self.memory :]
        for level in (0, 1):
            own = level if self.separate else 0
            weight = float(np.exp(-2.0 * log_noise[own]))
            normal, right, squares, number = self._normal(sums, level)
            found[2 : 4 + 2 * self.memory] += weight * (right - normal @ beta)
            left = squares - 2.0 * float(beta @ right) + float(beta @ normal @ beta)
            found[4 + 2 * self.memory + own] += left * weight - number
        return value, found, sums

    def improved(self, x: Array) -> Array:
        """One round of expectation–maximisation."""
        _, sums = self.expected(x)
        y = x.copy()
        leave = sums.transitions[[0, 1], [1, 0]] / np.maximum(sums.transitions.sum(axis=1), 1e-12)
        if leave.min() > 0.0 and leave.sum() < 1.0:
            y[:2] = np.log(dwell_times_from_chain(1.0 - leave[0], 1.0 - leave[1], 1.0))
        log_noise = x[4 + 2 * self.memory :]
        each = [self._normal(sums, level) for level in (0, 1)]
        weights = [float(np.exp(-2.0 * log_noise[level if self.separate else 0])) for level in (0, 1)]
        normal = sum(w * e[0] for w, e in zip(weights, each, strict=True))
        right = sum(w * e[1] for w, e in zip(weights, each, strict=True))
        beta = np.linalg.lstsq(np.asarray(normal), np.asarray(right), rcond=None)[0]
        y[2 : 4 + 2 * self.memory] = beta
        left = np.array([e[2] - 2.0 * beta @ e[1] + beta @ e[0] @ beta for e in each])
        number = np.array([e[3] for e in each])
        if not self.separate:
            left, number = left.sum(keepdims=True), number.sum(keepdims=True)
        y[4 + 2 * self.memory :] = 0.5 * np.log(np.maximum(left, 1e-12 * number) / np.maximum(number, 1e-12))
        return y

    def scores(self, x: Array) -> Array:
        """Normal scores of the samples given those before: independent if the model holds; missing ones left out."""
        found = []
        for z in self._scaled():
            chance = np.empty(z.size)
            kernels.chances(z, self._past, self._model(x), self._first(x[:2]), chance)
            found.append(chance)
        chance = np.concatenate(found)
        return np.asarray(ndtri(np.clip(chance[np.isfinite(chance)], _LOWEST, _HIGHEST)))

    def in_second(self, x: Array) -> Array:
        """Probability of state 1 at every sample of the first record given all of it, shape (n,)."""
        z, number = self._scaled()[0], 2 ** (self._bits + 1)
        kept = (np.empty((z.size, number)), np.empty((z.size, number)))
        span, model = (0, z.size, self._past), self._model(x)
        kernels.forward(z, span, model, self._first(x[:2]), kept)
        kernels.backward(z, span, model, np.ones(number), kept, self._no_sums())
        return np.asarray(kept[0][:, 1::2].sum(axis=1))

    def _no_sums(self) -> Sums:
        number, memory = 2 ** (self._bits + 1), self.memory
        return Sums(
            np.zeros(number),
            np.zeros((number, memory + 1)),
            np.zeros((2, memory + 1, memory + 1)),
            np.zeros((2, 2)),
            np.zeros(number),
        )

    @property
    def _past(self) -> tuple[int, int]:
        return MOST_MEMORY, max(self.memory, self.needed)

    @property
    def _bits(self) -> int:
        return max(self.memory, 1)

    def _scaled(self) -> list[Array]:
        return [(np.asarray(part, dtype=float) - self.shift) / self.scale for part in self.parts]

    def _model(self, x: Array) -> tuple[Array, Array, Array, Array]:
        states = np.arange(2 ** (self._bits + 1))
        means = x[2] + sum(x[3 + k] * ((states >> k) & 1) for k in range(self.memory + 1))
        log_noise = x[4 + 2 * self.memory :] * np.ones(2)
        return np.asarray(means), np.ascontiguousarray(self.slopes(x)), log_noise, _changes(x[:2])

    def _first(self, log_tau: Array) -> Array:
        """Probabilities of the states at the first sample of a record, whose past nobody saw."""
        change, tau = _changes(log_tau), np.exp(log_tau)
        states = np.arange(2 ** (self._bits + 1))
        chance = (tau / tau.sum())[(states >> self._bits) & 1]
        for k in range(self._bits, 0, -1):
            chance = chance * change[(states >> k) & 1, (states >> (k - 1)) & 1]
        return np.asarray(chance)

    def _chain_term(self, log_tau: Array, sums: Sums) -> float:
        """What of ln p(samples, states) depends on the dwell times."""
        return float(np.sum(sums.transitions * np.log(_changes(log_tau))) + sums.first @ np.log(self._first(log_tau)))

    def _normal(self, sums: Sums, level: int) -> tuple[Array, Array, float, float]:
        """Normal equations of the samples in one level: matrix, right-hand side, Σz², number."""
        memory = self.memory
        states = np.arange(sums.counts.size)
        own = (states & 1) == level
        bits = np.stack([np.ones(states.size), *(((states >> k) & 1).astype(float) for k in range(memory + 1))])[:, own]
        counts, lagged = sums.counts[own], sums.lagged[own]
        upper = sums.products[0] if level else sums.products[1] - sums.products[0]
        products = upper + np.triu(upper, 1).T
        cross = bits @ lagged
        normal = np.block([[(bits * counts) @ bits.T, cross[:, 1:]], [cross[:, 1:].T, products[1:, 1:]]])
        return normal, np.concatenate([cross[:, 0], products[1:, 0]]), float(products[0, 0]), float(counts.sum())

    def _passes(self, x: Array, *, sums: bool) -> tuple[float, Sums]:
        number, found = 2 ** (self._bits + 1), self._no_sums()
        model, value = self._model(x), 0.0
        for z in self._scaled():
            state, marks = self._first(x[:2]), []
            length = min(_CHUNK, z.size)
            kept = (np.empty((length, number)), np.empty((length, number)))
            starts = range(0, z.size, _CHUNK)
            for start in starts:
                marks.append(state.copy())
                value += kernels.forward(z, (start, min(start + _CHUNK, z.size), self._past), model, state, kept)
            future = np.ones(number)
            for start, mark in zip(reversed(starts), reversed(marks), strict=True) if sums else ():
                span = (start, min(start + _CHUNK, z.size), self._past)
                if start != starts[-1]:  # of the last one all is still there
                    kernels.forward(z, span, model, mark, kept)
                kernels.backward(z, span, model, future, kept, found)
        return value - self.samples * float(0.5 * np.log(2.0 * np.pi) + np.log(self.scale)), found


def _changes(log_tau: Array) -> Array:
    """Probabilities of level → level between neighbouring samples, shape (2, 2)."""
    tau = np.exp(log_tau)
    p01, p10 = change_probabilities(tau[0], tau[1], 1.0)
    return np.array([[1.0 - p01, p01], [p10, 1.0 - p10]])


def _variance_of(slopes: Array) -> float:
    """Variance of an autoregression driven by unit noise; infinite where it is not stationary."""
    if slopes.size == 0:
        return 1.0
    companion = np.zeros((slopes.size, slopes.size))
    companion[0], companion[1:, :-1] = slopes, np.eye(slopes.size - 1)
    if np.max(np.abs(np.linalg.eigvals(companion))) >= 1.0:
        return float("inf")
    driven = np.zeros((slopes.size, slopes.size))
    driven[0, 0] = 1.0
    size = slopes.size**2
    solved = np.linalg.solve(np.eye(size) - np.kron(companion, companion), driven.ravel())
    return float(solved[0])


def one_level(parts: Sequence[Array], memory: int, drift: int) -> tuple[float, int]:
    """ln p of the samples as an autoregression about one level, and its number of parameters.

    memory: its order. drift: degree of a polynomial along each part that is added.
    """
    rows: list[Any] = []
    for part in parts:
        z = np.asarray(part, dtype=float)
        lags = [z[MOST_MEMORY - k : z.size - k] for k in range(memory + 1)]
        time = np.linspace(-1.0, 1.0, max(z.size - MOST_MEMORY, 0))
        rows.append(np.stack([*lags, *(time**power for power in range(drift + 1))], axis=1))
    table = np.concatenate(rows)
    table = table[np.all(np.isfinite(table), axis=1)]
    left = table[:, 0] - table[:, 1:] @ np.linalg.lstsq(table[:, 1:], table[:, 0], rcond=None)[0]
    return -0.5 * table.shape[0] * float(np.log(2.0 * np.pi * np.mean(left**2)) + 1.0), memory + drift + 2
