"""What a fit through stfit costs beside the same fit written by hand with lmfit.

    pytest tests/benchmarks --benchmark-only -p no:randomly

Benchmarks are skipped in a plain run (--benchmark-skip in pyproject.toml). Each takes both fits in turn, in one
process, so that their ratio does not depend on what else the machine does; it is stored in the benchmark's extra_info
(--benchmark-json=FILE) and must keep the goal of 1.5.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import lmfit
import numpy as np
import numpy.typing as npt
import pytest

from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.kinds.dwell.data import DwellTimes
from stfit.measurement import Origin
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from stfit.results import Status
from tests.benchmarks.timing import ratio_of

Array = npt.NDArray[np.float64]

GOAL: Final = 1.5
ROUNDS: Final = 40
ELEMENTARY_CHARGE: Final = 1.602176634e-19
BOLTZMANN: Final = 1.380649e-23
QUOTES: Final = {"delta_R": (0.11, 0.004), "beta": (0.35, 0.03), "temperature": (295.0, 1.0)}


def predicted(value: dict[str, float], columns: dict[str, Any]) -> Array:
    """Eq. 27 by hand, as one would write it in a script: ln τ."""
    theta_0 = value["theta_0"]
    c_P, c_AP = (theta_0 - np.sin(theta_0)) / 2, (np.pi - theta_0 + np.sin(theta_0)) / 2
    coupling = 8 * value["l_over_L"] * value["delta_R"] / value["beta"]  # eV/A
    thermal = BOLTZMANN / ELEMENTARY_CHARGE * columns["temperature"] * value["temperature"] / 295.0
    in_P = value["E_P"] + coupling * c_P * columns["current"]
    in_AP = value["E_AP"] - coupling * c_AP * columns["current"]
    return np.asarray(value["ln_tau_0"] + np.where(columns["state"] == 0, in_P, in_AP) / thermal)


@pytest.fixture(scope="module")
def columns() -> dict[str, Any]:
    """A nanopillar: both states, 4 temperatures, 15 currents, 200 to 3000 transitions a row."""
    grid = np.meshgrid([0, 1], [250.0, 270.0, 295.0, 320.0], np.linspace(-1.5e-3, 1.5e-3, 15), indexing="ij")
    state, temperature, current = (column.reshape(-1) for column in grid)
    table = {"state": state.astype(int), "temperature": temperature, "current": current}
    truth = {"l_over_L": 8.0, "ln_tau_0": np.log(1e-9), "E_P": 0.5, "E_AP": 0.45, "theta_0": 1.7}
    truth |= {name: quote[0] for name, quote in QUOTES.items()}
    rng = np.random.default_rng(11)
    n = rng.integers(200, 3000, state.size).astype(float)
    return table | {"n": n, "total_time": np.exp(predicted(truth, table)) * rng.gamma(n)}


@pytest.fixture(scope="module")
def assembled(columns: dict[str, Any]) -> Callable[[], Objective]:
    """What stfit does before the fit: the analysis is read, a start is guessed."""
    table = DwellTimes.from_columns(columns, origin=Origin())
    device = {"delta_R": "0.110 ± 0.004 ohm", "beta": "0.35 ± 0.03", "temperature": "295 ± 1 K"}

    def objective() -> Objective:
        return assemble(analysis_of({"device": device}, Path(), "benchmark"), [table])

    return objective


@pytest.fixture(scope="module")
def by_hand(columns: dict[str, Any], assembled: Callable[[], Objective]) -> Callable[[], Any]:
    """lmfit.minimize of residuals in bare NumPy: same start, same bounds, numerical derivatives."""
    observed = np.log(columns["total_time"] / columns["n"])
    coordinates = [p.parameter.coordinate for p in assembled().space.varied]

    def residuals(x: Array) -> Array:
        value = dict(zip(coordinates, x.tolist(), strict=True))
        u = observed - predicted(value, columns)
        rows = np.sign(u) * np.sqrt(2 * columns["n"] * (np.expm1(u) - u))
        quotes = [(value[name] - mean) / error for name, (mean, error) in QUOTES.items()]
        return np.concatenate([rows, quotes])

    return minimised_by_lmfit(assembled(), residuals)


@pytest.fixture(scope="module")
def same_residual(assembled: Callable[[], Objective]) -> Callable[[], Any]:
    """lmfit.minimize of stfit's own residuals: same start, same bounds, numerical derivatives."""
    objective = assembled()
    return minimised_by_lmfit(objective, objective.residuals)


def minimised_by_lmfit(objective: Objective, residuals: Callable[[Array], Array]) -> Callable[[], Any]:
    """The fit as one writes it in a script."""
    names = [p.parameter.coordinate for p in objective.space.varied]
    starts, (lower, upper) = objective.start, objective.bounds

    def fit() -> Any:
        params = lmfit.Parameters()
        for name, start, low, high in zip(names, starts, lower, upper, strict=True):
            params.add(name, value=start, min=low, max=high)
        return lmfit.minimize(lambda p: residuals(np.array(list(p.valuesdict().values()))), params, scale_covar=False)

    return fit


Fit = Callable[[], Any]


def test_all_end_at_the_same_optimum(assembled: Callable[[], Objective], by_hand: Fit, same_residual: Fit) -> None:
    optimum = minimise(assembled())
    assert optimum.status is Status.CONVERGED
    for result in (by_hand(), same_residual()):
        # lmfit stops within 1.5e-8 of χ² relative, and its differences are worth half the digits
        assert optimum.sum_of_squares == pytest.approx(result.chisqr, rel=1e-6)
        assert optimum.sum_of_squares <= result.chisqr * (1 + 1e-12)


@pytest.mark.benchmark(group="fit")
def test_lmfit_by_hand(benchmark: Any, by_hand: Fit) -> None:
    assert benchmark(by_hand).success


@pytest.mark.benchmark(group="fit")
def test_lmfit_with_the_same_residual(benchmark: Any, same_residual: Fit) -> None:
    assert benchmark(same_residual).success


def compared(benchmark: Any, ours: Fit, by_hand: Fit, same_residual: Fit) -> None:
    """Run and compare: the goal is stated for the same residual; the other ratio is recorded beside it."""
    assert benchmark(ours) is not None
    benchmark.extra_info["ratio to NumPy by hand"] = ratio_of(ROUNDS, ours, by_hand)
    ratio = benchmark.extra_info["ratio to the same residual"] = ratio_of(ROUNDS, ours, same_residual)
    assert ratio <= GOAL


@pytest.mark.benchmark(group="fit")
def test_minimise(benchmark: Any, assembled: Callable[[], Objective], by_hand: Fit, same_residual: Fit) -> None:
    objective = assembled()
    compared(benchmark, lambda: minimise(objective), by_hand, same_residual)


@pytest.mark.benchmark(group="fit")
def test_minimise_and_estimates(
    benchmark: Any, assembled: Callable[[], Objective], by_hand: Fit, same_residual: Fit
) -> None:
    objective = assembled()
    compared(benchmark, lambda: estimates(objective, minimise(objective)), by_hand, same_residual)


@pytest.mark.benchmark(group="fit")
def test_from_the_analysis_to_estimates(
    benchmark: Any, assembled: Callable[[], Objective], by_hand: Fit, same_residual: Fit
) -> None:
    def fit() -> Any:
        objective = assembled()
        return estimates(objective, minimise(objective))

    compared(benchmark, fit, by_hand, same_residual)
