"""Likelihoods that are no sum of squares: scoring, BFGS where that is not enough, errors that cover."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from stfit.backends import least_squares
from stfit.backends.least_squares import minimise, refit
from stfit.measurement import Observation
from stfit.objective import Objective
from stfit.results import Status
from tests import builders

E = builders.E


def device(rng: np.random.Generator) -> dict[str, float]:
    """Any device whose ramps pass some 1/|s| before they switch."""
    return {
        "l_over_L": float(rng.choice([-1, 1]) * np.exp(rng.uniform(np.log(1.0), np.log(80.0)))),
        "tau_0": float(np.exp(rng.uniform(np.log(1e-11), np.log(1e-8)))),
        "E_P": float(rng.uniform(0.75, 1.3) * E),
        "E_AP": float(rng.uniform(0.75, 1.3) * E),
        "theta_0": float(rng.uniform(1.2, 2.0)),
        "beta": float(rng.uniform(0.2, 0.7)),
        "delta_R": float(np.exp(rng.uniform(np.log(0.02), np.log(2.0)))),
        "temperature": 295.0,
    }


def measured(truth: dict[str, float], rng: np.random.Generator) -> tuple[list[Observation], dict[str, str]]:
    """Ramps of any design, in half of the cases with dwell times, and what a laboratory quotes of the device."""
    per_ampere = abs(builders.coupling(truth)) / (builders.K_B * 295.0)
    seed = int(rng.integers(1 << 30))
    temperatures = (295.0,) if rng.random() < 0.3 else (260.0, 295.0, 330.0)
    states = ((0, 1), (0, 1), (0,), (1,))[rng.integers(4)]
    parts: list[Observation] = [
        builders.ramps(
            truth,
            rates=(30.0 / per_ampere * 10.0 ** rng.uniform(-3, 1, rng.integers(1, 4))).tolist(),
            temperatures=temperatures,
            states=states,
            n=int(np.exp(rng.uniform(np.log(5), np.log(2000)))),
            polarity=int(rng.choice([-1, 1])),
            seed=seed,
        )
    ]
    if rng.random() < 0.5:
        grid = builders.grid(temperatures, (np.linspace(-2, 2, 7) / per_ampere).tolist())
        parts.append(builders.dwell_times(grid, truth, n=int(rng.integers(5, 300)), seed=seed))
    beta, delta_R = truth["beta"] + 0.03 * rng.normal(), truth["delta_R"] * (1 + 0.04 * rng.normal())
    quotes = {"beta": f"{beta:.12g} ± 0.03", "delta_R": f"{delta_R:.12g} ± {0.04 * delta_R:.12g} ohm"}
    return parts, quotes | {"temperature": "295 K"}


DEVICES = 60


@pytest.fixture(scope="module")
def fits() -> list[tuple[Objective, Any, Any]]:
    rng = np.random.default_rng(20)
    found = []
    for _ in range(DEVICES):
        truth = device(rng)
        parts, quotes = measured(truth, rng)
        objective = builders.objective(parts, device=quotes)
        found.append((objective, minimise(objective), objective.space.coordinates(truth)))
    return found


def test_every_device_is_fitted_to_a_maximum_above_the_truth(fits: list[tuple[Objective, Any, Any]]) -> None:
    for objective, optimum, truth in fits:
        assert not objective.has_residuals
        assert optimum.status is Status.CONVERGED
        assert objective.cost(optimum.x) <= objective.cost(truth) + 1e-6  # what convergence promises
        assert optimum.evaluations < 300


def test_errors_are_as_large_as_they_say(fits: list[tuple[Objective, Any, Any]]) -> None:
    pulls: dict[str, list[float]] = {}
    for objective, optimum, truth in fits:
        if optimum.directions.rank == optimum.x.size:
            errors = np.sqrt(np.diag(optimum.covariance))
            for name, pull in zip(objective.names, (optimum.x - truth) / errors, strict=True):
                pulls.setdefault(name, []).append(float(pull))
    assert len(pulls["l_over_L"]) > DEVICES / 4
    z = float(norm.isf(0.0005 / (2 * len(pulls))))
    for name, values in pulls.items():
        # Monte-Carlo errors of mean and width of N pulls
        assert abs(np.mean(values)) < z / np.sqrt(len(values)), name
        assert abs(np.std(values, ddof=1) - 1.0) < z / np.sqrt(2 * len(values)), name


def test_bfgs_ends_where_scoring_does(monkeypatch: pytest.MonkeyPatch) -> None:
    objective = builders.objective([builders.ramps(n=50, seed=1), builders.dwell_times(builders.grid(), n=5, seed=2)])
    expected = minimise(objective)
    monkeypatch.setattr(least_squares, "score", lambda scaled, x: (x, 1))
    monkeypatch.setattr(least_squares, "_NEWTON_STEPS", 1)  # a look at the end without a step
    found = minimise(objective)
    assert expected.covariance is not None
    # BFGS stops where the gradient, in whitened coordinates of unit size, is below 1e-6: far below a standard error
    assert np.all(np.abs(found.x - expected.x) < 1e-2 * np.sqrt(np.diag(expected.covariance)))


def test_a_replica_is_refitted_from_where_the_original_ended() -> None:
    objective = builders.objective(builders.ramps(n=50, seed=1))
    optimum = minimise(objective)
    replica = objective.replicate(optimum.x, np.random.default_rng(3))
    near, fresh = refit(replica, optimum), minimise(replica)
    assert replica.cost(near) == pytest.approx(fresh.sum_of_squares / 2, abs=1e-4)  # scoring ends there


def test_nothing_free_is_no_fit() -> None:
    fix = {"l_over_L": "3", "tau_0": "1 ns", "E_P": "0.5 eV", "E_AP": "0.45 eV"}
    objective = builders.objective(builders.ramps(n=50), device=builders.KNOWN, fit={"fix": fix})
    optimum = minimise(objective)
    assert optimum.x.size == 1  # θ0 alone
    assert optimum.status is Status.CONVERGED


def test_one_temperature_holds_the_attempt_time_in_a_gauge() -> None:
    objective = builders.objective(builders.ramps(n=100, temperatures=(295.0,)))
    optimum = minimise(objective)
    assert optimum.status is Status.CONVERGED
    assert optimum.directions.not_identified == {"tau_0", "E_P", "E_AP"}


def test_the_wrong_polarity_still_finds_its_sign() -> None:
    right, wrong = (minimise(builders.objective(builders.ramps(n=100, polarity=polarity))) for polarity in (1, -1))
    assert right.x == pytest.approx(wrong.x, rel=1e-6)  # the builder writes the currents of the other sign then
