"""The combinations that are identified where parameters are not."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.diagnostics.combinations import combinations
from stfit.diagnostics.intervals import choose_intervals
from stfit.kinds.dwell.data import DwellTimes
from stfit.measurement import Origin
from stfit.results import Combination, Verdict
from tests import builders

COUNT = 700


def quoted(rows: list[tuple[int, float, float]], **sections: object) -> dict[str, Combination]:
    """What is identified of rows of state, current (A) and mean dwell time (s), 700 dwells each."""
    state, current, tau = (np.array(column) for column in zip(*rows, strict=True))
    columns = {"state": state, "current": current, "n": np.full(state.size, COUNT), "total_time": COUNT * tau}
    table = DwellTimes.from_columns(columns, origin=Origin())
    assert isinstance(table, DwellTimes)
    objective = builders.objective(table, **{"device": {}, **sections})
    chosen = choose_intervals("auto", objective, minimise(objective))
    return {entry.expression: entry for entry in combinations(objective, chosen.optimum, dict(chosen.estimates))}


@pytest.mark.parametrize("current", [1e-4, 5e-4, -3e-4, 2e-3])
def test_one_current_identifies_the_dwell_times_there_and_no_value_at_zero(current: float) -> None:
    found = quoted([(0, current, 1e-3), (1, current, 4e-4)])
    assert {name.split(" at ")[0] for name in found} == {"ln(tau_P/s)", "ln(tau_AP/s)"}
    for entry, tau in zip(found.values(), (1e-3, 4e-4), strict=True):
        assert entry.value == pytest.approx(np.log(tau), abs=1e-9)
        assert entry.stderr == pytest.approx(1 / np.sqrt(COUNT), rel=1e-6)


def test_a_slope_of_the_wrong_sign_does_not_sharpen_what_it_is_extrapolated_to() -> None:
    """Two near currents at which ln τ_P falls by 1.3 errors: at I = 0 nothing is known to better than 1.

    By hand: 0.30 and 0.31 mA, errors of 0.038 each, the line through them has an error of 1.6 at 0.
    """
    rows = [(0, 3.0e-4, 4.571e-3), (0, 3.1e-4, 4.257e-3), (1, 3.0e-4, 2e-5), (1, 3.1e-4, 1.9e-5)]
    found = quoted(rows, device={"temperature": "295 K"})
    entry = found["ln(tau_0/s) + E_P/(k_B*temperature)"]
    assert entry.ci95 is not None
    low, high = entry.ci95
    assert low is None or high is None or high - low > 3.0


def test_several_currents_need_no_dwell_time() -> None:
    where = builders.grid(temperatures=(295.0,))
    objective = builders.objective(builders.dwell_times(where), device={"temperature": "295 K"})
    chosen = choose_intervals("auto", objective, minimise(objective))
    found = [entry.expression for entry in combinations(objective, chosen.optimum, dict(chosen.estimates))]
    assert not any(name.startswith("ln(tau_P") for name in found)
    assert chosen.estimates["slope_P"].verdict is Verdict.IDENTIFIED
