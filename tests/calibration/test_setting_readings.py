"""Ramps at one temperature, read from a thermometer with noise: slopes as sure as they say, and no barrier from noise.

STFIT_CALIBRATION=300 pytest -m calibration tests/calibration/test_setting_readings.py
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pytest

import stfit
from stfit.backends.least_squares import minimise
from stfit.kinds.ramp.data import RampEvents
from stfit.measurement import Observation, Origin
from stfit.results import Status, Verdict
from tests import builders
from tests.calibration.pulls import Ensemble, Fit, comparisons_of, complaints, halved
from tests.calibration.virtual_devices import TRUTH

pytestmark = pytest.mark.slow

SEED: Final = 4211  # chosen before the first run with it
NOISE: Final = 0.02  # K
SLOPES: Final = ("slope_P", "slope_AP")
NEVER: Final = ("tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP")  # of what one temperature cannot tell
COMPARISONS: Final = comparisons_of(1, len(SLOPES))


def device(number: int, n: int = 60) -> tuple[dict[str, Any], Any]:
    """Events of a device at 295 K, and the reading beside each."""
    columns = builders.ramp_columns(TRUTH, rates=(1.0, 10.0, 100.0), temperatures=(295.0,), n=n, seed=SEED + number)
    noise = np.random.default_rng([SEED, number]).standard_normal(columns["transition"].size)
    return columns, 295.0 + NOISE * noise


def fitted(measurement: Observation) -> Fit:
    objective = builders.objective(measurement, device={}, model={"asymmetry": "free"})
    return Fit(objective, minimise(objective))


@pytest.fixture(scope="module")
def fits(devices: int, tmp_path_factory: pytest.TempPathFactory) -> tuple[Fit, ...]:
    file = tmp_path_factory.mktemp("devices") / "events.csv"
    tables = (builders.write_ramps(file, *device(number)) for number in range(devices))
    return tuple(fitted(stfit.load(table, "switching-ramp")) for table in tables)


def test_slopes_are_as_sure_as_they_say(fits: tuple[Fit, ...]) -> None:
    found = Ensemble(fits)
    assert found.unconverged == 0
    assert [words for q in SLOPES for words in complaints(q, found.calibration(q), COMPARISONS)] == []


def test_halved_errors_are_found_out(fits: tuple[Fit, ...]) -> None:
    # pulls of width 2 are 14 of their errors 1/√(2N) from 1 at N = 100
    assert any(
        "width" in w for w in complaints("slope_AP", Ensemble(fits, halved).calibration("slope_AP"), COMPARISONS)
    )


def test_noise_identifies_no_barrier_in_any_device(fits: tuple[Fit, ...]) -> None:
    verdicts = [found[name].verdict for found in Ensemble(fits).estimates for name in NEVER]
    assert set(verdicts) == {Verdict.NOT_IDENTIFIED}


def test_without_grouping_noise_is_a_series() -> None:
    """The negative control: the same readings handed over in memory, where they stay as given."""
    columns, readings = device(0, n=10)
    given = columns | {"temperature": readings}
    fit = fitted(RampEvents.from_columns(given, origin=Origin()))
    (found,) = Ensemble((fit,)).estimates
    series = any(found[name].verdict is not Verdict.NOT_IDENTIFIED for name in NEVER)
    assert series or fit.optimum.status is not Status.CONVERGED
