"""One function over many tasks, in this process or in several, with the results in the order of the tasks."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")

_CHUNKS: Final = 8  # of the tasks of one process: few enough to send, many enough to share out evenly


def available_processes() -> int:
    """How many processes this machine can run side by side for us."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


def mapped(function: Callable[[Task], Outcome], tasks: Sequence[Task], processes: int = 1) -> Iterator[Outcome]:
    """function(task) of every task, yielded in order as they come.

    With several processes, function (of a module, or a partial of one), tasks and outcomes are pickled between our own
    processes. What a task draws must come from a seed of its own, so that the outcomes do not depend on `processes`.
    """
    if processes <= 1 or len(tasks) <= 1:
        yield from map(function, tasks)
        return
    workers = min(processes, len(tasks))
    # a forked process may hold a lock of a thread that it has not: start afresh
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        yield from pool.map(function, tasks, chunksize=max(1, len(tasks) // (workers * _CHUNKS)))


@contextmanager
def crew(
    function: Callable[[Task], Outcome], processes: int = 1
) -> Iterator[Callable[[list[Task]], Iterator[Outcome]]]:
    """`mapped` of one function many times over: the processes are started once and stay until the end."""
    if processes <= 1:
        yield lambda tasks: map(function, tasks)
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield lambda tasks: pool.map(function, tasks)
