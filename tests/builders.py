"""Measurements of a device of known truth, drawn in memory, and their objectives. Eq. 27 is written out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.analysis import analysis_of
from stfit.kinds.dwell.data import DwellTimes, MeanDwellTimes
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.measurement import Observation, Origin
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble

Array = npt.NDArray[np.float64]

E: Final = 1.602176634e-19  # C
K_B: Final = 1.380649e-23  # J/K

TRUTH: Final[Mapping[str, float]] = {
    "l_over_L": 3.0,
    "tau_0": 1e-9,
    "E_P": 0.50 * E,
    "E_AP": 0.45 * E,
    "theta_0": 1.7,
    "beta": 0.35,
    "delta_R": 0.11,
    "temperature": 295.0,
}
STRONGER: Final[Mapping[str, float]] = {**TRUTH, "l_over_L": 8.0}  # more spin transfer
QUOTES: Final[Mapping[str, str]] = {"delta_R": "0.110 ± 0.004 ohm", "beta": "0.35 ± 0.03", "temperature": "295 ± 1 K"}
QUICK: Final[Mapping[str, Any]] = {"compare": False, "intervals": "covariance"}  # [fit] without rivals and profiles
KNOWN: Final[Mapping[str, str]] = {"delta_R": "0.110 ohm", "beta": "0.35", "temperature": "295 K"}
TEMPERATURES: Final = (250.0, 270.0, 295.0, 320.0)
CURRENTS: Final = tuple(np.linspace(-10e-3, 10e-3, 7).tolist())


def coupling(truth: Mapping[str, float]) -> float:
    """G = 8 e λ ΔR/β, J/A."""
    return 8.0 * E * truth["l_over_L"] * truth["delta_R"] / truth["beta"]


def factors(truth: Mapping[str, float]) -> tuple[float, float]:
    """c_P and c_AP: as given, else those of the cosine GMR curve at θ0."""
    if "c_P" in truth:
        return truth["c_P"], truth["c_AP"]
    top = truth["theta_0"]
    return (top - np.sin(top)) / 2, (np.pi - top + np.sin(top)) / 2


def log_dwell_time(truth: Mapping[str, float], state: Any, current: Any, temperature: Any) -> Array:
    """ln τ_i = ln τ0 + (E_i ± G c_i I)/k_BT, state 0 for P and 1 for AP."""
    c_P, c_AP = factors(truth)
    change = coupling(truth) * np.where(state == 0, c_P, -c_AP) * current
    energy = np.where(state == 0, truth["E_P"], truth["E_AP"])
    return np.asarray(np.log(truth["tau_0"]) + (energy + change) / (K_B * temperature))


@final
@dataclass(frozen=True)
class Grid:
    """Settings of a measurement, every temperature at every state at every current; arrays of shape (rows,).

    current: as the theory counts it; polarity −1 writes it down with the opposite sign.
    """

    state: npt.NDArray[np.int8]
    current: Array
    temperature: Array
    polarity: int = 1
    with_temperature: bool = True

    def columns(self, first: str = "state", unit: float = 1.0) -> dict[str, Any]:
        """The columns of a table."""
        columns = {first: self.state, "current": self.polarity * self.current * unit}
        return columns | ({"temperature": self.temperature} if self.with_temperature else {})

    def log_dwell_time(self, truth: Mapping[str, float]) -> Array:
        """ln τ of every row."""
        return log_dwell_time(truth, self.state, self.current, self.temperature)


def grid(
    temperatures: Sequence[float] = TEMPERATURES,
    currents: Sequence[float] = CURRENTS,
    states: Sequence[int] = (0, 1),
    *,
    polarity: int = 1,
    with_temperature: bool = True,
) -> Grid:
    """All combinations."""
    temperature, state, current = (a.ravel() for a in np.meshgrid(temperatures, states, currents, indexing="ij"))
    return Grid(state.astype(np.int8), current.astype(float), temperature.astype(float), polarity, with_temperature)


def dwell_times(
    where: Grid, truth: Mapping[str, float] = TRUTH, *, n: int | Array = 1000, seed: int | None = None
) -> DwellTimes:
    """n dwells a row; free of noise without a seed (the total time is then n τ)."""
    tau = np.exp(where.log_dwell_time(truth))
    counts = np.broadcast_to(np.asarray(n, dtype=float), tau.shape)
    total = counts * tau if seed is None else tau * np.random.default_rng(seed).gamma(counts)
    table = DwellTimes.from_columns(
        where.columns() | {"n": counts, "total_time": total},
        origin=Origin(file="dwell.csv", polarity=where.polarity),
    )
    assert isinstance(table, DwellTimes)
    return table


def watched(where: Grid, truth: Mapping[str, float] = TRUTH, *, expected: float = 2.0, seed: int = 0) -> DwellTimes:
    """Poisson counts in a time in which `expected` transitions are expected."""
    time = expected * np.exp(where.log_dwell_time(truth))
    counts = np.random.default_rng(seed).poisson(expected, time.size).astype(float)
    table = DwellTimes.from_columns(
        where.columns() | {"n": counts, "total_time": time},
        origin=Origin(file="watched.csv", polarity=where.polarity),
    )
    assert isinstance(table, DwellTimes)
    return table


def mean_dwells(
    where: Grid, truth: Mapping[str, float] = TRUTH, *, relative: float = 0.05, seed: int | None = None
) -> MeanDwellTimes:
    """Means with a relative error; free of noise without a seed."""
    eta = where.log_dwell_time(truth)
    noise = 0.0 if seed is None else relative * np.random.default_rng(seed).standard_normal(eta.size)
    mean = np.exp(eta + noise)
    return MeanDwellTimes.from_columns(
        where.columns() | {"mean_dwell": mean, "mean_dwell_stderr": relative * mean},
        origin=Origin(file="means.csv", polarity=where.polarity),
    )


def dwell_events(
    where: Grid, truth: Mapping[str, float] = TRUTH, *, n: int = 20, seed: int = 0, censored: bool = False
) -> DwellEvents:
    """n single dwells a row; censored: the last of each was still going on."""
    rng = np.random.default_rng(seed)
    row = np.repeat(np.arange(where.current.size), n)
    duration = np.exp(where.log_dwell_time(truth))[row] * rng.standard_exponential(row.size)
    last = np.zeros(row.size)
    last[n - 1 :: n] = float(censored)
    columns = {name: values[row] for name, values in where.columns().items()}
    events = DwellEvents.from_columns(
        columns | {"duration": duration, "censored": last},
        origin=Origin(file="events.csv", polarity=where.polarity),
    )
    assert isinstance(events, DwellEvents)
    return events


def pulses(
    where: Grid,
    truth: Mapping[str, float] = TRUTH,
    *,
    width: float | None = None,
    n: int = 200,
    seed: int | None = 0,
) -> SwitchingPulses:
    """n pulses a row, as wide as the median dwell time unless said otherwise; without a seed the nearest integers."""
    eta = where.log_dwell_time(truth)
    pulse_width = np.full(eta.size, float(np.exp(np.median(eta))) if width is None else width)
    probability = -np.expm1(-pulse_width * np.exp(-eta))
    switched = np.rint(n * probability) if seed is None else np.random.default_rng(seed).binomial(n, probability)
    return SwitchingPulses.from_columns(
        where.columns("transition")
        | {"pulse_width": pulse_width, "n": np.full(eta.size, float(n)), "n_switched": switched.astype(float)},
        origin=Origin(file="pulses.csv", polarity=where.polarity),
    )


def ramp_columns(
    truth: Mapping[str, float] = TRUTH,
    *,
    rates: Sequence[float] = (3.0, 300.0),
    temperatures: Sequence[float] = (260.0, 310.0),
    states: Sequence[int] = (0, 1),
    n: int = 200,
    seed: int = 0,
    polarity: int = 1,
    start: float = 0.0,
    step: float | None = None,
) -> dict[str, Any]:
    """n events at every setting, each ramp in the direction that ends its state; start (A) counts along the ramp."""
    rng = np.random.default_rng(seed)
    state, kelvin, rate = (a.ravel() for a in np.meshgrid(states, temperatures, rates, indexing="ij"))
    direction = np.where(state == 0, -1.0, 1.0) * np.sign(coupling(truth))
    log_tau = log_dwell_time(truth, state, direction * start, kelvin)
    slope = np.abs(log_dwell_time(truth, state, 1.0, kelvin) - log_dwell_time(truth, state, 0.0, kelvin))
    # survival exp{−(1/(a İ τ))(e^{au} − 1)}, solved for the rise u
    needed = rng.standard_exponential((n, state.size)) * slope * rate * np.exp(log_tau)
    rise = np.log1p(needed) / slope
    if step is not None:
        rise = np.ceil(rise / step) * step
    columns = {
        "transition": np.tile(state, n).astype(np.int8),
        "switching_current": (polarity * direction * (start + rise)).ravel(),
        "ramp_rate": np.tile(rate, n),
        "temperature": np.tile(kelvin, n),
        "start_current": np.tile(polarity * direction * start, n),
    }
    if step is not None:
        columns["current_step"] = np.full(rise.size, step)
    return columns


def ramps(truth: Mapping[str, float] = TRUTH, *, polarity: int = 1, **design: Any) -> RampEvents | SteppedRamps:
    """The events of `ramp_columns` as a measurement."""
    columns = ramp_columns(truth, polarity=polarity, **design)
    return RampEvents.from_columns(columns, origin=Origin(file="ramps.csv", polarity=polarity))


def write_table(path: Path, columns: Mapping[str, tuple[str, Any]]) -> Path:
    """A CSV file of columns, header → (format of a cell, values); codes are written by their words."""
    cells = [[format(value, form) for value in values] for form, values in columns.values()]
    rows = [",".join(row) for row in zip(*cells, strict=True)]
    path.write_text("\n".join([",".join(columns), *rows, ""]), encoding="utf-8")
    return path


def write_ramps(path: Path, columns: Mapping[str, Any], temperature: Any) -> Path:
    """Ramp events as an instrument writes them, with a thermometer reading (K) beside each, to the millikelvin."""
    return write_table(
        path,
        {
            "transition": ("", np.where(columns["transition"] == 0, "P->AP", "AP->P")),
            "switching_current (mA)": (".6f", columns["switching_current"] * 1e3),
            "ramp_rate (A/s)": ("g", columns["ramp_rate"]),
            "temperature (K)": (".3f", temperature),
        },
    )


def objective(measurements: Observation | Sequence[Observation], **sections: Any) -> Objective:
    """The objective of measurements with the sections of an analysis file; the device is QUOTES unless given."""
    content = {"title": "in memory", "device": dict(QUOTES)} | sections
    several = [measurements] if isinstance(measurements, Observation) else list(measurements)
    return assemble(analysis_of(content, Path(), "in memory"), several)


def contents_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder and of those in it, hidden ones too, by its path below it."""
    files = (path for path in sorted(folder.rglob("*")) if not path.is_dir())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def central_difference(function: Any, x: Array, step: float = 1e-5) -> Array:
    """Derivatives of function (shape (...)) with respect to x, on the last axis; error of order step²."""
    steps = step * np.eye(x.size)
    return np.stack([(function(x + h) - function(x - h)) / (2 * step) for h in steps], axis=-1)
