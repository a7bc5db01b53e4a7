"""The expected data of every kind: their information is the mean of what replicas have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pytest

from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.resonance.data import FmrLines
from stfit.measurement import Observation, Origin
from stfit.measurement.observation import sensitivity
from stfit.objective import Objective
from stfit.objective.extension import expecting
from tests.builders import (
    KNOWN,
    TRUTH,
    dwell_events,
    dwell_times,
    grid,
    mean_dwells,
    objective,
    pulses,
    ramps,
    watched,
)

Array = npt.NDArray[np.float64]

REPLICAS: Final = 150
SEED: Final = 1618  # chosen before the first run with it
# 9 parameters give 45 numbers for each of 11 kinds: two-sided at 0.001/500
Z: Final = 4.9


def critical_currents() -> CriticalCurrents:
    state = np.repeat([0, 1], 4)
    columns = {
        "transition": state,
        "critical_current": np.where(state == 0, -20e-3, 20e-3),
        "critical_current_stderr": np.full(8, 0.5e-3),
        "delta_R": np.tile([0.08, 0.1, 0.12, 0.14], 2),
    }
    return CriticalCurrents.from_columns(columns, origin=Origin())


def lines() -> FmrLines:
    state, current = np.repeat([0, 1], 5), np.tile(np.linspace(-1e-3, 1e-3, 5), 2)
    columns = {
        "state": state,
        "current": current,
        "temperature": np.full(10, 295.0),
        "power": np.full(10, 1.0),
        "power_stderr": np.full(10, 0.03),
        "linewidth": np.full(10, 5e7),
        "linewidth_stderr": np.full(10, 1e6),
    }
    return FmrLines.from_columns(columns, origin=Origin(), linewidth="fwhm", power="integrated")


KINDS: Final[dict[str, Callable[[], Observation]]] = {
    "dwells, n given": lambda: dwell_times(grid(), n=30),
    "dwells, time given": lambda: watched(grid(), expected=2.0),
    "means": lambda: mean_dwells(grid()),
    "events": lambda: dwell_events(grid(), n=12),
    "events, time given": lambda: dwell_events(grid(), n=12, censored=True),
    "pulses": lambda: pulses(grid(temperatures=(295.0,))),
    "pulses, polarity −1": lambda: pulses(grid(temperatures=(295.0,), polarity=-1)),
    "ramps": lambda: ramps(n=300),
    "ramps in steps": lambda: ramps(n=100, temperatures=(295.0,), step=5e-4),
    "critical currents": critical_currents,
    "lines": lines,
}


def objective_of(name: str) -> Objective:
    return objective(KINDS[name](), device=dict(KNOWN))


def truth_of(one: Objective) -> Array:
    known = dict(TRUTH) | {"power_P": 1.0, "power_AP": 1.0, "linewidth_P": 5e7, "linewidth_AP": 5e7}
    return one.space.coordinates(known)


def expected_information(one: Objective, x: Array) -> Array:
    quantities = one.space.quantities(x)
    terms = tuple(expecting(term, quantities) for term in one.terms)
    there = replace(one, terms=terms)
    if not there.has_residuals:  # single ramp events: see RampEvents.expected
        (term,) = there.terms
        root = sensitivity(term.measurement, term.prediction(there.space.jets(x, 1))).gradient
        return np.asarray(root @ root.T)
    return there.data_information(x)


def observed_informations(one: Objective, x: Array) -> Array:
    rng = np.random.default_rng(SEED)
    return np.array([one.replicate(x, rng).data_information(x) for _ in range(REPLICAS)])


def distance(name: str, factor: float = 1.0) -> float:
    """Largest difference of the expected information (times a factor) from the mean, in Monte-Carlo errors."""
    one = objective_of(name)
    x = truth_of(one)
    observed, expected = observed_informations(one, x), factor * expected_information(one, x)
    mean, error = observed.mean(axis=0), observed.std(axis=0, ddof=1) / np.sqrt(REPLICAS)
    size = np.sqrt(np.outer(np.diag(mean), np.diag(mean)))
    # exposures, weights and Gaussian errors may not vary at all: then 1e-9 of the size is rounding; the exact ramps are
    # good to 1/n, of n = 300 events
    floor = size * (1.0 / 300 if name == "ramps" else 1e-9)
    return float(
        np.max((np.abs(expected - mean) - floor) / np.where(error > 1e-12 * size, error, 1e-12 * size + 1e-300))
    )


@pytest.mark.parametrize("name", KINDS)
def test_information_of_the_expected_data_is_the_mean_of_replicas(name: str) -> None:
    assert distance(name) < Z


@pytest.mark.parametrize("name", KINDS)
def test_a_tenth_more_is_found_out(name: str) -> None:
    assert distance(name, 1.1) > Z


@pytest.mark.parametrize("name", [name for name in KINDS if name != "ramps"])
def test_the_likelihood_is_level_at_the_expected_data(name: str) -> None:
    one = objective_of(name)
    x = truth_of(one)
    there = replace(one, terms=tuple(expecting(term, one.space.quantities(x)) for term in one.terms))
    # a slope of 1e-9 in units of the root of the information is rounding
    assert np.all(np.abs(there.gradient(x)) <= 1e-9 * np.sqrt(np.diag(there.information(x))) + 1e-12)


def test_the_likelihood_of_expected_ramps_is_nearly_level() -> None:
    one = objective_of("ramps")
    x = truth_of(one)
    there = replace(one, terms=tuple(expecting(term, one.space.quantities(x)) for term in one.terms))
    # rises at mean exposures leave terms of order (ln n)/n of n events, in units of the √n of one error
    assert np.all(np.abs(there.gradient(x)) < 0.2 * np.sqrt(np.diag(there.information(x))))


@pytest.mark.parametrize("name", KINDS)
def test_measured_three_times_as_long_there_is_three_times_the_information(name: str) -> None:
    one = objective_of(name)
    x = truth_of(one)
    terms = tuple(replace(term, measurement=term.measurement.scaled(3.0)) for term in one.terms)
    longer: Any = replace(one, terms=terms)
    once, thrice = expected_information(one, x), expected_information(longer, x)
    size = np.sqrt(np.outer(np.diag(once), np.diag(once)))
    # moments of expected single ramps hold to 1/n; 12 events a setting, the last of them censored, are 11 and a rest
    tolerance = 0.01 if name == "ramps" else 1e-9
    assert np.all(np.abs(thrice - 3.0 * once) <= tolerance * size)


@pytest.mark.parametrize("name", KINDS)
def test_a_longer_measurement_can_be_drawn(name: str) -> None:
    one = objective_of(name)
    x = truth_of(one)
    terms = tuple(replace(term, measurement=term.measurement.scaled(0.5)) for term in one.terms)
    drawn = replace(one, terms=terms).replicate(x, np.random.default_rng(SEED))
    assert np.all(np.isfinite(drawn.data_information(x)))
