"""barrier = "power-law" from an analysis file to the summary: free, fixed, and as what Eq. 27 gives way to."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

import stfit
from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.constants import BOLTZMANN
from stfit.diagnostics.estimates import estimates
from stfit.errors import InputError
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.kinds.ramp.data import RampEvents
from stfit.measurement import Observation, Origin
from stfit.models.choices import Choices
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.pipeline.assembly import assemble
from stfit.reports.summary import summary
from stfit.results import Status
from tests.truths import assert_true

KELVIN: Final = 295.0
TRUTH: Final = {
    "l_over_L": 40.0,
    "tau_0": 1e-9,
    "E_P": 36.0 * BOLTZMANN * KELVIN,
    "E_AP": 30.0 * BOLTZMANN * KELVIN,
    "theta_0": np.pi / 2,
    "beta": 0.35,
    "delta_R": 0.15,
    "exponent": 1.5,
}
CONTENT: Final[dict[str, Any]] = {
    "device": {"temperature": "295 K", "beta": 0.35, "delta_R": "0.15 ohm"},
    "model": {"barrier": "power-law", "asymmetry": "symmetric"},
    "fit": {"fix": {"tau_0": "1 ns"}},
}
LAW: Final = SpinTransferLaw.of(Choices(barrier="power-law", asymmetry="symmetric"), reference_temperature=KELVIN)
SHARES: Final = np.linspace(0.15, 0.7, 12)  # of I_c


def log_dwell_time(state: Any, current: Any) -> Any:
    return LAW.log_dwell_time(TRUTH, state=state, current=current, temperature=KELVIN, field=None)


def critical(state: int) -> float:
    inverse = LAW.inverse_critical_current(TRUTH, state=np.array([float(state)]))
    return float(1.0 / np.asarray(inverse)[0])


def pulses(seed: int = 1) -> Observation:
    """Pulses of three widths over which P_sw rises, out of both states."""
    rng, parts = np.random.default_rng(seed), []
    for state in (0, 1):
        current = critical(state) * np.tile(SHARES, 3)
        width = np.repeat([1e-7, 1e-4, 1e-1], SHARES.size)
        share = -np.expm1(-width / np.exp(log_dwell_time(np.full(current.size, float(state)), current)))
        switched = rng.binomial(500, share).astype(float)
        parts.append((np.full(current.size, state), current, width, np.full(current.size, 500.0), switched))
    names = ("transition", "current", "pulse_width", "n", "n_switched")
    columns = dict(zip(names, (np.concatenate(part) for part in zip(*parts, strict=True)), strict=True))
    return SwitchingPulses.from_columns(columns, origin=Origin())


def critical_currents(seed: int = 2) -> Observation:
    """Currents at which a state lives for the width of a pulse, over eight decades."""
    state, time = np.repeat([0.0, 1.0], 17), np.tile(np.logspace(-8, 0, 17), 2)
    inverse = np.asarray(
        LAW.inverse_critical_current(TRUTH, state=state, temperature=np.full(34, KELVIN), measurement_time=time)
    )
    current = np.abs(1.0 / inverse) * np.where(state == 0, -1.0, 1.0)
    error = 0.003 * np.abs(current)
    columns = {
        "transition": state.astype(int),
        "critical_current": current + error * np.random.default_rng(seed).standard_normal(34),
        "critical_current_stderr": error,
        "temperature": np.full(34, KELVIN),
        "measurement_time": time,
    }
    return CriticalCurrents.from_columns(columns, origin=Origin())


def ramps() -> Observation:
    """Events of AP→P, drawn from the hazard on a fine grid of currents."""
    rng, rate, grid = np.random.default_rng(5), np.repeat([1e-3, 10.0], 400), critical(1) * np.linspace(0, 0.97, 4001)
    hazard = np.exp(-log_dwell_time(np.ones(grid.size), grid))
    exposure = np.concatenate([[0.0], np.cumsum(0.5 * (hazard[1:] + hazard[:-1]) * np.diff(grid))])
    columns = {
        "transition": np.ones(800, int),
        "switching_current": np.interp(rng.exponential(size=800) * rate, exposure, grid),
        "ramp_rate": rate,
        "temperature": np.full(800, KELVIN),
    }
    return RampEvents.from_columns(columns, origin=Origin())


@pytest.mark.parametrize("measured", [pulses, critical_currents])
def test_the_exponent_is_found_with_barriers_and_coefficient(measured: Any) -> None:
    objective = assemble(analysis_of(CONTENT, Path(), "lab.toml"), [measured()])
    optimum = minimise(objective)
    assert optimum.status is Status.CONVERGED
    assert_true(estimates(objective, optimum), TRUTH, "l_over_L", "E_P", "E_AP", "exponent")


def test_where_barriers_bend_eq_27_gives_way_and_the_remedy_works() -> None:
    straight = CONTENT | {"model": {"asymmetry": "symmetric"}}
    rejected = stfit.fit([ramps(), critical_currents()], **straight)
    said = summary(rejected)
    assert rejected.goodness.verdict == "rejected"
    remedy = 'Try [model] barrier = "power-law" with [fit] fix = {exponent = 1.5}'
    assert remedy in said
    content = CONTENT | {"fit": {"fix": {"tau_0": "1 ns", "exponent": 1.5}, "compare": False}}
    objective = assemble(analysis_of(content, Path(), "lab.toml"), [ramps(), critical_currents()])
    optimum = minimise(objective)
    assert_true(estimates(objective, optimum), TRUTH, "l_over_L", "E_AP")
    preferred = min(
        rejected.comparison, key=lambda entry: entry["delta_aic"] if entry["delta_aic"] is not None else np.inf
    )
    assert preferred["name"] == "barrier-3/2"


def test_an_exponent_belongs_to_the_power_law() -> None:
    with pytest.raises(InputError, match=r"a parameter of barrier = \"high\"; found 'exponent', which belongs to"):
        analysis_of({"fit": {"fix": {"exponent": 1.5}}}, Path(), "lab.toml")


def test_a_summary_gives_barriers_in_thermal_energies() -> None:
    said = summary(stfit.fit(pulses(), **CONTENT | {"fit": {"fix": {"tau_0": "1 ns"}, "compare": False}}))
    line = next(line for line in said.splitlines() if "quoted at 295 K" in line)
    value = float(line.partition("E_P = ")[2].partition("(")[0])
    assert value == pytest.approx(36.0, abs=1.5)
    assert "k_BT, E_AP = " in line
