"""The likelihood of a hidden two-state chain with Gaussian noise, and its exact first and second derivatives.

The samples of a telegraph trace form a Markov chain (stay probabilities: physics/telegraph.py) seen through white
Gaussian noise. Given the chain, ln L is linear in six sufficient statistics S, so ln L = ln Σ_paths e^{η(θ)·S + c(θ)}.
Its gradient is that of η·⟨S⟩ + c (Fisher's identity), its Hessian that plus (∂η)ᵀ Cov(S) ∂η (Louis, J. R. Stat. Soc. B
44, 226 (1982)); mean and covariance of S come from one forward pass in constant memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet, seed
from stfit.kinds.telegraph.chain_kernels import forward, moments
from stfit.kinds.telegraph.emission import Emission
from stfit.physics.telegraph import change_probabilities

Array = npt.NDArray[np.float64]

_CHUNK = 1 << 20  # samples converted at a time: what a memory-mapped trace holds in memory
_STATISTICS = 6  # first sample in AP; transitions P→AP, AP→P; samples in AP, their Σz and Σz²
_UPPER = np.triu_indices(_STATISTICS)


@final
@dataclass(frozen=True)
class Expected:
    """ln L of some samples, and the sufficient statistics given them: mean (6,), covariance (6, 6).

    totals: number of samples, Σz and Σz².
    """

    value: float
    mean: Array
    covariance: Array
    totals: Array


@final
@dataclass(frozen=True)
class HiddenChain:
    """A trace under the two-state model, in units of its own.

    samples: shape (n,), any real type, memory-mapped or not, finite. shift, scale: z = (sample − shift)/scale are the
    numbers that the levels are counted in. Coordinates x: ln(τ_P/Δt), ln(τ_AP/Δt), the two levels in z, ln of the
    noise in z (one for both states: shape (5,)), or of the noises of P and AP: shape (6,). State 0 is P.
    """

    samples: npt.NDArray[Any]
    shift: float
    scale: float

    def log_likelihood(self, x: Array) -> float:
        """ln p(samples) at x, exact; the first sample is drawn from the chain's stationary distribution."""
        emission, stay, state = self.numbers(x)
        sums = np.zeros((3, 256))
        for chunk, step in self._stretches(stay):
            forward(chunk, emission, step, state, sums)
        return self._with_common_factor(x, state[2], sums)

    def derivatives(self, x: Array) -> tuple[float, Array, Array, Array]:
        """ln L, its gradient (p,), its Hessian (p, p), and the mean of the statistics (6,)."""
        expected = self.expected(x)
        return expected.value, *self.slopes(x, expected), expected.mean

    def expected(self, x: Array) -> Expected:
        """What one pass over the samples tells of ln L at x."""
        emission, stay, state = self.numbers(x)
        mean, carried = np.zeros(_STATISTICS), np.zeros((2, 1 + _STATISTICS + _UPPER[0].size))
        carried[:, 0] = state[:2]
        carried[1, [1, 1 + _STATISTICS]] = state[1]  # statistic 0: the first sample is in state AP
        sums = np.zeros((3, 256))
        for chunk, step in self._stretches(stay):
            moments(chunk, emission, step, state, (mean, carried), sums)
        covariance = np.zeros((_STATISTICS, _STATISTICS))
        covariance[_UPPER] = carried[:, 1 + _STATISTICS :].sum(axis=0)
        covariance += np.triu(covariance, 1).T
        totals = np.array([self.samples.size, *sums[:2].sum(axis=1)])
        return Expected(self._with_common_factor(x, state[2], sums), mean, covariance, totals)

    def slopes(self, x: Array, expected: Expected) -> tuple[Array, Array]:
        """Gradient (p,) and Hessian (p, p) of ln L at x, with one noise or two, from what is expected there."""
        rows = np.vstack([expected.mean, np.zeros(_STATISTICS), np.eye(_STATISTICS)])
        totals = np.outer([1.0] + [0.0] * (_STATISTICS + 1), expected.totals)
        jet = _complete_log_likelihood(seed(x, 2), rows, totals)
        eta = (jet.gradient[:, 2:] - jet.gradient[:, 1:2]).T  # linear in the statistics: differences are ∂η
        hessian = np.asarray(jet.hessian)[:, :, 0] + eta.T @ expected.covariance @ eta
        return jet.gradient[:, 0], hessian

    def numbers(self, x: Array) -> tuple[Emission, Array, Array]:
        """What the states show, (p00, p01, p10, p11), and the start of the forward pass."""
        tau = np.exp(x[:2])
        p01, p10 = change_probabilities(tau[0], tau[1], 1.0)
        weights = np.exp(-2.0 * np.array([x[4], x[-1]]))
        m0, m1 = x[2], x[3]
        exponent = np.array(
            [
                x[4] - x[-1] + 0.5 * (m0**2 * weights[0] - m1**2 * weights[1]),
                m1 * weights[1] - m0 * weights[0],
                0.5 * (weights[0] - weights[1]),
            ]
        )
        stationary = tau / tau.sum()
        emission = Emission(self.shift, 1.0 / self.scale, exponent)
        return emission, np.array([1.0 - p01, p01, p10, 1.0 - p10]), np.array([*stationary, 0.0])

    def _stretches(self, stay: Array) -> Any:
        """The first sample with no transition before it, then all others, chunk by chunk."""
        yield _plain(self.samples[:1]), np.array([1.0, 0.0, 0.0, 1.0])
        for start in range(1, self.samples.size, _CHUNK):
            yield _plain(self.samples[start : start + _CHUNK]), stay

    def _with_common_factor(self, x: Array, log_scale: float, sums: Array) -> float:
        """ln L from the pass, whose emission was taken over the larger of the two states' densities."""
        n = self.samples.size
        level, log_noise = x[2], x[4]
        z, squares, excess = sums.sum(axis=1)
        misfit = squares - 2.0 * level * z + n * level**2
        constant = n * (0.5 * np.log(2.0 * np.pi) + log_noise + np.log(self.scale))
        return float(log_scale + excess - 0.5 * misfit * np.exp(-2.0 * log_noise) - constant)


