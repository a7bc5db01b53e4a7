"""The released reports say what the program says today: same data, same numbers, in the page as in the result."""

from __future__ import annotations

import hashlib
import html
import json
import re
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import stfit
from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.outputs import Output, Work
from stfit.pipeline.assembly import assemble
from stfit.pipeline.loading import inputs_of
from stfit.results import FitResult
from stfit.results.numbers import format_value
from tests.released_reports import DATASETS, ROOT

FEW = 0.01  # of a standard error: what another machine's arithmetic may change in an optimum


@cache
def released(name: str) -> FitResult:
    return FitResult.from_dict(
        json.loads((ROOT / "reports" / "released" / name / "result.json").read_text(encoding="utf-8"))
    )


@pytest.mark.parametrize("name", DATASETS)
def test_a_released_report_is_of_the_data_as_they_are(name: str) -> None:
    result = released(name)
    assert result.stfit_version == stfit.__version__
    for entry in result.inputs:
        content = (ROOT / "datasets" / name / Path(entry.file).name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry.sha256, entry.file


@pytest.mark.parametrize("name", DATASETS)
def test_a_released_report_has_the_numbers_of_today(name: str) -> None:
    analysis, measurements = inputs_of(ROOT / "datasets" / name / "analysis.toml", {}, "a test")
    objective = assemble(analysis, measurements)
    optimum = minimise(objective)
    compared = 0
    for parameter, estimate in estimates(objective, optimum).items():
        stored = released(name).parameters[parameter]
        if estimate.value is None or estimate.stderr is None or stored.interval not in ("", "covariance"):
            continue
        assert stored.value == pytest.approx(estimate.value, abs=FEW * estimate.stderr), parameter
        compared += 1
    assert compared >= 3


@pytest.mark.parametrize("name", DATASETS)
def test_a_released_report_may_be_written_again(name: str) -> None:
    analysis, folder = (ROOT / path / name for path in ("datasets", "reports/released"))
    Output(folder, Work("fit", (analysis / "analysis.toml",))).require(("report.html", "result.json"))


@pytest.mark.parametrize("name", DATASETS)
def test_the_page_says_what_the_result_says(name: str) -> None:
    page = (ROOT / "reports" / "released" / name / "report.html").read_text(encoding="utf-8")
    words = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"(?s)<(svg|script|style).*?</\1>", "", page)))
    result = released(name)
    assert result.title in words
    shown = 0
    for parameter in ("l_over_L", "slope_P", "slope_AP"):
        estimate = result.parameters.get(parameter)
        if estimate is not None and estimate.value is not None and np.isfinite(estimate.value):
            shown += format_value(estimate.value, estimate.stderr, estimate.unit, estimate.ci68) in words
    assert shown >= 1
