"""Resonance lines as a measurement: what the columns mean, statistics, what is refused, what a figure shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stfit
from stfit.derivatives import Jet, seed
from stfit.errors import InputError, TableError
from stfit.kinds.resonance.data import FmrLines
from stfit.measurement import Observation, Origin
from stfit.measurement.resampling import with_rows
from stfit.physics.fluctuations import field_linewidth
from stfit.results import Verdict, contains

STATE = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
CURRENT = np.array([-1e-3, 0.0, 1e-3, -1e-3, 0.0, 1e-3])
SLOPES = np.where(STATE == 0, 300.0, -900.0)  # 1/A
POWER = 2.0 * np.exp(-SLOPES * CURRENT)
WIDTH = 1e8 * np.exp(SLOPES * CURRENT)
FULL = {
    "state": STATE,
    "current": CURRENT,
    "power": POWER,
    "power_stderr": 0.03 * POWER,
    "linewidth": WIDTH,
    "linewidth_stderr": 0.02 * WIDTH,
}
KEYS: dict[str, Any] = {"power": "integrated", "linewidth": "fwhm"}
FREQUENCIES = {
    "state": np.zeros(3),
    "current": np.zeros(3),
    "frequency": np.array([5e9, 10e9, 15e9]),
    "field_linewidth": np.array([5e-3, 9e-3, 13e-3]),
    "field_linewidth_stderr": np.full(3, 1e-4),
}


def lines(columns: dict[str, Any] = FULL, without: tuple[str, ...] = (), polarity: int = 1, **keys: Any) -> FmrLines:
    kept = {name: values for name, values in columns.items() if name not in without}
    return FmrLines.from_columns(kept, origin=Origin("lines.csv", polarity=polarity), **keys)


def test_it_is_a_measurement_with_a_row_for_each_observable_of_each_line() -> None:
    measured = lines(**KEYS)
    assert isinstance(measured, Observation)
    assert measured.settings.state.size == measured.value.size == 12
    np.testing.assert_array_equal(measured.is_linewidth, np.repeat([0, 1], 6))
    np.testing.assert_array_equal(measured.value, [*POWER, *WIDTH])
    np.testing.assert_array_equal(measured.settings.current, np.tile(CURRENT, 2))
    with pytest.raises(ValueError, match="read-only"):
        measured.value[0] = 0.0


def test_polarity_turns_the_current_of_the_theory_and_not_that_of_the_figure() -> None:
    measured = lines(polarity=-1, **KEYS)
    np.testing.assert_array_equal(measured.settings.current, -np.tile(CURRENT, 2))
    np.testing.assert_array_equal(measured.view().axis.values, np.tile(CURRENT, 2))


@pytest.mark.parametrize(("measure", "factor"), [("fwhm", 1.0), ("hwhm", 2.0), ("peak-to-peak", np.sqrt(3.0))])
def test_widths_are_fwhm_from_birth_with_their_errors_and_the_inhomogeneous_part(measure: str, factor: float) -> None:
    measured = lines(power="integrated", linewidth=measure, inhomogeneous_linewidth="3 MHz")
    np.testing.assert_allclose(measured.value[6:], factor * WIDTH, rtol=1e-15)
    np.testing.assert_allclose(measured.stderr[6:], factor * 0.02 * WIDTH, rtol=1e-15)
    assert measured.numbers.inhomogeneous == pytest.approx(factor * 3e6, rel=1e-15)
    assert any(measure in notice for notice in measured.origin.notices) == (measure != "fwhm")


def test_widths_at_several_frequencies_follow_them_and_their_inhomogeneous_part_is_fitted_unless_known() -> None:
    measured = lines(FREQUENCIES, linewidth="fwhm")
    assert measured.traits.needs == ("alpha", "gyromagnetic_ratio")
    assert [p.name for p in measured.traits.own_parameters] == ["inhomogeneous_linewidth"]
    assert measured.view().axis.name == "frequency"
    known = lines(FREQUENCIES, linewidth="fwhm", inhomogeneous_linewidth="1 mT")
    assert known.traits.own_parameters == ()
    assert known.numbers.inhomogeneous == 1e-3


def test_one_frequency_leaves_the_inhomogeneous_part_free_unless_it_is_given() -> None:
    columns = FREQUENCIES | {"frequency": np.full(3, 5e9), "current": CURRENT[:3]}
    free = lines(columns, linewidth="fwhm")
    assert free.numbers.inhomogeneous is None
    assert free.view().axis.name == "current"
    assert lines(columns, linewidth="fwhm", inhomogeneous_linewidth="1 mT").numbers.inhomogeneous == 1e-3


def test_a_damping_at_one_frequency_holds_the_truth_or_is_not_identified(tmp_path: Path) -> None:
    current = np.linspace(-2.0, 2.0, 9)
    hidden, homogeneous = 1.5e-3, float(field_linewidth(10e9, 0.02, 1.76e11, 0.0))
    noise = 0.003 * np.random.default_rng(0).standard_normal(9)
    for mapping, ratio in (("damping", np.exp(0.1 * current)), ("torque", 1.0 - 0.1 * current)):
        width = (hidden + homogeneous * ratio) * (1.0 + noise)
        rows = [f"P,{i},10,{1e3 * w},{3 * w}" for i, w in zip(current.tolist(), width.tolist(), strict=True)]
        head = "state,current (mA),frequency (GHz),linewidth (mT),linewidth_stderr (mT)"
        (tmp_path / "lines.csv").write_text("\n".join([head, *rows]))
        (tmp_path / "a.toml").write_text(
            f'[[measurement]]\nkind = "fmr-lines"\nfile = "lines.csv"\nlinewidth = "fwhm"\n[model]\n'
            f'mapping = "{mapping}"\n[device]\ngyromagnetic_ratio = "1.76e11 rad/s/T"\n[fit]\ncompare = false\n'
        )
        found = stfit.fit(tmp_path / "a.toml")
        damping = found["alpha"]
        if mapping == "torque":
            assert damping.verdict is Verdict.NOT_IDENTIFIED
            remedies = " ".join(entry["remedy"] for entry in found.identifiability["null_directions"])
            assert "inhomogeneous_linewidth in [[measurement]]" in remedies
        else:
            assert damping.ci95 is not None
            assert contains(damping.ci95, 0.02)


def test_parameters_of_the_lines_start_at_what_is_seen_at_zero_current() -> None:
    measured = lines(**KEYS)
    starts: dict[str, Any] = {p.name: (measured.start().own[p.name], p.unit) for p in measured.traits.own_parameters}
    # a regression through exact exponentials: a dozen roundings of numbers of order 20
    assert starts == {
        "power_P": (pytest.approx(2.0, rel=1e-12), ""),
        "power_AP": (pytest.approx(2.0, rel=1e-12), ""),
        "linewidth_P": (pytest.approx(1e8, rel=1e-12), "Hz"),
        "linewidth_AP": (pytest.approx(1e8, rel=1e-12), "Hz"),
    }


def test_a_peak_starts_at_the_integral_of_its_line() -> None:
    starts = lines(power="peak", linewidth="fwhm").start().own
    assert starts["power_P"] == pytest.approx(2.0 * np.pi / 2 * 1e8, rel=1e-12)
    alone = lines(without=("linewidth", "linewidth_stderr"), power="peak")
    assert alone.start().own["power_P"] == pytest.approx(2.0, rel=1e-12)


def test_only_the_states_that_were_measured_have_parameters() -> None:
    in_AP = {name: values[3:] for name, values in FULL.items()}
    assert [p.name for p in lines(in_AP, **KEYS).traits.own_parameters] == ["power_AP", "linewidth_AP"]


@pytest.mark.parametrize("keys", [{"power": "integrated"}, {"power": "peak"}, {"linewidth": "fwhm"}])
def test_crude_slopes_are_those_of_the_lines(keys: dict[str, Any]) -> None:
    dropped = ("linewidth", "linewidth_stderr") if "power" in keys else ("power", "power_stderr")
    factor = 0.5 if keys.get("power") == "peak" else 1.0  # of a peak both P and 1/Δf fall
    rough = lines(without=dropped, **keys).start().dwell_times
    assert rough is not None
    assert rough.only_slopes
    np.testing.assert_allclose(rough.log_dwell, factor * (SLOPES * CURRENT)[rough.row], atol=1e-13)


# --- statistics ---------------------------------------------------------------------------------------------------


def test_residuals_are_distances_in_standard_errors() -> None:
    measured = lines(**KEYS)
    away = np.array([1, -2, 0, 3, 0.5, -1] * 2)
    found = measured.residuals(np.log(measured.value + away * measured.stderr))
    # ln and exp of numbers up to 1e8 lose 20ε of the value, which is 50 standard errors
    assert found == pytest.approx(-away, abs=20 * 50 * 1e-15 * 10)


def test_least_squares_is_maximum_likelihood() -> None:
    measured, rng = lines(**KEYS), np.random.default_rng(0)
    one, other = np.log(measured.value) + 0.03 * rng.standard_normal((2, 12))
    squares = [float(np.sum(np.square(measured.residuals(p)))) for p in (one, other)]
    logs = [float(measured.log_likelihood(p)) for p in (one, other)]
    assert squares[0] - squares[1] == pytest.approx(-2 * (logs[0] - logs[1]), rel=1e-13)


def test_first_and_second_derivatives_of_the_likelihood() -> None:
    measured, step = lines(**KEYS), 1e-4

    def at(shift: float) -> float:
        return float(measured.log_likelihood(np.log(measured.value) + 0.05 + shift))

    shift = seed(np.array([0.0]), 2)[0]
    jet = measured.log_likelihood(np.log(measured.value) + 0.05 + shift)
    assert isinstance(jet, Jet)
    assert jet.hessian is not None
    slope, curvature = (at(step) - at(-step)) / (2 * step), (at(step) - 2 * at(0.0) + at(-step)) / step**2
    # the third and fourth derivatives are some 8 and 16 times the second: h² of them is 1e-7; rounding ε|ln L|/h² 1e-6
    assert jet.gradient[0] == pytest.approx(slope, rel=1e-6)
    assert jet.hessian[0, 0] == pytest.approx(curvature, rel=1e-5)


def test_replicas_scatter_by_the_errors_about_the_prediction() -> None:
    measured, rng = lines(**KEYS), np.random.default_rng(1)
    truth = np.log(1.1 * measured.value)
    drawn = np.array([measured.draw(truth, rng).residuals(truth) for _ in range(2000)])
    # 24,000 standard normal residuals: the mean within 4/√24000, the variance within 4·√(2/24000)
    assert abs(float(np.mean(drawn))) < 4 / np.sqrt(drawn.size)
    assert float(np.var(drawn)) == pytest.approx(1.0, abs=4 * np.sqrt(2 / drawn.size))


def test_gaussian_errors_need_no_counts() -> None:
    assert np.all(np.isinf(lines(**KEYS).expected_counts(np.zeros((3, 12)))))


# --- what a figure shows ------------------------------------------------------------------------------------------


def test_every_row_shows_its_observable_in_its_unit() -> None:
    observed = lines(power="peak", linewidth="fwhm").view().observed
    assert observed.shows(0) == ("peak power", "")
    assert observed.shows(6) == ("linewidth", "Hz")
    np.testing.assert_allclose(observed.high - observed.value, [*(0.03 * POWER), *(0.02 * WIDTH)], rtol=1e-12)


def test_a_row_repeats_at_other_settings_of_the_axis() -> None:
    grid = np.linspace(-2e-3, 2e-3, 5)
    along = lines(**KEYS).view().along(9, grid)
    np.testing.assert_array_equal(along.settings.current, grid)
    assert isinstance(along, FmrLines)
    assert set(along.settings.state) == {1}
    assert set(along.is_linewidth) == {1}
    at = lines(FREQUENCIES, linewidth="fwhm").view().along(0, np.array([1e9, 2e9]))
    assert isinstance(at, FmrLines)
    assert at.settings.frequency is not None
    np.testing.assert_array_equal(at.settings.frequency, [1e9, 2e9])
    assert at.numbers.by_frequency


# --- what is refused ----------------------------------------------------------------------------------------------

WITHOUT_WIDTH = ("linewidth", "linewidth_stderr")


@pytest.mark.parametrize(
    ("columns", "without", "keys", "message"),
    [
        (FULL, (), {"power": "integrated"}, r'the key linewidth = "fwhm" or "hwhm" or "peak-to-peak".*no such key'),
        (FULL, (), {"linewidth": "fwhm"}, r'the key power = "integrated" or "peak".*found no such key'),
        (FULL, (), KEYS | {"linewidth": "sigma"}, "found 'sigma'"),
        (FULL, WITHOUT_WIDTH, KEYS, "the columns linewidth and linewidth_stderr, as the key linewidth is given"),
        (FULL, (), KEYS | {"inhomogeneous_linewidth": "3 mT"}, "a frequency with its unit"),
        (FULL, (), KEYS | {"inhomogeneous_linewidth": "3 ± 1 MHz"}, "a width without ±"),
        (FULL, (), KEYS | {"inhomogeneous_linewidth": "-3 MHz"}, "0 or more"),
        (FULL, (), KEYS | {"inhomogeneous_linewidth": "60 MHz"}, "row 5.*more than the inhomogeneous linewidth"),
        (FULL, WITHOUT_WIDTH, {"power": "peak", "inhomogeneous_linewidth": "3 MHz"}, "a linewidth column"),
        (FULL | {"frequency": np.linspace(5e9, 9e9, 6)}, (), KEYS, "one frequency, or linewidths in field units"),
        (
            {**FREQUENCIES, "linewidth_stderr": np.ones(3)},
            ("field_linewidth_stderr",),
            {"linewidth": "fwhm"},
            "same dimension",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(
    columns: dict[str, Any], without: tuple[str, ...], keys: dict[str, Any], message: str
) -> None:
    with pytest.raises(TableError, match=message):
        lines(columns, without, **keys)


HEADER = "state,current (mA),linewidth ({unit}),linewidth_stderr ({unit})\n"


@pytest.mark.parametrize(("unit", "width"), [("MHz", ("Hz", 90e6)), ("GHz", ("Hz", 90e9)), ("mT", ("T", 90e-3))])
def test_the_unit_of_the_header_says_frequency_or_field(tmp_path: Path, unit: str, width: tuple[str, float]) -> None:
    file = tmp_path / "lines.csv"
    file.write_text(HEADER.format(unit=unit) + "P,0,90,2\nP,1,95,2\n", encoding="utf-8")
    measured = stfit.load(file, "fmr-lines", linewidth="fwhm")
    assert isinstance(measured, FmrLines)
    assert measured.numbers.width == width[0]
    assert measured.value[0] == pytest.approx(width[1], rel=1e-15)


def test_another_unit_is_refused_with_the_units_there_are(tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    file.write_text(HEADER.format(unit="ns") + "P,0,90,2\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"column 'linewidth \(ns\)': expected a unit such as MHz, GHz, mT; found"):
        stfit.load(file, "fmr-lines", linewidth="fwhm")


def test_an_undeclared_width_is_an_error_of_its_column(tmp_path: Path) -> None:
    file = tmp_path / "lines.csv"
    file.write_text(HEADER.format(unit="mT") + "P,0,90,2\n", encoding="utf-8")
    message = r"lines\.csv, line 1, column 'linewidth \(mT\)': expected the key linewidth = \"fwhm\" or"
    with pytest.raises(InputError, match=message):
        stfit.load(file, "fmr-lines")


def test_errors_that_power_and_width_of_a_line_share_are_taken_apart() -> None:
    plain = lines(**KEYS)
    count = STATE.size
    shared, number = np.full(2 * count, 0.7), np.tile(np.arange(count), 2)
    paired = replace(plain, shared=shared, line=number)
    prediction = np.log(plain.value) + 0.01 * np.random.default_rng(1).standard_normal((3, 2 * count))
    off = np.asarray(plain.residuals(prediction))
    error = np.eye(2 * count) + 0.7 * np.roll(np.eye(2 * count), count, axis=0)
    expected = np.einsum("wi,ij,wj->w", off, np.linalg.inv(error), off)
    assert np.sum(np.square(paired.residuals(prediction)), axis=-1) == pytest.approx(expected)
    (flat,) = seed(np.zeros(1), order=1)
    jet = paired.residuals(flat + prediction[0])
    assert jet.value == pytest.approx(paired.residuals(prediction[0]))
    drawn = [(paired.draw(prediction[0], np.random.default_rng(k)).value - plain.value) for k in range(400)]
    noise = (np.array(drawn) - np.mean(drawn, axis=0)) / plain.stderr
    # 2400 pairs: a correlation to (1 − 0.7²)/√2400 = 0.01
    assert np.mean(noise[:, :count] * noise[:, count:]) == pytest.approx(0.7, abs=0.05)
    some = with_rows(paired, np.array([0, 1, count]))
    assert np.asarray(some.residuals(prediction[0][[0, 1, count]])).size == 3
