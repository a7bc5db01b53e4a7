"""Throughput of the trigger beside numpy.sum and the best plain NumPy, and the memory of a long mapped trace.

    pytest tests/benchmarks/test_traces.py --benchmark-only -p no:randomly

All are run in turn, in one process, so that their ratios do not depend on what else the machine does; they are stored
in the benchmark's extra_info (--benchmark-json=FILE).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pytest

from stfit.kinds.telegraph.segmentation import segment

GOALS: Final = {3000: 0.4, 1000: 0.4, 30: 0.1, 3: 0.028}  # of the speed of numpy.sum, by mean dwell in samples
SAMPLES: Final = 50_000_000
ROUNDS: Final = 7
MOST_MEMORY: Final = 100e6  # bytes above what the imports take
LIMITS = (4.0, 8.0)

_MEASURE: Final = """
import sys
from pathlib import Path
import numpy as np
from stfit.kinds.telegraph.segmentation import segment
def anonymous():
    return 1024 * sum(int(l.split()[1]) for l in Path("/proc/self/smaps_rollup").read_text().splitlines()
                      if l.startswith("Anonymous:"))
segment(np.tile(np.float32([0, 12]), 500), (0.0, 12.0), (4.0, 8.0))
before = anonymous()
x = np.load(sys.argv[1], mmap_mode="r")
found = segment(x, (4.0, 8.0))
print(anonymous() - before, int(found.chain[1].sum()), x.nbytes)
"""


def trace(tau: int, size: int = SAMPLES) -> npt.NDArray[np.float32]:
    """Levels 0 and 12 with noise 1, geometric dwells of tau samples."""
    rng = np.random.default_rng(1)
    ends = np.cumsum(rng.geometric(1.0 / tau, int(1.2 * size / tau) + 100))
    state = np.zeros(size, dtype=np.int8)
    state[ends[ends < size]] = 1
    samples = rng.standard_normal(size, dtype=np.float32)
    samples += 12.0 * (np.cumsum(state, dtype=np.int64) & 1)
    return samples


def by_numpy(samples: npt.NDArray[np.float32]) -> int:
    """Transitions with hysteresis and no loop: the samples beyond a threshold, where they change sides."""
    beyond = np.flatnonzero((samples > LIMITS[1]) | (samples < LIMITS[0]))
    side = samples[beyond] > LIMITS[1]
    return int(np.count_nonzero(side[1:] != side[:-1]))


def seconds(work: Callable[[], Any]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


@pytest.mark.parametrize("tau", GOALS)
def test_throughput(benchmark: Any, tau: int) -> None:
    samples = trace(tau)
    transitions = int(segment(samples, LIMITS).chain[1].sum())
    assert transitions == by_numpy(samples)
    times: dict[str, list[float]] = {"sum": [], "segment": [], "numpy": []}
    for _ in range(ROUNDS):
        times["sum"].append(seconds(samples.sum))
        times["segment"].append(seconds(lambda: segment(samples, LIMITS)))
    times["numpy"].append(seconds(lambda: by_numpy(samples)))
    ratio = median(a / b for a, b in zip(times["sum"], times["segment"], strict=True))
    benchmark.extra_info |= {
        "mean dwell, samples": tau,
        "speed over numpy.sum": ratio,
        "speed over plain NumPy": times["numpy"][0] / median(times["segment"]),
        "samples a second": SAMPLES / median(times["segment"]),
    }
    benchmark.pedantic(lambda: segment(samples, LIMITS), rounds=1)
    assert ratio >= GOALS[tau], benchmark.extra_info


def test_a_mapped_trace_of_2_gigabytes_takes_no_memory(benchmark: Any, tmp_path: Path) -> None:
    path, size = tmp_path / "long.npy", 500_000_000
    part = trace(1000, 10_000_000)
    mapped = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(size,))
    for start in range(0, size, part.size):
        mapped[start : start + part.size] = part
    mapped.flush()
    del mapped
    words = [sys.executable, "-c", _MEASURE, str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    path.unlink()
    taken, transitions, held = (int(word) for word in done.stdout.split())
    benchmark.extra_info |= {"anonymous bytes": taken, "bytes of the trace": held, "transitions": transitions}
    benchmark.pedantic(lambda: None, rounds=1)
    assert held == 2_000_000_000
    assert taken < MOST_MEMORY
