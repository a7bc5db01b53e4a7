"""Clean data raise an alarm in at most 2 % of the devices; data that scatter too little always do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stfit.backends.least_squares import minimise
from stfit.kinds.critical.data import CriticalCurrents
from tests.campaign.alarms import SEED, alarms_of, clean_devices, example, most_alarms

pytestmark = pytest.mark.slow

CHEAP = ("nanopillar", "spin-valve-ic")  # no bootstrap; tests/campaign has the others


@pytest.mark.parametrize("name", CHEAP)
def test_clean_devices_hardly_alarm(name: str, devices: int) -> None:
    raised = [alarms for alarms in clean_devices(example(name), devices, SEED) if alarms]
    assert len(raised) <= most_alarms(devices, len(CHEAP)), raised


def test_errors_stated_three_times_too_large_are_found() -> None:
    objective = example("spin-valve-ic")
    (term,) = objective.terms
    table = term.measurement
    assert isinstance(table, CriticalCurrents)
    overstated = replace(objective, terms=(replace(term, measurement=replace(table, stderr=3.0 * table.stderr)),))
    # a deviance of 18/9 for 18 degrees of freedom: below it lies 10⁻⁷ of the χ² law
    assert alarms_of(overstated, minimise(overstated), seed=0) == {"under-dispersion"}
