"""What the helper for messages takes for named: a word on its own, as it is written."""

from __future__ import annotations

from tests.saying import unnamed

MESSAGE = "dwell.csv, line 12, column 'current (mA)': expected a number from 0 to 2.5; found 'x'"


def test_what_stands_on_its_own_is_named() -> None:
    assert unnamed(MESSAGE, "dwell.csv", "line 12", "'current (mA)'", 0, 2.5, "'x'") == []


def test_parts_of_words_and_numbers_are_not() -> None:
    assert unnamed(MESSAGE, "line 1", "curren", 5, 2, "X") == ["line 1", "curren", "5", "2", "X"]
