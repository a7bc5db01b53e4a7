"""Fuzzing for longer than a minute, and the corpus that comes of it: python -m tests.campaign.fuzzing --seconds 3600

The corpus of the tests (`tests/fuzz/corpus`) takes what reached lines that nothing smaller did, 12 kB for each target.
Findings are kept in .fuzz; once mended, they belong to that corpus too.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, Final

from tests.fuzz.__main__ import fuzzed, table
from tests.fuzz.seeds import CORPUS, ROOT, seeds
from tests.fuzz.targets import Target, read_here, targets

Lines = set[tuple[str, int]]  # file and line of the package

ROOM: Final = 12_000  # bytes of a target's corpus
LARGEST: Final = 9_000  # of one input
WORTH: Final = 2  # lines that an input must add
PACKAGE: Final = f"{ROOT}/stfit/"


def reached(target: Target, content: bytes, folder: Path) -> Lines:
    """The lines of the package that an input comes to."""
    found: Lines = set()

    def follow(frame: FrameType, event: str, _: Any) -> Any:
        if PACKAGE not in frame.f_code.co_filename:
            return None
        if event == "line":
            found.add((frame.f_code.co_filename, frame.f_lineno))
        return follow

    path = folder / target.file
    path.write_bytes(content)
    for name, beside in target.beside.items():
        path.with_name(name).write_bytes(beside)
    sys.settrace(follow)
    try:
        target.run(path)
    finally:
        sys.settrace(None)
    return found


def grow(target: Target, found: Path) -> tuple[int, int]:
    """Add the inputs to the corpus that reach lines which no smaller one does; lines that the seeds and all reach."""
    kept = CORPUS / target.name
    kept.mkdir(parents=True, exist_ok=True)
    left = ROOM - sum(path.stat().st_size for path in kept.iterdir())
    with TemporaryDirectory() as folder, read_here():
        known = set[tuple[str, int]]().union(*(reached(target, content, Path(folder)) for content in seeds(target)))
        begun = len(known)
        for path in sorted(found.iterdir(), key=lambda path: path.stat().st_size):
            content = path.read_bytes()
            new = reached(target, content, Path(folder)) - known if len(content) <= LARGEST else set()
            if len(new) >= WORTH and len(content) <= left:
                (kept / path.name[:16]).write_bytes(content)
                left -= len(content)
            known |= new
    return begun, len(known)


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
            begun, after = grow(target, Path(found))
            print(f"{name}: {begun} lines of stfit reached by the seeds, {after} by all", flush=True)
    print(table(outcomes))


if __name__ == "__main__":
    main()
