"""What each command loads: nothing that it does not use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import stfit

NANOPILLAR: Final = Path(__file__).parents[2] / "datasets" / "nanopillar"
SLOW: Final = frozenset(
    {"emcee", "h5py", "lmfit", "matplotlib", "numba", "pint", "scipy.optimize", "scipy.signal", "scipy.stats"}
)
DATA: Final = SLOW | {"pandas", "scipy.special", "scipy.linalg", "jinja2", "rich"}
CODE: Final = """
import sys
from stfit.cli import main
try:
    main()
except SystemExit as ended:
    print(ended.code or 0, *sys.modules)
else:
    print(0, *sys.modules)
"""


def loaded_by(folder: Path, *arguments: str) -> tuple[int, set[str]]:
    """Exit status of a command and the modules that it loaded."""
    env = os.environ | {"PYTHONPATH": str(Path(stfit.__file__).parents[1])}
    command = [sys.executable, "-c", CODE, *arguments]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True)
    status, *modules = done.stdout.splitlines()[-1].split()
    return int(status), set(modules)


def test_import_stfit_and_help_load_no_arrays(tmp_path: Path) -> None:
    status, modules = loaded_by(tmp_path, "--help")
    assert status == 0
    assert not modules & (DATA | {"numpy", "scipy", "pydantic"})


@pytest.mark.parametrize(
    "text",
    [
        '[device]\nbeta = "x"\n',
        '[device]\nbeta = "0.35 ± 0.03"\n[[measurement]]\nkind = "dwell-times"\nfile = "{data}"\n[model]\ngmr = 1\n',
        '[[measurement]]\nkind = "no-such-kind"\nfile = "{data}"\n[plan]\nhours = "8 h"\n',
    ],
    ids=["no quantity", "wrong choice", "no kind"],
)
def test_a_refusal_of_the_analysis_file_loads_no_data_nor_law(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.toml").write_text(text.format(data=NANOPILLAR / "dwell.csv"), encoding="utf-8")
    status, modules = loaded_by(tmp_path, "fit", "a.toml")
    assert status == 2
    assert not modules & (DATA - {"pint"})  # "8 h" is written in a unit that is not common
    assert not modules & {"stfit.models.law", "stfit.loaders", "stfit.laboratory"}


@pytest.mark.parametrize("arguments", [("inspect",), ("init", "--out", "a.toml")], ids=["inspect", "init"])
def test_a_table_is_looked_at_without_fit_and_figures(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    command, *options = arguments
    status, modules = loaded_by(tmp_path, command, str(NANOPILLAR / "dwell.csv"), *options)
    assert status == 0
    assert not modules & (SLOW | {"pandas"})  # which long tables alone need


def test_a_usual_fit_loads_no_sampler_and_no_other_command(tmp_path: Path) -> None:
    status, modules = loaded_by(tmp_path, "fit", str(NANOPILLAR / "analysis.toml"), "--out", str(tmp_path))
    assert status == 0
    assert not modules & (SLOW | {"pandas"}) - {"matplotlib"}
    assert not {name for name in modules if name.startswith(("stfit.laboratory", "stfit.notebook"))}
    others = {"calibrating", "planning", "inspection", "drafting", "simulating"}
    assert not modules & {f"stfit.pipeline.{name}" for name in others}
