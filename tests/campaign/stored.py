"""Stored results with random edits, given to `report` and `compare`; run by hand from the root of the project.

python -m tests.campaign.stored --mutants 1200
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from stfit.errors import InputError
from stfit.results import read
from tests.hostile.stored import faults, mutant

SEED: Final = 314159  # chosen before the first run with it
RELEASED: Final = Path(__file__).parents[2] / "reports" / "released"


def main() -> None:
    """Print a row for each released result, and every mutant that was not answered well."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--mutants", type=int, default=1200, help="of all results together")
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--only", default="", help="a name of a released result")
    asked.add_argument("--text", action="store_true", help="draw no figures, which take the time")
    asked.add_argument("sources", nargs="*", type=Path, help="results; the released ones unless given")
    options = asked.parse_args()
    sources = options.sources or sorted(RELEASED.glob(f"*{options.only}*/result.json"))
    sound = min(RELEASED.glob("*/result.json"), key=lambda path: path.stat().st_size)
    print(f"{'result':16} {'tried':>6} {'refused':>8} {'reported':>9} {'failed':>7}")
    for number, source in enumerate(sources):
        document = json.loads(source.read_text(encoding="utf-8"))
        rng = np.random.default_rng([options.seed, number])
        count = Counter[str]()
        with TemporaryDirectory() as folder:
            for _ in range(-(-options.mutants // len(sources))):
                changed = mutant(document, rng)
                wrong = faults(changed, sound, Path(folder), drawn=not options.text)
                count["failed" if wrong else "refused" if _refused(Path(folder) / "result.json") else "reported"] += 1
                if wrong:
                    print(f"{source.parent.name}: {changed.words}\n{wrong}", flush=True)
        numbers = f"{count.total():6} {count['refused']:8} {count['reported']:9} {count['failed']:7}"
        print(f"{source.parent.name:16} {numbers}", flush=True)


def _refused(path: Path) -> bool:
    try:
        read(path)
    except InputError:
        return True
    return False


if __name__ == "__main__":
    main()
