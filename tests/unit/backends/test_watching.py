"""Whoever watches is told of shared-out work, and of nothing inside one task; no outcome depends on it."""

from __future__ import annotations

from stfit.backends.parallel import mapped, told, watched

Seen = list[tuple[str, int, int]]


def square(number: int) -> int:
    return number**2


def nested(number: int) -> int:
    return sum(mapped(square, range(number), doing="inside"))


def test_every_task_is_told() -> None:
    seen: Seen = []
    with watched(lambda *now: seen.append(now)):
        assert list(mapped(square, [1, 2, 3], doing="squares")) == [1, 4, 9]
    assert seen == [("squares", done, 3) for done in range(4)]


def test_what_goes_on_inside_a_task_is_not() -> None:
    seen: Seen = []
    with watched(lambda *now: seen.append(now)):
        assert list(mapped(nested, [2, 3], doing="outside")) == [1, 5]
    assert seen == [("outside", done, 2) for done in range(3)]


def test_processes_change_nothing() -> None:
    seen: Seen = []
    with watched(lambda *now: seen.append(now)):
        assert list(mapped(square, [1, 2], 2, doing="squares")) == [1, 4]
    assert seen == [("squares", done, 2) for done in range(3)]


def test_nobody_is_told_before_or_afterwards_or_of_what_has_no_name() -> None:
    seen: Seen = []
    with watched(lambda *now: seen.append(now)):
        assert list(mapped(square, [1, 2])) == [1, 4]
    assert list(mapped(square, [1], doing="squares")) == [1]
    assert list(told(iter([5]), "lone", 1)) == [5]
    assert seen == []


def test_one_may_stop_before_the_end() -> None:
    seen: Seen = []
    with watched(lambda *now: seen.append(now)):
        assert next(told(iter(range(10)), "tests", 10)) == 0
        inner = list(mapped(square, [3], doing="squares"))
    assert inner == [9]
    # who watches is told that the first work has ended
    assert seen == [("tests", 0, 10), ("tests", 1, 10), ("tests", 10, 10), ("squares", 0, 1), ("squares", 1, 1)]
