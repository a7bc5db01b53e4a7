"""The test of shape: uniform p-values for exponential dwells, and the power it must have where they are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.stats import kstest, norm

from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.dwell.shape import exponential_shape_test
from stfit.measurement import Origin
from stfit.studies.coverage import FALSE_ALARM
from tests.calibration.virtual_devices import dwell_events

pytestmark = pytest.mark.slow

Array = npt.NDArray[np.float64]

SETTINGS = 8
COMPARISONS = 5
LEVEL = 0.01


def events_of(dwells: Array, per_setting: int) -> DwellEvents:
    """Complete dwells (unit mean) as those of settings whose dwell times lie decades apart."""
    setting = np.repeat(np.arange(SETTINGS), per_setting)
    columns = {
        "state": setting % 2,
        "current": 1e-3 * (setting // 2),
        "duration": dwells * 10.0 ** (-setting.astype(float)),
    }
    events = DwellEvents.from_columns(columns, origin=Origin())
    assert isinstance(events, DwellEvents)
    return events


def p_value(events: DwellEvents) -> float:
    found = exponential_shape_test(events).p_value
    assert found is not None
    return found


# 2 dwells a setting: the shifted gamma law has the right three moments, and of a sum over 8 settings no more is needed
# than Kolmogorov's distance of 500 values can feel (its 0.02 % point is 0.09)
@pytest.mark.parametrize("per_setting", [2, 3, 10, 300])
def test_p_values_of_exponential_dwells_are_uniform(per_setting: int, devices: int) -> None:
    rng = np.random.default_rng(50 + per_setting)
    draws = rng.standard_exponential((devices, SETTINGS * per_setting))
    found = [p_value(events_of(dwells, per_setting)) for dwells in draws]
    assert kstest(found, "uniform").pvalue > FALSE_ALARM / COMPARISONS


def test_p_values_are_uniform_where_the_last_dwell_is_censored(devices: int) -> None:
    # Given their number, the complete dwells of a watched interval over their sum are those of exponentials.
    template = dwell_events((0.5, 15), 5e-3)
    prediction = np.log(template.reduced.total_time / np.geomspace(0.5, 15, template.reduced.n.size))
    rng = np.random.default_rng(60)
    found = [p_value(template.draw(prediction, rng)) for _ in range(devices)]
    assert kstest(found, "uniform").pvalue > FALSE_ALARM / COMPARISONS


@final
@dataclass(frozen=True)
class Alternative:
    """A law of dwells that is not exponential: its density, and draws from it."""

    density: Callable[[float], float]
    draw: Callable[[np.random.Generator, int], Array]
    shortest: float = 0.0

    def moment(self, function: Callable[[float], float]) -> float:
        """Expectation of a function of one dwell."""
        # the logarithm at 0 is integrable: one split takes its end apart
        parts = [(self.shortest, self.shortest + 0.01), (self.shortest + 0.01, 200.0)]
        return sum(quad(lambda x: function(x) * self.density(x), *part, limit=200)[0] for part in parts)

    def drift(self) -> tuple[float, float]:
        """Per dwell: how far D moves from its expectation γ for exponential dwells, and its standard deviation."""
        mean = self.moment(lambda x: x)
        log = self.moment(np.log)
        spread = self.moment(lambda x: (x / mean - 1.0 - np.log(x) + log) ** 2)
        return float(np.log(mean) - log - np.euler_gamma), float(np.sqrt(spread))


def _two_exponentials(rng: np.random.Generator, size: int) -> Array:
    return np.where(rng.random(size) < 0.5, 1.0, 4.0) * rng.standard_exponential(size)


ALTERNATIVES: Final = {
    "two exponentials, 1 : 4": Alternative(lambda x: 0.5 * np.exp(-x) + 0.125 * np.exp(-x / 4), _two_exponentials),
    "dwells below a tenth missing": Alternative(
        lambda x: float(np.exp(0.1 - x)), lambda rng, size: 0.1 + rng.standard_exponential(size), shortest=0.1
    ),
}
_NULL_SPREAD = np.sqrt(np.pi**2 / 6 - 1)  # of D per dwell, exponential dwells


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_other_shapes_are_found(name: str, devices: int) -> None:
    """As many dwells as make a miss less likely than 1e-6 a device, by the normal law of D: all are found."""
    alternative = ALTERNATIVES[name]
    drift, spread = alternative.drift()
    needed = ((norm.isf(LEVEL / 2) * _NULL_SPREAD + norm.isf(1e-6) * spread) / drift) ** 2
    per_setting = int(np.ceil(needed / SETTINGS)) + 1  # one a setting pays for the estimated mean
    rng = np.random.default_rng(70)
    tested = [
        exponential_shape_test(events_of(alternative.draw(rng, SETTINGS * per_setting), per_setting))
        for _ in range(devices)
    ]
    assert per_setting < 400  # what a telegraph trace easily holds
    assert all(test.p_value is not None and test.p_value < LEVEL for test in tested)
    assert all(test.statistic is not None and (test.statistic - 1.0) * drift > 0 for test in tested)
