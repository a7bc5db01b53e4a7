"""Data drawn again from themselves: what stays, what varies, and by how much."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.resonance.data import FmrLines
from stfit.measurement import Origin
from stfit.measurement.resampling import drawn_within
from tests import builders

_WHERE = builders.grid(temperatures=(250.0, 320.0))


def _rng(seed: int = 5) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_places_are_drawn_from_their_own_group() -> None:
    group = np.array([0, 1, 0, 2, 1, 0])
    for seed in range(20):
        np.testing.assert_array_equal(group[drawn_within(group, _rng(seed))], group)


def test_the_variance_of_a_resampled_mean_is_that_of_the_sample() -> None:
    """Var of the mean of n draws with replacement is s²/n with the 1/n variance s².

    Of 4000 means the variance is known to √(2/4000) = 2.2 %; the band is 4 times that. Drawing without replacement,
    the negative control, would not vary at all.
    """
    values = _rng(1).exponential(size=40)
    group = np.zeros(40, dtype=np.intp)
    rng = _rng(2)
    means = [np.mean(values[drawn_within(group, rng)]) for _ in range(4000)]
    assert np.var(means) / (np.var(values) / 40) == pytest.approx(1.0, abs=0.09)
    shuffled = [np.mean(rng.permutation(values)) for _ in range(50)]
    assert np.var(shuffled) / (np.var(values) / 40) != pytest.approx(1.0, abs=0.09)


@pytest.mark.parametrize("censored", [False, True])
def test_a_setting_keeps_its_number_of_dwells(censored: bool) -> None:
    events = builders.dwell_events(_WHERE, n=15, seed=1, censored=censored)
    drawn = events.draw(None, _rng())
    np.testing.assert_array_equal(drawn.setting, events.setting)
    np.testing.assert_allclose(np.bincount(drawn.setting, weights=drawn.duration), drawn.reduced.total_time)
    for setting in range(events.reduced.n.size):
        there = drawn.setting == setting
        assert set(drawn.duration[there]) <= set(events.duration[events.setting == setting])
        assert drawn.reduced.n[setting] == np.count_nonzero(~drawn.censored[there])
    assert not np.array_equal(drawn.reduced.total_time, events.reduced.total_time)


def test_pulses_keep_their_number_and_spread_as_a_binomial() -> None:
    """Var of k is n p (1 − p) with the observed p; of 2000 draws known to 3.2 %, times 4 for the rows compared."""
    pulses = builders.pulses(_WHERE, n=50, seed=1)
    rng = _rng()
    drawn = np.array([pulses.draw(None, rng).n_switched for _ in range(2000)])
    p = pulses.n_switched / pulses.n
    mixed = (p > 0.1) & (p < 0.9)
    np.testing.assert_allclose(np.var(drawn, axis=0)[mixed], (50 * p * (1 - p))[mixed], rtol=0.13)
    assert np.all(drawn[:, p == 0.0] == 0)


def test_stepped_ramps_keep_their_events() -> None:
    ramps: Any = builders.ramps(n=60, seed=2, step=2e-4)
    drawn = ramps.draw(None, _rng())
    size = ramps.ramps.size
    before, after = (
        np.bincount(table.setting, table.n_switched, size)
        + (table.n - table.n_switched)[np.append(table.first_rows[1:], table.n.size) - 1]
        for table in (ramps, drawn)
    )
    np.testing.assert_array_equal(before, after)
    assert np.all(drawn.n_switched[ramps.n_switched == 0] == 0)
    assert not np.array_equal(drawn.n_switched, ramps.n_switched)


def test_single_ramps_are_drawn_within_their_setting() -> None:
    ramps: Any = builders.ramps(n=30, seed=2)
    drawn = ramps.draw(None, _rng())
    np.testing.assert_array_equal(drawn.counts, ramps.counts)
    for i, start in enumerate(ramps.first):
        piece = slice(start, start + int(ramps.counts[i]))
        assert set(drawn.rise[piece]) <= set(ramps.rise[piece])


def _column(table: Any, name: str) -> Any:
    return getattr(table, name) if hasattr(table, name) else getattr(table.settings, name)


def _rows(table: Any, names: tuple[str, ...]) -> set[tuple[float, ...]]:
    return set(zip(*(np.nan_to_num(_column(table, name)).tolist() for name in names), strict=True))


def _critical() -> Any:
    columns: dict[str, Any] = {
        "transition": np.repeat([0, 1], 4).astype(np.int8),
        "critical_current": np.array([-1.0, -1.1, -1.2, -1.3, 2.0, 2.1, 2.2, 2.3]) * 1e-3,
        "critical_current_stderr": np.full(8, 1e-5),
        "delta_R": np.tile([0.1, 0.11, 0.12, 0.13], 2),
    }
    return CriticalCurrents.from_columns(columns, origin=Origin())


def _lines() -> Any:
    columns: dict[str, Any] = {
        "state": np.repeat([0, 1], 5).astype(np.int8),
        "current": np.tile(np.linspace(-1e-3, 1e-3, 5), 2),
        "power": np.linspace(1.0, 2.0, 10),
        "power_stderr": np.full(10, 0.01),
        "frequency": np.full(10, 5e9),
    }
    return FmrLines.from_columns(columns, origin=Origin(), power="integrated")


@pytest.mark.parametrize(
    ("table", "names"),
    [
        (builders.dwell_times(_WHERE, seed=1), ("state", "current", "temperature", "n", "total_time")),
        (builders.mean_dwells(_WHERE, seed=1), ("state", "current", "temperature", "mean", "stderr")),
        (_critical(), ("state", "current", "stderr", "delta_R")),
        (_lines(), ("state", "current", "value", "stderr")),
    ],
    ids=["dwell-times", "mean dwells", "critical currents", "lines"],
)
def test_rows_of_tables_stay_whole_and_in_their_series(table: Any, names: tuple[str, ...]) -> None:
    drawn = table.draw(None, _rng())
    assert type(drawn) is type(table)
    assert _rows(drawn, names) < _rows(table, names)
    np.testing.assert_array_equal(drawn.settings.state, table.settings.state)
    np.testing.assert_array_equal(np.nan_to_num(drawn.settings.temperature), np.nan_to_num(table.settings.temperature))
    assert not drawn.settings.state.flags.writeable


def test_quotes_are_redrawn_about_themselves() -> None:
    objective = builders.objective(builders.dwell_times(_WHERE, n=20, seed=1))
    rng = _rng()
    quotes = []
    for _ in range(300):
        drawn = objective.resampled(rng)
        quotes.append(next(p.constraint.centre for p in drawn.space.varied if p.name == "beta" and p.constraint))
    # 0.35 ± 0.03: the mean of 300 is known to 0.03/√300 = 0.0017, the deviation to 4 %; both times 4
    assert np.mean(quotes) == pytest.approx(0.35, abs=0.007)
    assert np.std(quotes) == pytest.approx(0.03, rel=0.16)
