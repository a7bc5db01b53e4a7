"""The bar that a terminal shows while a chain is drawn."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from stfit.backends.budget import Progress
from stfit.cli.progress import remaining_time, sampling_bar


def test_steps_share_and_remaining_time() -> None:
    screen = StringIO()
    with sampling_bar(Console(file=screen, force_terminal=True, width=100)) as show:
        assert show is not None
        show(Progress(100, 0.25, None))
        show(Progress(200, 0.5, 75.0))
    assert "step 200, 1 min 15 s left" in screen.getvalue()
    assert "50%" in screen.getvalue()


def test_a_pipe_is_left_in_peace() -> None:
    pipe = StringIO()
    with sampling_bar(Console(file=pipe)) as show:
        assert show is None
    assert pipe.getvalue() == ""


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "0 s"), (59.6, "1 min 0 s"), (200.0, "3 min 20 s")])
def test_durations(seconds: float, words: str) -> None:
    assert remaining_time(seconds) == words


def test_hours() -> None:
    assert remaining_time(7500.0) == "2 h 5 min"
