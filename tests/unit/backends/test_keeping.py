"""Long work goes on where it was broken off, with the outcomes that it would have had."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from stfit.backends.keeping import Kept, kept, kept_in
from stfit.errors import InputError

SQUARES: Kept[float] = Kept("squares", ("of", 2.5), float, float)


class Broken(BaseException):
    """As a signal raises it."""


def square_until(last: int, done: list[int]) -> Callable[[int], float]:
    def square(number: int) -> float:
        if number > last:
            raise Broken
        done.append(number)
        return (number + 0.1) ** 2

    return square


def squares(file: Path, last: int = 9, work: Kept[float] = SQUARES) -> tuple[list[float], list[int], list[str]]:
    """Outcomes, which tasks were done for them, and what was said."""
    done: list[int] = []
    said: list[str] = []
    with kept_in(file, said.append):
        outcomes = list(kept(work, square_until(last, done), range(10)))
    return outcomes, done, said


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The file of work of which 4 of 10 tasks are done."""
    file = tmp_path / "out" / "unfinished.jsonl"
    with pytest.raises(Broken) as raised:
        squares(file, last=3)
    assert raised.value.__notes__ == [f"kept in {file}: 4 of 10 squares; the same command goes on from there"]
    return file


def test_the_rest_is_done_and_nothing_twice(broken: Path, tmp_path: Path) -> None:
    outcomes, done, said = squares(broken)
    assert (outcomes, done) == (squares(tmp_path / "undisturbed")[0], [4, 5, 6, 7, 8, 9])
    assert said == [f"goes on after 4 of 10 squares, which an earlier run kept in {broken}"]
    assert not broken.exists()


def test_what_was_cut_off_is_done_again(broken: Path) -> None:
    broken.write_bytes(broken.read_bytes()[:-9])
    with pytest.raises(Broken):
        squares(broken, last=5)
    assert squares(broken)[1] == [6, 7, 8, 9]


def test_other_work_is_left_alone(broken: Path) -> None:
    before = broken.read_text()
    with pytest.raises(Broken):
        squares(broken, last=0, work=Kept("squares", ("of", 3.5), float, float))
    assert broken.read_text().startswith(before)
    assert squares(broken)[1] == [4, 5, 6, 7, 8, 9]


def test_what_a_task_does_within_is_not_kept(tmp_path: Path) -> None:
    def nested(number: int) -> float:
        return sum(kept(SQUARES, float, range(number)))

    file = tmp_path / "unfinished.jsonl"
    with kept_in(file, print):
        assert list(kept(SQUARES, nested, [2, 3])) == [1.0, 3.0]
        assert len(file.read_text().split()) == 2 * 6  # two lines of six words


def test_nothing_is_kept_where_nobody_asked() -> None:
    assert list(kept(SQUARES, float, [1, 2])) == [1.0, 2.0]


def test_what_is_not_ours_is_refused_and_stays(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a folder"):
        squares(tmp_path)
    own = tmp_path / "unfinished.jsonl"
    own.write_text("to do: measure again\n")
    with pytest.raises(InputError, match="of somebody else"):
        squares(own)
    with kept_in(own, print):
        pass
    assert own.read_text() == "to do: measure again\n"
