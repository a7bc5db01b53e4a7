"""Which files a command may write over: those of its own earlier runs, unless told otherwise."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from stfit.errors import InputError
from stfit.outputs import MANIFEST, Output, Work, entry_of, free_output, output_beside, write_file
from tests.builders import contents_of
from tests.saying import unnamed

FILES = {"report.html": "<p>", "result.json": "{}"}


def work(folder: Path, name: str = "pillar.toml", command: str = "fit") -> Work:
    return Work(command, (folder / name,))


def test_the_same_work_again_replaces_its_files(tmp_path: Path) -> None:
    output = Output(tmp_path / "out", work(tmp_path))
    output.write(FILES)
    assert output.write({"report.html": "<p>again", "result.json": "{}"}).removed == ()
    assert (tmp_path / "out" / "report.html").read_text() == "<p>again"
    assert sorted(contents_of(tmp_path / "out")) == ["report.html", "result.json", MANIFEST]


def test_the_work_is_known_where_all_of_it_was_moved(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    Output(tmp_path / "here" / "out", work(tmp_path / "here")).write(FILES)
    (tmp_path / "here").rename(tmp_path / "there")
    Output(tmp_path / "there" / "out", work(tmp_path / "there")).require(tuple(FILES))


@pytest.mark.parametrize("name", [*FILES, "figures/residuals.svg"])
def test_a_file_that_stfit_did_not_write_stays(name: str, tmp_path: Path) -> None:
    write_file(tmp_path / "out" / name, "mine")
    before = contents_of(tmp_path)
    output = Output(tmp_path / "out", work(tmp_path))
    with pytest.raises(InputError) as refusal:
        output.write(FILES | {"figures/residuals.svg": "<svg>"})
    assert not unnamed(str(refusal.value), f"output folder {tmp_path / 'out'}", name, "--force", "--out")
    assert contents_of(tmp_path) == before


@pytest.mark.parametrize("other", [("other.toml", "fit"), ("pillar.toml", "calibrate")])
def test_what_another_work_wrote_stays(other: tuple[str, str], tmp_path: Path) -> None:
    Output(tmp_path / "out", work(tmp_path, *other)).write(FILES)
    before = contents_of(tmp_path)
    with pytest.raises(InputError) as refusal:
        Output(tmp_path / "out", work(tmp_path)).require(("result.json",))
    assert not unnamed(str(refusal.value), "result.json", f"../{other[0]} (stfit {other[1]})", "--force")
    assert contents_of(tmp_path) == before


def test_a_file_changed_since_stays(tmp_path: Path) -> None:
    output = Output(tmp_path, work(tmp_path))
    output.write(FILES)
    (tmp_path / "report.html").write_text("<p>with my remarks")
    with pytest.raises(InputError, match=r"report\.html, changed since stfit wrote it"):
        output.write(FILES)
    (tmp_path / "report.html").unlink()  # what is gone is not lost
    output.write(FILES)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "report.html").symlink_to("nowhere")
    with pytest.raises(InputError, match="did not write"):
        Output(tmp_path, work(tmp_path)).require(("report.html",))


def test_force_replaces_and_takes_what_belonged_to_the_files_replaced(tmp_path: Path) -> None:
    Output(tmp_path, work(tmp_path, "other.toml")).write(FILES | {"figures/residuals.svg": "<svg>", "report.md": "#"})
    (tmp_path / "report.md").write_text("# mine")
    write_file(tmp_path / "notes.txt", "mine")
    output = Output(tmp_path, work(tmp_path), force=True)
    output.require((*FILES, "figures/"))
    assert output.write(FILES).removed == ("figures/residuals.svg",)
    assert sorted(contents_of(tmp_path)) == ["notes.txt", "report.html", "report.md", "result.json", MANIFEST]
    assert entry_of(tmp_path, "report.md") is None


def test_a_run_takes_away_the_forms_of_the_one_before_that_it_does_not_write(tmp_path: Path) -> None:
    output = Output(tmp_path, work(tmp_path))
    output.write(FILES | {"report.md": "#", "figures/residuals.svg": "<svg>"})
    Output(tmp_path, work(tmp_path, command="plan")).write({"plan.json": "{}"})
    assert set(output.write(FILES).removed) == {"report.md", "figures/residuals.svg"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.json", "report.html", "result.json", MANIFEST]


def test_a_file_that_grows_outlives_the_runs_beside_it(tmp_path: Path) -> None:
    output = Output(tmp_path, work(tmp_path))
    output.claim("chain.h5").write_bytes(b"draws")
    output.write(FILES)
    output.claim("chain.h5")  # of the same work: it may begin again
    assert (tmp_path / "chain.h5").read_bytes() == b"draws"
    with pytest.raises(InputError, match=r"chain\.h5, of pillar\.toml"):
        Output(tmp_path, Work("fit", (tmp_path.parent / "other.toml",))).claim("chain.h5")


def test_what_is_made_from_a_file_of_a_run_belongs_to_the_run(tmp_path: Path) -> None:
    Output(tmp_path, work(tmp_path)).write(FILES)
    again = output_beside(tmp_path / "result.json", tmp_path, "report", force=False)
    assert again.write({"report.md": "#"}).removed == ()
    Output(tmp_path, work(tmp_path)).require((*FILES, "report.md"))
    elsewhere = output_beside(tmp_path / "result.json", tmp_path / "more", "report", force=False)
    elsewhere.write({"report.md": "#"})
    assert entry_of(tmp_path / "more", "report.md") != entry_of(tmp_path, "report.md")


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "7", '{"schema": "stfit-manifest/9", "files": {}}', '{"schema": "stfit-manifest/1", "files": []}'],
)
def test_a_manifest_of_somebody_else_is_left_alone(content: str, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text(content)
    with pytest.raises(InputError, match=f"{MANIFEST}, which is none"):
        Output(tmp_path, work(tmp_path)).write(FILES)
    assert contents_of(tmp_path) == {MANIFEST: content.encode()}


@pytest.mark.parametrize("name", ["../mine.txt", "/mine.txt", "figures/../../mine.txt", "..\\mine.txt", "C:mine.txt"])
def test_a_manifest_names_no_file_outside_its_folder(name: str, tmp_path: Path) -> None:
    output = Output(tmp_path / "out", work(tmp_path))
    output.write(FILES)
    content = json.loads((tmp_path / "out" / MANIFEST).read_text())
    content["files"][name] = content["files"]["report.html"]
    (tmp_path / "out" / MANIFEST).write_text(json.dumps(content))
    (tmp_path / "mine.txt").write_text("<p>")
    with pytest.raises(InputError, match="none of this version"):
        output.write({"result.json": "{}"})
    assert (tmp_path / "mine.txt").is_file()


def test_a_folder_that_nobody_named_is_the_first_that_is_free(tmp_path: Path) -> None:
    wanted, other = (Output(tmp_path / "pillar", work(tmp_path, name)) for name in ("a.toml", "b.toml"))
    assert free_output(wanted, tuple(FILES)) == wanted
    Output(tmp_path / "pillar", work(tmp_path, "b.toml", "plan")).write({"plan.json": "{}"})
    write_file(tmp_path / "pillar-2" / "report.html", "mine")
    write_file(tmp_path / "pillar-3", "a file")
    found = free_output(wanted, tuple(FILES))
    assert found.folder == tmp_path / "pillar-4"
    found.write(FILES)
    assert free_output(wanted, tuple(FILES)) == found
    assert free_output(other, tuple(FILES)) == other


def test_a_file_is_written_whole_or_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_file(tmp_path / "a" / "analysis.toml", "old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(InputError, match=r"analysis\.toml: expected a file that can be written; found no space left"):
        write_file(path, "new")
    assert contents_of(tmp_path) == {"a/analysis.toml": b"old"}


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="the superuser may write anywhere")
def test_a_folder_without_the_right_to_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="write-protected"):
        Output(tmp_path, work(tmp_path)).write(FILES)
