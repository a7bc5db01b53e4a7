from __future__ import annotations

import sys

import pytest

from stfit.backends.parallel import mapped
from stfit.cli.progress import progress_bar, watched_work


def test_nothing_is_shown_where_nobody_watches() -> None:
    with progress_bar() as show:
        assert show is None


def test_a_terminal_sees_how_much_is_done(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar() as show:
        assert show is not None
        show("simulated and refitted", 1, 2)
        show("simulated and refitted", 2, 2)
        show("posteriors sampled", 1, 4)
    assert "simulated and refitted" in capsys.readouterr().err


def test_shared_out_work_is_seen_on_a_terminal_unless_it_is_to_be_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for quiet in (False, True):
        with watched_work(quiet=quiet):
            assert list(mapped(str, [1, 2], doing="profiles [of all]")) == ["1", "2"]
        assert ("profiles [of all]" in capsys.readouterr().err) is not quiet
