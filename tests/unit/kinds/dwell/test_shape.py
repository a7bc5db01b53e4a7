"""Moran's test of exponential shape: exact cumulants, uniform p-values, power against what it is to find."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest, norm

from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.dwell.shape import exponential_shape_test
from stfit.measurement import Origin

SETTINGS = 4
Z = float(norm.isf(0.5e-5))  # two-sided at 1e-5


def events(durations: list[Any], censored: list[Any] | None = None) -> DwellEvents:
    """One setting for each array of durations."""
    rows = [np.full(len(d), float(i)) for i, d in enumerate(durations)]
    columns = {
        "state": np.zeros(sum(len(d) for d in durations)),
        "current": np.concatenate(rows) * 1e-3,
        "duration": np.concatenate(durations),
    }
    if censored is not None:
        columns["censored"] = np.concatenate(censored)
    events = DwellEvents.from_columns(columns, origin=Origin())
    assert isinstance(events, DwellEvents)
    return events


def drawn(rng: np.random.Generator, n: int = 8, shape: float = 1.0) -> DwellEvents:
    """Gamma dwells of widely different means."""
    return events([10.0 ** (i - 9) * rng.gamma(shape, size=n) for i in range(SETTINGS)])


def p_values(shape: float, replicas: int, n: int = 8) -> np.ndarray[Any, np.dtype[np.float64]]:
    rng = np.random.default_rng(17)
    found = [exponential_shape_test(drawn(rng, n, shape)).p_value for _ in range(replicas)]
    return np.array(found, dtype=float)


def test_the_statistic_by_hand() -> None:
    # D = n (ln mean − mean ln) over its expectation n[ψ(n) − ln n − ψ(1)]; ψ(2) − ψ(1) = 1
    statistic, _ = exponential_shape_test(events([np.array([1.0, 3.0])]))
    assert statistic == pytest.approx((np.log(2.0) - 0.5 * np.log(3.0)) / (1.0 - np.log(2.0)), rel=1e-12)


@pytest.mark.parametrize("n", [2, 8, 60])
def test_the_statistic_of_exponential_dwells_is_one_on_average(n: int) -> None:
    rng = np.random.default_rng(2)
    sample = np.array([exponential_shape_test(drawn(rng, n)).statistic for _ in range(400)], dtype=float)
    assert abs(sample.mean() - 1.0) < Z * sample.std() / np.sqrt(sample.size)


def test_means_play_no_part() -> None:
    rng = np.random.default_rng(4)
    first = [rng.standard_exponential(5) for _ in range(3)]
    one = exponential_shape_test(events(first))
    other = exponential_shape_test(events([d * scale for d, scale in zip(first, (1e-9, 3.0, 1e6), strict=True)]))
    assert one.p_value == pytest.approx(other.p_value, rel=1e-9)  # logarithms of 1e15 lose 35 ε of a sum of 15


@pytest.mark.parametrize("n", [2, 8, 40])
def test_p_values_of_exponential_dwells_are_uniform(n: int) -> None:
    # three moments of the law are exact, the rest is a gamma law: good to 0.01 of probability, tested to 0.05
    assert kstest(p_values(1.0, 1000, n), "uniform").pvalue > 1e-4


@pytest.mark.parametrize("shape", [0.4, 2.5])
def test_other_shapes_are_found(shape: float) -> None:
    # a gamma law of another shape: D is on average ψ'-wise off by several of its standard deviations at n = 40
    assert np.median(p_values(shape, 60, 40)) < 1e-3


def test_a_missing_short_dwell_is_found() -> None:
    # what a dead time does: no dwell shorter than ξ
    rng = np.random.default_rng(5)
    dwells = rng.standard_exponential(3000)
    _, p_value = exponential_shape_test(events([dwells[dwells > 0.05]]))
    assert p_value is not None
    assert p_value < 1e-4


def test_censored_dwells_are_left_out() -> None:
    complete = [np.array([1.0, 3.0, 0.2]), np.array([2.0, 2.5])]
    with_censored = [np.append(d, 9.0) for d in complete]
    flags = [np.append(np.zeros(len(d)), 1.0) for d in complete]
    assert exponential_shape_test(events(with_censored, flags)) == exponential_shape_test(events(complete))


def test_one_dwell_a_setting_has_no_shape() -> None:
    assert exponential_shape_test(events([np.array([1.0]), np.array([2.0])])) == (None, None)


def test_settings_with_one_dwell_add_nothing() -> None:
    pair = np.array([1.0, 3.0])
    alone, beside = (exponential_shape_test(events(d)) for d in ([pair], [pair, np.array([7.0])]))
    assert alone == beside


def test_dwells_all_alike_are_rejected_without_a_warning() -> None:
    statistic, p_value = exponential_shape_test(events([np.full(40, 2.0)]))
    assert statistic == pytest.approx(0.0, abs=1e-13)
    assert p_value is not None
    assert 0.0 <= p_value < 1e-9
