"""Pulse tables: signs, probabilities that must be counts, notices, limits, fresh draws."""

from typing import Any

import numpy as np
import pytest
from scipy.special import betainc
from scipy.stats import norm

from stfit.errors import TableError
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.measurement import Origin
from tests import builders

EPS = 2.0**-52
Z = float(norm.isf(0.5e-5))  # as in test_dwell.py


def built(sign: str = "signed", polarity: int = 1, **more: Any) -> SwitchingPulses:
    columns = {
        "transition": np.array([0, 1]),
        "pulse_width": np.array([1e-8, 2e-8]),
        "n": np.array([50.0, 50.0]),
        "current": np.array([1e-3, 2e-3]),
        "n_switched": np.array([20.0, 31.0]),
    } | more
    chosen = {name: values for name, values in columns.items() if values is not None}
    return SwitchingPulses.from_columns(chosen, origin=Origin(polarity=polarity), sign=sign)


def test_a_magnitude_gets_the_sign_of_its_transition_before_the_polarity() -> None:
    for polarity in (1, -1):
        settings = built("magnitude", polarity).settings
        assert settings.current is not None
        assert settings.current.tolist() == [-1e-3 * polarity, 2e-3 * polarity]


def test_a_negative_magnitude_is_refused() -> None:
    with pytest.raises(TableError, match=r"row 0, column 'current': expected a magnitude.*found a negative one"):
        built("magnitude", current=np.array([-1e-3, 2e-3]))


def test_a_voltage_drives_instead_of_a_current() -> None:
    settings = built(current=None, voltage=np.array([0.5, -0.6]), polarity=-1).settings
    assert settings.current is None
    assert settings.voltage is not None
    assert settings.voltage.tolist() == [-0.5, 0.6]


def test_a_probability_is_a_count() -> None:
    assert built(n_switched=None, probability=np.array([0.4, 0.62])).n_switched.tolist() == [20.0, 31.0]
    within = built(n_switched=None, probability=np.array([0.4 + 1e-8, 0.62]))  # 5e-7 of a count
    assert within.n_switched.tolist() == [20.0, 31.0]


def test_a_write_error_rate_keeps_its_digits() -> None:
    n = np.array([1e10, 1e12])
    found = built(n=n, n_switched=None, error_rate=np.array([1.2e-9, 3e-12]))
    assert (n - found.n_switched).tolist() == [12.0, 3.0]
    slope = found.residuals(np.log(found.pulse_width) - np.log(-np.log(np.array([1.2e-9, 3e-12]))))
    assert slope == pytest.approx(0.0, abs=1e-5)


def test_a_probability_that_is_no_count_is_refused() -> None:
    with pytest.raises(
        TableError,
        match=r"row 1, column 'probability': expected a multiple of 1/n = 1/50, to its last digit; found 0\.63",
    ):
        built(n_switched=None, probability=np.array([0.4, 0.6301]))


def test_more_switched_than_tried_is_refused() -> None:
    with pytest.raises(TableError, match=r"row 1, column 'n_switched': expected at most n = 50; found 51"):
        built(n_switched=np.array([20.0, 51.0]))


def many(switched: list[float], n: float = 100.0) -> SwitchingPulses:
    size = len(switched)
    return built(
        transition=np.zeros(size),
        pulse_width=np.full(size, 1e-8),
        n=np.full(size, n),
        current=np.linspace(-2e-3, -1e-3, size),
        n_switched=np.array(switched),
    )


def test_counts_that_share_a_divisor_are_noticed() -> None:
    (notice,) = many([2.0, 10.0, 36.0, 64.0, 98.0, 100.0]).origin.notices
    assert notice == (
        "every n_switched is a multiple of 2: n may be 50 rather than the stated 100, "
        "and the errors then √2 times larger"
    )


@pytest.mark.parametrize(
    "switched",
    [
        pytest.param([2.0, 10.0, 36.0, 65.0, 98.0, 100.0], id="one odd count"),
        pytest.param([0.0, 0.0, 2.0, 64.0, 98.0, 100.0, 36.0 * 0], id="too few rows tell"),
        pytest.param([0.0, 0.0, 0.0, 100.0, 100.0, 100.0], id="nothing but 0 and 100 %"),
    ],
)
def test_counts_that_may_be_chance_are_not_noticed(switched: list[float]) -> None:
    assert many(switched).origin.notices == ()


