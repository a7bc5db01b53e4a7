"""MCMC as a user runs it: from the command line and from Python, from the same file to the same numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import stfit
from stfit.backends.budget import Budget
from stfit.backends.chain_file import read as read_chain
from stfit.errors import InputError
from stfit.results.storage import read as read_result

Run = Callable[..., int]

ANALYSIS = """
title = "pillar"
[device]
delta_R = "0.112 ± 0.004 ohm"
beta = "0.36 ± 0.03"
temperature = "295 ± 1 K"
[[measurement]]
kind = "dwell-times"
file = "{file}"
[fit]
compare = false
[sampler]
walkers = 48
steps = {steps}
target = 2000
"""
DWELLS = Path(__file__).parents[2] / "datasets" / "nanopillar" / "dwell.csv"


def written(folder: Path, steps: int = 1000) -> Path:
    path = folder / "my.toml"
    path.write_text(ANALYSIS.format(file=DWELLS, steps=steps), encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_chain_from_the_command_line(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    analysis = str(written(tmp_path))
    assert run("fit", analysis, "--backend", "mcmc", "--seed", "7", "--out", "out") == 0
    assert capsys.readouterr().err == ""  # no bar where nobody looks
    result = read_result(tmp_path / "out" / "result.json")
    assert (result.backend, result.seed) == ("mcmc", 7)
    assert result["l_over_L"].interval == "posterior"
    assert result.sampling["verdict"] in {"reliable", "tentative"}
    chain = read_chain(tmp_path / "out" / "chain.h5").chain
    value = result["l_over_L"].value
    assert value == pytest.approx(float(np.median(chain.flat[:, chain.names.index("l_over_L")])), rel=1e-9)

    # another seed is refused and nothing is touched
    before = (tmp_path / "out" / "chain.h5").read_bytes()
    assert run("fit", analysis, "--backend", "mcmc", "--seed", "8", "--out", "out", "--resume") == 2
    assert "expected the same seed as now (8); found another (7)" in capsys.readouterr().err
    assert (tmp_path / "out" / "chain.h5").read_bytes() == before

    # in Python the same numbers, from a chain that has nothing left to do
    fitted = stfit.fit(analysis, seed=7)
    sampled = stfit.sample(fitted, seed=7, file=tmp_path / "out" / "chain.h5", resume=True)
    assert fitted.backend == "least-squares"
    assert sampled.parameters == result.parameters
    with pytest.raises(InputError, match="a stored one with its data"):
        stfit.sample(result, seed=7)
    with pytest.raises(InputError, match=r"as stfit\.sample gives it"):
        stfit.to_arviz(fitted)
    assert "source" not in json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_an_unusable_chain_ends_with_status_3_and_a_report(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # 100 steps are a handful of autocorrelation times
    path = written(tmp_path, steps=100)
    path.write_text(path.read_text().replace("walkers = 48", "walkers = 18\nensembles = 2"), encoding="utf-8")
    assert run("fit", str(path), "--backend", "mcmc", "--seed", "1", "--out", "out") == 3
    assert "unusable" in capsys.readouterr().err
    result = read_result(tmp_path / "out" / "result.json")
    assert result.sampling["verdict"] == "unusable"
    assert result["l_over_L"].value is None
    assert (tmp_path / "out" / "report.html").exists()


def test_a_measurement_in_memory() -> None:
    table = stfit.load(DWELLS, "dwell-times")
    result = stfit.fit(
        table, device={"delta_R": "0.112 ohm", "beta": "0.36", "temperature": "295 K"}, fit={"compare": False}
    )
    sampled = stfit.sample(result, seed=3, budget=Budget(ensembles=2, walkers=24, steps=200))
    assert sampled.sampling["walkers"] == 24
    assert sampled.sampling["ensembles"] == 2
