"""A kind of measurement in somebody else's package: every command takes it, with no change in stfit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

pytestmark = pytest.mark.slow  # six commands in a process of their own

PACKAGE: Final = Path(__file__).parents[1] / "foreign_kind" / "retention"
ENTRY_POINTS: Final = "[stfit.kinds]\nretention-times = retention.kind:RETENTION\n"
DEVICE: Final = """\
[device]
l_over_L = 3
E_P = "0.50 eV"
E_AP = "0.45 eV"
tau_0 = "1 ns"
theta_0 = "1.7 rad"
beta = 0.35
delta_R = "0.11 ohm"
temperature = "295 K"

[[measurement]]
kind = "retention-times"
file = "retention.csv"
currents = ["-10 mA", "10 mA"]
points = 7
temperatures = ["280 K", "310 K"]
relative_error = 0.05
"""
CONSTANTS: Final = ("--device", "beta=0.35 ± 0.03", "--device", "delta_R=0.110 ± 0.004 ohm")
COMMANDS: Final = (
    ("simulate", "--device", "device.toml", "--seed", "1", "--out", "data"),
    ("inspect", "data/retention.csv", "--kind", "retention-times", "--json"),
    ("init", "data/retention.csv", "--key", "scale=1.0", *CONSTANTS, "--device", "temperature=295 ± 1 K"),
    ("fit", "analysis.toml", "--seed", "1", "--format", "md", "--out", "fit"),
    ("plan", "analysis.toml", "--check", "0", "--seed", "1", "--out", "plan"),
    ("calibrate", "analysis.toml", "-n", "2", "--intervals", "covariance", "--seed", "1", "--out", "calibration"),
)
# one process for all commands: each import of stfit costs more than what the commands do
RUN: Final = """\
import json, sys
from contextlib import redirect_stdout
from io import StringIO
from stfit.cli import main
outputs = []
for command in json.load(sys.stdin):
    sys.argv = ["stfit", *command]
    with redirect_stdout(StringIO()) as said:
        try:
            main()
        except SystemExit as end:
            if end.code:
                raise
    outputs.append(said.getvalue())
print(json.dumps(outputs))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package and what an installer would write beside it."""
    site = tmp_path_factory.mktemp("site")
    shutil.copytree(PACKAGE, site / "retention", ignore=shutil.ignore_patterns("__pycache__"))
    metadata = site / "retention-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: retention\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    return site


@pytest.fixture(scope="module")
def worked(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The folder after all commands, and what each of them said."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "device.toml").write_text(DEVICE)
    path = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", ""), str(PACKAGE.parents[2])])
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(COMMANDS),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder, dict(zip((name for name, *_ in COMMANDS), json.loads(done.stdout), strict=True))


def test_it_is_simulated_and_inspected(worked: tuple[Path, dict[str, str]]) -> None:
    folder, said = worked
    assert (
        (folder / "data" / "retention.csv").read_text().startswith("state,current (mA),temperature (K),retention_time")
    )
    seen = json.loads(said["inspect"])
    assert (seen["kind"], seen["used"]) == ("retention-times", 28)
    assert "retention-times" in seen["fitting"]
    assert seen["facts"] == {"smallest error": "0.05"}


def test_an_analysis_is_begun_with_its_keys_and_offers(worked: tuple[Path, dict[str, str]]) -> None:
    text = (worked[0] / "analysis.toml").read_text()
    assert 'kind = "retention-times"  # by its columns' in text
    assert "scale = 1.0" in text


def test_it_is_fitted_and_reported(worked: tuple[Path, dict[str, str]]) -> None:
    folder, _ = worked
    result: dict[str, Any] = json.loads((folder / "fit" / "result.json").read_text())
    assert result["status"] == "converged"
    assert [entry["kind"] for entry in result["inputs"]] == ["retention-times"]
    found = result["parameters"]["l_over_L"]
    # 3 is the truth; 5 standard errors are left in one of 1.7 million draws
    assert abs(found["value"] - 3.0) < 5.0 * found["stderr"]
    assert "Retention times are half-times of exponential dwells: τ ln 2." in result["assumptions"]
    report = (folder / "fit" / "report.md").read_text()
    assert "Retention time against current" in report


def test_it_is_planned(worked: tuple[Path, dict[str, str]]) -> None:
    plan = json.loads((worked[0] / "plan" / "plan.json").read_text())
    titles = [candidate["title"] for candidate in plan["candidates"]]
    assert any(title.startswith("retention times at ") for title in titles)


def test_it_is_calibrated(worked: tuple[Path, dict[str, str]]) -> None:
    result = json.loads((worked[0] / "calibration" / "result.json").read_text())
    assert result["calibration"]["replicas"] == 2
