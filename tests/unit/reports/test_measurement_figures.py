from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stfit.reports.drawn_measurements import (
    all_residuals_figure,
    correlations_figure,
    drive_of,
    measurement_figure,
    parameter_correlations,
    series_of,
)
from stfit.results.result import FitResult

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
NANOPILLAR: FitResult = EXAMPLES["nanopillar"]()


def test_rows_are_grouped_by_series_with_their_curves() -> None:
    series = series_of(NANOPILLAR, NANOPILLAR.measurements[0])
    assert [entry.label for entry in series][:3] == ["P, 275 K", "AP, 275 K", "P, 285 K"]
    assert {entry.state for entry in series} == {"P", "AP"}
    assert all(entry.x.shape == (15,) and entry.fit is not None for entry in series)


def test_a_row_without_transition_has_a_limit_and_no_value() -> None:
    last = series_of(NANOPILLAR, NANOPILLAR.measurements[0])[0]
    assert np.isnan(last.observed[-1])
    assert np.isfinite(last.low[-1])


def test_the_state_of_a_pulse_is_the_one_it_leaves() -> None:
    assert [entry.state for entry in series_of(NANOPILLAR, NANOPILLAR.measurements[2])] == ["P", "P", "AP", "AP"]


def test_a_device_driven_by_voltage_is_drawn_against_voltage() -> None:
    summary, curves = EXAMPLES["pulse_parts"]("voltage")
    result = replace(NANOPILLAR, measurements=[summary], curves=curves)
    figure = measurement_figure(result, summary)
    assert drive_of(summary) == "voltage"
    assert figure is not None
    assert figure.axes[1].get_xlabel() == "voltage (mV)"


def test_a_kind_without_a_figure_has_none() -> None:
    summary = replace(NANOPILLAR.measurements[0], kind="of-a-package-that-is-not-installed")
    assert measurement_figure(NANOPILLAR, summary) is None
    assert measurement_figure(NANOPILLAR, replace(NANOPILLAR.measurements[0], reduced=[])) is None


def test_correlations_may_be_given_one_way_only() -> None:
    result = replace(NANOPILLAR, correlations={"c_P": {"c_AP": 0.5}, "c_AP": {}})
    names, matrix = parameter_correlations(result)
    assert names == ["c_P", "c_AP"]
    assert matrix.tolist() == [[1.0, 0.5], [0.5, 1.0]]


@pytest.mark.parametrize("correlations", [{}, {"c_P": {}}])
def test_fewer_than_two_parameters_have_no_correlation(correlations: dict[str, dict[str, float]]) -> None:
    assert correlations_figure(replace(NANOPILLAR, correlations=correlations)) is None


def test_residuals_need_rows() -> None:
    assert all_residuals_figure(replace(NANOPILLAR, measurements=[])) is None
    assert all_residuals_figure(NANOPILLAR) is not None
