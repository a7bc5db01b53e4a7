"""Effective draws a second of a chain, beside lmfit's Minimizer.emcee and NumPyro's NUTS on the same posterior.

    OMP_NUM_THREADS=1 taskset -c 0 pytest tests/benchmarks/test_sampler_speed.py --benchmark-only -p no:randomly

The posterior is that of datasets/nanopillar (Eq. 27, 120 rows, 8 parameters, constraints on β, ΔR and T). Effective
draws are those of the slowest coordinate, by one estimator for all: draws over the longest integrated autocorrelation
time, in seconds of one core. Ours count the whole run (starts, burn-in, looking whether it is done); of the others
burn-in and warm-up are left out. lmfit takes the residuals of the same objective, the same number of walkers and one
of our ensembles' starts; its chain is shorter than 50 of its autocorrelation times, which flatters it. NUTS (skipped
without numpyro) takes the same density written in jax, in the same natural coordinates whitened by the least-squares
covariance, with a dense mass matrix, compiled before the clock starts. In the coordinates of the fit it does not
converge: 2000 draws after 2000 of warm-up were worth 2.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any, Final

import lmfit
import numpy as np
import numpy.typing as npt
import pytest

from stfit.analysis import read_analysis
from stfit.backends.budget import Budget
from stfit.backends.ensemble import sample
from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.backends.starts import starting_walkers, straightest
from stfit.backends.stopping import longest_time
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from stfit.pipeline.loading import load_measurements

Array = npt.NDArray[np.float64]

NANOPILLAR: Final = Path(__file__).parents[2] / "datasets" / "nanopillar" / "analysis.toml"
GOAL: Final = 10.0  # times lmfit's
LMFIT_STEPS: Final = 900
LMFIT_BURN: Final = 300
NUTS_DRAWS: Final = 1000
NUTS_WARM_UP: Final = 1000
NUTS_CHAINS: Final = 2
ELEMENTARY_CHARGE: Final = 1.602176634e-19
BOLTZMANN: Final = 1.380649e-23


@pytest.fixture(scope="module")
def objective() -> Objective:
    analysis = read_analysis(NANOPILLAR)
    return assemble(analysis, load_measurements(analysis))


@pytest.fixture(scope="module")
def optimum(objective: Objective) -> Optimum:
    return minimise(objective)


@pytest.fixture(scope="module")
def ours(objective: Objective, optimum: Optimum) -> tuple[float, Array, Array]:
    """Effective draws a second of a whole run with the default budget, and mean and deviation of its draws."""
    begin = process_time()
    chain = sample(objective, optimum, seed=1)
    spent = process_time() - begin
    x = chain.flat
    return x.shape[0] / longest_time(chain.draws) / spent, np.mean(x, axis=0), np.std(x, axis=0)


def test_lmfit_emcee(benchmark: Any, objective: Objective, optimum: Optimum, ours: tuple[float, Array, Array]) -> None:
    rate, mean, deviation = ours
    walkers = Budget().walkers_for(len(objective.names))
    natural = straightest(objective, optimum, np.random.default_rng(0))
    start = starting_walkers(objective, optimum, natural, walkers, np.random.default_rng(2))
    lower, upper = objective.bounds
    parameters = lmfit.Parameters()
    for i, value in enumerate(optimum.x):
        parameters.add(f"x{i}", value=value, min=lower[i], max=upper[i])

    def residuals(values: lmfit.Parameters) -> Array:
        return objective.residuals(np.array([value.value for value in values.values()]))

    minimizer = lmfit.Minimizer(residuals, parameters, nan_policy="omit")
    begin = process_time()
    found = benchmark.pedantic(
        lambda: minimizer.emcee(
            steps=LMFIT_STEPS, nwalkers=walkers, pos=start, seed=3, progress=False, is_weighted=True
        ),
        rounds=1,
    )
    spent = (process_time() - begin) * (LMFIT_STEPS - LMFIT_BURN) / LMFIT_STEPS
    draws = found.chain[None, LMFIT_BURN:]
    time = longest_time(draws)
    effective = draws.shape[1] * walkers / time
    theirs = effective / spent
    benchmark.extra_info |= {"ours (1/s)": rate, "lmfit (1/s)": theirs, "ratio": rate / theirs, "tau of lmfit": time}
    # the same posterior: its means agree within 6 Monte-Carlo errors of the short chain (whose τ comes out too short)
    assert np.all(np.abs(np.mean(draws, axis=(0, 1, 2)) - mean) < 6.0 * deviation / np.sqrt(effective))
    assert rate >= GOAL * theirs


def in_jax(objective: Objective) -> tuple[Callable[[Any], Any], Any]:
    """ln L of Eq. 27 at a vector of coordinates, and the module of distributions."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    (term,) = objective.terms
    data: Any = term.measurement
    in_P, current = data.settings.state == 0, data.settings.drive

    def log_likelihood(x: Any) -> Any:
        value = dict(zip(objective.names, x, strict=True))
        top = value["theta_0"]
        c_P, c_AP = (top - jnp.sin(top)) / 2, (jnp.pi - top + jnp.sin(top)) / 2
        coupling = 8 * value["l_over_L"] * value["delta_R"] / value["beta"]  # eV/A
        temperature = term.thermometer * value["temperature"] / term.nominal_temperature
        barrier = jnp.where(in_P, value["E_P"] + coupling * c_P * current, value["E_AP"] - coupling * c_AP * current)
        log_tau = value["tau_0"] + barrier / (BOLTZMANN / ELEMENTARY_CHARGE * temperature)
        return jnp.sum(-data.n * log_tau - data.total_time * jnp.exp(-log_tau))

    return log_likelihood, jax


