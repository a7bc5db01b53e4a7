"""One file, written whole."""

from __future__ import annotations

import os
from pathlib import Path

from stfit.outputs import write_file


def test_what_a_killed_run_left_goes_when_it_is_old(tmp_path: Path) -> None:
    old, young, other = (tmp_path / name for name in (".a.toml.12.part", ".a.toml.34.part", ".b.toml.56.part"))
    for part in (old, young, other):
        part.write_text("half")
    for part in (old, other):
        os.utime(part, (0, 0))
    write_file(tmp_path / "a.toml", "whole")
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "a.toml", young, other])
    assert (tmp_path / "a.toml").read_text(encoding="utf-8") == "whole"
