"""Pulls and coverage where barriers follow temperature, T_C is only quoted, and the current heats the magnet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pytest

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.estimates import estimates
from stfit.objective import Objective
from stfit.results import Estimate, Status
from stfit.studies.coverage import NOMINAL, Coverage, Judgement, Pulls, band, coverage, critical_z, pull
from tests import builders
from tests.builders import K_B, TRUTH, Grid
from tests.calibration.pulls import halved

pytestmark = pytest.mark.slow

Array = npt.NDArray[np.float64]

SEED: Final = 1766  # chosen before the first run with it
KAPPA, CURIE = 1e7, 1100.0
TRUE: Final[Mapping[str, float]] = dict(TRUTH) | {"curie_temperature": CURIE, "heating": KAPPA}
QUOTES: Final = {**builders.QUOTES, "curie_temperature": "1100 ± 40 K"}
MODEL: Final = {"magnetisation": "bloch", "anisotropy_law": "callen-callen", "heating": "joule"}
QUANTITIES: Final = ("l_over_L", "theta_0", "tau_0", "E_P", "E_AP", "heating", "curie_temperature")
# with pulls and intervals of their logarithm
LOGARITHMIC: Final = frozenset({"tau_0"})
COMPARISONS: Final = 4 * len(QUANTITIES)  # mean and width of the pulls, two coverages


def log_dwell_time(where: Grid) -> Array:
    """Eq. 27 by hand at the heated temperature, with E_i·K(T)/K(295 K) and K ∝ (1 − (T/T_C)^1.5)³."""
    kelvin = np.sqrt(where.temperature**2 + KAPPA * where.current**2)
    ratio = ((1.0 - (kelvin / CURIE) ** 1.5) / (1.0 - (295.0 / CURIE) ** 1.5)) ** 3
    energy = np.where(where.state == 0, TRUE["E_P"], TRUE["E_AP"])
    more = energy * (ratio - 1.0) / (K_B * kelvin)
    return np.asarray(builders.log_dwell_time(TRUE, where.state, where.current, kelvin) + more)


@cache
def fits(devices: int) -> list[tuple[Objective, Optimum]]:
    where = builders.grid(currents=tuple(np.linspace(-20e-3, 20e-3, 9).tolist()))
    table = builders.dwell_times(where, n=200)
    objective = builders.objective(table, device=QUOTES, model=MODEL)
    truth = objective.space.coordinates(TRUE)
    # the law of stfit is the one by hand: the replicas below are drawn from it
    assert objective.predictions(truth)[0] == pytest.approx(log_dwell_time(where), abs=1e-11)
    replicas = [objective.replicate(truth, rng) for rng in np.random.default_rng(SEED).spawn(devices)]
    return [(replica, minimise(replica)) for replica in replicas]


def complaints(devices: int, estimated: Callable[[Objective, Optimum], Mapping[str, Estimate]]) -> list[str]:
    """What lies outside its band."""
    found = [estimated(objective, optimum) for objective, optimum in fits(devices)]
    wrong: list[str] = []
    for name in QUANTITIES:
        several: list[Any] = [each[name] for each in found]
        origin = 0.0 if name in LOGARITHMIC else None
        pulls = Pulls(np.array([pull(each, TRUE[name], origin) for each in several]), critical_z(COMPARISONS))
        wrong += [f"{name}: {j}" for j in pulls.judgements if j is not Judgement.HOLDS]
        for level in NOMINAL:
            covered = coverage(several, [TRUE[name]] * devices, several[0].interval, level, 1).covered
            allowed = band(level, devices, COMPARISONS)
            judged = Coverage("", level, round(covered * devices), devices, *allowed).judgement
            wrong += [f"{name}: {level} covers {covered:.3f}"] if judged is not Judgement.HOLDS else []
    return wrong


def test_every_fit_ends_at_a_maximum(devices: int) -> None:
    assert all(optimum.status is Status.CONVERGED for _, optimum in fits(devices))


def test_pulls_and_coverage(devices: int) -> None:
    assert complaints(devices, estimates) == []


def test_half_the_errors_would_be_noticed(devices: int) -> None:
    assert {complaint.partition(":")[0] for complaint in complaints(devices, halved)} >= {
        "tau_0",
        "heating",
        "l_over_L",
    }
