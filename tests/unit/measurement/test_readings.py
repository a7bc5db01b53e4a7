"""Readings that differ by their noise are one setting; settings that were declared, or drift, stay as they are."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stfit.measurement.columns import FIELD_PROBE, THERMOMETER, TIMING, Noise
from stfit.measurement.readings import parts_of

Array = npt.NDArray[np.float64]


def readings(centres: list[float], deviation: float, each: int, seed: int = 0) -> Array:
    """`each` readings about every centre, with Gaussian noise."""
    noise = np.random.default_rng(seed).standard_normal((len(centres), each))
    return np.asarray(np.array(centres)[:, np.newaxis] + deviation * noise).ravel()


def counted(values: Array, noise: Noise = THERMOMETER, uncertainty: float | None = None) -> int:
    """How many settings the readings make."""
    return int(np.unique(parts_of(values, noise, uncertainty).settled).size)


@pytest.mark.parametrize(
    ("centres", "deviation", "each"),
    [
        pytest.param([295.0], 0.02, 150, id="a resistor at room temperature"),
        pytest.param([295.0], 0.5, 150, id="a thermocouple at room temperature"),
        pytest.param([295.0], 0.5, 6, id="a short table"),
        pytest.param([4.2], 0.02, 150, id="in liquid helium"),
        pytest.param([294.5, 295.5], 0.02, 5, id="two settings 1 K apart"),
        pytest.param([280.0, 295.0, 310.0], 0.5, 50, id="a series of three with noise"),
        pytest.param([290.0, 292.0, 294.0, 296.0, 298.0, 300.0], 0.02, 20, id="a dense series with noise"),
        pytest.param([4.2, 77.0, 295.0], 0.02, 40, id="three baths"),
    ],
)
def test_each_temperature_is_one_setting_at_the_mean_of_its_readings(
    centres: list[float], deviation: float, each: int
) -> None:
    values = readings(centres, deviation, each)
    means = np.repeat(values.reshape(len(centres), each).mean(axis=1), each)
    # sums of at most 150 terms, each rounded to 1.1e-16 of the sum so far
    np.testing.assert_allclose(parts_of(values, THERMOMETER).settled, means, rtol=150 * 1.2e-16)


@pytest.mark.parametrize("grain", [0.1, 1.0])
def test_a_thermometer_that_rounds_reads_one_temperature(grain: float) -> None:
    values = grain * np.rint(readings([295.0], 0.8 * grain, 150) / grain)
    assert np.unique(values).size >= 3
    assert counted(values) == 1


@pytest.mark.parametrize(
    "declared",
    [
        [285.0, 295.0, 305.0],
        [292.0, 294.0, 296.0],
        [295.0, 296.0],
        [4.2, 4.3, 4.5, 77.0],
        [295.0],
        np.linspace(280.0, 310.0, 31).tolist(),
    ],
)
@pytest.mark.parametrize("times", [1, 40])
def test_temperatures_as_declared_are_never_changed(declared: list[float], times: int) -> None:
    values = np.tile(declared, times)
    assert np.array_equal(parts_of(values, THERMOMETER).settled, values)


# steps of 0.6 % or more are farther apart than readings of one setting are taken to be (5/3 of 0.3 %, or 0.3 %)
STEPS: Final = st.lists(st.floats(0.006, 0.5), min_size=1, max_size=12)


@given(first=st.floats(2.0, 400.0), steps=STEPS, times=st.integers(1, 5))
def test_an_exactly_repeated_table_is_never_changed(first: float, steps: list[float], times: int) -> None:
    values = np.tile(first * np.cumprod([1.0, *(1.0 + step for step in steps)]), times)
    assert np.array_equal(parts_of(values, THERMOMETER).settled, values)


TABLES: Final = st.lists(st.floats(250.0, 350.0, allow_subnormal=False), min_size=1, max_size=40)


@given(values=TABLES, seed=st.integers(0, 2**31), stated=st.sampled_from([None, 0.02, 1.0]))
def test_the_order_of_the_rows_does_not_matter(values: list[float], seed: int, stated: float | None) -> None:
    order = np.random.default_rng(seed).permutation(len(values))
    rows = np.array(values)
    settled, again = (parts_of(v, THERMOMETER, stated).settled for v in (rows, rows[order]))
    assert np.array_equal(settled[order], again)


@given(values=TABLES, power=st.integers(-40, 40), stated=st.sampled_from([None, 0.02, 1.0]))
def test_the_unit_does_not_matter(values: list[float], power: int, stated: float | None) -> None:
    """A power of two changes no digit, so that every comparison comes out the same."""
    rows, factor = np.array(values), 2.0**power
    there = parts_of(rows * factor, THERMOMETER, None if stated is None else stated * factor).settled
    assert np.array_equal(there, factor * parts_of(rows, THERMOMETER, stated).settled)


@given(values=TABLES)
@settings(max_examples=50)
def test_repeating_every_row_changes_no_setting(values: list[float]) -> None:
    rows = np.array(values)
    once, twice = parts_of(rows, THERMOMETER), parts_of(np.tile(rows, 2), THERMOMETER)
    # a mean is the lowest reading, at most 350, and a sum of at most 80 smaller terms: each rounds to 1.1e-16 of it
    np.testing.assert_allclose(twice.settled, np.tile(once.settled, 2), rtol=80 * 1.2e-16)


def test_a_true_series_with_noise_keeps_its_temperatures() -> None:
    """The negative control: grouping must not make one setting of three, however often it is tried."""
    tables = [readings([290.0, 295.0, 300.0], 0.3, 12, seed) for seed in range(200)]
    assert [counted(values) for values in tables] == [3] * 200


@pytest.mark.parametrize("each", [3, 5, 12, 100])
def test_noise_is_rarely_taken_for_settings(each: int) -> None:
    """At most 3 of 1000 tables of one setting show a clear gap; of 400 more than 7 do so once in 10,000 (binomial)."""
    assert sum(counted(readings([295.0], 0.02, each, seed)) > 1 for seed in range(400)) <= 7


@pytest.mark.parametrize("stated", [None, 0.02])
def test_a_temperature_that_drifts_is_left_alone(stated: float | None) -> None:
    """Cooling by 10 K: each reading is near its neighbours, all together are far from one temperature."""
    values = np.linspace(295.0, 285.0, 150)
    parts = parts_of(values, THERMOMETER, stated)
    assert np.array_equal(parts.settled, values)
    assert np.count_nonzero(parts.drifting) == 1


@pytest.mark.parametrize(
    ("values", "stated", "found"),
    [
        pytest.param(readings([295.0], 0.02, 150), 0.02, 1, id="as stated"),
        pytest.param(readings([295.0], 0.02, 150), 0.015, 1, id="understated by a quarter"),
        pytest.param(np.array([294.0, 296.0] * 10), 1.0, 1, id="whole kelvins, stated"),
        pytest.param(np.array([285.0, 295.0, 305.0] * 10), 1.0, 3, id="far apart for 1 K"),
        pytest.param(np.array([285.0, 295.0, 305.0] * 10), 3.0, 3, id="a wrong calibration is no noise"),
        pytest.param(np.array([295.0, 295.1, 295.2] * 10), 0.01, 3, id="fine steps of a good thermometer"),
    ],
)
def test_a_stated_uncertainty_decides(values: Array, stated: float, found: int) -> None:
    assert counted(values, uncertainty=stated) == found


def test_two_readings_of_one_setting_are_parted_as_seldom_as_the_limits_say() -> None:
    """Of n pairs a share 2Φ(−2√2) = 0.0047 scatters by more than twice the uncertainty; the band is ±4 errors."""
    pairs, share = 5000, 0.00468
    noise = np.random.default_rng(8).standard_normal((pairs, 2))
    parted = sum(counted(295.0 + 0.02 * pair, uncertainty=0.02) == 2 for pair in noise)
    assert abs(parted - pairs * share) < 4.0 * np.sqrt(pairs * share)


@pytest.mark.parametrize(
    ("centres", "deviation"),
    [
        pytest.param([0.0], 5e-5, id="no field, half an oersted of noise"),
        pytest.param([50e-3], 1e-4, id="a constant field"),
        pytest.param([-50e-3, -25e-3, 0.0, 25e-3, 50e-3], 1e-4, id="a series through 0"),
    ],
)
def test_a_field_about_zero_is_judged_by_the_range_of_the_probe(centres: list[float], deviation: float) -> None:
    assert counted(readings(centres, deviation, 30), FIELD_PROBE) == len(centres)


@pytest.mark.parametrize("step", [0.2e-3, 1e-3])
def test_a_sweep_of_the_field_stays(step: float) -> None:
    values = step * np.arange(-50.0, 51.0)
    assert np.array_equal(parts_of(values, FIELD_PROBE).settled, values)


def test_ramp_rates_within_a_percent_are_one() -> None:
    rates = np.repeat([1e-3, 1e-2, 1e-1], 50)
    noise = 0.01 * np.random.default_rng(4).standard_normal(rates.size)
    assert counted(rates * (1.0 + noise), TIMING) == 3
    assert counted(np.array([10e-9, 11e-9, 12e-9]), TIMING) == 3
