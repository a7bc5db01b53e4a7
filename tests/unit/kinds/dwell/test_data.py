"""Dwell tables and single dwells: what they hold, how they reduce, what a fresh draw of them looks like."""

from typing import Any

import numpy as np
import pytest
from scipy.special import digamma, gammainc, gammaincc
from scipy.stats import norm

from stfit.errors import TableError
from stfit.kinds.dwell.data import DwellTimes, MeanDwellTimes
from stfit.kinds.dwell.events import DwellEvents
from stfit.measurement import Observation, Origin
from tests import builders

EPS = 2.0**-52
REPLICAS = 400
# two-sided at 1e-5: with the dozen comparisons of this file a false alarm is a once-in-10⁴ seed, and the seed is fixed
Z = float(norm.isf(0.5e-5))


def columns(**more: Any) -> dict[str, Any]:
    return {"state": np.array([0, 1]), "current": np.array([-1e-3, 2e-3])} | more


def built(polarity: int = 1, **more: Any) -> DwellTimes | MeanDwellTimes:
    table = DwellTimes.from_columns(columns(**more), origin=Origin(polarity=polarity))
    assert isinstance(table, DwellTimes | MeanDwellTimes)
    return table


# --- construction ---------------------------------------------------------------------------------------------------


def test_means_with_counts_become_total_times() -> None:
    table = built(mean_dwell=np.array([0.5, 2.0]), n=np.array([4.0, 10.0]))
    assert isinstance(table, DwellTimes)
    assert table.total_time.tolist() == [2.0, 20.0]
    assert table.n.tolist() == [4.0, 10.0]


def test_means_with_errors_stay_means() -> None:
    table = built(mean_dwell=np.array([0.5, 2.0]), mean_dwell_stderr=np.array([0.05, 0.5]))
    assert isinstance(table, MeanDwellTimes)
    assert table.counts.tolist() == pytest.approx([100.0, 16.0], rel=4 * EPS)


def test_a_mean_over_no_dwell_is_refused() -> None:
    with pytest.raises(
        TableError, match=r"row 1, column 'n': expected 1 or more .*give n = 0 with total_time.*found 0"
    ):
        built(mean_dwell=np.array([0.5, 2.0]), n=np.array([4.0, 0.0]))


def test_arrays_are_copies_and_read_only() -> None:
    n = np.array([4.0, 10.0])
    table = built(n=n, total_time=np.array([2.0, 3.0]))
    assert isinstance(table, DwellTimes)
    n[0] = 7.0
    assert table.n[0] == 4.0
    with pytest.raises(ValueError, match="read-only"):
        table.total_time[0] = 1.0


def test_polarity_turns_the_current_and_nothing_else() -> None:
    settings = built(-1, n=np.array([4.0, 10.0]), total_time=np.array([2.0, 3.0])).settings
    assert settings.current is not None
    assert settings.current.tolist() == [1e-3, -2e-3]
    assert settings.voltage is None
    assert settings.state.tolist() == [0, 1]
    assert np.all(np.isnan(settings.temperature))
    assert np.all(np.isnan(settings.field))


def test_events_reduce_to_counts_and_times_in_order_of_appearance() -> None:
    events = DwellEvents.from_columns(
        {
            "state": np.array([1, 0, 1, 1, 0]),
            "current": np.array([2.0, 1.0, 2.0, 1.0, 1.0]) * 1e-3,
            "duration": np.array([1.0, 2.0, 4.0, 8.0, 16.0]),
            "censored": np.array([0.0, 0.0, 1.0, 1.0, 0.0]),
        },
        origin=Origin(file="events.csv", polarity=-1),
    )
    assert isinstance(events, DwellEvents)
    reduced = events.reduced
    assert reduced.settings.state.tolist() == [1, 0, 1]
    assert reduced.settings.drive.tolist() == [-2e-3, -1e-3, -1e-3]  # signed from birth …
    assert reduced.view().axis.values.tolist() == [2e-3, 1e-3, 1e-3]  # … and shown as the laboratory has it
    assert reduced.n.tolist() == [1.0, 2.0, 0.0]  # a censored dwell is no transition …
    assert reduced.total_time.tolist() == [5.0, 18.0, 8.0]  # … but its time was spent there
    assert events.setting.tolist() == [0, 1, 0, 2, 1]
    assert events.origin.polarity == -1
    assert events.origin.file == "events.csv"


