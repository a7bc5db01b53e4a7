from __future__ import annotations

import sys

import pytest

from stfit.reports.progress import progress_bar


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
