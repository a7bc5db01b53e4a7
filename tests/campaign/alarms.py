"""How often clean data raise an alarm: devices simulated from the fit of each example, judged as `stfit fit` judges.

Run by hand from the root of the project, some minutes to an hour a dataset:

    python -m tests.campaign.alarms ramp fmr --devices 200
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from scipy.stats import binom

from stfit.analysis import read_analysis
from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.goodness import goodness
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.dwell.framed import FramedDwells
from stfit.kinds.ramp.notes import ramp_notes
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from stfit.pipeline.loading import load_measurements
from stfit.results import Status
from stfit.results.fit_tests import scatters_too_little

DATASETS: Final = ("nanopillar", "spin-valve-ic", "fmr", "ramp", "telegraph", "joint-device")
ALLOWED: Final = 0.02  # share of clean devices with any alarm
SEED: Final = 31415  # chosen before the first run with it


def example(name: str) -> Objective:
    """The objective of an example dataset."""
    analysis = read_analysis(Path(__file__).parents[2] / "datasets" / name / "analysis.toml")
    return assemble(analysis, load_measurements(analysis))


def alarms_of(objective: Objective, optimum: Optimum, seed: int) -> set[str]:
    """The alarms that a fitted device raises."""
    found = goodness(objective, optimum, seed)
    measurements = [term.measurement for term in objective.terms]
    raised = {
        "not converged": optimum.status is not Status.CONVERGED,
        f"verdict {found.verdict}": found.verdict in {"doubtful", "rejected"},
        "under-dispersion": scatters_too_little(found),
        "durations in frames": any(isinstance(term.measurement, FramedDwells) for term in objective.terms),
        "moments of ramps": any(note.level == "warning" for note in ramp_notes(objective, optimum)),
        "signs": any(isinstance(entry, CriticalCurrents) and entry.opposed > 0 for entry in measurements),
    }
    return {name for name, alarm in raised.items() if alarm}


def clean_devices(objective: Objective, devices: int, seed: int) -> Iterator[set[str]]:
    """The alarms of one clean device after the other, each measured as the objective and as its fit predicts."""
    optimum = minimise(objective)
    rng = np.random.default_rng(seed)
    for number in range(devices):
        replica = objective.replicate(optimum.x, rng)
        yield alarms_of(replica, minimise(replica, optimum.x), seed=number)


def most_alarms(devices: int, comparisons: int) -> int:
    """The largest number of alarms that is consistent with the allowed share, at 0.001 over all comparisons."""
    return int(binom.isf(0.001 / comparisons, devices, ALLOWED))


def main() -> None:
    """Count alarms and print a line for each dataset, as the devices go by."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="*", default=DATASETS)
    parser.add_argument("--devices", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    for name in asked.datasets:
        kinds: Counter[str] = Counter()
        alarmed = 0
        for number, raised in enumerate(clean_devices(example(name), asked.devices, asked.seed), start=1):
            kinds.update(raised)
            alarmed += bool(raised)
            limit = most_alarms(number, len(DATASETS))
            if number % 20 == 0 or number == asked.devices:
                print(f"{name}: {alarmed} of {number} alarm (at most {limit} allowed) {dict(kinds)}", flush=True)


if __name__ == "__main__":
    main()
