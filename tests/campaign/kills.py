"""Kill −9 at random instants of every command that writes, and hinder it in other ways: what is lost.

Run by hand from the root of the project, half an hour on two cores:

    python -m tests.campaign.kills --kills 24 --seed 7
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from tests import faults
from tests.faults import COMMANDS, Fault, States

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
FAULTS: Final[tuple[Fault, ...]] = (faults.full_disk, faults.read_only, faults.closed_pipe, faults.two_at_once)
RESUMED: Final = 6  # one kill of so many is followed by the same command


def tried(found: States, scratch: Path, kills: int, seed: int) -> Iterator[tuple[str, str]]:
    """Every fault of one command: its kind, and what was wrong."""
    rng = random.Random(f"{seed} {found.command.name}")  # noqa: S311 - instants, no secrets
    place = scratch / "trial" / found.before.name
    others = [(fault.__name__, fault) for fault in FAULTS]
    others += [(number.name, partial(faults.interrupted, rng=rng, number=number)) for number in SIGNALS for _ in "12"]
    for number in range(kills):
        shutil.rmtree(place, ignore_errors=True)
        yield "kill -9", faults.killed(found, place, rng)
        if number % RESUMED == 0:
            yield "the same again", faults.gone_on_with(found, place)
    for name, fault in others:
        shutil.rmtree(place, ignore_errors=True)
        yield name, fault(found, place)


def main() -> None:
    """Print what was tried and what was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=24, help="of each command")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", nargs="*", default=[command.name for command in COMMANDS])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        scratch = Path(folder).resolve()
        template = faults.world(scratch / "template")
        for command in COMMANDS:
            if command.name not in options.only:
                continue
            found = faults.states(command, template, scratch)
            count: Counter[str] = Counter()
            wrong: Counter[str] = Counter()
            for kind, what in tried(found, scratch, options.kills, options.seed):
                count[kind] += 1
                wrong[kind] += bool(what)
                if what:
                    print(f"{command.name}, {kind}: {what}", flush=True)
            shown = ", ".join(f"{kind} {number - wrong[kind]}/{number}" for kind, number in count.items())
            print(f"{command.name} ({found.seconds:.1f} s): {shown}", flush=True)


if __name__ == "__main__":
    main()
