"""The hidden chain's likelihood against sums over every path, and its derivatives against differences."""

import subprocess
import sys
import tracemalloc
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.linalg import expm
from scipy.stats import norm

from stfit.kinds.telegraph import hidden_chain
from stfit.kinds.telegraph.hidden_chain import HiddenChain

Array = npt.NDArray[np.float64]

COMMON = np.array([1.2, 2.1, -0.4, 1.3, -0.2])
SEPARATE = np.array([0.3, 1.7, 0.9, -0.8, -0.5, 0.2])


def samples(n: int, seed: int = 5, step: float = 1.5) -> Array:
    rng = np.random.default_rng(seed)
    state = np.cumsum(rng.random(n) < 0.2) % 2
    return state * step + rng.standard_normal(n)


def chain_of(x: Array) -> tuple[Array, Array]:
    """Transition matrix by the matrix exponential of the rates, and the stationary distribution."""
    k = np.exp(-x[:2])
    return expm(np.array([[-k[0], k[0]], [k[1], -k[1]]])), np.array([k[1], k[0]]) / k.sum()


def densities(y: Array, x: Array) -> Array:
    return np.array([norm.pdf(y, x[2], np.exp(x[4])), norm.pdf(y, x[3], np.exp(x[-1]))]).T


def plain_forward(y: Array, x: Array) -> float:
    """The textbook's scaled forward algorithm."""
    matrix, a = chain_of(x)
    value = 0.0
    for i, density in enumerate(densities(y, x)):
        a = (a if i == 0 else a @ matrix) * density
        value += np.log(a.sum())
        a = a / a.sum()
    return float(value)


@pytest.mark.parametrize("x", [COMMON, SEPARATE], ids=["one noise", "two noises"])
def test_likelihood_is_the_sum_over_all_paths(x: Array) -> None:
    y = samples(9)
    matrix, stationary = chain_of(x)
    emission = densities(y, x)
    paths = np.array(list(product((0, 1), repeat=y.size)))
    weight = stationary[paths[:, 0]] * np.prod(matrix[paths[:, :-1], paths[:, 1:]], axis=1)
    weight *= np.prod(emission[np.arange(y.size), paths], axis=1)
    found = HiddenChain(y, 0.0, 1.0)
    # 512 products of 18 factors: some tens of roundings
    assert found.log_likelihood(x) == pytest.approx(np.log(weight.sum()), abs=1e-13)
    in_ap = (weight @ paths) / weight.sum()

    *_, statistics = found.derivatives(x)
    up = ((paths[:, :-1] == 0) & (paths[:, 1:] == 1)).sum(axis=1)
    down = ((paths[:, :-1] == 1) & (paths[:, 1:] == 0)).sum(axis=1)
    expected = [
        in_ap[0],
        weight @ up / weight.sum(),
        weight @ down / weight.sum(),
        in_ap.sum(),
        in_ap @ y,
        in_ap @ y**2,
    ]
    assert statistics == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("step", [0.5, 1.5, 20.0, 60.0])
@pytest.mark.parametrize("dwell", [0.5, 3.0, 1e5])
def test_likelihood_is_that_of_the_plain_forward_algorithm(step: float, dwell: float) -> None:
    y = samples(1500, step=step)
    x = np.array([np.log(dwell), np.log(1.7 * dwell), 0.1, step, 0.05, -0.1])
    # rounding of 1500 steps, each of relative 1e-16; where the exponentials of the densities underflow the plain
    # algorithm has no answer: 60 noises apart it has one as long as a sample lies within 38 noises of one level
    assert HiddenChain(y, 0.0, 1.0).log_likelihood(x) == pytest.approx(plain_forward(y, x), rel=1e-12)


def test_an_outlier_costs_what_its_density_says() -> None:
    # far from both levels the weight of the rarer state is cut at e^-700, which no digit shows
    y = samples(300)
    x = COMMON.copy()
    far = y.copy()
    far[150] = 900.0
    gain = HiddenChain(far, 0.0, 1.0).log_likelihood(x)
    in_ap = y.copy()
    in_ap[150] = 60.0
    difference = norm.logpdf(900.0, x[3], np.exp(x[4])) - norm.logpdf(60.0, x[3], np.exp(x[4]))
    assert gain - HiddenChain(in_ap, 0.0, 1.0).log_likelihood(x) == pytest.approx(difference, rel=1e-12)


@pytest.mark.parametrize("x", [COMMON, SEPARATE], ids=["one noise", "two noises"])
def test_gradient_and_hessian_are_those_of_the_likelihood(x: Array) -> None:
    chain = HiddenChain(samples(700), 0.0, 1.0)
    value, gradient, hessian, _ = chain.derivatives(x)
    assert value == pytest.approx(chain.log_likelihood(x), rel=1e-13)
    h = 1e-5  # central differences: h² of the third derivative (~1e3), 1e-16·|ln L|/h ~ 1e-8
    moves = h * np.eye(x.size)
    slopes = [(chain.log_likelihood(x + m) - chain.log_likelihood(x - m)) / (2 * h) for m in moves]
    assert gradient == pytest.approx(np.array(slopes), abs=1e-6)
    bends = [(chain.derivatives(x + m)[1] - chain.derivatives(x - m)[1]) / (2 * h) for m in moves]
    assert hessian == pytest.approx(np.array(bends), abs=1e-5)


@pytest.mark.slow
def test_chunks_units_and_files_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    y = samples(5000).astype(np.float32)
    path = tmp_path / "trace.npy"
    np.save(path, y)
    whole = HiddenChain(y, 0.0, 1.0).derivatives(COMMON)
    monkeypatch.setattr(hidden_chain, "_CHUNK", 77)
    mapped = HiddenChain(np.load(path, mmap_mode="r"), 0.0, 1.0).derivatives(COMMON)
    for one, other in zip(whole, mapped, strict=True):
        assert np.asarray(other) == pytest.approx(np.asarray(one), rel=1e-11)  # other groups are normalised: roundings
    shifted = COMMON.copy()
    shifted[2:4] = (COMMON[2:4] + 0.5) / 2.0
    shifted[4] = COMMON[4] - np.log(2.0)
    assert HiddenChain(y, -0.5, 2.0).log_likelihood(shifted) == pytest.approx(whole[0], rel=1e-12)


def test_a_mapped_trace_takes_the_memory_of_a_chunk(tmp_path: Path) -> None:
    path = tmp_path / "trace.npy"
    np.save(path, samples(4_000_000).astype(np.float32))  # 16 MB
    chain = HiddenChain(np.load(path, mmap_mode="r"), 0.0, 1.0)
    chain.log_likelihood(COMMON)  # compiled
    tracemalloc.start()
    try:
        chain.log_likelihood(COMMON)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 9e6  # a chunk of 2^20 samples in single precision is 4.2 MB, and the next while the last is held


def test_numba_is_not_loaded_before_a_trace_is_reduced() -> None:
    modules = ", ".join(
        f"stfit.kinds.telegraph.{name}" for name in ("layout", "keys", "inspected", "simulated", "report")
    )
    code = f"import sys, stfit, {modules}; print('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
