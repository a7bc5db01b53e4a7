"""Fuzz the readers, coverage seen: python -m tests.fuzz [TARGET ...] [--seconds 60] [--seed 1] [--keep DIR]

The seconds are shared by the targets, two of which run at a time. An input that fails is kept in DIR, what it says is
printed, and the status is 1.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, final

from tests.fuzz.seeds import ROOT, seeds
from tests.fuzz.targets import Target, targets

AT_ONCE: Final = 2
LONGEST: Final = 10  # seconds that an input may take
LIMITS: Final = ("-rss_limit_mb=0", "-malloc_limit_mb=0", "-max_len=60000", "-print_final_stats=1")
_EXECUTED: Final = re.compile(r"stat::number_of_executed_units:\s*(\d+)")
_REACHED: Final = re.compile(r"^#\d+.* cov: (\d+)", re.MULTILINE)
_SHOWN: Final = 6000  # characters at the end of what a failing input says


@final
@dataclass(frozen=True)
class Outcome:
    """How a target did.

    started, reached: points of the code that the seeds and all inputs came to. stopped: inputs that stopped a reader
    and were answered well. found: what failed; "" for nothing.
    """

    target: str
    executed: int
    started: int
    reached: int
    stopped: int
    found: str


def fuzzed(target: Target, seconds: int, seed: int, keep: Path, corpus: Path) -> Outcome:
    """One target from its seeds on; what reaches something new is added to the folder `corpus`.

    An input on which a reader of native code breaks off is a finding only where the reader process does not answer it
    well, and is passed over otherwise.
    """
    executed = started = reached = stopped = 0
    end = time.monotonic() + seconds
    for content in seeds(target):
        (corpus / sha256(content).hexdigest()[:16]).write_bytes(content)
    with TemporaryDirectory() as folder:
        while (left := round(end - time.monotonic())) > 0 or not executed:
            artifacts = Path(folder) / str(stopped)
            artifacts.mkdir()
            done = _run(target, max(1, left), seed + stopped, corpus, artifacts)
            said = done.stdout + done.stderr
            executed += sum(map(int, _EXECUTED.findall(said)[-1:]))
            points = [int(count) for count in _REACHED.findall(said)]
            started, reached = started or min(points, default=0), max([reached, *points])
            if not done.returncode:
                break
            failing = [path for path in artifacts.iterdir() if not _answered(target, path)]
            if failing or not any(artifacts.iterdir()):
                kept = [shutil.copy(path, keep / f"{target.name}-{path.name}") for path in failing]
                return Outcome(target.name, executed, started, reached, stopped, f"{kept}\n{said[-_SHOWN:]}")
            stopped += 1
    return Outcome(target.name, executed, started, reached, stopped, "")


def _run(target: Target, seconds: int, seed: int, corpus: Path, artifacts: Path) -> subprocess.CompletedProcess[str]:
    """Fuzz in a process of its own until something is found or the time is over."""
    options = [*LIMITS, f"-timeout={LONGEST}", f"-max_total_time={seconds}", f"-seed={seed}"]
    return subprocess.run(
        [sys.executable, "-m", "tests.fuzz.one", target.name, *options, f"-artifact_prefix={artifacts}/", str(corpus)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _answered(target: Target, path: Path) -> bool:
    """Whether the command line answers a failing input of a binary container well, which is read elsewhere there."""
    if not target.elsewhere:
        return False
    file = path.with_name(target.file)
    shutil.copy(path, file)
    done = subprocess.run(
        [sys.executable, "-m", "stfit", "inspect", str(file)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    file.unlink()
    return done.returncode in (0, 2) and "Traceback" not in done.stderr


def table(outcomes: Iterable[Outcome]) -> str:
    """Executions, reached points of the code and findings of each target."""
    rows = [
        f"{o.target:10} {o.executed:10} {o.started:12} {o.reached:10} {o.stopped:15} {int(bool(o.found)):9}"
        for o in outcomes
    ]
    titles = f"{'target':10} {'executions':>10} {'seeds reach':>12} {'all reach':>10} {'stopped readers':>15}"
    return "\n".join([f"{titles} {'findings':>9}", *rows])


def main() -> int:
    """All targets, or those named; how many of them failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(targets())}")
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path(".fuzz"), help="where inputs that fail are kept")
    chosen = parser.parse_args()
    every = [target for name, target in targets().items() if name in (chosen.targets or targets())]
    chosen.keep.mkdir(parents=True, exist_ok=True)
    keep = chosen.keep.resolve()
    seconds = max(1, AT_ONCE * chosen.seconds // len(every))

    def one(target: Target) -> Outcome:
        with TemporaryDirectory() as corpus:
            return fuzzed(target, seconds, chosen.seed, keep, Path(corpus))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(one, every))
    for outcome in outcomes:
        if outcome.found:
            print(f"\n--- {outcome.target}; the input lies in {keep}\n{outcome.found}")
    print(table(outcomes))
    return int(any(outcome.found for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
