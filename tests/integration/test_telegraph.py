"""Telegraph traces from files to the answers: the example data set, and a measured trace whose levels overlap."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

import stfit
from stfit.kinds.telegraph.data import TelegraphTraces
from stfit.notebook.faces import Fit
from stfit.results import FitResult
from tests.truths import DATASETS, assert_true, truth_of

TELEGRAPH = DATASETS / "telegraph"
REAL = os.environ.get("STFIT_REALDATA")


@pytest.fixture(scope="module")
def result() -> FitResult:
    return stfit.fit(TELEGRAPH / "analysis.toml")


@pytest.mark.slow
def test_the_fit_finds_the_truth(result: FitResult) -> None:
    truth, errors = truth_of(TELEGRAPH), ("l_over_L", "tau_0", "E_P", "E_AP", "theta_0", "slope_P", "slope_AP")
    assert_true(result.parameters, truth, *errors)
    assert result.goodness.verdict == "acceptable"


@pytest.mark.slow
def test_each_trace_says_its_route_and_its_checks(result: FitResult) -> None:
    far, close = (entry.traces for entry in result.measurements)
    assert {trace["route"] for trace in far} == {"threshold"}
    assert {trace["route"] for trace in close} == {"hmm"}
    for trace in far:
        assert all(naive > tau for naive, tau in zip(trace["naive"], trace["tau"], strict=True))
        assert len(trace["checks"]) == 10
    assert any("12 by thresholds" in note.sentence for note in result.validity)
    assert any("2 by the hidden Markov model" in note.sentence for note in result.validity)


@pytest.mark.slow
def test_the_report_shows_them(result: FitResult, tmp_path: Path) -> None:
    page = stfit.report(result, tmp_path).read_text(encoding="utf-8")
    assert "traces_01.npy" in page
    assert "hidden Markov model" in page
    assert "excerpt with its states" in page
    assert "Small crosses" in page
    assert Fit.read(tmp_path / "result.json") == result


@pytest.mark.skipif(not REAL, reason="STFIT_REALDATA names no folder of measured files")
def test_a_measured_trace_whose_levels_overlap(tmp_path: Path) -> None:
    force = np.loadtxt(f"{REAL}/rnase-h-trace/trace47.csv", delimiter=",", skiprows=1)[:, 1]
    np.save(tmp_path / "trace47.npy", force)
    (tmp_path / "index.csv").write_text("file,current (mA)\ntrace47.npy,1\n")
    for method, route, verdict in (("auto", "hmm", "passed"), ("threshold", "threshold", "failed")):
        found = stfit.load(tmp_path / "index.csv", "telegraph-trace", sample_interval=1e-3, unit="ohm", method=method)
        assert isinstance(found, TelegraphTraces)
        record = found.records[0]
        check = next(entry for entry in record.checks if entry["name"] == "thresholds")
        assert (record.route, check["verdict"]) == (route, verdict)
        assert "not suitable" in check["sentence"]
    m = stfit.load(tmp_path / "index.csv", "telegraph-trace", sample_interval=1e-3, unit="ohm")
    assert isinstance(m, TelegraphTraces)
    # a record of what came out, with a memory of 3 samples in the noise; white noise gives 0.163 and 0.093 s, as the
    # trap's relaxation is then taken for visits. 16 visits of each state, errors of 25 %
    np.testing.assert_allclose(np.exp(m.log_tau), [0.394, 0.233], rtol=0.3)
    white = next(entry for entry in m.records[0].checks if entry["name"] == "white noise")
    assert (
        white["verdict"] == "failed"
    )  # the trap's own relaxation colours it: the times are not to be taken as they stand
