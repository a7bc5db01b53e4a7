"""Times of jobs run in turn in one process, so that their ratios do not depend on what else the machine does."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import Any, Final

# what a session of a laboratory imports in any case, beside which whole processes of ours are timed
IMPORTS: Final = ("-c", "import lmfit, pandas, matplotlib.pyplot")


def in_turn(rounds: int, *jobs: Callable[[], Any]) -> list[float]:
    """Median times, s."""
    times: list[list[float]] = [[] for _ in jobs]
    for _ in range(rounds):
        for job, spent in zip(jobs, times, strict=True):
            begin = perf_counter()
            job()
            spent.append(perf_counter() - begin)
    return [median(spent) for spent in times]


def ratio_of(rounds: int, ours: Callable[[], Any], theirs: Callable[[], Any]) -> float:
    """Median time of ours over that of theirs."""
    mine, other = in_turn(rounds, ours, theirs)
    return mine / other


def processor_times(rounds: int, *commands: Sequence[str]) -> list[float]:
    """Processor time (s) of Python processes with these arguments, run in turn: of each the least of `rounds`.

    The least, as other work on the machine only ever adds to it.
    """
    least = [float("inf")] * len(commands)
    for _ in range(rounds):
        for place, arguments in enumerate(commands):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *arguments], check=False, capture_output=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            least[place] = min(least[place], spent)
    return least
