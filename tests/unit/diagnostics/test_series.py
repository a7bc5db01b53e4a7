"""Series: how rows are grouped and named, what their curves show, that bands hold the fit."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.series import curves, series_labels, summaries
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.measurement import Observation, Origin
from stfit.objective import Objective
from tests import builders

GRID = builders.grid(temperatures=(260.0, 310.0), currents=(-8e-3, -2e-3, 3e-3, 9e-3))


def kinds(polarity: int) -> dict[str, Observation]:
    grid = builders.grid(temperatures=(260.0, 310.0), currents=(-8e-3, -2e-3, 3e-3, 9e-3), polarity=polarity)
    return {
        "dwells": builders.dwell_times(grid, n=40, seed=1),
        "watched": builders.watched(grid, expected=1.0, seed=1),
        "means": builders.mean_dwells(grid, relative=0.1, seed=1),
        "events": builders.dwell_events(grid, n=5, seed=1),
        "pulses": builders.pulses(grid, n=50, seed=1),
    }


@cache
def fitted(name: str, polarity: int = 1) -> tuple[Objective, Optimum]:
    objective = builders.objective(kinds(polarity)[name])
    return objective, minimise(objective)


named = pytest.mark.parametrize("name", kinds(1))


def table(**columns: Any) -> DwellTimes:
    size = len(columns["state"])
    base = {"current": np.linspace(-1e-3, 1e-3, size), "n": np.full(size, 5.0), "total_time": np.full(size, 1.0)}
    built = DwellTimes.from_columns(
        {key: np.asarray(values, dtype=float) for key, values in (base | columns).items()}, origin=Origin()
    )
    assert isinstance(built, DwellTimes)
    return built


# --- labels ---------------------------------------------------------------------------------------------------------


def test_a_label_names_what_differs_and_nothing_else() -> None:
    assert set(series_labels(table(state=[0, 1, 0, 1]).view()).labels) == {"P", "AP"}
    assert set(series_labels(table(state=[0, 1], temperature=[295.0, 295.0]).view()).labels) == {"P", "AP"}
    assert set(series_labels(table(state=[0, 0, 1], temperature=[270.0, 295.0, 295.0]).view()).labels) == {
        "P, 270 K",
        "P, 295 K",
        "AP, 295 K",
    }
    assert set(series_labels(table(state=[0, 0], field=[-5e-3, 12.5e-3]).view()).labels) == {"P, -5 mT", "P, 12.5 mT"}


def test_readings_that_look_alike_are_one_series() -> None:
    # a thermometer read row by row: no reader wants a series for each of its last digits
    series = series_labels(table(state=[0, 0, 0, 1], temperature=[294.98, 295.02, 270.0, 295.01]).view())
    assert set(series.labels) == {"P, 270 K", "P, 295 K", "AP, 295 K"}
    assert series.group[0] == series.group[1]
    assert series_labels(table(state=[0, 0], temperature=[295.0, 295.0 * (1 + 1e-6)]).view()).labels == ("P",)


def test_series_come_in_the_order_of_their_numbers() -> None:
    labels = series_labels(table(state=[1, 0, 0, 0], temperature=[300.0, 1000.0, 4.2, 300.0]).view()).labels
    assert labels == ("P, 4.2 K", "P, 300 K", "P, 1000 K", "AP, 300 K")


def test_pulses_are_transitions_and_differ_in_width() -> None:
    columns = {
        "transition": np.array([0, 0, 1]),
        "current": np.array([-1e-3, -2e-3, 1e-3]),
        "pulse_width": np.array([1e-8, 2e-8, 2e-8]),
        "n": np.full(3, 50.0),
        "n_switched": np.array([3.0, 7.0, 9.0]),
    }
    pulses = SwitchingPulses.from_columns(columns, origin=Origin())
    assert set(series_labels(pulses.view()).labels) == {"P→AP, 10 ns", "P→AP, 20 ns", "AP→P, 20 ns"}


def test_every_row_belongs_to_the_series_of_its_settings() -> None:
    measurement = builders.dwell_times(GRID)
    series = series_labels(measurement.view())
    for row, group in enumerate(series.group):
        state = ("P", "AP")[GRID.state[row]]
        assert series.labels[group] == f"{state}, {GRID.temperature[row]:.0f} K"
    assert series.group[series.first].tolist() == list(range(len(series.labels)))


# --- curves ---------------------------------------------------------------------------------------------------------


@named
@pytest.mark.parametrize("polarity", [1, -1])
def test_bands_hold_the_fit_and_each_other(name: str, polarity: int) -> None:
    found = curves(*fitted(name, polarity))
    assert len(found) == 4  # two states at two temperatures
    for curve in found:
        y, lo68, hi68, lo95, hi95 = (
            np.array(part) for part in (curve.y, curve.lo68, curve.hi68, curve.lo95, curve.hi95)
        )
        assert np.all((lo95 <= lo68) & (lo68 <= y) & (y <= hi68) & (hi68 <= hi95))
        assert np.any(lo95 < hi95)
        assert np.ptp(np.diff(curve.x)) < 1e-12


@named
@pytest.mark.parametrize("polarity", [1, -1])
def test_curves_run_through_the_fitted_values_at_the_laboratory_current(name: str, polarity: int) -> None:
    objective, optimum = fitted(name, polarity)
    (summary,) = summaries(objective, optimum)
    by_label = {curve.series: curve for curve in curves(objective, optimum)}
    for row in summary.reduced:
        curve = by_label[row["series"]]
        order = np.argsort(curve.x)
        x = np.array(curve.x)[order]
        assert x[0] < row["current"] < x[-1]  # the measured range, and a little more
        y = np.array(curve.y)[order]
        logarithm = np.log if name != "pulses" else np.asarray
        there = np.interp(row["current"], x, logarithm(y))
        # ln τ is linear in I, and so its interpolation exact; a probability is bent by 60⁻²/8·4² at most
        assert there == pytest.approx(float(logarithm(row["fitted"])), abs=1e-9 if name != "pulses" else 1e-3)


@named
def test_polarity_mirrors_the_curves_and_nothing_else(name: str) -> None:
    plus, minus = (curves(*fitted(name, polarity)) for polarity in (1, -1))
    for one, other in zip(plus, minus, strict=True):
        assert one.series == other.series
        # both run from left to right, as the laboratory's currents do
        assert one.x == pytest.approx((-np.array(other.x[::-1])).tolist(), rel=1e-12)
        assert one.y == pytest.approx(other.y[::-1], rel=1e-9)
        assert one.hi95 == pytest.approx(other.hi95[::-1], rel=1e-9)


def test_the_band_of_a_dwell_time_is_propagated_in_its_logarithm() -> None:
    objective, optimum = fitted("dwells")
    assert optimum.covariance is not None
    curve = curves(objective, optimum)[0]
    up, down = np.log(np.array(curve.hi68) / curve.y), np.log(np.array(curve.y) / curve.lo68)
    assert up == pytest.approx(down, rel=1e-9)
    wide = np.log(np.array(curve.hi95) / curve.y)
    assert wide == pytest.approx(1.959963984540054 * up, rel=1e-9)
    # by differences at the first measured row
    steps = np.sqrt(np.diag(optimum.covariance))
    gradient = builders.central_difference(
        lambda z: objective.predictions(optimum.x + z * steps)[0][0], np.zeros(steps.size), 1e-3
    )
    error = float(np.sqrt(gradient @ (optimum.covariance / np.outer(steps, steps)) @ gradient))
    assert GRID.current[0] == -8e-3
    first = curve if curve.series == "P, 260 K" else curves(objective, optimum)[1]
    assert np.interp(-8e-3, first.x, np.log(np.array(first.hi68) / first.y)) == pytest.approx(error, rel=1e-2)


def test_curves_have_units_and_names() -> None:
    dwell, pulse = curves(*fitted("dwells"))[0], curves(*fitted("pulses"))[0]
    assert (dwell.units, dwell.labels) == ({"x": "A", "y": "s"}, {"x": "current", "y": "dwell time"})
    assert (pulse.units, pulse.labels) == ({"x": "A", "y": ""}, {"x": "current", "y": "switching probability"})
    assert dwell.measurement == "dwell.csv"


@pytest.mark.parametrize("currents", [(0.0,), (3e-3,)])
def test_a_series_of_one_current_still_has_a_range(currents: tuple[float, ...]) -> None:
    objective = builders.objective(builders.dwell_times(builders.grid(currents=currents), n=20, seed=1))
    for curve in curves(objective, minimise(objective)):
        assert curve.x[0] < currents[0] < curve.x[-1]


# --- rows -----------------------------------------------------------------------------------------------------------


@named
def test_rows_are_what_was_measured_with_its_residual(name: str) -> None:
    objective, optimum = fitted(name, -1)
    (summary,) = summaries(objective, optimum)
    grid = builders.grid(temperatures=(260.0, 310.0), currents=(-8e-3, -2e-3, 3e-3, 9e-3))
    assert len(summary.reduced) == grid.current.size
    residuals = objective.residuals(optimum.x)
    for row, entry in enumerate(summary.reduced):
        assert entry["current"] == -grid.current[row]  # as the laboratory wrote it
        assert entry["temperature"] == grid.temperature[row]
        assert entry["state"] == ("P", "AP")[grid.state[row]]
        assert entry["residual"] == residuals[row]
        assert (entry.get("transition") == ("P→AP", "AP→P")[grid.state[row]]) is (name == "pulses")


def test_a_row_without_transitions_has_no_value_but_a_limit() -> None:
    objective, optimum = fitted("watched")
    (summary,) = summaries(objective, optimum)
    empty = [row for row in summary.reduced if row["n"] == 0]
    assert empty
    for row in empty:
        assert row["observed"] is None
        assert row["observed_hi"] is None
        assert row["observed_lo"] > 0.0
