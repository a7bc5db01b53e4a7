"""One function over many tasks, in this process or in several, with the results in the order of the tasks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
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
    function: Callable[[Task], Outcome], tasks: Sequence[Task], processes: int = 1, *, doing: str = ""
) -> Iterator[Outcome]:
    """function(task) of every task, yielded in order as they come. doing: what a watcher is told is going on.

    With several processes, function (of a module, or a partial of one), tasks and outcomes are pickled between our own
    processes. What a task draws must come from a seed of its own, so that the outcomes do not depend on `processes`.
    """
    yield from told(_outcomes(function, tasks, processes), doing, len(tasks))


def _outcomes(function: Callable[[Task], Outcome], tasks: Sequence[Task], processes: int) -> Iterator[Outcome]:
    with worker_pool(function, min(processes, len(tasks))) as share_out:
        yield from share_out(tasks)
