"""The released calibration: how often intervals of every kind hold the truth, for every kind of measurement.

python -m tests.calibration.released FOLDER covariance=400 profile=200 bootstrap=100 posterior=100

computes what FOLDER does not hold yet, one file for each design and kind of interval (several may work side by side),
and then writes stfit/results/released_calibration.json, which reports quote, from all of them.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

import stfit
from stfit.backends.ensemble import Budget
from stfit.backends.least_squares import minimise
from stfit.studies.calibrate import Calibration, calibrate
from stfit.studies.coverage import NOMINAL
from tests.calibration.kinds import DESIGNS, truth_of

SEED: Final = 1804_06788  # chosen before the first run with it
TABLE: Final = Path(stfit.__file__).parent / "results" / "released_calibration.json"


@cache
def calibration_of(design: str, interval: str, devices: int) -> Calibration:
    """The calibration of one kind of interval on one design, whose truth is the virtual device's, not a fit."""
    objective = DESIGNS[design].objective()
    optimum = replace(minimise(objective), x=objective.space.coordinates(truth_of(objective)))
    seed = int(np.random.SeedSequence([SEED, list(DESIGNS).index(design)]).generate_state(1)[0])
    return calibrate(
        objective,
        optimum,
        replicas=devices if interval != "posterior" else 2,
        posteriors=devices,
        seed=seed,
        kinds=(interval,),
        quantities=DESIGNS[design].quantities,
        budget=Budget(ensembles=2, steps=DESIGNS[design].steps, target=1000),
    )


def row(design: str, interval: str, devices: int) -> dict[str, Any]:
    """How often intervals held the truth, by quantity and level: [inside, of]."""
    found = calibration_of(design, interval, devices)
    coverage = {
        q.name: {c.level: [c.inside, c.of] for c in q.coverages if c.level in NOMINAL} for q in found.quantities
    }
    content: dict[str, Any] = {"design": design, "interval": interval, "devices": devices, "coverage": coverage}
    content["not_converged"] = found.not_converged
    if interval == "covariance":
        content["pulls"] = {q.name: [round(q.pulls.mean, 3), round(q.pulls.width, 3)] for q in found.quantities}
    if found.posteriors is not None:
        content |= {"too_short": found.posteriors.too_short, "not_uniform": found.posteriors.not_uniform}
    return content


def compute(folder: Path, counts: dict[str, int]) -> None:
    """What the folder does not hold yet; a file is claimed before it is computed, so that several may share the work."""
    folder.mkdir(parents=True, exist_ok=True)
    for interval, devices in counts.items():
        for design in DESIGNS:
            name = f"{interval} {devices} {design}.json"
            claim = folder / f"{name}.claimed"
            try:
                claim.touch(exist_ok=False)
            except FileExistsError:
                continue
            part = folder / f"{name}.part"
            part.write_text(json.dumps(row(design, interval, devices)), encoding="utf-8")
            part.replace(folder / name)


def collect(folder: Path) -> None:
    """The table in the package, of the largest count of every design and kind of interval."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        key = content["interval"], content["design"]
        if key not in rows or rows[key]["devices"] < content["devices"]:
            rows[key] = content
    order = sorted(rows, key=lambda key: (list(DESIGNS).index(key[1]), key[0]))
    lines = ",\n".join(json.dumps(rows[key], ensure_ascii=False) for key in order)
    head = f'"stfit_version": "{stfit.__version__}",\n"seed": {SEED}'
    TABLE.write_text(f'{{{head},\n"rows": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    target, *pairs = sys.argv[1:]
    compute(Path(target), {interval: int(count) for interval, _, count in (pair.partition("=") for pair in pairs)})
    collect(Path(target))
