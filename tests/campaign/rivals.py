"""Dwell times of the same telegraph records by stfit, by a plain script, by hmmlearn and by ruptures: bias and time.

Needs what no other test does: `pip install hmmlearn ruptures`. Run by hand from the root of the project:

    python -m tests.campaign.rivals --records 10

One row for each imperfection: the median of |ln τ found − ln τ| over both states and all records (0.1 is 10 %; the
dwells of 150 pairs scatter by 0.08 alone, so that 0.055 is what the best can reach), and the share of the records that
give no dwell times, or for stfit are refused or flagged. The last row has the mean time of a record.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
import numpy.typing as npt
import ruptures
from hmmlearn.hmm import GaussianHMM

from stfit.kinds.telegraph.simulated import Counts
from tests.campaign.traces import IMPERFECTIONS, Cell, off_by, outcome, reduced

Array = npt.NDArray[np.float64]

_ROUNDS: Final = 100  # of Baum–Welch
_FEWEST: Final = 2  # samples of a segment


def mean_dwells(states: list[npt.NDArray[np.bool_]]) -> Array:
    """Mean of the complete dwells at low and high, samples, shape (2,); NaN where there is none."""
    lengths, high = [np.zeros(0)], [np.zeros(0, dtype=np.bool_)]
    for part in states:
        ends = np.flatnonzero(np.diff(part)) + 1
        lengths.append(np.diff(ends).astype(float))
        high.append(part[ends[:-1]])
    every, at_high = np.concatenate(lengths), np.concatenate(high)
    return np.array([np.mean(each) if each.size else np.nan for each in (every[~at_high], every[at_high])])


def middle(parts: list[Array]) -> float:
    """Half-way between the ends of the inner 90 % of the samples."""
    return float(np.mean(np.quantile(np.concatenate(parts), [0.05, 0.95])))


def plain_script(parts: list[Array]) -> Array:
    """A threshold half-way between the levels, and the mean of the dwells that it gives."""
    cut = middle(parts)
    return mean_dwells([part > cut for part in parts])


def by_hmmlearn(parts: list[Array]) -> Array:
    """A hidden Markov model of two Gaussians, as hmmlearn fits it from its own start."""
    model = GaussianHMM(2, "diag", n_iter=_ROUNDS, random_state=0)
    model.fit(np.concatenate(parts)[:, None], [part.size for part in parts])
    stay = np.diag(model.transmat_)[np.argsort(model.means_[:, 0])]
    return np.asarray(1.0 / np.maximum(1.0 - stay, 1e-12))


def by_ruptures(parts: list[Array]) -> Array:
    """Change points of the mean at the usual penalty 2 σ² ln n; a segment is high where its mean is."""
    cut, found = middle(parts), []
    for part in parts:
        spread = float(np.median(np.abs(np.diff(part)))) / 0.954  # of one sample: differences have √2 of it
        spread = max(spread, 1.0 / np.sqrt(12.0))  # of rounding to whole counts
        penalty = 2.0 * spread**2 * np.log(part.size)
        ends = ruptures.KernelCPD("linear", min_size=_FEWEST).fit(part[:, None]).predict(pen=penalty)
        starts = [0, *ends[:-1]]
        means = np.add.reduceat(part, starts) / np.diff([*starts, part.size])
        found.append(np.repeat(means > cut, np.diff([*starts, part.size])))
    return mean_dwells(found)


RIVALS: Final[dict[str, Callable[[list[Array]], Array]]] = {
    "plain script": plain_script,
    "hmmlearn": by_hmmlearn,
    "ruptures": by_ruptures,
}


def present(record: list[Counts]) -> list[Array]:
    """The samples as a script takes them, without those that are missing."""
    floats = [counts.astype(float) for counts in record]
    return [part[np.isfinite(part)] for part in floats]


def main() -> None:
    """The table, in Markdown, as the cells go by."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10)
    parser.add_argument("--only", nargs="*", default=list(IMPERFECTIONS))
    parser.add_argument("--dwell", type=float, default=50.0)
    parser.add_argument("--snr", type=float, default=3.0)
    asked = parser.parse_args()
    methods = ("stfit", *RIVALS)
    seconds = dict.fromkeys(methods, 0.0)
    print(f"| imperfection | {' | '.join(methods)} | stfit flags or refuses |")
    print(f"|---|{'---|' * (len(methods) + 1)}")
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.only:
            cell = Cell((name,), asked.snr, asked.dwell)
            off: dict[str, list[float]] = {method: [] for method in methods}
            warned = 0
            for index in range(asked.records):
                record = cell.record(index)
                begun = perf_counter()
                found = reduced(record, cell.design.resolution, Path(folder))
                seconds["stfit"] += perf_counter() - begun
                warned += outcome(found, cell.tau) not in ("right", "WRONG")
                off["stfit"] += [np.nan, np.nan] if isinstance(found, str) else list(np.abs(off_by(found, cell.tau)[0]))
                parts = present(record)
                for method, dwells in RIVALS.items():
                    begun = perf_counter()
                    tau = dwells(parts)
                    seconds[method] += perf_counter() - begun
                    off[method] += list(np.abs(np.log(tau / cell.tau)))
            medians = [_summary(np.array(off[method])) for method in methods]
            print(f"| {name} | {' | '.join(medians)} | {warned} of {asked.records} |", flush=True)
    times = [f"{seconds[method] / (asked.records * len(asked.only)):.2g} s" for method in methods]
    print(f"| time of a record | {' | '.join(times)} | |")


def _summary(off: Array) -> str:
    given = off[np.isfinite(off)]
    none = 1.0 - given.size / off.size
    return (f"{np.median(given):.3f}" if given.size else "–") + (f" ({100 * none:.0f} % none)" if none else "")


if __name__ == "__main__":
    main()
