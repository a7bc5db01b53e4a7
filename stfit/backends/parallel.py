"""One function over many tasks, in this process or in several, with the results in the order of the tasks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import TypeVar

from stfit.backends.workers import worker_pool

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")

Progress = Callable[[str, int, int], None]  # what is going on, how many tasks are done, of how many


def available_processes() -> int:
    """How many processes this machine can run side by side for us."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


_WATCHER: ContextVar[Progress | None] = ContextVar("watcher", default=None)


@contextmanager
def watched(progress: Progress | None) -> Iterator[None]:
    """While this lasts, `progress` is told of the work that `mapped` and `told` share out; it changes no number."""
    token = _WATCHER.set(progress)
    try:
        yield
    finally:
        _WATCHER.reset(token)


def told(outcomes: Iterable[Outcome], doing: str, of: int) -> Iterator[Outcome]:
    """The outcomes as they come, each told to whoever watches, from none to all; what goes on inside one is not."""
    watcher, iterator, done = _WATCHER.get(), iter(outcomes), 0
    tell = watcher if watcher is not None and doing else _nobody
    tell(doing, 0, of)
    try:
        while True:
            with watched(None):
                try:
                    outcome = next(iterator)
                except StopIteration:
                    return
            done += 1
            tell(doing, done, of)
            yield outcome
    except GeneratorExit:  # who asks needs no more of them
        tell(doing, of, of)
        raise


def _nobody(doing: str, done: int, of: int) -> None:
    """Takes the place of a watcher where there is none."""


def mapped(
    function: Callable[[Task], Outcome],
    tasks: Sequence[Task],
    processes: int = 1,
    *,
    doing: str = "",
    worth: float = 0.0,
) -> Iterator[Outcome]:
    """function(task) of every task, yielded in order as they come. doing: what a watcher is told is going on.

    With several processes, function (of a module, or a partial of one), tasks and outcomes are pickled between our own
    processes. What a task draws must come from a seed of its own, so that the outcomes do not depend on `processes`.
    worth: seconds; the processes are started when the tasks that are left will take longer, as long each as the last
    one took. The first, which loads what all of them need, tells nothing.
    """
    yield from told(_outcomes(function, tasks, processes, worth), doing, len(tasks))


def _outcomes(
    function: Callable[[Task], Outcome], tasks: Sequence[Task], processes: int, worth: float
) -> Iterator[Outcome]:
    alone = 0
    if processes > 1 and worth > 0.0:
        for task in tasks:
            begin = perf_counter()
            outcome = function(task)
            spent, alone = perf_counter() - begin, alone + 1
            yield outcome
            if alone > 1 and spent * (len(tasks) - alone) > worth:
                break
    left = tasks[alone:]
    with worker_pool(function, min(processes, len(left))) as share_out:
        yield from share_out(left)
