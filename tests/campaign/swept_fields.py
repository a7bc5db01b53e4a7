"""Recovery and coverage of sweeps of a field, alone and with a current.

Run by hand from the root of the project, a few minutes: python -m tests.campaign.swept_fields 100

Every device is simulated from its hazard (tests.swept) and fitted with τ0 and the constants known. The first table has
bias and scatter of the pulls and the coverage of the intervals; the second what each design determines.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.loops import switching_events
from stfit.measurement import Observation
from stfit.measurement.base import Origin
from stfit.results import Status
from tests import builders, swept

RATES: Final = (2e-3, 20e-3, 200e-3)  # T/s
CURRENT: Final = 1e-4  # A, held, of either sign
DEVICE: Final = {"temperature": f"{swept.T} K", "tau_0": "1 ns", "beta": "0.5", "delta_R": "1 ohm"}
NAMES: Final = ("Kv", "anisotropy_field", "field_offset", "l_over_L")
COUPLING: Final = swept.SLOPES[0] * 4.0 / (np.pi - 2.0) * builders.K_B * swept.T  # G, J/A
TRUTH: Final = {**swept.TRUTH, "l_over_L": COUPLING * 0.5 / (8.0 * 1.602176634e-19)}

Design = Callable[[np.random.Generator], list[Observation]]


def ramps(rng: np.random.Generator, rates: Sequence[float] = RATES, current: float = 0.0) -> Observation:
    """Single switching fields, 50 of each transition and rate."""
    return RampEvents.from_columns(swept.field_events(tuple(rates), 50, rng, current=current), origin=Origin())


def loops(rng: np.random.Generator) -> Observation:
    """Loops of 201 samples, 50 at each rate."""
    return switching_events(swept.field_loops(RATES, 50, rng), origin=Origin())


DESIGNS: Final[dict[str, Design]] = {
    "switching fields, three rates": lambda rng: [ramps(rng)],
    "loops in field, three rates": lambda rng: [loops(rng)],
    "field with a held current": lambda rng: [ramps(rng, current=CURRENT)],
    "field, and field with ± a current": lambda rng: [
        ramps(rng),
        ramps(rng, current=CURRENT),
        ramps(rng, current=-CURRENT),
    ],
}


def main(devices: int) -> None:
    """Print both tables."""
    print(f"{devices} devices, τ0 = 1 ns known\n")
    print("| design | parameter | mean pull | sd of pulls | 68 % | 95 % | relative error | not converged |")
    print("|---|---|---|---|---|---|---|---|")
    for place, (title, design) in enumerate(DESIGNS.items()):
        _recovery(title, design, devices, place)
    print("\n| design | τ0 | rank | identified | not identified |\n|---|---|---|---|---|")
    for title, design in {"switching fields, one rate": lambda rng: [ramps(rng, RATES[:1])], **DESIGNS}.items():
        for known in (True, False):
            _identified(title, design, known=known)


def _recovery(title: str, design: Design, devices: int, place: int) -> None:
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in NAMES}
    failed = 0
    for device in range(devices):
        objective = builders.objective(design(np.random.default_rng((place, device))), device=DEVICE)
        optimum = minimise(objective)
        failed += optimum.status is not Status.CONVERGED
        known = estimates(objective, optimum)
        for name in NAMES:
            value, error = known[name].value, known[name].stderr
            if value is not None and error is not None:
                found[name].append(((value - TRUTH[name]) / error, error / abs(TRUTH[name])))
    for name, rows in found.items():
        if rows:
            pulls, errors = np.array(rows).T
            inside = [np.mean(np.abs(pulls) < z) for z in (1.0, 1.959964)]
            print(
                f"| {title} | {name} | {np.mean(pulls):+.2f} | {np.std(pulls):.2f} | {100 * inside[0]:.0f} | "
                f"{100 * inside[1]:.0f} | {100 * np.median(errors):.2g} % | {failed} |"
            )


def _identified(title: str, design: Design, *, known: bool) -> None:
    device = DEVICE if known else {name: value for name, value in DEVICE.items() if name != "tau_0"}
    objective = builders.objective(design(np.random.default_rng(1)), device=device)
    optimum = minimise(objective)
    verdicts = {name: found.verdict for name, found in estimates(objective, optimum).items()}
    free = [p.name for p in objective.space.parameters if not p.held]
    lists = [
        ", ".join(name for name in free if (verdicts[name] == "not-identified") is lacking) for lacking in (False, True)
    ]
    rank = optimum.directions.seen.shape[1]
    print(f"| {title} | {'known' if known else 'free'} | {rank} of {len(free)} | {lists[0]} | {lists[1] or '–'} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
