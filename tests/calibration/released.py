"""The released calibration: how often intervals of every kind hold the truth, for every kind of measurement.

python -m tests.calibration.released FOLDER MINUTES

simulates devices in batches, each with a seed of its own and kept as a file in FOLDER, until the time is over (run it
again for more; several may work side by side), and adds all batches up in stfit/kinds/*/calibration.json, which reports
quote. MINUTES 0 only adds up.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from time import monotonic
from typing import Any, Final

import numpy as np

import stfit
from stfit.backends.budget import Budget
from stfit.backends.least_squares import minimise
from stfit.measurement import kinds
from stfit.studies.calibrate import Calibration, calibrate
from stfit.studies.coverage import FALSE_ALARM
from stfit.studies.sbc import RANKS, Repetitions
from stfit.studies.uniformity import band, counts_below
from tests.calibration.kinds import DESIGNS, truth_of

SEED: Final = 1804_06788  # chosen before the first run with it
BATCHES: Final = 200  # at most
DEVICES: Final = {"covariance": 400, "profile": 10, "posterior": 5, "bootstrap": 4}  # of a batch
KINDS: Final = Path(stfit.__file__).parent / "kinds"  # whose folders hold the tables


@cache
def calibration_of(design: str, interval: str, devices: int, batch: int = 0) -> Calibration:
    """The calibration of one kind of interval on one design, whose truth is the virtual device's, not a fit."""
    objective = DESIGNS[design].objective()
    optimum = replace(minimise(objective), x=objective.space.coordinates(truth_of(objective)))
    seed = int(np.random.SeedSequence([SEED, list(DESIGNS).index(design), batch]).generate_state(1)[0])
    return calibrate(
        objective,
        optimum,
        Repetitions(
            replicas=max(2, devices) if interval != "posterior" else 2,
            seed=seed,
            budget=Budget(ensembles=2, walkers=DESIGNS[design].walkers, steps=DESIGNS[design].steps, target=1000),
        ),
        posteriors=devices,
        kinds=(interval,),
        quantities=DESIGNS[design].quantities,
    )


def simulated(design: str, interval: str, batch: int) -> dict[str, Any]:
    """One batch: how often intervals held the truth, by quantity and level, as [inside, of]."""
    found = calibration_of(design, interval, DEVICES[interval], batch)
    coverage = {q.name: {c.level: [c.inside, c.of] for c in q.coverages} for q in found.quantities}
    content = {"design": design, "interval": interval, "devices": DEVICES[interval], "coverage": coverage}
    if found.posteriors is None:
        return content | {"failed": found.not_converged}
    return content | {"failed": found.posteriors.too_short, "ranks": [dict(r.ranks) for r in found.posteriors.replicas]}


def compute(folder: Path, until: float) -> None:
    """What the folder does not hold yet; a batch is claimed before it is simulated, so that several share the work."""
    folder.mkdir(parents=True, exist_ok=True)
    for batch, interval, design in product(range(BATCHES), DEVICES, DESIGNS):
        if monotonic() > until:
            return
        path = folder / f"{interval} {batch} {design}.json"
        if batch and interval == "covariance":
            continue
        try:
            path.with_suffix(".claimed").touch(exist_ok=False)
        except FileExistsError:
            continue
        part = path.with_suffix(".part")
        part.write_text(json.dumps(simulated(design, interval, batch)), encoding="utf-8")
        part.replace(path)


def collect(folder: Path) -> None:
    """The tables in the package: the sum of all batches, one row for each design and kind of interval."""
    batches = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    rows = [
        added([b for b in batches if (b["design"], b["interval"]) == (design, interval)])
        for design, interval in product(DESIGNS, DEVICES)
        if any((b["design"], b["interval"]) == (design, interval) for b in batches)
    ]
    head = f'"stfit_version": "{stfit.__version__}",\n"seed": {SEED}'
    for package in {kind.calibration for kind in kinds().values() if kind.calibration}:
        own = [row for row in rows if kinds()[row["kind"]].calibration == package]
        lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in own)
        table = KINDS / package.rpartition(".")[2] / "calibration.json"
        table.write_text(f'{{{head},\n"rows": [\n{lines}\n]}}\n', encoding="utf-8")


def added(batches: list[dict[str, Any]]) -> dict[str, Any]:
    """Batches of one design and kind of interval as one row of the table."""
    first = batches[0]
    coverage = {
        name: {level: np.sum([b["coverage"][name][level] for b in batches], axis=0).tolist() for level in levels}
        for name, levels in first["coverage"].items()
    }
    content = {"design": first["design"], "kind": DESIGNS[first["design"]].measurement().origin.kind}
    content |= {"interval": first["interval"], "devices": sum(b["devices"] for b in batches)}
    content |= {"failed": sum(b["failed"] for b in batches), "coverage": coverage}
    ranks = [ranked for b in batches for ranked in b.get("ranks", []) if ranked]
    return content | ({"not_uniform": not_uniform(ranks)} if ranks else {})


def not_uniform(ranks: list[dict[str, int]]) -> list[str]:
    """The parameters whose ranks leave the simultaneous band."""
    limits = band(len(ranks), FALSE_ALARM / len(ranks[0]))
    counts = {name: counts_below(np.array([entry[name] for entry in ranks]), RANKS) for name in ranks[0]}
    return [n for n, c in counts.items() if np.any(c < limits.lowest) or np.any(c > limits.highest)]


if __name__ == "__main__":
    target, minutes = Path(sys.argv[1]), float(sys.argv[2])
    compute(target, monotonic() + 60.0 * minutes)
    collect(target)
