"""Telegraph traces with one imperfection each, or two: dwell times that are right, refused or flagged, or wrong unseen.

Run by hand from the root of the project, minutes to hours:

    python -m tests.campaign.traces --records 50
    python -m tests.campaign.traces --records 10 --pairs
    python -m tests.campaign.traces --records 20 --only hum drift --ratios 1 --dwells 5 50 --show

Wrong: off by more than five standard errors and by more than 10 % of τ, with no failed or doubtful check shown. The
table has a row for each imperfection (or pair of them), signal-to-noise ratio and dwell time.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError
from stfit.kinds.telegraph.experiment import TelegraphDesign
from stfit.kinds.telegraph.files import TraceFile
from stfit.kinds.telegraph.imperfections import Gaps, Glitches, Hum, Jump, ThirdLevel
from stfit.kinds.telegraph.reduced import ReducedTrace, TraceTask
from stfit.kinds.telegraph.reducing import reduce_trace
from stfit.kinds.telegraph.simulated import Counts, trace_of
from stfit.kinds.telegraph.verdicts import DOUBTFUL, FAILED

Array = npt.NDArray[np.float64]

DWELLS: Final = (5.0, 50.0, 500.0)  # samples, of P; those of AP are half as long again
RATIOS: Final = (1.0, 3.0, 10.0)
PAIRS: Final = 150  # of dwells in a record
INTERVAL: Final = 1e-4  # s
RESOLUTION: Final = 0.01  # of the noise
BURSTS: Final = 20
WORDS: Final = ("right", "right, flagged", "wrong, flagged", "refused", "WRONG")


@final
@dataclass(frozen=True)
class Cell:
    """Imperfections (names), signal-to-noise ratio and dwell time in P (samples) of some records."""

    names: tuple[str, ...]
    snr: float
    dwell: float

    @property
    def design(self) -> TelegraphDesign:
        """How the records are taken, in units of the noise."""
        samples = max(int(PAIRS * 2.5 * self.dwell), 3000) // (BURSTS if "bursts" in self.names else 1)
        plain = TelegraphDesign("t.csv", np.zeros(1), np.full(1, 300.0), samples, INTERVAL, 0.0, 1.0, RESOLUTION)
        for name in self.names:
            plain = replace(plain, **IMPERFECTIONS[name](self.snr, self.dwell, samples))
        return plain

    @property
    def tau(self) -> Array:
        """Samples, of P and AP."""
        return np.array([1.0, 1.5]) * self.dwell

    def record(self, index: int) -> list[Counts]:
        """One of the records, in counts: one trace, or its bursts."""
        places = [list(IMPERFECTIONS).index(name) for name in self.names]
        rng = np.random.default_rng([index, int(self.snr), int(self.dwell), *places])
        design = self.design
        return [trace_of(design, self.snr, self.tau, rng) for _ in range(design.bursts)]


# the keys of the experiment file that make each of (SNR, dwell in samples, samples)
IMPERFECTIONS: Final[dict[str, Callable[[float, float, int], dict[str, Any]]]] = {
    "clean": lambda _snr, _dwell, _n: {},
    "glitches": lambda snr, _dwell, n: {"glitches": Glitches(max(1, n // 2000), 40.0 + 20.0 * snr, 5)},
    "jump": lambda snr, _dwell, _n: {"jumps": (Jump(0.1, 2.0 * snr),)},
    "half jump": lambda snr, _dwell, _n: {"jumps": (Jump(0.5, 0.5 * snr),)},
    "drift": lambda _snr, _dwell, _n: {"drift": 1.5},
    "wander": lambda snr, _dwell, _n: {"wander": 0.5 * snr},
    # a time constant of three samples, before the digitiser makes the noise
    "low-pass": lambda _snr, _dwell, _n: {
        "bandwidth": 1.0 / (2.0 * np.pi * 3.0 * INTERVAL),
        "noise": 0.0,
        "digitiser_noise": 1.0,
    },
    "coloured noise": lambda _snr, _dwell, _n: {"noise_time": 4.5 * INTERVAL},
    "hum": lambda snr, _dwell, _n: {"hum": (Hum(50.0, 0.36 * snr),)},
    "third level": lambda snr, dwell, _n: {"third_level": ThirdLevel(1.6 * snr, 0.02, max(dwell, 4.0) * INTERVAL)},
    "gaps": lambda _snr, _dwell, n: {"gaps": Gaps(max(1, n // 2000), 20)},
    "saturation": lambda snr, _dwell, _n: {"range": (-np.inf, 1.1 * snr)},
    # a converter whose step is that between the levels
    "few codes": lambda snr, _dwell, _n: {"resolution": snr, "resistance": 0.2 * snr},
    "frames": lambda _snr, _dwell, _n: {"exposure": 1.0},
    "bursts": lambda _snr, _dwell, _n: {"bursts": BURSTS},
}


def reduced(record: Sequence[Counts], resolution: float, folder: Path) -> ReducedTrace | str:
    """A record as `stfit fit` reduces it, or why it is refused."""
    files = []
    for place, counts in enumerate(record):
        path = folder / f"trace_{place:02d}.npy"
        np.save(path, counts)
        files.append(TraceFile(path, "resistance", INTERVAL, f"{resolution:g} ohm"))
    try:
        found = reduce_trace(TraceTask(tuple(files), 1e-3, True, "auto"))
    except InputError as error:
        return str(error)
    return found if found.rates is not None else found.failure


def off_by(found: ReducedTrace, tau: Array) -> tuple[Array, Array]:
    """ln τ found less that of tau (samples), and its standard errors."""
    assert found.rates is not None
    return found.rates.log_tau - np.log(tau * INTERVAL), np.sqrt(np.diag(found.rates.covariance))


def outcome(found: ReducedTrace | str, tau: Array) -> str:
    """One of `WORDS`."""
    if isinstance(found, str):
        return "refused"
    off, error = off_by(found, tau)
    # an error that is no number covers nothing
    wrong = bool(np.any(~(np.abs(off) <= np.maximum(5.0 * error, 0.1))))
    if found.verdict in (FAILED, DOUBTFUL):
        return "wrong, flagged" if wrong else "right, flagged"
    return "WRONG" if wrong else "right"


def shown(found: ReducedTrace | str, tau: Array) -> str:
    """What became of a record, in a line."""
    if isinstance(found, str):
        return found
    off, error = off_by(found, tau)
    said = "; ".join(f"{check.name}: {check.sentence}" for check in found.checks if check.verdict in (FAILED, DOUBTFUL))
    route = "" if found.rates is None else found.rates.route
    memory = "" if found.hmm is None else f" memory {found.hmm.memory}, SNR {found.hmm.snr:.3g}"
    return f"{route}{memory}: ln τ off by {np.round(off, 3)} ± {np.round(error, 3)} {said}"


def cells(asked: argparse.Namespace) -> list[Cell]:
    """All that are asked for."""
    if asked.pairs:
        names = [name for name in asked.only if name != "clean"]
        return [Cell(pair, 3.0, 50.0) for pair in combinations(names, 2)]
    return [Cell((name,), snr, dwell) for name in asked.only for snr in asked.ratios for dwell in asked.dwells]


def main() -> None:
    """The table, in Markdown, as the cells go by."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=50)
    parser.add_argument("--first", type=int, default=0, help="index of the first record")
    parser.add_argument("--only", nargs="*", default=list(IMPERFECTIONS))
    parser.add_argument("--dwells", nargs="*", type=float, default=list(DWELLS))
    parser.add_argument("--ratios", nargs="*", type=float, default=list(RATIOS))
    parser.add_argument("--pairs", action="store_true", help="all pairs, at SNR 3 and a dwell of 50 samples")
    parser.add_argument("--show", nargs="*", choices=WORDS, default=["WRONG"], help="which records are shown")
    asked = parser.parse_args()
    print(f"| imperfection | SNR | dwell | {' | '.join(WORDS)} |")
    print(f"|---|---|---|{'---|' * len(WORDS)}")
    with tempfile.TemporaryDirectory() as folder:
        for cell in cells(asked):
            counted: Counter[str] = Counter()
            lines = []
            for index in range(asked.first, asked.first + asked.records):
                found = reduced(cell.record(index), cell.design.resolution, Path(folder))
                word = outcome(found, cell.tau)
                counted[word] += 1
                if word in asked.show:
                    lines.append(f"    record {index}, {word}: {shown(found, cell.tau)}")
            counts = " | ".join(str(counted[word]) for word in WORDS)
            print(
                f"| {' + '.join(cell.names)} | {cell.snr:g} | {cell.dwell:g} | {counts} |", *lines, sep="\n", flush=True
            )


if __name__ == "__main__":
    main()
