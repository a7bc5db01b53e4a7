"""The description that made the data wins on AIC, by the margin that data without noise give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binom, norm

from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.diagnostics.comparison import compare
from stfit.kinds.dwell.data import DwellTimes
from stfit.measurement import Origin
from stfit.pipeline.assembly import assemble

pytestmark = pytest.mark.slow

Array = npt.NDArray[np.float64]

DEVICES: Final = 40
SEED: Final = 1618  # chosen before the first run with it
FREE: Final = 5  # λ, τ0, two barriers, θ0
I_C: Final = np.array([-0.30, 0.09])  # A, out of P and of AP
BARRIER: Final = np.array([20.0, 18.0])  # k_BT at 295 K

# ln(τ/τ0) by hand, from u = 1 − I/I_c, the barrier at the temperature T, T itself and I
LAWS: Final[Mapping[str, Callable[[Array, Array, Array, Array], Array]]] = {
    "eq-27": lambda u, barrier, temperature, current: barrier * u * 295.0 / temperature,
    "barrier-3/2": lambda u, barrier, temperature, current: barrier * u**1.5 * 295.0 / temperature,
    "barrier-2": lambda u, barrier, temperature, current: barrier * u**2 * 295.0 / temperature,
    "joule-heating": lambda u, barrier, temperature, current: (
        barrier * u * 295.0 / np.sqrt(temperature**2 + 1e7 * current**2)
    ),
}
DWELLS: Final = 100.0  # a row
# which rival the truth is tried against, and the largest current (A), which puts the rival some 25 in deviance behind
TRIALS: Final = {
    "eq-27": ("barrier-3/2", 0.026),
    "barrier-3/2": ("eq-27", 0.018),
    "barrier-2": ("eq-27", 0.011),
    "joule-heating": ("eq-27", 0.013),
}
COMPARISONS: Final = 2 * len(TRIALS)
FALSE_ALARM: Final = 0.001 / COMPARISONS


def expected_table(law: str, largest: float) -> tuple[DwellTimes, Array]:
    """Mean dwells without noise, and ln τ of each row."""
    grid = np.meshgrid([0, 1], [280.0, 295.0, 310.0], np.linspace(-largest, largest, 9), indexing="ij")
    state, temperature, current = (column.reshape(-1) for column in grid)
    code = state.astype(int)
    eta = np.log(1e-9) + LAWS[law](1 - current / I_C[code], BARRIER[code], temperature, current)
    counts = np.full(state.size, DWELLS)
    columns = {"state": state, "current": current, "temperature": temperature, "n": counts}
    table = DwellTimes.from_columns(columns | {"total_time": counts * np.exp(eta)}, origin=Origin())
    assert isinstance(table, DwellTimes)
    return table, eta


def compared(table: DwellTimes) -> dict[str, dict[str, Any]]:
    """The entries of the comparison by name."""
    device = {"beta": 0.35, "delta_R": "0.11 ohm", "temperature": "295 K"}
    objective = assemble(analysis_of({"device": device}, Path(), "calibration"), [table])
    return {entry["name"]: entry for entry in compare(objective, minimise(objective))}


@pytest.mark.parametrize("truth", TRIALS)
def test_the_true_description_wins_by_its_margin(truth: str) -> None:
    rival, largest = TRIALS[truth]
    table, eta = expected_table(truth, largest)
    without_noise = compared(table)
    # a fit has converged when one more step would gain less than 1e-6 of ln L
    assert without_noise[truth]["deviance"] < 1e-5
    noncentrality = without_noise[rival]["deviance"]
    more = without_noise[truth]["parameters"] - without_noise[rival]["parameters"]
    # each parameter lowers the deviance by 1 on average, and costs 2
    margin = noncentrality - more
    # the difference of two deviances is 2δ·z + zᵀ(P − P')z with |δ|² the noncentrality: variance 4|δ|², and 2 for
    # each direction in which the two projections differ, 2·FREE at most; 1/(6n) of it for the exponential's skewness
    spread = np.sqrt(4 * noncentrality + 2 * (2 * FREE + more))
    generators = np.random.default_rng(SEED).spawn(DEVICES)
    drawn = [compared(table.draw(eta, rng)) for rng in generators]
    leads = np.array([entries[rival]["aic"] - entries[truth]["aic"] for entries in drawn])
    z = norm.isf(FALSE_ALARM / 2)
    # the rival's misfit is n·δ²(1 + O(δ)) and its fluctuation widens it by the curvature, 5 % at such counts
    assert leads.mean() == pytest.approx(margin, abs=z * spread / np.sqrt(DEVICES) + 0.05 * noncentrality)
    likely = norm.cdf(margin / spread)
    assert np.count_nonzero(leads > 0) >= binom.ppf(FALSE_ALARM, DEVICES, likely)
    assert np.count_nonzero(leads > 0) > 0.8 * DEVICES
