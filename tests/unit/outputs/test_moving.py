"""All files of a run or none: killed at any call of the system, run twice at once, on a full disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from stfit.errors import InputError
from stfit.outputs import MANIFEST, Output, Work, checksum
from stfit.outputs.manifest import read_manifest
from stfit.outputs.moving import READY, settle
from tests.builders import contents_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that die at a chosen call need fork")

CALLS = ("mkdir", "write_bytes", "write_text", "touch", "rename", "replace", "unlink", "rmdir")
NAMES = ("figures/residuals.svg", "report.html", "result.json")
WORK = Work("fit", ("a pillar",))


def files(run: str, *more: str) -> dict[str, str]:
    return {name: f"{name} of {run}" for name in (*NAMES, *more)}


def in_a_child(what: Callable[[], Any]) -> int:
    """Run something in a process of its own; its exit status."""
    child = os.fork()
    if child == 0:
        what()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(call: int, what: Callable[[], Any]) -> Callable[[], None]:
    """The same, but the process dies before the `call`-th change of the disk, as by kill −9."""

    def run() -> None:
        left = iter(range(call))

        def counted(method: Any) -> Any:
            def instead(*arguments: Any, **options: Any) -> Any:
                if next(left, None) is None:
                    os._exit(9)
                return method(*arguments, **options)

            return instead

        for name in CALLS:
            setattr(Path, name, counted(getattr(Path, name)))
        shutil.rmtree = counted(shutil.rmtree)
        what()

    return run


def runs_of(folder: Path) -> set[str]:
    """The runs whose files are in a folder; each file must be whole."""
    found = {name: (folder / name).read_text() for name in NAMES if (folder / name).exists()}
    assert all(text.startswith(f"{name} of ") for name, text in found.items())
    assert not found or len(found) == len(NAMES)
    return {text.rpartition(" ")[2] for text in found.values()}


def assert_tidy(folder: Path) -> None:
    """Nothing hidden is left, and the manifest lists what is there."""
    entries = read_manifest(folder / MANIFEST)
    assert entries is not None
    assert {name: entry.sha256 for name, entry in entries.items()} == {
        name: checksum(content) for name, content in contents_of(folder).items() if name != MANIFEST
    }
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("earlier", [False, True])
def test_a_run_killed_at_any_moment_leaves_one_whole_run(earlier: bool, tmp_path: Path) -> None:
    for call in range(200):
        folder = tmp_path / str(call)
        output = Output(folder, WORK)
        if earlier:
            output.write(files("old", "report.md"))
        ended = in_a_child(killed_at(call, partial(output.write, files("new"))))
        whole = [{"old"} if earlier else set(), {"new"}]
        if committed := (folder / READY).exists():
            settle(folder)
        assert runs_of(folder) in whole[committed or ended == 0 :], call
        output.write(files("next"))
        assert runs_of(folder) == {"next"}
        assert not (folder / "report.md").exists()
        assert_tidy(folder)
        if ended == 0:
            break
    else:
        pytest.fail("it never ended")


def test_of_runs_at_the_same_time_one_wins_and_none_are_mixed(tmp_path: Path) -> None:
    def write(run: int) -> None:
        for turn in range(15):
            Output(tmp_path / "out", WORK).write(files(f"{run}-{turn}"))

    children = []
    for run in range(3):
        children.append(os.fork())
        if children[-1] == 0:
            status = 1  # of a child that raised
            try:
                write(run)
                status = 0
            finally:
                os._exit(status)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]
    assert len(runs_of(tmp_path / "out")) == 1
    assert_tidy(tmp_path / "out")


@pytest.mark.parametrize("call", ["mkdir", "write_bytes", "write_text", "rename"])
def test_a_full_disk_leaves_what_was_there(call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = Output(tmp_path / "old", WORK)
    output.write(files("old"))
    before = contents_of(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, call, full)
        for place in (output, Output(tmp_path / "new" / "folder", WORK)):
            with pytest.raises(InputError, match="a folder that can be written; found no space left"):
                place.write(files("new"))
    assert {name: text for name, text in contents_of(tmp_path).items() if "/.stfit-" not in name} == before
    output.write(files("next"))
    assert_tidy(tmp_path / "old")
