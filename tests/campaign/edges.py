"""Coverage and honesty where data lie at an edge: junction ramps, saturated pulses, slopes compatible with zero.

Every device has a known straight ln τ(I) and is measured, fitted and quoted as `stfit fit` does. Counted are the
intervals that hold the truth, the finite intervals of what no such data identify, and the bounded intervals of a ratio
whose true denominator is 0. Run by hand from the root of the project, some minutes a design:

    python -m tests.campaign.edges --devices 300
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from scipy.stats import binom

from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.diagnostics.combinations import combinations
from stfit.diagnostics.intervals import choose_intervals
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.kinds.ramp.data import RampEvents
from stfit.measurement import Observation, Origin
from stfit.pipeline.assembly import assemble
from stfit.results import Estimate, Verdict, contains, through_infinity

Array = npt.NDArray[np.float64]
Line = tuple[float, float]  # ln τ at I = 0 (τ in s) and slope, 1/A

SEED: Final = 271828  # chosen before the first run with it
NEVER: Final = ("tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP")  # of one temperature without τ0
LEVELS: Final = {"ci68": 0.6827, "ci95": 0.95}


@final
@dataclass(frozen=True)
class Design:
    """How a device is measured, its true lines of P and AP, what the analysis says, and what it cannot identify."""

    measure: Callable[[Mapping[int, Line], np.random.Generator], Observation]
    lines: Mapping[int, Line]
    sections: Mapping[str, Any]
    unknowable: tuple[str, ...]


def junction_ramps(lines: Mapping[int, Line], rng: np.random.Generator) -> Observation:
    """100 events at each of four ramp rates, at a switching current of 150 of their widths."""
    (start, slope) = lines[0]
    rates = np.repeat([1e-6, 1e-5, 1e-4, 1e-3], 100)
    exposure = rng.exponential(size=rates.size)
    current = (np.log(exposure * abs(slope) * rates) + start) / abs(slope)
    columns = {"transition": np.zeros(rates.size, dtype=int), "switching_current": -current, "ramp_rate": rates}
    return RampEvents.from_columns(columns, origin=Origin())


def saturating_pulses(lines: Mapping[int, Line], rng: np.random.Generator) -> Observation:
    """200 pulses a row over a range where the first rows never switch and the last always do."""
    state = np.repeat([0, 1], 11)
    current = np.concatenate([np.linspace(-1.0, -6.0, 11), np.linspace(0.5, 3.0, 11)]) * 1e-3
    log_tau = np.array([lines[code][0] + lines[code][1] * i for code, i in zip(state, current, strict=True)])
    n = np.full(state.size, 200)
    switched = rng.binomial(n, -np.expm1(-1e-7 * np.exp(-log_tau)))
    columns = {"transition": state, "current": current, "pulse_width": np.full(state.size, 1e-7)}
    return SwitchingPulses.from_columns(columns | {"n": n, "n_switched": switched}, origin=Origin())


def short_dwells(lines: Mapping[int, Line], rng: np.random.Generator) -> Observation:
    """40 dwells a row at five currents: too few to see a slope."""
    state = np.tile([0, 1], 5)
    current = np.repeat(np.linspace(-1e-3, 1e-3, 5), 2)
    tau = np.exp([lines[code][0] + lines[code][1] * i for code, i in zip(state, current, strict=True)])
    columns = {"state": state, "current": current, "n": np.full(10, 40.0), "total_time": tau * rng.gamma(40.0, size=10)}
    table = DwellTimes.from_columns(columns, origin=Origin())
    assert isinstance(table, DwellTimes)
    return table


FREE: Final = {"device": {"temperature": "295 K"}, "model": {"asymmetry": "free"}, "fit": {"compare": False}}
KNOWN: Final = {
    "device": {"delta_R": "0.112 ohm", "beta": "0.36", "temperature": "295 K"},
    "fit": {"fix": {"tau_0": "1 ns"}, "compare": False},
}
DESIGNS: Final[Mapping[str, Design]] = {
    "ramps at I/sigma = 150": Design(junction_ramps, {0: (170.0, 2.2e7)}, FREE, NEVER),
    "pulses, saturated rows": Design(saturating_pulses, {0: (-7.6, 3e3), 1: (-7.6, -6e3)}, FREE, NEVER),
    "slope compatible with zero": Design(short_dwells, {0: (-2.6, 90.0), 1: (-3.8, -90.0)}, KNOWN, ()),
    "no slope at all": Design(short_dwells, {0: (-2.6, 0.0), 1: (-3.8, 0.0)}, KNOWN, ()),
}


def devices(design: Design, count: int, seed: int) -> Iterator[tuple[Mapping[str, Estimate], list[Any]]]:
    """Estimates and identified combinations of one device after the other."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        measured = design.measure(design.lines, rng)
        analysis = analysis_of({"title": "edge", **design.sections}, Path(), "campaign")
        objective = assemble(analysis, [measured])
        chosen = choose_intervals("auto", objective, minimise(objective))
        yield chosen.estimates, combinations(objective, chosen.optimum, dict(chosen.estimates))


def truths(design: Design) -> dict[str, float]:
    """The slopes, and the values of ln τ at I = 0 by the names under which they are quoted."""
    found: dict[str, float] = {}
    for code, (start, slope) in design.lines.items():
        state = ("P", "AP")[code]
        found |= {f"slope_{state}": slope, f"ln(tau_0/s) + E_{state}/(k_B*temperature)": start}
    return found


def campaign(name: str, count: int, seed: int = SEED) -> None:
    """Print what was counted over the devices of one design."""
    design, inside, of, finite, bounded = DESIGNS[name], Counter[Any](), Counter[str](), Counter[str](), Counter[str]()
    for estimates, found in devices(design, count, seed):
        quoted = dict(estimates) | {entry.expression: entry for entry in found}
        for quantity, truth in truths(design).items():
            entry = quoted.get(quantity)
            if entry is None or entry.ci95 is None:
                continue
            of[quantity] += 1
            for level in LEVELS:
                inside[quantity, level] += contains(getattr(entry, level) or entry.ci95, truth)
        for quantity in design.unknowable:
            interval = estimates[quantity].ci95
            finite[quantity] += interval is not None and None not in interval and not through_infinity(interval)
        for quantity in ("I_c_P", "I_c_AP"):
            interval = estimates[quantity].ci95
            closed = estimates[quantity].verdict is Verdict.IDENTIFIED and interval is not None and None not in interval
            bounded[quantity] += closed
    print(f"\n{name}, {count} devices")
    for quantity, total in of.items():
        shares = "   ".join(f"{level} {100 * inside[quantity, level] / total:.1f} %" for level in LEVELS)
        bands = "   ".join(
            f"{100 * binom.ppf(5e-5, total, p) / total:.1f} to {100 * binom.ppf(1 - 5e-5, total, p) / total:.1f}"
            for p in LEVELS.values()
        )
        print(f"  {quantity:45s} of {total}: {shares}   (bands {bands})")
    print(f"  finite intervals of what is not identifiable: {dict(finite)}")
    print(f"  bounded 95 % sets of critical currents: {dict(bounded)}")


def main() -> None:
    """Every design, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("designs", nargs="*", default=list(DESIGNS))
    parser.add_argument("--devices", type=int, default=300)
    chosen = parser.parse_args()
    for name in chosen.designs:
        campaign(name, chosen.devices)


if __name__ == "__main__":
    main()