def test_numpyro_nuts(benchmark: Any, objective: Objective, optimum: Optimum, ours: tuple[float, Array, Array]) -> None:
    numpyro = pytest.importorskip("numpyro")
    rate, mean, deviation = ours
    log_likelihood, jax = in_jax(objective)
    assert float(log_likelihood(optimum.x)) == pytest.approx(float(objective.log_likelihood(optimum.x)), rel=1e-12)

    jnp = jax.numpy
    natural = straightest(objective, optimum, np.random.default_rng(0))
    assert optimum.covariance is not None
    bend = natural.jacobian(optimum.x)
    root = np.linalg.cholesky(bend @ optimum.covariance @ bend.T)
    centre, logarithm, signs = natural.of(optimum.x), natural.logarithm, np.sign(optimum.x)
    constraints: list[Any] = [(i, p.constraint) for i, p in enumerate(objective.space.varied) if p.constraint]
    t = natural.temperature
    assert t is not None  # barriers over it

    def coordinates(z: Any) -> tuple[Any, Any]:
        y = centre + root @ z
        x = jnp.where(logarithm, signs * jnp.exp(jnp.where(logarithm, y, 0.0)), y)
        return jnp.where(natural.over, y * x[t], x), y

    def potential(z: Any) -> Any:
        x, y = coordinates(z)
        value = log_likelihood(x) + jnp.sum(jnp.where(logarithm, y, 0.0)) + np.count_nonzero(natural.over) * y[t]
        for i, known in constraints:  # β, ΔR and T: normal, in coordinates that are the quantities themselves
            value = value - 0.5 * ((x[i] - known.mean) / known.standard_deviation) ** 2
        return -value

    sampler = numpyro.infer.MCMC(
        numpyro.infer.NUTS(potential_fn=potential, dense_mass=True),
        num_warmup=NUTS_WARM_UP,
        num_samples=NUTS_DRAWS,
        num_chains=NUTS_CHAINS,
        chain_method="sequential",
        progress_bar=False,
    )
    begin = process_time()
    start = jnp.zeros((NUTS_CHAINS, optimum.x.size))
    sampler.warmup(jax.random.PRNGKey(1), init_params=start, collect_warmup=False)
    warm_up = process_time() - begin
    sampler.run(jax.random.PRNGKey(2))  # compiles what is timed below
    sampler.post_warmup_state = sampler.last_state
    begin = process_time()
    benchmark.pedantic(lambda: sampler.run(jax.random.PRNGKey(3)), rounds=1)
    spent = process_time() - begin
    z = sampler.get_samples(group_by_chain=True)
    draws = np.asarray(jax.vmap(jax.vmap(lambda one: coordinates(one)[0]))(z))[:, :, None]
    effective = draws.shape[0] * draws.shape[1] / longest_time(draws)
    theirs = effective / spent
    benchmark.extra_info |= {"ours (1/s)": rate, "NUTS (1/s)": theirs, "ratio": rate / theirs, "warm-up (s)": warm_up}
    # the same posterior: means within 5 Monte-Carlo errors, and enough draws for that to mean anything
    assert effective > 500
    assert np.all(np.abs(np.mean(draws, axis=(0, 1, 2)) - mean) < 5.0 * deviation / np.sqrt(effective))
