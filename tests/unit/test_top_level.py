"""What may stand at the top of the project: what somebody looks for there, and nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FILES: Final = frozenset(
    {"pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "LICENSE", "SECURITY.md"}
)
FOLDERS: Final = frozenset({"stfit", "datasets", "docs", "tests", "notebooks", "reports"})


def test_nothing_else_stands_at_the_top_level() -> None:
    assert {name for name in _known() if not name.startswith(".")} == FILES | FOLDERS


def _known() -> set[str]:
    """What git knows at the top level; what is there, in a copy without git."""
    if not (ROOT / ".git").exists():
        return {path.name for path in ROOT.iterdir()}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {name.partition("/")[0] for name in listed.split("\0") if name}
