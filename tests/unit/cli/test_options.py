"""Hostile values of every option and argument: one message each, status 2, nothing computed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from stfit.errors import StfitError

Run = Callable[..., int]
COMPUTED: Final = "this was to be computed"
WHOLE: Final = ("-1", "1.5", "", "9" * 5000, str(2**63))
TIMES: Final = ("-1", "0", "nan", "inf", "1e400", "")
PAIRS: Final = ("", "x", "=", "=x", "n=" + "[" * 2000, "n=" + "{a=" * 500, "polarity=" + "1" * 5000)
PATHS: Final = (
    "/dev/null",
    "/dev/zero",
    "pipe",
    "pipe.toml",
    "folder.csv",
    "none.toml",
    "\0",
    "x" * 5000 + ".toml",
    "",
)
DWELL_TIMES: Final = "state,current (mA),n,total_time (s)\nP,-1.2,90,0.9\nP,1.2,90,9\nAP,-1.2,90,9\nAP,1.2,90,0.9\n"
ANALYSIS: Final = """
[device]
beta = "0.35 ± 0.03"
delta_R = "0.11 ± 0.004 ohm"
temperature = "295 K"
[[measurement]]
kind = "dwell-times"
file = "dwell.csv"
polarity = 1
"""
PLAN: Final = ("plan", "a.toml", "--check", "0")
SIMULATE: Final = ("simulate", "--out", "sim", "--seed", "1")
OPTIONS: Final[dict[tuple[str, ...], tuple[str, ...]]] = {
    ("fit", "a.toml", "--seed"): WHOLE,
    ("fit", "a.toml", "--backend", "mcmc", "--processes"): (*WHOLE, "0"),
    ("fit", "a.toml", "--backend"): ("", "x", "mcmc\n"),
    ("fit", "a.toml", "--format"): ("", "x", "html,x", ","),
    ("calibrate", "a.toml", "-n"): (*WHOLE, "0", "1"),
    ("calibrate", "a.toml", "--sbc"): (*WHOLE, "0"),
    ("calibrate", "a.toml", "--processes"): (*WHOLE, "0"),
    ("calibrate", "a.toml", "--seed"): WHOLE,
    ("plan", "a.toml", "--check"): WHOLE,
    ("plan", "a.toml", "--refits"): (*WHOLE, "9"),
    (*PLAN, "--processes"): (*WHOLE, "0"),
    (*PLAN, "--seed"): WHOLE,
    (*PLAN, "--hours"): TIMES,
    (*PLAN, "--target"): ("", "x", "l_over_L\n"),
    ("simulate", "--device", "a.toml", "--out", "sim", "--seed"): WHOLE,
    ("inspect", "dwell.csv", "--kind"): ("", "x"),
    ("inspect", "dwell.csv", "--key"): (*PAIRS, "kind=x", "file=x"),
    ("init", "dwell.csv", "--key"): (*PAIRS, "kind=x", "file=x"),
    ("init", "dwell.csv", "--device"): (*PAIRS, "beta=1e999", "delta_R=1e400 ohm", "temperature=-1 K", "x=1"),
    ("inspect",): PATHS,
    ("init",): PATHS,
    ("fit",): PATHS,
    ("calibrate",): PATHS[:3],
    ("plan",): PATHS[:3],
    ("report",): PATHS,
    ("compare",): PATHS,
    (*SIMULATE, "--device"): PATHS,
    (*SIMULATE, "--device", "a.toml", "--experiment"): PATHS,
    ("inspect", "dwell.csv", "--png"): ("none.txt", "dwell.csv/a.png", "\0", "x" * 300 + "/a.png", "folder.png"),
    ("init", "dwell.csv", "--out"): ("none.txt", "dwell.csv/a.toml", "\0", "a.toml"),
    ("fit", "a.toml", "--out"): ("dwell.csv", "dwell.csv/x", "\0", "/" + "a/" * 3000),
    (*PLAN, "--out"): ("dwell.csv", "dwell.csv/x", "\0", "/" + "a/" * 3000),
    ("calibrate", "a.toml", "--out"): ("dwell.csv", "dwell.csv/x", "\0", "/" + "a/" * 3000),
}


@pytest.fixture
def nothing_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise StfitError(COMPUTED)

    for place in ("fitting.run", "calibrating.run", "planning.minimise"):
        monkeypatch.setattr(f"stfit.pipeline.{place}", refuse)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the command runs: what it may be given."""
    (tmp_path / "dwell.csv").write_text(DWELL_TIMES, encoding="utf-8")
    (tmp_path / "a.toml").write_text(ANALYSIS, encoding="utf-8")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe", "pipe.toml"):
        os.mkfifo(tmp_path / name)
    return tmp_path


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes in folders and devices are those of Unix")
@pytest.mark.parametrize("option", OPTIONS, ids=" ".join)
@pytest.mark.usefixtures("nothing_computed")
def test_one_message(run: Run, folder: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, ...]) -> None:
    before = sorted(folder.iterdir())
    for value in OPTIONS[option]:
        status, said = run(*option, value), capsys.readouterr().err
        lines = said.strip().split("\n")
        assert (status, "Traceback" in said, COMPUTED in said) == (2, False, False), (value[:60], said)
        assert len(lines) == 1 or said.startswith("Usage: "), (value[:60], said)
        assert len(said) < 4000, value[:60]
    assert sorted(folder.iterdir()) == before


@pytest.mark.usefixtures("nothing_computed")
def test_the_analysis_that_they_have_is_right(run: Run, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("fit", "calibrate", "plan"):
        assert run(command, "a.toml") == 2
        assert COMPUTED in capsys.readouterr().err
