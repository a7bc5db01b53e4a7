"""The trigger against a plain loop, in every container and type; its statistics; the drift it follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stfit.errors import InputError
from stfit.kinds.telegraph.segmentation import labelled, lengths_of_bins, merged, segment, stretches
from tests.traces import telegraph

LIMITS = (4.0, 8.0)


def by_hand(samples: npt.NDArray[Any]) -> list[tuple[int, int]]:
    """(state, length) of every dwell, by a plain loop."""
    state, since, dwells = int(samples[0] > 6.0), 0, []
    for i, value in enumerate(samples):
        if (value > 8.0) if state == 0 else (value < 4.0):
            dwells.append((state, i - since))
            state, since = 1 - state, i
    return [*dwells, (state, samples.size - since)]


@pytest.mark.parametrize("dtype", ["<f4", "<f8", ">f4", "<i2", ">i2", "u1", "<i4"])
@pytest.mark.parametrize("tau", [(3.0, 4.0), (40.0, 90.0), (700.0, 300.0)])
def test_counts_are_those_of_a_plain_loop(dtype: str, tau: tuple[float, float]) -> None:
    samples = np.clip(np.rint(telegraph(5000, tau, snr=12.0, seed=3)) + (dtype == "u1") * 0, 0, 200).astype(dtype)
    found = segment(samples, LIMITS, most_dwells=5000)
    dwells = by_hand(samples)
    assert found.first_state == dwells[0][0]
    assert (found.first, found.last) == (dwells[0][1], dwells[-1][1])
    np.testing.assert_array_equal(found.dwells, [length for _, length in dwells[1:-1]])
    for state in (0, 1):
        lengths = np.array([length for s, length in dwells if s == state])
        complete = [length for s, length in dwells[1:-1] if s == state]
        ends_here = dwells[-1][0] == state
        steps, transitions = found.chain
        assert steps[state] == lengths.sum() - ends_here
        assert transitions[state] == lengths.size - ends_here
        assert found.complete[state] == len(complete)
        assert found.total[state] == sum(complete)
        harmonic = sum(sum(1.0 / j for j in range(1, length)) for length in complete)
        assert found.harmonic[state] == pytest.approx(harmonic, rel=1e-10)  # that of the kernel is good to 1e-12


def test_a_dwell_has_its_bin() -> None:
    shortest = lengths_of_bins()
    found = segment(telegraph(20_000, (300.0, 20.0), snr=12.0, seed=8), LIMITS, most_dwells=10_000)
    order = [1 - found.first_state, found.first_state]
    for place, state in enumerate(order):
        expected = np.bincount(
            np.searchsorted(shortest, found.dwells[place::2], side="right") - 1, minlength=shortest.size
        )
        np.testing.assert_array_equal(found.bins[state], expected)


def test_a_memory_map_gives_what_the_array_gives(tmp_path: Path) -> None:
    samples = telegraph(30_000, (20.0, 30.0), snr=12.0, seed=4).astype(np.float32)
    np.save(tmp_path / "x.npy", samples)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    for x in (mapped, np.repeat(samples, 2)[::2]):
        np.testing.assert_array_equal(segment(x, LIMITS).chain, segment(samples, LIMITS).chain)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 777, 29_999])
def test_a_sample_that_is_no_number_is_an_error(value: float, place: int) -> None:
    samples = telegraph(30_000, (20.0, 30.0), snr=12.0, seed=4).astype(np.float32)
    samples[place] = value
    with pytest.raises(InputError, match="finite numbers; found NaN or infinity"):
        segment(samples, LIMITS)


def test_too_short_a_trace_is_an_error() -> None:
    with pytest.raises(InputError, match="16 samples or more"):
        segment(np.zeros(3), LIMITS)


def test_a_trace_without_transition() -> None:
    found = segment(np.full(1000, 12.0), LIMITS)
    assert found.first == found.last == 1000
    np.testing.assert_array_equal(found.chain, [[0, 999], [0, 0]])
    assert np.all(np.isnan(found.dwell_times()))


def test_no_dwell_times_where_neighbours_know_nothing_of_each_other() -> None:
    assert np.all(np.isnan(segment(np.tile([0.0, 12.0], 500), LIMITS).dwell_times()))


def test_corrected_dwell_times_and_the_naive_mean() -> None:
    tau, size = (3.0, 4.0), 400_000
    found = segment(telegraph(size, tau, snr=20.0, seed=6), (8.0, 12.0))
    # 7·10^4 transitions: errors of 0.5 %, 4 of them; the naive means are those of the sampled chain, 35 % too long
    np.testing.assert_allclose(found.dwell_times(), tau, rtol=0.02)
    change = (1.0 - np.exp(-1.0 / 3.0 - 1.0 / 4.0)) / (1.0 / 3.0 + 1.0 / 4.0)
    np.testing.assert_allclose(found.naive, np.array(tau) / change, rtol=0.02)
    assert np.all(found.naive > 1.25 * np.array(tau))


def test_the_shape_statistic_is_standard_normal_for_geometric_dwells() -> None:
    z = np.array(
        [
            segment(telegraph(10_000, (20.0, 3.0), snr=30.0, seed=2000 + i), (12.0, 18.0)).shape_excess()[1]
            for i in range(300)
        ]
    )
    # standard errors of mean and deviation of 300: 0.058 and 0.041; four of them
    np.testing.assert_allclose(z.mean(axis=0), 0.0, atol=0.24)
    np.testing.assert_allclose(z.std(axis=0), 1.0, atol=0.17)


def test_stretches_of_a_record_count_as_one() -> None:
    samples = telegraph(20_000, (20.0, 30.0), snr=12.0, seed=9)
    parts = [segment(part, LIMITS) for part in np.split(samples, [7000, 15_000])]
    whole, found = segment(samples, LIMITS), merged(parts)
    # of the two steps between stretches none is seen
    assert np.abs(whole.chain[0] - found.chain[0]).sum() == 2
    assert found.size == whole.size
    assert found.last == max(part.last for part in parts)
    np.testing.assert_array_equal(found.complete, sum(part.complete for part in parts))


def test_stretches_are_evenly_taken() -> None:
    assert stretches(np.arange(10)).shape == (1, 10)
    parts = stretches(np.arange(1000), most=100, number=10)
    assert parts.shape == (10, 10)
    assert (parts[0, 0], parts[-1, -1]) == (0, 999)


def test_labels_are_those_of_the_dwells() -> None:
    samples = telegraph(3000, (9.0, 4.0), snr=12.0, seed=5)
    expected = np.concatenate([np.full(length, state) for state, length in by_hand(samples)])
    np.testing.assert_array_equal(labelled(samples, LIMITS), expected)
