"""Telegraph traces with one imperfection each: dwell times that are right, refused or flagged, or wrong unseen.

    python -m tests.campaign.traces --records 50

Wrong: off by more than five standard errors and by more than 10 % of τ, with no failed check shown. The table has a row
for each imperfection, signal-to-noise ratio and dwell time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import scipy.signal

from stfit.errors import InputError
from stfit.kinds.telegraph.files import TraceFile
from stfit.kinds.telegraph.reduced import TraceTask
from stfit.kinds.telegraph.reducing import reduce_trace
from stfit.kinds.telegraph.verdicts import FAILED
from tests.traces import telegraph

Array = npt.NDArray[np.float64]

DWELLS: Final = (5.0, 50.0, 500.0)  # samples
RATIOS: Final = (1.0, 3.0, 10.0)
PAIRS: Final = 150  # of dwells in a record
MAINS: Final = 200.0  # samples of a period


def clean(tau: float, snr: float, rng: np.random.Generator) -> Array:
    """A record without fault, levels 0 and snr."""
    return telegraph(max(int(PAIRS * 2.5 * tau), 3000), (tau, 1.5 * tau), snr=snr, seed=int(rng.integers(1 << 31)))


def glitches(tau: float, snr: float, rng: np.random.Generator) -> Array:
    x = clean(tau, snr, rng)
    for start in rng.integers(0, x.size - 5, max(1, x.size // 2000)):
        x[start : start + 5] += 40.0 + 20.0 * snr
    return x


def jump(tau: float, snr: float, rng: np.random.Generator) -> Array:
    x = clean(tau, snr, rng)
    x[x.size // 10 :] += 2.0 * snr
    return x


def half_jump(tau: float, snr: float, rng: np.random.Generator) -> Array:
    x = clean(tau, snr, rng)
    x[x.size // 2 :] += 0.5 * snr
    return x


def drift(tau: float, snr: float, rng: np.random.Generator) -> Array:
    x = clean(tau, snr, rng)
    return x + 1.5 * snr * np.linspace(0.0, 1.0, x.size) ** 2


def low_pass(tau: float, snr: float, rng: np.random.Generator) -> Array:
    """Single pole of three samples, noise of the digitiser beside."""
    x = telegraph(
        max(int(PAIRS * 2.5 * tau), 3000), (tau, 1.5 * tau), snr=snr, seed=int(rng.integers(1 << 31)), noise=(0.0, 0.0)
    )
    a = np.exp(-1.0 / 3.0)
    slow = scipy.signal.lfilter([1.0 - a], [1.0, -a], x)
    return np.asarray(slow + rng.standard_normal(x.size))


def coloured(tau: float, snr: float, rng: np.random.Generator) -> Array:
    x = telegraph(
        max(int(PAIRS * 2.5 * tau), 3000), (tau, 1.5 * tau), snr=snr, seed=int(rng.integers(1 << 31)), noise=(0.0, 0.0)
    )
    return np.asarray(x + 0.6 * scipy.signal.lfilter([1.0], [1.0, -0.8], rng.standard_normal(x.size)))


def hum(tau: float, snr: float, rng: np.random.Generator) -> Array:
    x = clean(tau, snr, rng)
    return np.asarray(x + 0.36 * snr * np.sin(2.0 * np.pi * np.arange(x.size) / MAINS + rng.uniform(0.0, 6.0)))


def third_level(tau: float, snr: float, rng: np.random.Generator) -> Array:
    """Visits to a level half a step above the high one, 2 % of the record."""
    x = clean(tau, snr, rng)
    length = max(int(tau), 4)
    for start in rng.integers(0, x.size - length, max(1, int(0.02 * x.size / length))):
        x[start : start + length] = 1.6 * snr + rng.standard_normal(length)
    return x


def gaps(tau: float, snr: float, rng: np.random.Generator) -> Array:
    x = clean(tau, snr, rng)
    for start in rng.integers(0, x.size - 20, max(1, x.size // 4000)):
        x[start : start + 20] = np.nan
    x[rng.integers(0, x.size, x.size // 500)] = np.nan
    return x


def clipped(tau: float, snr: float, rng: np.random.Generator) -> Array:
    return np.minimum(clean(tau, snr, rng), 1.1 * snr)


def few_codes(tau: float, snr: float, rng: np.random.Generator) -> Array:
    """A converter whose step is that between the levels."""
    return np.asarray(np.rint(clean(tau, snr, rng) / snr + 0.2))


IMPERFECTIONS: Final[dict[str, Callable[[float, float, np.random.Generator], Array]]] = {
    each.__name__.replace("_", " "): each
    for each in (
        clean,
        glitches,
        jump,
        half_jump,
        drift,
        low_pass,
        coloured,
        hum,
        third_level,
        gaps,
        clipped,
        few_codes,
    )
}


def outcome(samples: Array, tau: float, folder: Path) -> str:
    """ "right", "right, flagged", "flagged", "refused" or "wrong" of a record."""
    path = folder / "trace.npy"
    np.save(path, samples.astype(np.float32))
    try:
        found = reduce_trace(TraceTask((TraceFile(path, "resistance", 1e-4, "ohm"),), 1e-3, True, "auto"))
    except InputError:
        return "refused"
    if found.rates is None:
        return "refused"
    off = np.abs(found.rates.log_tau - np.log(np.array([tau, 1.5 * tau]) * 1e-4))
    error = np.sqrt(np.diag(found.rates.covariance))
    wrong = bool(np.any(off > np.maximum(5.0 * error, 0.1)))
    flagged = found.verdict == FAILED
    if flagged:
        return "flagged" if wrong else "right, flagged"
    return "wrong" if wrong else "right"


def main() -> None:
    """The table on standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=50)
    parser.add_argument("--only", nargs="*", default=list(IMPERFECTIONS))
    parser.add_argument("--dwells", nargs="*", type=float, default=list(DWELLS))
    asked = parser.parse_args()
    words = ("right", "right, flagged", "flagged", "refused", "wrong")
    sys.stdout.write(f"{'imperfection':14} SNR dwell  " + "  ".join(words) + "\n")
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.only:
            for snr in RATIOS:
                for tau in asked.dwells:
                    found = []
                    for index in range(asked.records):
                        rng = np.random.default_rng([index, int(snr), int(tau), list(IMPERFECTIONS).index(name)])
                        found.append(outcome(IMPERFECTIONS[name](tau, snr, rng), tau, Path(folder)))
                    counts = "  ".join(f"{found.count(word):>{len(word)}}" for word in words)
                    sys.stdout.write(f"{name:14} {snr:3g} {tau:5g}  {counts}\n")
                    sys.stdout.flush()


if __name__ == "__main__":
    main()
