"""Times of jobs run in turn in one process, so that their ratios do not depend on what else the machine does."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any


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