def _plain(samples: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Samples as the kernels are compiled for: single precision where they are that, else double; a copy if need be."""
    kind = np.float32 if samples.dtype.kind == "f" and samples.dtype.itemsize <= 4 else np.float64
    return np.require(samples, dtype=kind, requirements=["C", "A", "W"])


def _complete_log_likelihood(x: Any, statistics: Array, totals: Array) -> Jet:
    """ln p(samples, path), linear in the statistics.

    x: coordinates as Jets. statistics: shape (rows, 6). totals: shape (rows, 3), n, Σz and Σz². One value a row.
    """
    first, up, down, n1, sum1, squares1 = statistics.T
    n, sums, squares = totals.T
    tau_0, tau_1 = np.exp(x[0]), np.exp(x[1])
    p01, p10 = change_probabilities(tau_0, tau_1, 1.0)
    both = np.log(tau_0 + tau_1)
    chain = (
        (x[0] - both) * (1.0 - first)
        + (x[1] - both) * first
        + np.log(p01) * up
        + np.log(p10) * down
        + np.log1p(-p01) * (n - 1.0 - n1 + first - down)  # pairs of neighbours that stay in 0
        + np.log1p(-p10) * (n1 - first - up)
    )
    noise = _gaussian(x[2], x[4], n - n1, sums - sum1, squares - squares1) + _gaussian(x[3], x[-1], n1, sum1, squares1)
    joint: Jet = chain + noise
    return joint


def _gaussian(level: Any, log_noise: Any, n: Array, sums: Array, squares: Array) -> Any:
    """ln of a normal density, summed over n samples with these sums."""
    weight = np.exp(-2.0 * log_noise)
    return -0.5 * weight * (squares - 2.0 * level * sums + level**2 * n) - log_noise * n
