"""Where the command line runs: settings for other programs, streams, folders and signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

import stfit

ROOT: Final = Path(stfit.__file__).parents[1]
NANOPILLAR: Final = ROOT / "datasets" / "nanopillar"
FIT: Final = ("fit", str(NANOPILLAR / "analysis.toml"))
SAMPLED: Final = (*FIT, "--backend", "mcmc", "--processes", "2", "--out", "out")
CALIBRATED: Final = ("calibrate", *FIT[1:], "-n", "200", "--processes", "2", "--out", "out")
HOSTILE: Final = "text.usetex: True\nfont.family: None of that name\naxes.grid: True\nno such key: 1\n"
FIXED: Final = {"PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1700000000"}
unix = pytest.mark.skipif(os.name == "nt", reason="devices, process groups and deleted folders are those of Unix")


def command(*arguments: str, python: Sequence[str] = ()) -> list[str]:
    return [sys.executable, *python, "-m", "stfit", *arguments]


def ended(folder: Path, *arguments: str, env: Mapping[str, str] = {}) -> tuple[int, str]:
    """Exit status and stderr of a command."""
    done = subprocess.run(
        command(*arguments), cwd=folder, env={**os.environ, **FIXED, **env}, capture_output=True, check=False
    )
    return done.returncode, done.stderr.decode()


@unix
@pytest.mark.parametrize("arguments", [("--version",), ("inspect", "dwell.csv")], ids=" ".join)
def test_a_full_disk_behind_stdout_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "dwell.csv").write_bytes((NANOPILLAR / "dwell.csv").read_bytes())
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command(*arguments), cwd=tmp_path, env=os.environ | FIXED, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "stfit: stdout: expected a place that can be written; found no space left on device\n"
    )


@unix
def test_closed_streams_are_no_reason_to_fail(tmp_path: Path) -> None:
    shell = 'exec "$@" <&- >&- 2>&-'
    asked = ("inspect", str(NANOPILLAR / "dwell.csv"))
    done = subprocess.run(["sh", "-c", shell, "sh", *command(*asked)], env=os.environ | FIXED, check=False)
    assert done.returncode == 0


@unix
def test_a_deleted_working_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    shell = 'rmdir "$PWD"; exec "$@"'
    done = subprocess.run(
        ["sh", "-c", shell, "sh", *command(*FIT)],
        cwd=tmp_path / "gone",
        env=os.environ | FIXED,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    assert b"working folder" in done.stderr


def test_help_stays_without_docstrings(tmp_path: Path) -> None:
    done = subprocess.run(
        command("--help", python=["-OO"]), env=os.environ | FIXED, capture_output=True, check=True, text=True
    )
    assert "Fit the measurements of an analysis file" in done.stdout


@unix
@pytest.mark.parametrize("module", ["typer", "pydantic", "numpy"])
def test_a_signal_while_modules_load_is_one_line(tmp_path: Path, module: str) -> None:
    code = f"""
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
class Signals:
    def find_spec(self, name, *_):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Signals())
sys.argv[1:] = {list(FIT)}
from stfit.__main__ import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | FIXED, capture_output=True, check=False, text=True
    )
    assert (done.returncode, done.stderr) == (130, "stfit: interrupted (SIGINT)\n")


# --- whole runs ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert ended(folder, *FIT, "--out", "out") == (0, "")
    return folder


@pytest.mark.slow
def test_settings_of_the_user_change_no_byte(undisturbed: Path, tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_bytes(HOSTILE.encode() + b"# \xe4\n")  # in Latin-1, which matplotlib refuses
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "matplotlibrc").write_text(HOSTILE)
    env = {"MPLBACKEND": "QtAgg", "MATPLOTLIBRC": "settings", "OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2"}
    assert ended(tmp_path, *FIT, "--out", "out", env=env) == (0, "")
    for name in ("report.html", "result.json"):
        assert (tmp_path / "out" / name).read_bytes() == (undisturbed / "out" / name).read_bytes()


@pytest.fixture
def running(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[bytes], set[int]]]:
    """A command that has started its workers, with their numbers."""
    process = subprocess.Popen(
        command(*request.param),
        cwd=tmp_path,
        env=os.environ | FIXED,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=listen,
    )
    workers: set[int] = set()
    while len(workers) < 2:
        assert process.poll() is None
        time.sleep(0.1)
        workers = {child for child in children(process.pid) if "spawn_main" in words(child)}
    time.sleep(1.0)  # into their work
    yield process, workers
    process.kill()
    process.wait()


def listen() -> None:
    """Take interruptions, which whoever started the tests in the background has switched off."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def children(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def words(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:  # ended since
        return ""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux says which processes another one started")
@pytest.mark.parametrize(
    ("running", "number"),
    [(SAMPLED, signal.SIGKILL), (CALIBRATED, signal.SIGINT), (CALIBRATED, signal.SIGTERM)],
    indirect=["running"],
    ids=["mcmc, SIGKILL", "calibrate, SIGINT", "calibrate, SIGTERM"],
)
def test_workers_end_with_their_parent(
    running: tuple[subprocess.Popen[bytes], set[int]], number: signal.Signals
) -> None:
    process, workers = running
    if number is signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal sends it
    else:
        process.send_signal(number)
    said = process.communicate()[1].decode()
    if number is signal.SIGKILL:
        assert process.returncode == -number
    else:
        assert process.returncode == 128 + number
        assert said.startswith(f"stfit: interrupted ({number.name})")
        assert said.count("\n") == 1
    deadline = time.monotonic() + 10
    while any("spawn_main" in words(worker) for worker in workers):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow
@unix
def test_a_resumed_calibration_is_the_undisturbed_one(tmp_path: Path) -> None:
    calibration = ("calibrate", *FIT[1:], "-n", "20", "--seed", "3", "--out", "out")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    assert ended(whole, *calibration)[0] == 0
    process = subprocess.Popen(command(*calibration), cwd=broken, env=os.environ | FIXED, stderr=subprocess.PIPE)
    kept = broken / "out" / "unfinished.jsonl"
    while not kept.exists() or len(kept.read_text().split("\n")) < 10:
        assert process.poll() is None
        time.sleep(0.05)
    process.kill()
    process.communicate()
    status, said = ended(broken, *calibration)
    assert status == 0
    assert "goes on after" in said
    assert not kept.exists()
    for name in ("result.json", "report.html"):
        assert (broken / "out" / name).read_bytes() == (whole / "out" / name).read_bytes()


@pytest.mark.slow
def test_processes_change_no_byte(tmp_path: Path) -> None:
    calibration = ("calibrate", *FIT[1:], "-n", "6", "--seed", "3", "--intervals", "covariance", "--out", "out")
    results = []
    for processes in ("1", "2"):
        folder = tmp_path / processes
        folder.mkdir()
        assert ended(folder, *calibration, "--processes", processes)[0] == 0
        result = json.loads((folder / "out" / "result.json").read_text(encoding="utf-8"))
        results.append(json.dumps(result | {"command": ""}))
    assert results[0] == results[1]
