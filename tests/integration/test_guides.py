"""The guides as they stand: files that they show are read, commands and code run, and print what stands there."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import typer.main

from stfit.analysis import read_analysis
from stfit.cli import app
from stfit.pipeline.loading import load_measurements
from tests.guides import DOCS, PRINTED, Block, blocks, commands, missing, write_files

Run = Callable[..., int]
PAGES: Final = sorted(page for page in DOCS.rglob("*.md") if "tutorials" not in page.parts)
# Guides that are followed from their first line to the last, and the pages whose files they begin with.
FOLLOWED: Final = {
    "explanation/beside-slonczewski": (),
    "how-to/voltage-drive": (),
    "how-to/pulse-widths": (),
    "how-to/imperfect-traces": (),
    "how-to/plan-a-measurement": (),
    "how-to/posterior-and-thesis": ("how-to/voltage-drive",),
}
QUICK: Final = "explanation/beside-slonczewski"


def page_of(name: str) -> Path:
    return DOCS / f"{name}.md"


def options_of(words: list[str]) -> set[str]:
    """The options of a command, by the program itself."""
    program: Any = typer.main.get_command(app)
    command = program.commands[words[0]] if words and not words[0].startswith("-") else program
    return {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_is_in_its_language(page: Path) -> None:
    for block in blocks(page):
        if block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "python":
            compile(block.text, str(page), "exec")
        elif block.language == "sh":
            for words in commands(block.text):
                asked = {word.partition("=")[0] for word in words if word.startswith("-") and not word[1:2].isdigit()}
                assert asked <= options_of(words)


@pytest.mark.parametrize("name", ["how-to/voltage-drive", "how-to/pulse-widths", "how-to/plan-a-measurement"])
def test_the_files_of_a_guide_are_read(name: str, tmp_path: Path) -> None:
    write_files(page_of(name), tmp_path)
    read = {file.name: load_measurements(read_analysis(file)) for file in tmp_path.glob("*.toml")}
    assert all(read.values())
    assert {Path(measured.origin.file).name for found in read.values() for measured in found} == {
        file.name for file in tmp_path.glob("*.csv")
    }


def done(block: Block, run: Run) -> None:
    """What a reader does with a block."""
    if block.language == "sh":
        for words in commands(block.text):
            assert run(*words) == 0
    elif block.language == "python":
        exec(compile(block.text, "guide", "exec"), {})  # noqa: S102 - our own page


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == QUICK else pytest.mark.slow) for name in FOLLOWED]
)
def test_a_guide_does_what_it_says(name: str, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for page in (*FOLLOWED[name], name):
        write_files(page_of(page), tmp_path)
    for block in blocks(page_of(name)):
        if block.caption == PRINTED:
            said = capsys.readouterr()
            assert missing(block.text, said.out + said.err) == []
        else:
            done(block, run)


def test_what_is_not_said_is_missing() -> None:
    assert missing("a b\n…\nc\n", "first\na  b\nelse\nc") == []
    assert missing("c\na\n", "a\nc") == ["a"]
