"""Profiles, contours and resampling of any small table: they end in numbers or in words, never in an error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stfit.backends.contour import contour
from stfit.backends.least_squares import minimise
from stfit.backends.profile import LEVELS, profiles
from stfit.backends.ray import State
from stfit.diagnostics.intervals import choose_intervals
from stfit.kinds.dwell.data import DwellTimes
from stfit.measurement import Origin
from stfit.objective import Objective
from tests import builders

_FEW = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def _small_tables(draw: st.DrawFn) -> Objective:
    """2 to 6 rows of 0 to 3 counts, times within a decade of those of the truth, known or constrained constants."""
    rows = draw(st.integers(2, 6))
    state = np.array(draw(st.lists(st.integers(0, 1), min_size=rows, max_size=rows)), dtype=np.int8)
    current = np.array(draw(st.lists(st.sampled_from(builders.CURRENTS), min_size=rows, max_size=rows)))
    temperature = np.array(draw(st.lists(st.sampled_from((250.0, 295.0, 320.0)), min_size=rows, max_size=rows)))
    n = np.array(draw(st.lists(st.integers(0, 3), min_size=rows, max_size=rows)), dtype=float)
    factor = np.array(draw(st.lists(st.floats(0.1, 10.0), min_size=rows, max_size=rows)))
    tau = np.exp(builders.log_dwell_time(builders.TRUTH, state, current, temperature))
    columns = {"state": state, "current": current, "temperature": temperature, "n": n}
    table = DwellTimes.from_columns(columns | {"total_time": factor * np.maximum(n, 1.0) * tau}, origin=Origin())
    return builders.objective(table, device=dict(draw(st.sampled_from((builders.KNOWN, builders.QUOTES)))))


@pytest.mark.slow
@_FEW
@given(_small_tables())
def test_profiles_of_small_tables(objective: Objective) -> None:
    optimum = minimise(objective)
    names = [*objective.names[:3], "slope_P", "I_c_P"]
    found = profiles(objective, optimum, names, curves=names[:1])
    assert set(found.profiles) == set(names)
    assert found.optimum.sum_of_squares <= optimum.sum_of_squares
    for name in names:
        profile = found[name]
        for which in LEVELS:
            low, high = profile.ends[which]
            assert (low.value is not None) == (low.state is State.CLOSED)
            assert (high.value is not None) == (high.state is State.CLOSED)
            assert _holds(profile.interval(which), profile.best)
        inner, outer = (profile.interval(which) for which in LEVELS)
        if not any(map(_passes_infinity, (inner, outer))):
            assert inner[0] is None or outer[0] is None or outer[0] <= inner[0]
            assert inner[1] is None or outer[1] is None or outer[1] >= inner[1]


def _passes_infinity(interval: tuple[float | None, float | None]) -> bool:
    """Whether it holds what is beyond both of its ends, as that of a reciprocal whose inverse may be 0 does."""
    return interval[0] is not None and interval[1] is not None and interval[0] > interval[1]


def _holds(interval: tuple[float | None, float | None], value: float) -> bool:
    above, below = interval[0] is None or value >= interval[0], interval[1] is None or value <= interval[1]
    return (above or below) if _passes_infinity(interval) else (above and below)


@_FEW
@given(_small_tables())
def test_contours_and_choices_of_small_tables(objective: Objective) -> None:
    optimum = minimise(objective)
    found = contour(objective, optimum, ("l_over_L", "E_P"), 2.3, points=4)
    assert found is None or found.values.shape == (4, 2)
    chosen = choose_intervals("auto", objective, optimum)
    assert set(objective.names) <= set(chosen.estimates)


@_FEW
@given(_small_tables(), st.integers(0, 2**32))
def test_resampled_rows_come_from_the_table(objective: Objective, seed: int) -> None:
    table = objective.terms[0].measurement
    drawn = objective.resampled(np.random.default_rng(seed)).terms[0].measurement
    assert isinstance(table, DwellTimes)
    assert isinstance(drawn, DwellTimes)
    assert set(drawn.total_time) <= set(table.total_time)
