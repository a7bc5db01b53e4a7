"""Processes that share out work: their outcomes, what they raise, and how they end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from stfit.backends.parallel import mapped
from stfit.backends.workers import worker_pool
from stfit.errors import InputError, Problem


def work(task: str) -> int:
    """The process that did it; some tasks end otherwise."""
    if task == "bad input":
        raise InputError(Problem("dwell.csv", "a number", "none"))
    if task == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_workers_stay_for_all_tasks_and_are_gone_afterwards() -> None:
    with worker_pool(work, 2) as share_out:
        first, second = set(share_out(["a"] * 8)), set(share_out(["b"] * 8))
    assert first == second
    assert os.getpid() not in first
    assert not any(map(is_running, first))


def outcomes(function: Callable[[str], object], *tasks: str) -> list[object]:
    with worker_pool(function, 2) as share_out:
        return list(share_out(tasks))


def test_an_error_of_a_worker_is_raised_as_it_was() -> None:
    with pytest.raises(InputError, match=r"^dwell\.csv: expected a number; found none\Z") as raised:
        outcomes(work, "a", "bad input", "a")
    assert "in work" in str(raised.value.__cause__)  # where it happened


def test_a_worker_that_the_system_ends_is_one_message_and_the_others_are_not_waited_for() -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match=r"memory for all of them.*--processes"):
        outcomes(slow, "a", "killed")
    assert time.monotonic() - began < 30  # half of the other task


def slow(task: str) -> int:
    if task == "a":
        time.sleep(60)
    return work(task)


def squared(task: int) -> tuple[int, int]:
    """The square, and the process that found it."""
    return task * task, os.getpid()


def test_tasks_are_shared_out_only_where_what_is_left_takes_long() -> None:
    tasks = list(range(5))
    for worth, alone in ((1e9, 5), (1e-12, 2)):
        found = list(mapped(squared, tasks, 2, worth=worth))
        assert [value for value, _ in found] == [0, 1, 4, 9, 16]
        assert [process == os.getpid() for _, process in found] == [True] * alone + [False] * (5 - alone)