def test_events_at_settings_that_differ_in_temperature_or_field_stay_apart() -> None:
    same = {"state": np.zeros(4), "current": np.full(4, 1e-3), "duration": np.arange(1.0, 5.0)}
    temperature = np.array([300.0, np.nan, 300.0, np.nan])
    field = np.array([0.0, 0.0, 0.1, 0.0])
    more = {"temperature": temperature, "field": field}
    events = DwellEvents.from_columns(same | more, origin=Origin())
    assert isinstance(events, DwellEvents)
    assert events.reduced.total_time.tolist() == [1.0, 6.0, 3.0]  # rows without a temperature belong together


# --- what is seen ---------------------------------------------------------------------------------------------------


def test_garwood_limits_leave_a_sixth_on_each_side() -> None:
    table = built(n=np.array([3.0, 0.0]), total_time=np.array([6.0, 2.0]))
    seen = table.view().observed
    sixth = 0.1586552539314571
    # P(N ≤ n) at the shortest dwell time and P(N ≥ n) at the longest are a sixth each; N is Poisson with mean t/τ
    assert gammaincc(4.0, 6.0 / seen.low[0]) == pytest.approx(sixth, rel=1e-10)
    assert gammainc(3.0, 6.0 / seen.high[0]) == pytest.approx(sixth, rel=1e-10)
    assert seen.value[0] == 2.0
    assert np.isnan(seen.value[1])
    assert np.isnan(seen.high[1])
    assert np.exp(-2.0 / seen.low[1]) == pytest.approx(sixth, rel=1e-10)  # no transition: P(N = 0)


def test_rough_start_knows_what_counts_know() -> None:
    rough = built(n=np.array([100.0, 0.0]), total_time=np.array([50.0, 2.0])).start().dwell_times
    assert rough is not None
    log_dwell, weight = rough.log_dwell, rough.weight
    assert log_dwell == pytest.approx([np.log(0.5), np.log(4.0)])  # without a transition: half a count
    assert weight[0] == 100.0  # the variance of ln(t/n) is 1/n
    assert 0.0 < weight[1] < 1.0


# --- a fresh draw ---------------------------------------------------------------------------------------------------

GRID = builders.grid(temperatures=(280.0, 320.0), currents=(-8e-3, 0.0, 8e-3))
ETA = GRID.log_dwell_time(builders.TRUTH)
KINDS: dict[str, Observation] = {
    "counted": builders.dwell_times(GRID, n=np.arange(1.0, 13.0)),
    "watched": builders.watched(GRID, expected=1.5, seed=3),
    "means": builders.mean_dwells(GRID, relative=0.1),
    "events": builders.dwell_events(GRID, n=5),
    "timed events": builders.dwell_events(GRID, n=5, censored=True),
}


def draws(name: str) -> list[Any]:
    rng = np.random.default_rng(11)
    return [KINDS[name].draw(ETA, rng) for _ in range(REPLICAS)]


def assert_moments(sample: np.ndarray[Any, Any], mean: Any, variance: Any, fourth: Any) -> None:
    """Mean and variance of each row (sample: (replicas, rows)) within Z standard errors; fourth: central moment."""
    rows = sample.shape[1]
    error = np.sqrt(variance / REPLICAS)
    assert np.all(np.abs(sample.mean(axis=0) - mean) < Z * error)
    spread = np.mean((sample - mean) ** 2, axis=0)
    # averaged over rows after whitening, whose variance is that of the squares over replicas and rows
    whitened = np.mean(spread / variance)
    assert abs(whitened - 1.0) < Z * np.sqrt(np.mean(fourth / variance**2 - 1.0) / (REPLICAS * rows))


def test_replicas_of_counted_rows_are_gamma() -> None:
    table = KINDS["counted"]
    assert isinstance(table, DwellTimes)
    sample = np.array([d.total_time * np.exp(-ETA) for d in draws("counted")])
    n = table.n
    assert_moments(sample, n, n, 3 * n**2 + 6 * n)  # of Γ(n)
    residuals = np.array([d.residuals(ETA) for d in draws("counted")])
    expected = 2 * n * (np.log(n) - digamma(n))  # 2n E[g/n − 1 − ln(g/n)] with g ~ Γ(n)
    error = np.std(residuals**2, axis=0) / np.sqrt(REPLICAS)
    assert np.all(np.abs(np.mean(residuals**2, axis=0) - expected) < Z * error)


