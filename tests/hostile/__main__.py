"""Every hostile input tried: python -m tests.hostile [--each 10] [KIND ...]

Prints how many of each kind were tried, answered well and failed, and what is wrong with those that failed; the status
is 1 where there are any. each: how often each container is damaged in each way.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hostile.every import built, damaged, stored
from tests.hostile.trying import faults, table, tried_all


def main() -> int:
    """All kinds, or those named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND")
    parser.add_argument("--each", type=int, default=10)
    chosen = parser.parse_args()
    every = (*built(), *damaged(chosen.each), *stored(10 * chosen.each))
    with TemporaryDirectory() as folder:
        outcomes = tried_all((c for c in every if c.kind in (chosen.kinds or {c.kind})), Path(folder))
    if found := faults(outcomes):
        print(f"{found}\n")
    print(table(outcomes))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
