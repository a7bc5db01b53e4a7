"""What a terminal shows while work goes on."""

from __future__ import annotations

import time
from io import StringIO

import pytest
from rich.console import Console

from stfit.backends.budget import Progress
from stfit.backends.parallel import mapped
from stfit.cli.progress import remaining_time, watched_work


class Screen(Console):
    """A terminal that remembers what it showed."""

    def __init__(self, *, terminal: bool = True) -> None:
        super().__init__(file=StringIO(), force_terminal=terminal, width=100)

    @property
    def shown(self) -> str:
        assert isinstance(self.file, StringIO)
        return self.file.getvalue()


@pytest.mark.parametrize(("terminal", "quiet"), [(False, False), (True, True)])
def test_nothing_is_shown_where_nobody_watches(terminal: bool, quiet: bool) -> None:
    screen = Screen(terminal=terminal)
    with watched_work("Fitting", screen, quiet=quiet) as sampled:
        assert sampled is None
        assert list(mapped(str, [1, 2], doing="profiles")) == ["1", "2"]
    assert screen.shown == ""


def test_a_bar_is_seen_before_anything_is_done() -> None:
    screen = Screen()
    with watched_work("Fitting [all]", screen):
        pass
    assert "Fitting [all]" in screen.shown


def shows(screen: Screen, words: str) -> bool:
    """Whether the lowest bar says so within the time that a terminal needs to be drawn again."""
    for _ in range(100):
        screen.print("---")
        if words in screen.shown.rstrip().rpartition("\n")[2]:
            return True
        time.sleep(0.05)
    return False


def test_a_part_has_a_bar_from_its_first_second_until_it_ends() -> None:
    screen = Screen()
    with watched_work("Fitting", screen):
        parts = mapped(str, [1, 2, 3], doing="profiles [of all]")
        next(parts)
        assert shows(screen, "profiles [of all]")
        assert shows(screen, "1/3")
        parts.close()  # type: ignore[attr-defined]  # it ends early
        assert shows(screen, "Fitting")


def test_a_sampler_shows_steps_share_and_remaining_time_until_it_ends() -> None:
    screen = Screen()
    with watched_work("Working", screen) as sampled:
        assert sampled is not None
        sampled(Progress(100, 0.25, None))
        assert shows(screen, "25%, step 100")
        sampled(Progress(200, 0.5, 75.0))
        assert shows(screen, "50%, step 200, 1 min 15 s left")
        sampled(Progress(300, 1.0, 0.0))
        assert shows(screen, "Working")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "0 s"), (59.6, "1 min 0 s"), (200.0, "3 min 20 s"), (7500.0, "2 h 5 min")]
)
def test_durations(seconds: float, words: str) -> None:
    assert remaining_time(seconds) == words
