from __future__ import annotations

import numpy as np
import pytest

from stfit.backends.budget import Budget
from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.backends.parallel import watched
from stfit.errors import InputError
from stfit.objective import LogNormal, Normal, Objective
from stfit.studies.sbc import (
    LOG_LIKELIHOOD,
    RANKS,
    Ranked,
    Repetitions,
    SimulatedPosteriors,
    simulate_posteriors,
    with_working_prior,
)
from tests import builders

SHORT = Budget(ensembles=2, walkers=64, steps=150, target=300)


@pytest.fixture(scope="module")
def measured() -> tuple[Objective, Optimum]:
    where = builders.grid(temperatures=(260.0, 310.0), currents=(-5e-3, 0.0, 5e-3))
    objective = builders.objective(builders.dwell_times(where, n=200, seed=1))
    return objective, minimise(objective)


def test_the_working_prior_is_two_standard_errors_wide(measured: tuple[Objective, Optimum]) -> None:
    objective, optimum = measured
    assert optimum.covariance is not None
    prior = {p.name: p.constraint for p in with_working_prior(objective, optimum).space.varied}
    sigma = dict(zip(objective.names, np.sqrt(np.diag(optimum.covariance)), strict=True))
    best = dict(zip(objective.names, optimum.x, strict=True))
    angle = objective.space.varied[objective.names.index("theta_0")].parameter
    width = 2.0 * sigma["theta_0"] * angle.coordinate_slope(best["theta_0"])
    assert prior["theta_0"] == Normal(float(angle.quantity(best["theta_0"])), width)
    tau_0 = prior["tau_0"]
    assert isinstance(tau_0, LogNormal)
    assert np.log(tau_0.factor) == pytest.approx(2.0 * sigma["tau_0"], rel=1e-14)
    assert np.log(tau_0.median) == pytest.approx(best["tau_0"], rel=1e-14)
    stated = {p.name: p.constraint for p in objective.space.varied}
    assert prior["beta"] == stated["beta"]  # what is quoted stays as it is


def test_what_the_data_do_not_determine_has_a_tenth_of_its_size() -> None:
    where = builders.grid(temperatures=(295.0,), currents=(-5e-3, 0.0, 5e-3))
    objective = builders.objective(builders.dwell_times(where, n=200, seed=1))
    prior = {p.name: p.constraint for p in with_working_prior(objective, minimise(objective)).space.varied}
    tau_0 = prior["tau_0"]
    assert isinstance(tau_0, LogNormal)
    assert np.log(tau_0.factor) == pytest.approx(0.1, rel=1e-14)  # the natural size of ln τ0 is 1


def test_the_same_seed_gives_the_same_ranks(measured: tuple[Objective, Optimum]) -> None:
    done: list[tuple[str, int, int]] = []
    with watched(lambda words, n, of: done.append((words, n, of))):
        first = simulate_posteriors(*measured, Repetitions(2, seed=4, budget=SHORT))
    again = simulate_posteriors(*measured, Repetitions(1, seed=4, budget=SHORT))
    assert first.replicas[0].truths == again.replicas[0].truths
    assert first.replicas[0].ranks == again.replicas[0].ranks
    assert first.replicas[0].truths != first.replicas[1].truths
    assert done == [("posteriors sampled", number, 2) for number in range(3)]
    for replica in first.replicas:
        assert set(replica.ranks) in ({*measured[0].names, LOG_LIKELIHOOD}, set())
        assert all(0 <= rank <= RANKS for rank in replica.ranks.values())
    with pytest.raises(InputError, match="replicas: expected at least 1; found 0"):
        simulate_posteriors(*measured, Repetitions(0, seed=4))


def test_ranks_are_judged_together_and_short_chains_are_counted() -> None:
    rng = np.random.default_rng(8)
    ranks = [{"a": int(rng.integers(0, 100)), "b": int(rng.integers(0, 20))} for _ in range(100)]
    replicas = [Ranked(entry, {}, {}, "") for entry in ranks]
    found = SimulatedPosteriors((*replicas, Ranked({}, {}, {}, "")), 8, ("a", "b"))
    assert found.too_short == 1
    assert found.not_uniform == ["b"]
    assert found.counts("b")[3] == 100  # all below 20
