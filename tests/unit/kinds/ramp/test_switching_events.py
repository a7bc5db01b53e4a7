"""Single switching events against the fitted law: the statistic by hand, right data, false events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import goodness_of_fit, uniform

from stfit.backends.least_squares import minimise
from stfit.diagnostics.goodness import goodness
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.kinds.ramp.switching_events import anderson_darling, event_tests
from stfit.results import Goodness
from tests import builders

DEVICE = {"temperature": "295 K"}


def test_the_statistic_of_exact_events_is_that_of_anderson_and_darling() -> None:
    share = np.random.default_rng(1).random(40)
    n, ordered = share.size, np.sort(share)
    odd = 2.0 * np.arange(1, n + 1) - 1.0
    expected = -n - np.mean(odd * (np.log(ordered) + np.log1p(-ordered[::-1])))
    # 256 cells: each of the 40 steps of F is placed to half a cell, 1/500 of the range
    assert anderson_darling(share, share, np.ones(n)) == pytest.approx(expected, rel=0.02)


def test_events_of_which_nothing_is_known_say_nothing() -> None:
    # of ramps that ended before they switched, at once: between the shares 0 and 1 anything may have happened
    assert anderson_darling(np.zeros(3), np.ones(3), np.full(3, 10.0)) == pytest.approx(0.0, abs=1e-12)


def test_events_known_to_a_part_of_the_law_fill_it_evenly() -> None:
    quarters = np.array([0.0, 0.25, 0.5, 0.75])
    assert anderson_darling(quarters, quarters + 0.25, np.full(4, 10.0)) == pytest.approx(0.0, abs=1e-12)
    # all in the first half: F = 2u, then 1; ∫ u/(1−u) du + ∫ (1−u)/u du = 2 ln 2 − 1 for each event
    half = anderson_darling(np.zeros(1), np.full(1, 0.5), np.full(1, 10.0))
    assert half == pytest.approx(10.0 * (2.0 * np.log(2.0) - 1.0), rel=1e-3)


def test_large_where_scipy_finds_it_large() -> None:
    events = np.random.default_rng(2).beta(2.0, 2.0, 200)
    found = anderson_darling(events, events, np.ones(200))
    known = {"loc": 0.0, "scale": 1.0}
    expected = goodness_of_fit(uniform, events, known_params=known, statistic="ad", n_mc_samples=99, rng=1)
    assert found == pytest.approx(float(expected.statistic), rel=0.02)


# --- as a part of the goodness of fit -------------------------------------------------------------------------------


def ramps(false_events: int, step: float | None, n: int = 120) -> RampEvents | SteppedRamps:
    """One rate, one temperature, both transitions; some early events in each, as glitches make them."""
    exact = builders.ramps(n=n, rates=(3.0,), temperatures=(295.0,), seed=3)
    assert isinstance(exact, RampEvents)
    rise = np.array(exact.rise)
    for first in exact.first:
        rise[first : first + false_events] *= np.linspace(0.02, 0.1, max(false_events, 1))[:false_events]
    if step is not None:
        rise = np.ceil(rise / step) * step
    setting = np.repeat(np.arange(exact.ramps.size), n)
    columns: dict[str, npt.NDArray[Any]] = {
        "transition": exact.ramps.state[setting],
        "switching_current": exact.ramps.reached(rise, setting),
        "ramp_rate": exact.ramps.ramp_rate[setting],
    }
    if step is not None:
        columns["current_step"] = np.full(rise.size, step)
    return RampEvents.from_columns(columns, origin=exact.origin)


@pytest.fixture(autouse=True)
def _few_replicas(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of the replicas: the tail of the statistic is continued from 20 of 200 as from 20 of 1000."""
    monkeypatch.setattr("stfit.diagnostics.goodness._REPLICAS", 200)


def judged(false_events: int, step: float | None) -> Goodness:
    objective = builders.objective(ramps(false_events, step), device=DEVICE)
    return goodness(objective, minimise(objective), seed=1)


def verdicts(found: Goodness) -> dict[str, str]:
    return {test.name: test.verdict for test in found.tests if test.name.startswith("switching currents")}


@pytest.mark.parametrize("step", [None, 4e-4])
def test_events_of_the_law_pass(step: float | None) -> None:
    found = judged(0, step)
    assert found.method == "parametric bootstrap"
    assert set(verdicts(found)) == {"switching currents, P→AP", "switching currents, AP→P"}
    assert found.verdict == "acceptable"


@pytest.mark.parametrize("step", [None, 4e-4])
def test_a_few_false_events_are_found(step: float | None) -> None:
    found = judged(10, step)
    assert "rejected" in verdicts(found).values()
    assert found.verdict == "rejected"


def test_fewer_than_twenty_events_of_a_transition_are_not_tested() -> None:
    assert event_tests(ramps(0, None, n=19)) == []
    assert len(event_tests(ramps(0, None, n=20))) == 2


def test_every_ramp_is_counted_once_with_those_that_never_switched() -> None:
    table = ramps(0, 4e-4)
    assert isinstance(table, SteppedRamps)
    objective = builders.objective(table, device=DEVICE)
    (prediction,) = objective.predictions(objective.start)
    # the last events of each setting taken away: their ramps ended there without a switch
    censored = replace(table, n_switched=np.where(np.diff(table.setting, append=-1) != 0, 0.0, table.n_switched))
    for measured in (table, censored):
        found = measured.switched_shares(prediction)
        assert np.sum(found.events) == 240
        assert np.all(found.low <= found.high)
    never = found.events[(found.high == 1.0) & (found.events > 0)]
    assert np.sum(never) == np.sum(table.n_switched) - np.sum(censored.n_switched)
