"""What `stfit init` writes, `stfit fit` takes as it is: for every example dataset and every kind of measurement."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from stfit.analysis import read_analysis
from stfit.backends.least_squares import minimise
from stfit.measurement import kinds
from stfit.physics.fluctuations import LINE_SHAPES
from stfit.pipeline.assembly import assemble
from stfit.pipeline.loading import load_measurements
from stfit.results import Status

DATASETS: Final = Path(__file__).parents[2] / "datasets"
WRITTEN: Final = Path("new/my.toml")
Run = Callable[..., int]


def begin(run: Run, files: Sequence[Path]) -> list[str]:
    """Begin an analysis in a folder of its own; the kinds it names."""
    assert run("init", *(str(file) for file in files), "--out", "new/my.toml") == 0
    content = tomllib.loads(WRITTEN.read_text(encoding="utf-8"))
    for entry in content["measurement"]:
        assert not Path(entry["file"]).is_absolute()
        assert (WRITTEN.parent / entry["file"]).is_file()
    return [entry["kind"] for entry in content["measurement"]]


def fit(run: Run) -> None:
    """By the command, without the costly comparisons; 3 would be the status of a fit that does not converge."""
    quick = '\nseed = 0\ncompare = false\nintervals = "covariance"\n'
    WRITTEN.write_text(WRITTEN.read_text(encoding="utf-8").replace("\nseed = 0\n", quick), encoding="utf-8")
    assert run("fit", str(WRITTEN), "--quiet", "--out", "out") == 0
    assert Path("out/report.html").is_file()


def likeliest() -> Status:
    """How the fit of what was written ends, without all that a report adds to it."""
    analysis = read_analysis(WRITTEN)
    return minimise(assemble(analysis, load_measurements(analysis))).status


EXAMPLES: Final = {
    "nanopillar": ["dwell-times"],
    "spin-valve-ic": ["switching-currents"],
    "fmr": ["fmr-lines"] * 2,
    "ramp": ["switching-ramp"] * 2,
    "telegraph": ["telegraph-trace"],
    "joint-device": ["switching-currents", "dwell-times", "fmr-lines", "switching-pulse", "switching-ramp"],
}
TABLES_OF: Final = {"telegraph": "traces.csv"}  # its noisy traces, of the same kind, take seconds to reduce
SMALL: Final = ("dwell-events", "fmr-spectra", "hysteresis-loop")


def test_every_kind_and_every_dataset_is_here() -> None:
    assert {kind for declared in EXAMPLES.values() for kind in declared} | set(SMALL) == set(kinds())
    assert {path.parent.name for path in DATASETS.glob("*/analysis.toml")} == set(EXAMPLES)


@pytest.mark.parametrize("dataset", EXAMPLES)
def test_an_example_dataset(run: Run, dataset: str) -> None:
    files = sorted((DATASETS / dataset).glob(TABLES_OF.get(dataset, "*.csv")))
    assert begin(run, files) == EXAMPLES[dataset]
    assert likeliest() is Status.CONVERGED
    if dataset == "nanopillar":
        fit(run)


def test_an_index_with_its_traces_named_too(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("traces_01.npy", "traces_02.npy"):
        shutil.copy(DATASETS / "telegraph" / name, tmp_path / name)
    index = (DATASETS / "telegraph" / "traces.csv").read_text(encoding="utf-8").splitlines()[:3]
    (tmp_path / "traces.csv").write_text("\n".join(index), encoding="utf-8")
    assert run("init", "traces.csv", "traces_01.npy", "traces_02.npy") == 0
    assert capsys.readouterr().out.count("a file that the index lists") == 2
    assert len(tomllib.loads(Path("analysis.toml").read_text(encoding="utf-8"))["measurement"]) == 1


def test_single_dwells(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(20261126)
    rows = ["state,current (mA),duration (us),temperature (K)"]
    for temperature in (280, 300):
        for current in (-0.5, 0.0, 0.5):
            for state, slope in (("P", 0.6), ("AP", -2.4)):
                mean = 100.0 * np.exp(slope * current + 9000 / temperature - 30)
                rows += [f"{state},{current},{d:.6g},{temperature}" for d in rng.exponential(mean, 60)]
    (tmp_path / "events.csv").write_text("\n".join(rows), encoding="utf-8")
    assert begin(run, [tmp_path / "events.csv"]) == ["dwell-events"]
    assert likeliest() is Status.CONVERGED


def test_spectra(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(20261126)
    field = np.linspace(0.1, 0.3, 101)  # T
    index = ["file,state,current (mA)"]
    for number, current in enumerate((-1.0, 0.0, 1.0)):
        for state, slope in (("P", 0.1), ("AP", -0.3)):
            signal = LINE_SHAPES["lorentzian"](field, 0.2, 0.02 * float(np.exp(slope * current)))[0]
            noisy = np.asarray(signal) + 0.02 * rng.standard_normal(field.size)
            rows = [f"{1e3 * x:.6g},{y:.6g}" for x, y in zip(field.tolist(), noisy.tolist(), strict=True)]
            name = f"{state}{number}.csv"
            (tmp_path / name).write_text("\n".join(["field (mT),signal (uV)", *rows]), encoding="utf-8")
            index.append(f"{name},{state},{current}")
    (tmp_path / "index.csv").write_text("\n".join(index), encoding="utf-8")
    assert begin(run, [tmp_path / "index.csv"]) == ["fmr-spectra"]
    assert likeliest() is Status.CONVERGED


def test_hysteresis_loops(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(20261126)
    drive = np.concatenate([np.linspace(0, -3, 61), np.linspace(-3, 3, 121), np.linspace(3, 0, 61)])  # mA
    rows = ["sweep,current (mA),resistance (ohm),ramp_rate (A/s),temperature (K)"]
    for sweep in range(25):
        to_ap, to_p = -2.0 - 0.3 * rng.gumbel(), 1.5 + 0.2 * rng.gumbel()
        anti = False
        for current in drive:
            anti = (anti or current < max(to_ap, -2.9)) and not current > min(to_p, 2.9)
            rows.append(f"{sweep},{current:.4g},{1.0 + 0.1 * anti + 0.002 * rng.standard_normal():.5g},0.01,295")
    (tmp_path / "loop.csv").write_text("\n".join(rows), encoding="utf-8")
    assert begin(run, [tmp_path / "loop.csv"]) == ["hysteresis-loop"]
    assert likeliest() is Status.CONVERGED


def test_a_file_there_is_stays_unless_forced(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    data = os.path.relpath(DATASETS / "nanopillar" / "dwell.csv")
    Path("analysis.toml").write_text("mine", encoding="utf-8")
    assert run("init", data) == 2
    assert capsys.readouterr().err == (
        "stfit: analysis.toml: expected no file of that name (--force replaces it, --out takes another); found one\n"
    )
    assert Path("analysis.toml").read_text(encoding="utf-8") == "mine"
    assert run("init", data, "--force") == 0
    assert "Analysis: analysis.toml  (next: stfit fit analysis.toml)" in capsys.readouterr().out


def test_what_fit_would_refuse_is_said_in_the_draft(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.csv").write_text("state,current (mA),n,total_time (s)\nP,1,5,-3\n", encoding="utf-8")
    assert run("init", "bad.csv") == 0
    refusal = "bad.csv, line 2, column 'total_time (s)': expected a positive number; found '-3'"
    assert refusal in capsys.readouterr().err
    assert f"# CHECK: {refusal}" in Path("analysis.toml").read_text(encoding="utf-8")
    assert run("fit", "analysis.toml") == 2


def test_a_file_that_cannot_be_read_leaves_no_draft(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    assert run("init", "empty.csv", "--out", "new/a.toml") == 2
    assert "empty.csv: expected a header line and rows of data; found an empty file" in capsys.readouterr().err
    assert not Path("new").exists()
