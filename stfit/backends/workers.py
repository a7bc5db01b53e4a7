"""Processes that share out one function's work, and end with the process that started them, however that ends."""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Thread
from traceback import format_exc
from typing import Any, TypeVar, final

from stfit.errors import InputError, Problem

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


@contextmanager
def worker_pool(
    function: Callable[[Task], Outcome], processes: int
) -> Iterator[Callable[[Sequence[Task]], Iterator[Outcome]]]:
    """Processes for one function, started once, which stay until the end and are then ended, with or without work.

    Parameters
    ----------
    function : callable
        Of a module, or a partial of one: it is pickled, and so are tasks and outcomes, between our own processes.
    processes : int
        How many; with one or none the work is done in this process.

    Yields
    ------
    callable
        Takes tasks and yields their outcomes, in the order of the tasks. An exception of the function is raised here.

    Raises
    ------
    InputError
        If a process cannot be started, or if the system ends one, as it does where memory runs out.
    """
    if processes <= 1:
        yield lambda tasks: map(function, tasks)
        return
    workers: list[_Worker] = []
    try:
        with _no_interrupt():
            workers.extend(_started() for _ in range(processes))
        for worker in workers:  # all of them start meanwhile
            worker.send(function)
        yield lambda tasks: _shared_out(workers, tasks)
    finally:
        for worker in workers:
            worker.end()


@final
@dataclass(frozen=True, eq=False)
class _Worker:
    """A process, and the pipe through which it gets its tasks and gives its outcomes."""

    process: BaseProcess
    pipe: Connection

    def send(self, message: object) -> None:
        try:
            self.pipe.send(message)
        except OSError as error:
            raise _ended() from error

    def outcome(self) -> Any:
        try:
            outcome, error, where = self.pipe.recv()
        except (EOFError, OSError) as broken:
            raise _ended() from broken
        if error is not None:
            raise error from RuntimeError(where)
        return outcome

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _ended() -> InputError:
    return InputError(
        Problem("worker processes", "memory for all of them (--processes 1 needs the least)", "one that was ended")
    )


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Processes started here never hear of Ctrl-C, from their first instruction on: their parent ends them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _started() -> _Worker:
    # a forked process may hold a lock of a thread that it has not: start afresh
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs,), daemon=True)
    try:
        process.start()
    except OSError as error:
        ours.close()
        found = error.strerror or str(error)
        raise InputError(Problem("worker processes", "processes that can be started (--processes)", found)) from error
    finally:
        theirs.close()
    return _Worker(process, ours)


def _shared_out(workers: Sequence[_Worker], tasks: Sequence[Any]) -> Iterator[Any]:
    """Every outcome in its turn; each worker has one task at a time."""
    waiting = deque(enumerate(tasks))
    idle, busy = deque(workers), dict[Any, tuple[_Worker, int]]()
    outcomes: dict[int, Any] = {}
    for turn in range(len(tasks)):
        while turn not in outcomes:
            while idle and waiting:
                worker, (number, task) = idle.popleft(), waiting.popleft()
                worker.send(task)
                busy[worker.pipe] = worker, number
            for pipe in wait(list(busy)):
                worker, number = busy.pop(pipe)
                outcomes[number] = worker.outcome()
                idle.append(worker)
        yield outcomes.pop(turn)


def _work(pipe: Connection) -> None:
    """What a worker does: the function comes first, then its tasks, until it is ended or its parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    try:
        function = pipe.recv()
        while True:
            pipe.send(_tried(function, pipe.recv()))
    except (EOFError, OSError):
        return


def _tried(function: Callable[[Any], Any], task: Any) -> tuple[Any, Exception | None, str]:
    try:
        return function(task), None, ""
    except Exception as error:  # noqa: BLE001 - it is raised in the process that waits for the outcome
        return None, error, format_exc()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
