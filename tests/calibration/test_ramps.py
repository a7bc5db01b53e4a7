"""Errors of fits of switching ramps are as large as they say, and the test of fit alarms as often as it says.

STFIT_CALIBRATION=300 pytest -m calibration tests/calibration/test_ramps.py
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest
from scipy.stats import kstest

from stfit.backends.least_squares import minimise
from stfit.diagnostics.goodness import goodness
from stfit.measurement import Observation
from stfit.studies.coverage import FALSE_ALARM
from tests import builders
from tests.calibration.pulls import Ensemble, comparisons_of, complaints, halved, replicated
from tests.calibration.virtual_devices import QUOTES, TRUTH

pytestmark = pytest.mark.slow

SEED: Final = 3131  # chosen before the first run with it
QUANTITIES: Final = ("l_over_L", "theta_0", "tau_0", "slope_P", "slope_AP", "I_c_P", "I_c_AP")
TEMPERATURES: Final = (260.0, 295.0, 330.0)
DWELLS: Final = builders.grid(TEMPERATURES, (-2e-3, -1e-3, 0.0, 1e-3, 2e-3))


def ramps(**keys: Any) -> Observation:
    return builders.ramps(TRUTH, temperatures=TEMPERATURES, seed=SEED, **keys)


DESIGNS: Final[Mapping[str, Callable[[], list[Observation]]]] = {
    "events, 200 a setting": lambda: [ramps(n=200)],
    "events, 10 a setting": lambda: [ramps(n=10, rates=(1.0, 10.0, 100.0))],
    "steps, 200 a setting": lambda: [ramps(n=200, step=0.4e-3)],
    "events beside dwells": lambda: [ramps(n=30), builders.dwell_times(DWELLS, TRUTH, n=30)],
}
COMPARISONS: Final = comparisons_of(len(DESIGNS), len(QUANTITIES))


def ensemble(name: str, devices: int) -> Ensemble:
    objective = builders.objective(DESIGNS[name](), device=dict(QUOTES))
    return replicated(objective, TRUTH, devices, SEED + list(DESIGNS).index(name))


@pytest.mark.parametrize("name", DESIGNS)
def test_pulls_and_coverage(name: str, devices: int) -> None:
    found = ensemble(name, devices)
    assert found.unconverged == 0
    assert [words for q in QUANTITIES for words in complaints(q, found.calibration(q), COMPARISONS)] == []


def test_halved_errors_are_found_out(devices: int) -> None:
    # pulls of width 2 are 14 of their errors 1/√(2N) from 1 at N = 100
    found = Ensemble(ensemble("events, 200 a setting", devices).fits, halved)
    assert any("width" in words for words in complaints("slope_AP", found.calibration("slope_AP"), COMPARISONS))


@pytest.mark.parametrize("step", [None, 0.1e-3])
def test_p_values_of_fresh_events_are_uniform(step: float | None, devices: int) -> None:
    """Each device with events, and so with a table of steps, of its own; 40 classes, and no bootstrap."""
    found = []
    for device in range(devices):
        fresh = builders.ramps(TRUTH, n=600, seed=SEED + device, step=step, temperatures=(280.0, 310.0))
        objective = builders.objective(fresh, device=dict(QUOTES))
        result = goodness(objective, minimise(objective), seed=0)
        assert result.method == "asymptotic"
        found.append(result.tests[0].p_value or 0.0)
    assert kstest(found, "uniform").pvalue > FALSE_ALARM / 2
