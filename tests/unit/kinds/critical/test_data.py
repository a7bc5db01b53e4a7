"""Critical currents as a measurement: statistics, signs, what is refused, what a figure shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stfit
from stfit.constants import ELEMENTARY_CHARGE
from stfit.derivatives import Jet, seed, total
from stfit.errors import InputError, TableError
from stfit.kinds.critical.data import CriticalCurrents
from stfit.measurement import Observation, Origin

STATE = np.array([0.0, 0.0, 1.0, 1.0])
CURRENT = np.array([-4e-3, -2e-3, 1.5e-3, 0.8e-3])
STDERR = np.array([2e-4, 1e-4, 1e-4, 0.5e-4])
DELTA_R = np.array([0.1, 0.2, 0.1, 0.2])
ROUNDING = 1e-13


def table(polarity: int = 1, without: tuple[str, ...] = (), changes: Any = None, **keys: Any) -> CriticalCurrents:
    columns = {
        "transition": STATE,
        "critical_current": CURRENT,
        "critical_current_stderr": STDERR,
        "delta_R": DELTA_R,
    } | (changes or {})
    kept = {name: values for name, values in columns.items() if name not in without}
    return CriticalCurrents.from_columns(kept, origin=Origin("currents.csv", polarity=polarity), **keys)


def test_it_is_a_measurement_that_freezes_its_arrays() -> None:
    measured = table()
    assert isinstance(measured, Observation)
    with pytest.raises(ValueError, match="read-only"):
        measured.current[0] = 0.0


def test_residuals_are_distances_in_standard_errors() -> None:
    prediction = 1.0 / (CURRENT + np.array([1, -2, 0, 3]) * STDERR)
    assert table().residuals(prediction) == pytest.approx([-1, 2, 0, -3], abs=1e-11)  # 1e-13·I/σ


def test_least_squares_is_maximum_likelihood() -> None:
    measured, rng = table(), np.random.default_rng(0)
    one, other = 1.0 / (CURRENT + STDERR * rng.standard_normal((2, 4)))
    squares = [float(np.sum(np.square(measured.residuals(p)))) for p in (one, other)]
    logs = [float(measured.log_likelihood(p)) for p in (one, other)]
    assert squares[0] - squares[1] == pytest.approx(-2 * (logs[0] - logs[1]), rel=ROUNDING)


def test_first_and_second_derivatives_of_the_likelihood() -> None:
    measured = table()
    scale = seed(np.array([1.07]), 2)[0]
    jet = measured.log_likelihood((1.0 / CURRENT) * scale)
    assert isinstance(jet, Jet)
    assert jet.hessian is not None

    def log_likelihood(factor: float) -> float:
        return float(measured.log_likelihood(factor / CURRENT))

    h = 1e-3  # fourth-order differences: relative error of order h⁴ = 1e-12, rounding 1e-15/h² = 1e-9
    values = [log_likelihood(1.07 + k * h) for k in (-2, -1, 0, 1, 2)]
    first = (values[0] - 8 * values[1] + 8 * values[3] - values[4]) / (12 * h)
    second = (-values[0] + 16 * values[1] - 30 * values[2] + 16 * values[3] - values[4]) / (12 * h**2)
    assert jet.gradient[0] == pytest.approx(first, rel=1e-8)
    assert jet.hessian[0, 0] == pytest.approx(second, rel=1e-6)


def test_leading_axes_are_walkers() -> None:
    predictions = np.stack([1.0 / CURRENT, 1.1 / CURRENT, 0.9 / CURRENT])
    assert table().residuals(predictions).shape == (3, 4)
    together = total(-0.5 * np.square(table().residuals(predictions)))
    assert table().log_likelihood(predictions) == pytest.approx(together, rel=ROUNDING)


def test_polarity_turns_the_currents_and_nothing_else() -> None:
    turned = table(polarity=-1, changes={"critical_current": -CURRENT})
    assert turned.residuals(1.05 / CURRENT) == pytest.approx(table().residuals(1.05 / CURRENT), rel=ROUNDING)
    # what is shown is the laboratory's
    assert turned.view().observed.value == pytest.approx(-1.0 / CURRENT, rel=ROUNDING)
    assert turned.view().displayed(1.0 / CURRENT) == pytest.approx(-1.0 / CURRENT, rel=ROUNDING)


@pytest.mark.parametrize("polarity", [1, -1])
def test_replicas_have_the_stated_mean_and_error(polarity: int) -> None:
    measured, rng, trials = table(polarity), np.random.default_rng(3), 4000
    truth = 1.0 / CURRENT
    drawn = np.array([measured.draw(truth, rng).residuals(truth) for _ in range(trials)])
    # standard normal: 4 standard errors of mean and variance over 4 rows each
    assert np.all(np.abs(drawn.mean(axis=0)) < 4 / np.sqrt(trials))
    assert np.all(np.abs(drawn.var(axis=0) - 1) < 4 * np.sqrt(2 / trials))


def test_same_seed_same_replica_other_seed_other_replica() -> None:
    one, same, other = (table().draw(1.0 / CURRENT, np.random.default_rng(s)).current for s in (1, 1, 2))
    assert one.tolist() == same.tolist()
    assert not np.any(one == other)


def test_magnitudes_get_the_sign_of_their_transition() -> None:
    measured = table(changes={"critical_current": np.abs(CURRENT)}, sign="magnitude")
    assert measured.current.tolist() == CURRENT.tolist()


def test_a_gaussian_error_asks_for_no_bootstrap() -> None:
    assert np.all(np.isinf(table().expected_counts(1.0 / CURRENT)))


# --- what a figure shows ------------------------------------------------------------------------------------------


def test_the_axis_is_delta_R_from_the_origin() -> None:
    axis = table().view().axis
    assert (axis.name, axis.unit, axis.reaches) == ("delta_R", "ohm", 0.0)
    assert axis.values.tolist() == DELTA_R.tolist()
    grid = table().view().along(2, np.array([0.0, 0.3]))
    assert grid.settings.delta_R is not None
    assert grid.settings.delta_R.tolist() == [0.0, 0.3]
    assert grid.settings.state.tolist() == [1, 1]


def test_without_a_column_the_device_gives_delta_R() -> None:
    measured = table(without=("delta_R",))
    assert measured.settings.delta_R is None
    assert measured.view().axis.values.tolist() == [1, 2, 3, 4]
    assert measured.view().along(0, np.array([1.0, 2.0])).settings.delta_R is None


def test_observed_errors_are_those_of_the_reciprocal() -> None:
    seen = table().view().observed
    assert seen.value == pytest.approx(1.0 / CURRENT, rel=ROUNDING)
    ends = np.sort([1.0 / (CURRENT + STDERR), 1.0 / (CURRENT - STDERR)], axis=0)
    assert seen.low == pytest.approx(ends[0], rel=ROUNDING)
    assert seen.high == pytest.approx(ends[1], rel=ROUNDING)


def test_an_error_as_large_as_the_current_leaves_the_reciprocal_open() -> None:
    seen = table(changes={"critical_current_stderr": np.array([5e-3, 1e-4, 1e-4, 1e-4])}).view().observed
    assert np.isnan(seen.low).tolist() == [True, False, False, False]


def test_rows_with_barriers_are_shown_at_the_mean_barrier() -> None:
    barrier = np.array([0.2, 0.4, 0.3, 0.5]) * ELEMENTARY_CHARGE
    measured = table(changes={"barrier": barrier})
    factor = np.array([0.2 / 0.3, 0.4 / 0.3, 0.3 / 0.4, 0.5 / 0.4])
    assert measured.view().observed.value == pytest.approx(factor / CURRENT, rel=ROUNDING)
    assert measured.view().displayed(1.0 / CURRENT) == pytest.approx(factor / CURRENT, rel=ROUNDING)
    grid = measured.view().along(1, np.array([0.1, 0.2, 0.3]))
    assert grid.settings.energy == pytest.approx(np.full(3, 0.3 * ELEMENTARY_CHARGE), rel=ROUNDING)
    assert grid.view().displayed(np.ones(3)) == pytest.approx(np.ones(3), rel=ROUNDING)


# --- the time scale ------------------------------------------------------------------------------------------------


def test_extrapolated_currents_know_neither_time_nor_temperature() -> None:
    measured = table(changes={"temperature": np.array([280.0, 300.0, 280.0, 300.0])})
    assert measured.settings.measurement_time is None
    assert measured.settings.athermal
    assert measured.view().series == ()
    assert any("'temperature' is not used" in notice for notice in measured.origin.notices)


def test_measured_currents_keep_their_time_and_temperature() -> None:
    kelvin = np.array([280.0, 300.0, 280.0, 300.0])
    measured = table(changes={"temperature": kelvin}, critical_current="measured", measurement_time=2.0)
    assert measured.settings.measurement_time == pytest.approx(np.full(4, 2.0), rel=0)
    assert not measured.settings.athermal
    assert [entry.values.tolist() for entry in measured.view().series] == [kelvin.tolist()]
    assert measured.origin.notices == ()


def test_a_time_in_every_row_makes_them_measured() -> None:
    measured = table(changes=TIMES)
    assert measured.settings.measurement_time == pytest.approx(TIMES["measurement_time"], rel=0)
    assert not measured.settings.athermal
    view = measured.view()
    assert view.axis.values == pytest.approx([-2.0, 0.0, -2.0, 0.0], abs=ROUNDING)  # by its logarithm
    assert [entry.shown(1) for entry in view.series[1:]] == ["0.2 ohm"]
    there = view.along(1, np.array([-1.0, 3.0])).settings
    assert there.measurement_time == pytest.approx([0.1, 1e3], rel=ROUNDING)
    assert there.delta_R == pytest.approx([0.2, 0.2], rel=0)
    extrapolated = table(changes=TIMES, critical_current="extrapolated")
    assert extrapolated.settings.measurement_time is None
    assert "column 'measurement_time' is not used" in extrapolated.origin.notices[0]


# --- what is refused -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0.0, 5e-324])
@pytest.mark.parametrize("column", ["critical_current", "delta_R"])
def test_zeros_and_what_is_next_to_them_are_refused(column: str, size: float) -> None:
    wrong = {column: np.array([-1.0, size, 1.0, 1.0])}
    with pytest.raises(TableError, match=f"row 1, column '{column}': expected .* of at least .*; found {size:g}"):
        table(changes=wrong)


def test_a_negative_magnitude_is_refused() -> None:
    with pytest.raises(TableError, match=r"row 0, column 'critical_current': expected a magnitude.*found -0\.004 A"):
        table(sign="magnitude")


TIMES = {"measurement_time": np.array([1e-2, 1.0, 1e-2, 1.0])}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"critical_current": "measured"}, 'expected a column, or the key measurement_time = "1 s".*found neither'),
        ({"measurement_time": 0.0}, "expected a positive time in s; found 0 s"),
        ({"measurement_time": -1.0}, "expected a positive time in s; found -1 s"),
        ({"changes": TIMES, "measurement_time": 1.0}, "expected either this column or the key of this name"),
        (
            {"critical_current": "extrapolated", "measurement_time": 1.0},
            'expected no measurement time with critical_current = "extrapolated"; found 1 s',
        ),
    ],
)
def test_a_time_that_is_missing_or_too_much_is_refused(keys: dict[str, Any], message: str) -> None:
    with pytest.raises(TableError, match=f"column 'measurement_time': {message}"):
        table(**keys)


def test_currents_of_the_wrong_sign_are_noticed() -> None:
    mixed = table(changes={"critical_current": CURRENT * np.array([1, 1, 1, -1])})
    assert "1 of 4 critical currents have the sign of the other transition" in mixed.origin.notices[0]
    reversed_device = table(changes={"critical_current": -CURRENT})
    assert reversed_device.origin.notices == ()


def test_a_file_is_read_with_its_units_and_its_errors_have_lines(tmp_path: Path) -> None:
    file = tmp_path / "ic.csv"
    header = "transition,I_c (uA),I_c_err (uA),dR (mohm),E_a (meV)\n"
    file.write_text(f"{header}P->AP,-500,20,110,300\nAP->P,200,10,110,280\n", encoding="utf-8")
    measured = stfit.load(file, "switching-currents")
    assert isinstance(measured, CriticalCurrents)
    settings = measured.settings
    assert settings.energy is not None
    assert measured.current == pytest.approx([-5e-4, 2e-4], rel=ROUNDING)
    assert settings.delta_R == pytest.approx([0.11, 0.11], rel=ROUNDING)
    assert settings.energy / ELEMENTARY_CHARGE == pytest.approx([0.3, 0.28], rel=ROUNDING)
    file.write_text(f"{header}P->AP,-500,20,0,300\nAP,200,0,110,-1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"line 3, column 'transition'.*") as caught:
        stfit.load(file, "switching-currents")
    assert len(caught.value.problems) == 3  # the word, the error of 0 and the negative barrier
