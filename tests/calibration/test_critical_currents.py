"""Errors of fits of critical currents are as large as they say: rich, poor, measured on a time scale, without barriers.

STFIT_CALIBRATION=300 pytest -m calibration tests/calibration/test_critical_currents.py
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from stfit.analysis import analysis_of
from stfit.kinds.critical.data import CriticalCurrents
from stfit.measurement import Origin
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from tests.calibration.pulls import Ensemble, comparisons_of, complaints, halved, replicated
from tests.calibration.virtual_devices import (
    BOLTZMANN,
    DERIVED_TRUTH,
    ELEMENTARY_CHARGE,
    QUOTES,
    TRUTH,
    critical_currents,
)

pytestmark = pytest.mark.slow

SEED = 28028  # chosen before the first run with it
TIME = 2.0  # s, of a measured critical current
BETA: Final = {"beta": QUOTES["beta"]}
BARRIERS: Final = {"E_P": "0.50 ± 0.02 eV", "E_AP": "0.45 ± 0.02 eV"}


def measured() -> CriticalCurrents:
    """Critical currents of the device at 10 temperatures on a time scale: I_c[1 − (k_BT/E) ln(t/τ0)]."""
    state, kelvin = np.repeat([0, 1], 10), np.tile(np.linspace(50.0, 185.0, 10), 2)
    energy = np.array([TRUTH["E_P"], TRUTH["E_AP"]])[state]
    left = 1.0 - BOLTZMANN * kelvin / energy * np.log(TIME / TRUTH["tau_0"])
    current = np.array([DERIVED_TRUTH["I_c_P"], DERIVED_TRUTH["I_c_AP"]])[state] * left
    columns = {"transition": state, "critical_current": current, "critical_current_stderr": 0.01 * np.abs(current)}
    keys: dict[str, Any] = {"critical_current": "measured", "measurement_time": TIME}
    return CriticalCurrents.from_columns(columns | {"temperature": kelvin}, origin=Origin(), **keys)


Known = Mapping[str, str]
DESIGNS: Final[Mapping[str, tuple[Callable[[], CriticalCurrents], Known, tuple[str, ...]]]] = {
    "barriers, 3 %": (lambda: critical_currents(0.03, barriers=True), BETA, ("l_over_L", "theta_0")),
    "barriers, 15 %": (lambda: critical_currents(0.15, barriers=True), BETA, ("l_over_L", "theta_0")),
    "barriers of the device": (
        lambda: critical_currents(0.03, barriers=False),
        {**BETA, **BARRIERS},
        ("l_over_L", "theta_0"),
    ),
    "ΔR of the device": (
        lambda: critical_currents(0.03, barriers=True, own_delta_R=False),
        QUOTES,
        ("l_over_L", "theta_0", "slope_P", "slope_AP"),
    ),
    "measured in 2 s": (measured, {**QUOTES, **BARRIERS}, ("l_over_L", "theta_0", "tau_0", "I_c_P", "I_c_AP")),
}
COMPARISONS: Final = comparisons_of(1, sum(len(quantities) for *_, quantities in DESIGNS.values()))


def objective_of(name: str) -> Objective:
    build, known, _ = DESIGNS[name]
    return assemble(analysis_of({"device": dict(known)}, Path(), "calibration"), [build()])


@pytest.fixture(scope="module")
def ensemble_of(devices: int) -> Callable[[str], Ensemble]:
    @cache
    def ensemble(name: str) -> Ensemble:
        return replicated(objective_of(name), TRUTH, devices, SEED + list(DESIGNS).index(name))

    return ensemble


@pytest.mark.parametrize("name", DESIGNS)
def test_the_design_obeys_eq_28_at_the_truth(name: str) -> None:
    objective = objective_of(name)
    (term,), (prediction,) = objective.terms, objective.predictions(objective.space.coordinates(TRUTH))
    assert isinstance(term.measurement, CriticalCurrents)
    # a dozen roundings; that of 1 − (k_BT/E) ln(t/τ0) loses a factor of 10
    np.testing.assert_allclose(1.0 / prediction, term.measurement.current, rtol=1e-13)
    assert TRUTH["E_P"] == 0.50 * ELEMENTARY_CHARGE  # as BARRIERS has it


@pytest.mark.parametrize("name", DESIGNS)
def test_pulls_and_coverage(name: str, ensemble_of: Callable[[str], Ensemble]) -> None:
    found = ensemble_of(name)
    assert found.unconverged == 0
    assert [words for q in DESIGNS[name][2] for words in complaints(q, found.calibration(q), COMPARISONS)] == []


def test_halved_errors_are_found_out(ensemble_of: Callable[[str], Ensemble]) -> None:
    # pulls of width 2 are 14 of their errors 1/√(2N) from 1 at N = 100
    found = replace(ensemble_of("barriers, 3 %"), estimated=halved)
    words = complaints("theta_0", found.calibration("theta_0"), COMPARISONS)
    assert any("width" in word for word in words)
