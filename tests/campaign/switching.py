"""Recovery and coverage of switching in real circuits: voltage drive, pulse width, read-out, loops with bad readings.

Run by hand from the root of the project, some minutes: python -m tests.campaign.switching 60

Every device is simulated from its hazard and fitted with τ0 and the constants known. A slope is wrong where it is off
by more than five standard errors and 10 %; it is right otherwise, and flagged where the fit did not converge or has no
number for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.errors import StfitError
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.kinds.ramp.loops import switching_events
from stfit.measurement import Observation
from stfit.measurement.base import Origin
from stfit.results import Status
from tests import builders, swept
from tests.swept import Array

R_P: Final = 1000.0  # ohm
HALF: Final = 2.0  # V
TOP: Final = 1.8  # V, or mA through R_P, where every loop turns
POINTS: Final = 251  # of one way
SHARES: Final = np.linspace(0.05, 0.95, 10)
NAMES: Final = dict(zip(("slope_P", "slope_AP"), swept.SLOPES, strict=True))

Case = tuple[Observation, dict[str, str]]
Design = Callable[[np.random.Generator], Case]


def device(tmr: float, *, half: bool = True) -> dict[str, str]:
    """What is known of a device of a TMR (1 for 100 %)."""
    known = {"temperature": f"{swept.T} K", "tau_0": "1 ns", "beta": "0.5", "resistance": f"{R_P} ohm"}
    known["delta_R"] = f"{R_P * tmr} ohm"
    return {**known, "half_voltage": f"{HALF} V"} if half else known


def under(state: int, voltage: Array, tmr: float) -> tuple[Array, Array]:
    """ln(τ/s) and the resistance (ohm) of a state under a voltage: ΔR, and the torque with it, fall with the bias."""
    fall = 1.0 / (1.0 + np.square(voltage / HALF))
    resistance = R_P * (1.0 + state * tmr * fall)
    return swept.AT_ZERO[state] + swept.SLOPES[state] * fall * voltage / resistance, resistance


def pulses(tmr: float, visibility: float = 1.0, floor: float = 0.0) -> Design:
    """500 pulses of either of three widths at each of ten voltages a state."""

    def design(rng: np.random.Generator) -> Case:
        rows: dict[str, list[Array]] = {"transition": [], "voltage": [], "pulse_width": [], "n": [], "n_switched": []}
        for state, way in ((0, -1.0), (1, 1.0)):
            grid = way * np.linspace(0.0, TOP, 2001)
            log_tau = under(state, grid, tmr)[0]
            log_tau = np.minimum.accumulate(log_tau)  # beyond its minimum the torque falls faster than I rises
            for width in (1e-3, 3e-3, 1e-2):
                wanted = np.log(-width / np.log1p(-SHARES))
                voltage = np.interp(-wanted, -log_tau, grid)
                share = -np.expm1(-width * np.exp(-under(state, voltage, tmr)[0]))
                read = floor + (visibility - floor) * share
                ones = np.ones(SHARES.size)
                found = (state * ones, voltage, width * ones, 500.0 * ones, rng.binomial(500, read).astype(float))
                for name, values in zip(rows, found, strict=True):
                    rows[name].append(values)
        columns: dict[str, Any] = {name: np.concatenate(parts) for name, parts in rows.items()}
        read_out = (("visibility",) if visibility < 1.0 else ()) + (("floor",) if floor > 0.0 else ())
        return SwitchingPulses.from_columns(columns, origin=Origin(), read_out=read_out), device(tmr)

    return design


def loops(tmr: float, *, driven_by: str = "voltage", bad: float = 0.0) -> Design:
    """20 loops at each of two rates, of a voltage or of a current; bad: readings on the other branch, in 1."""

    def design(rng: np.random.Generator) -> Case:
        down = np.linspace(TOP, -TOP, POINTS)
        drive = np.concatenate([down, down[-2::-1]])  # V, or V over R_P
        tables = []
        for place, rate in enumerate((0.1, 10.0)):  # V/s
            ends = [
                swept.rises(_along(state, way * TOP, tmr, driven_by)[1], way * _FINE, rate, 20, rng)
                for state, way in ((0, 1.0), (1, -1.0))
            ]
            falling = np.arange(drive.size) < POINTS
            in_AP = np.where(falling, drive < ends[0][:, None], drive < ends[1][:, None])
            seen = in_AP ^ (rng.random(in_AP.shape) < bad)
            resistance = np.where(seen, *(_along(state, drive, tmr, driven_by)[0] for state in (1, 0)))
            flowing = drive / (np.where(in_AP, _along(1, drive, tmr, driven_by)[0], R_P))
            current = flowing if driven_by == "voltage" else np.tile(drive / R_P, (20, 1))
            resistance = resistance * (1.0 + 1e-3 * rng.standard_normal(in_AP.shape))
            time = np.tile(np.append(0.0, np.cumsum(np.abs(np.diff(drive)))) / rate, 20)
            sweep = np.repeat(np.arange(20.0) + 20 * place, drive.size)
            tables.append((sweep, current.ravel(), time, resistance.ravel()))
        names = ("sweep", "current", "time", "resistance")
        columns = {name: np.concatenate(parts) for name, parts in zip(names, zip(*tables, strict=True), strict=True)}
        return switching_events(columns, origin=Origin()), device(tmr)

    return design


_FINE: Final = np.linspace(TOP, -TOP, 20001)


def _along(state: int, drive: Array | float, tmr: float, driven_by: str) -> tuple[Array, Array]:
    """Resistance on a drive, and ln τ on the fine grid that starts at it."""
    values = np.sign(drive) * _FINE if np.ndim(drive) == 0 else np.asarray(drive)
    voltage = values
    if driven_by == "current":
        # V over the device at I = drive/R_P, from V/R(V), which rises with V
        fine = np.linspace(-TOP, TOP, 20001) * (1.0 + tmr)
        voltage = np.interp(values, R_P * fine / under(state, fine, tmr)[1], fine)
    log_tau, resistance = under(state, voltage, tmr)
    return resistance, log_tau


def widths(rng: np.random.Generator) -> Case:
    """Mean switching currents of pulses of 13 widths, each known to 1 %."""
    times = np.logspace(-6, 2, 13)
    state = np.repeat([0, 1], times.size)
    zero, slope = (np.array(values)[state] for values in (swept.AT_ZERO, swept.SLOPES))
    current = (np.log(np.tile(times, 2)) - zero) / slope
    error = 0.01 * np.abs(current)
    columns = {"transition": state.astype(np.int8), "critical_current": current + error * rng.standard_normal(26)}
    columns |= {"critical_current_stderr": error, "measurement_time": np.tile(times, 2)}
    known = {name: value for name, value in device(1.0, half=False).items() if name != "resistance"}
    return CriticalCurrents.from_columns(columns, origin=Origin()), known


DESIGNS: Final[dict[str, Design]] = {
    **{f"pulses of a voltage, TMR {100 * tmr:.0f} %": pulses(tmr) for tmr in (0.3, 1.0, 2.0)},
    "pulses, visibility 0.9, floor 0.02": pulses(1.0, 0.9, 0.02),
    **{f"loops of a voltage, TMR {100 * tmr:.0f} %": loops(tmr) for tmr in (0.3, 1.0, 2.0)},
    **{f"loops of a current, TMR {100 * tmr:.0f} %": loops(tmr, driven_by="current") for tmr in (0.3, 1.0, 2.0)},
    **{f"loops of a voltage, {bad} bad readings in 10⁴": loops(1.0, bad=1e-4 * bad) for bad in (1, 10, 100)},
    "switching current against pulse width": widths,
}


def main(devices: int, only: str = "") -> None:
    """Print the table."""
    print(f"{devices} devices, τ0 = 1 ns known\n")
    print("| design | slope | mean pull | sd of pulls | 68 % | 95 % | relative error | wrong | refused or flagged |")
    print("|---|---|---|---|---|---|---|---|---|")
    for place, (title, design) in enumerate(DESIGNS.items()):
        if only in title:
            _recovery(title, design, devices, place)


def _recovery(title: str, design: Design, devices: int, place: int) -> None:
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in NAMES}
    flagged = dict.fromkeys(NAMES, 0)
    for number in range(devices):
        try:
            measurement, known = design(np.random.default_rng((place, number)))
            objective = builders.objective(measurement, device=known, model={"asymmetry": "free"})
            optimum = minimise(objective)
        except StfitError as error:
            print(f"{title}, device {number}: {error}", flush=True)
            flagged = {name: count + 1 for name, count in flagged.items()}
            continue
        values = estimates(objective, optimum)
        for name in NAMES:
            value, error_of = values[name].value, values[name].stderr
            if value is None or not error_of or optimum.status is not Status.CONVERGED:
                flagged[name] += 1
            else:
                found[name].append((value, error_of))
    for name, rows in found.items():
        cells = ["–"] * 6
        if rows:
            value, error_of = np.array(rows).T
            pulls, off = (value - NAMES[name]) / error_of, np.abs(value / NAMES[name] - 1.0)
            inside = [f"{100 * np.mean(np.abs(pulls) < z):.0f}" for z in (1.0, 1.959964)]
            wrong = np.count_nonzero((np.abs(pulls) > 5.0) & (off > 0.1))
            size = 100 * np.median(error_of) / abs(NAMES[name])
            cells = [f"{np.mean(pulls):+.2f}", f"{np.std(pulls):.2f}", *inside, f"{size:.2g} %", f"{wrong}"]
        print(f"| {title} | {name} | {' | '.join(cells)} | {flagged[name]} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60, *sys.argv[2:])