def test_clopper_pearson_limits_leave_a_sixth_on_each_side() -> None:
    seen = many([0.0, 3.0, 97.0, 100.0, 50.0]).view().observed
    sixth = 0.1586552539314571
    assert seen.value.tolist() == [0.0, 0.03, 0.97, 1.0, 0.5]
    assert (seen.low[0], seen.high[3]) == (0.0, 1.0)
    assert betainc(3.0, 98.0, seen.low[1]) == pytest.approx(sixth, rel=1e-9)  # P(K ≥ 3)
    assert 1.0 - betainc(4.0, 97.0, seen.high[1]) == pytest.approx(sixth, rel=1e-9)  # P(K ≤ 3)
    assert (1.0 - seen.high[0]) ** 100 == pytest.approx(sixth, rel=1e-9)  # P(K = 0)
    assert seen.high[2] == pytest.approx(1.0 - seen.low[1], rel=1e-9)  # success and failure exchanged


def test_rough_start_is_finite_where_all_or_none_switched() -> None:
    rough = many([0.0, 100.0, 50.0]).start().dwell_times
    assert rough is not None
    log_dwell, weight = rough.log_dwell, rough.weight
    assert np.all(np.isfinite(log_dwell))
    assert np.all(weight > 0)
    assert weight[2] > 10 * max(weight[0], weight[1])
    assert log_dwell[2] == pytest.approx(np.log(1e-8 / np.log(2.0)))


def test_replicas_are_binomial_and_follow_the_seed() -> None:
    grid = builders.grid(temperatures=(295.0,), currents=(-1e-3, 0.0, 1e-3))
    measurement = builders.pulses(grid, n=40)
    eta = grid.log_dwell_time(builders.TRUTH)
    probability = -np.expm1(-measurement.pulse_width * np.exp(-eta))
    rng = np.random.default_rng(5)
    sample = np.array([measurement.draw(eta, rng).n_switched for _ in range(1000)])
    variance = 40 * probability * (1 - probability)
    assert np.all(np.abs(sample.mean(axis=0) - 40 * probability) < Z * np.sqrt(variance / 1000))
    # the fourth central moment is npq(1 + 3(n−2)pq); whitened squares are averaged over replicas and rows
    fourth = variance * (1 + 3 * 38 * probability * (1 - probability))
    ratio = np.mean((sample - 40 * probability) ** 2 / variance)
    assert abs(ratio - 1.0) < Z * np.sqrt(np.mean(fourth / variance**2 - 1.0) / sample.size)
    one, same, other = (measurement.draw(eta, np.random.default_rng(s)).n_switched for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("eta", [-1e4, 1e4])
def test_a_fit_that_failed_breaks_no_figure(eta: float) -> None:
    measurement = many([0.0, 3.0, 100.0])
    prediction = np.full(3, eta)
    assert np.all(np.isfinite(measurement.expected_counts(prediction)))
    assert np.all(np.isfinite(measurement.view().displayed(prediction)))
    drawn = measurement.draw(prediction, np.random.default_rng(0)).n_switched
    assert drawn.tolist() == [100.0 if eta < 0 else 0.0] * 3


def test_expected_counts_are_the_rarer_outcome() -> None:
    measurement = many([0.0, 3.0, 100.0])
    eta = np.log(1e-8) - np.log(-np.log1p(-np.array([0.25, 0.5, 0.9])))  # P = 0.25, 0.5, 0.9
    assert measurement.expected_counts(eta) == pytest.approx([25.0, 50.0, 10.0], rel=1e-12)


@pytest.mark.parametrize(
    ("probability", "n", "switched"),
    [(0.333, 3.0, 1.0), (0.67, 3.0, 2.0), (0.1429, 7.0, 1.0), (3.2e-9, 1e10, 32.0), (0.5, 10.0, 5.0), (1e-6, 1e6, 1.0)],
)
def test_a_probability_may_be_rounded_in_its_last_digit(probability: float, n: float, switched: float) -> None:
    columns = {"transition": np.array([0]), "current": np.array([-1e-3]), "pulse_width": np.array([1e-6])}
    columns |= {"n": np.array([n]), "probability": np.array([probability])}
    assert SwitchingPulses.from_columns(columns, origin=Origin()).n_switched.tolist() == [switched]


def test_a_probability_that_no_count_gives_is_refused() -> None:
    columns = {"transition": np.array([0]), "current": np.array([-1e-3]), "pulse_width": np.array([1e-6])}
    columns |= {"n": np.array([1000.0]), "probability": np.array([0.3333])}
    with pytest.raises(TableError, match="to its last digit"):
        SwitchingPulses.from_columns(columns, origin=Origin())
