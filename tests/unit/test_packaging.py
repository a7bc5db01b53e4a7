"""What distributions say of the package is what pyproject.toml says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
OTHER_NAMES = {"matplotlib-base": "matplotlib"}  # conda-forge's, without a graphical toolkit


def project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def test_the_conda_recipe_has_the_dependencies_of_the_wheel() -> None:
    recipe = (ROOT / ".conda" / "recipe.yaml").read_text(encoding="utf-8")
    run = recipe.partition("  run:\n")[2].partition("\n\n")[0]
    python, *others = re.findall(r"^    - (\S+) (.+)$", run, re.MULTILINE)
    assert sorted(f"{OTHER_NAMES.get(name, name)}{bounds}" for name, bounds in others) == sorted(
        project()["dependencies"]
    )
    assert python == ("python", ">=${{ python_min }}")
    assert f'python_min: "{project()["requires-python"].removeprefix(">=")}"' in recipe
    assert f"- stfit = {project()['scripts']['stfit']}\n" in recipe
