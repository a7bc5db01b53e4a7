"""How many devices, and the simulated ensembles, each made once a session."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache

import pytest

from tests.calibration.pulls import Ensemble, simulate
from tests.calibration.virtual_devices import DESIGNS

SEED = 2718  # chosen before the first run with it


@pytest.fixture(scope="session")
def devices() -> int:
    """How many devices are simulated for each design: STFIT_CALIBRATION, or 100."""
    return int(os.environ.get("STFIT_CALIBRATION", "100"))


@pytest.fixture(scope="session")
def ensemble_of(devices: int) -> Callable[[str], Ensemble]:
    """The fitted devices of a design, by its name."""

    @cache
    def ensemble(name: str) -> Ensemble:
        return simulate(DESIGNS[name](), devices, seed=SEED + list(DESIGNS).index(name))

    return ensemble