def test_replicas_of_watched_rows_are_poisson() -> None:
    table = KINDS["watched"]
    assert isinstance(table, DwellTimes)
    assert np.any(table.n == 0)
    sample = np.array([d.n for d in draws("watched")])
    assert_moments(sample, 1.5, 1.5, 3 * 1.5**2 + 1.5)
    assert all(np.array_equal(d.total_time, table.total_time) for d in draws("watched"))


def test_replicas_of_means_are_gaussian_in_the_logarithm() -> None:
    sample = np.array([d.residuals(ETA) for d in draws("means")])
    assert_moments(sample, 0.0, 1.0, 3.0)
    relative = np.array([d.stderr / d.mean for d in draws("means")])
    assert relative == pytest.approx(np.full(relative.shape, 0.1), rel=4 * EPS)


def test_replicas_of_events_are_exponential() -> None:
    replicas = draws("events")
    sample = np.array([d.duration * np.exp(-ETA[d.setting]) for d in replicas])
    assert_moments(sample, 1.0, 1.0, 9.0)
    assert all(np.array_equal(d.reduced.n, np.full(ETA.size, 5.0)) for d in replicas)
    first = replicas[0]
    times = np.bincount(first.setting, weights=first.duration)
    assert first.reduced.total_time == pytest.approx(times, rel=4 * EPS)


def test_replicas_of_timed_events_fill_the_time_they_were_watched() -> None:
    events = KINDS["timed events"]
    assert isinstance(events, DwellEvents)
    replicas = draws("timed events")
    total = events.reduced.total_time
    expected = total * np.exp(-ETA)
    assert_moments(np.array([d.reduced.n for d in replicas]), expected, expected, 3 * expected**2 + expected)
    for replica in replicas:
        assert replica.reduced.total_time == pytest.approx(total, rel=20 * EPS)  # sums of up to 20 dwells
        ends = np.bincount(replica.setting, weights=replica.censored, minlength=total.size)
        assert ends.tolist() == [1.0] * total.size
        assert replica.setting.size == replica.reduced.n.sum() + total.size
    # given n, the first of the n + 1 gaps is on average 1/(n+1) of the time, with variance n/((n+1)²(n+2))
    n = np.array([d.reduced.n for d in replicas])
    firsts = np.array([d.duration[np.unique(d.setting, return_index=True)[1]] for d in replicas]) / total
    pull = (firsts - 1 / (n + 1))[n > 0] / np.sqrt(n / ((n + 1) ** 2 * (n + 2)))[n > 0]
    assert abs(pull.mean()) < Z / np.sqrt(pull.size)


@pytest.mark.parametrize("name", KINDS)
def test_replicas_follow_the_seed_and_keep_the_design(name: str) -> None:
    measurement = KINDS[name]
    one, same, other = (measurement.draw(ETA, np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(one.residuals(ETA), same.residuals(ETA))
    assert not np.array_equal(one.residuals(ETA), other.residuals(ETA))
    assert type(one) is type(measurement)
    assert one.origin == measurement.origin
    for part in ("state", "current", "temperature"):
        assert np.array_equal(getattr(one.settings, part), getattr(measurement.settings, part))


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("eta", [-1e4, 1e4])
def test_a_fit_that_failed_breaks_no_figure(name: str, eta: float) -> None:
    # the end of a failed fit may predict anything; filterwarnings = error turns an overflow into a failure
    measurement = KINDS[name]
    prediction = np.full(ETA.size, eta)
    assert np.all(np.isfinite(measurement.row_fit(prediction).expected_counts))
    assert np.all(np.isfinite(measurement.view().displayed(prediction)))
    assert np.all(np.isfinite(measurement.residuals(prediction)))


def test_replica_of_a_failed_fit_does_not_raise() -> None:
    replica = KINDS["watched"].draw(np.full(ETA.size, -200.0), np.random.default_rng(0))
    assert isinstance(replica, DwellTimes)
    assert np.all(replica.n > 0)
