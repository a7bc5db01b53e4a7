"""Fuzzing for longer than a minute, and the corpus that comes of it: python -m tests.campaign.fuzzing --seconds 3600

The corpus of the tests (`tests/fuzz/corpus`) takes what reached code that nothing smaller did, 12 kB for each target.
Findings are kept in .fuzz; once mended, they belong to that corpus too.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.fuzz.__main__ import fuzzed, table
from tests.fuzz.seeds import CORPUS, ROOT
from tests.fuzz.targets import Target, targets

ROOM: Final = 12_000  # bytes of a target's corpus
LARGEST: Final = 4_000  # of one input


def grow(target: Target, found: Path) -> None:
    """Add the inputs to the corpus that reach what no smaller one does, while there is room."""
    with TemporaryDirectory() as least:
        command = [sys.executable, "-m", "tests.fuzz.one", target.name, "-merge=1", least, str(found)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        kept = CORPUS / target.name
        kept.mkdir(parents=True, exist_ok=True)
        left = ROOM - sum(path.stat().st_size for path in kept.iterdir())
        for path in sorted(Path(least).iterdir(), key=lambda path: path.stat().st_size):
            size = path.stat().st_size
            if size > min(left, LARGEST):
                break
            (kept / path.name[:16]).write_bytes(path.read_bytes())
            left -= size


def main() -> None:
    """Every target, or those named, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", default=list(targets()))
    parser.add_argument("--seconds", type=int, default=3600, help="for all targets together")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    keep = ROOT / ".fuzz"
    keep.mkdir(exist_ok=True)
    outcomes = []
    for name in chosen.targets:
        with TemporaryDirectory() as found:
            target, seconds = targets()[name], chosen.seconds // len(chosen.targets)
            outcomes.append(fuzzed(target, seconds, chosen.seed, keep, Path(found)))
            grow(target, Path(found))
    print(table(outcomes))


if __name__ == "__main__":
    main()
