"""What README shows works as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import stfit
from stfit.analysis import parse_analysis

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", blocks("toml"))
def test_analysis_files(text: str, tmp_path: Path) -> None:
    for name in re.findall(r'^file = "(.*?)"', text, flags=re.MULTILINE):
        (tmp_path / name).touch()
    assert parse_analysis(text, tmp_path, "README.md").measurement


@pytest.mark.slow
@pytest.mark.parametrize("code", blocks("python"))
def test_python(code: str, tmp_path: Path) -> None:
    (tmp_path / "datasets").symlink_to(ROOT / "datasets", target_is_directory=True)
    env = os.environ | {"PYTHONPATH": str(Path(stfit.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "l_over_L" in done.stdout or "l/L_θθ" in done.stdout


@pytest.mark.parametrize("marker", ["run", "test"])
def test_each_command_is_one_line_that_sets_everything_up(marker: str) -> None:
    (line,) = re.findall(rf"^<!-- {marker} -->\n```sh\n(.*)\n```$", README, flags=re.MULTILINE)
    assert line.startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_running_the_examples_leaves_a_clone_as_it_was(tmp_path: Path) -> None:
    if (git := shutil.which("git")) is None:
        pytest.skip("git is not installed")
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run([git, "init", "-q"], cwd=tmp_path, check=True)
    names = [path.parent.name for path in (ROOT / "datasets").glob("*/analysis.toml")]
    written = [f"reports/{name}/{file}" for name in names for file in ("report.html", "result.json", "chain.h5")]
    found = subprocess.run([git, "check-ignore", *written], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.stdout.split() == written
    kept = ["reports/README.md", *(f"reports/released/{name}/report.html" for name in names)]
    assert subprocess.run([git, "check-ignore", *kept], cwd=tmp_path, check=False).returncode == 1
