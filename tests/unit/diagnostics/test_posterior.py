"""Posterior estimates: quantiles where the data speak, limits at bounds, and nothing where only the prior does."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from stfit.backends.chain import Chain, Ended
from stfit.backends.least_squares import minimise
from stfit.diagnostics.draws import quantity_draws, thinned
from stfit.diagnostics.estimates import estimates
from stfit.diagnostics.posterior import Reach, posterior_combinations, posterior_estimates, reaches
from stfit.diagnostics.reliability import LOG_POSTERIOR, ChainVerdict, quoted, reliability
from stfit.models.barrier_angle import coordinate_at
from stfit.objective import FitParameter
from stfit.results import Estimate, Verdict
from tests import builders
from tests.chains import chain_of, device, normal_chain, one_temperature


@cache
def found_of_device() -> dict[str, Estimate]:
    return posterior_estimates(*device())


LEVELS = {"ci68": (0.158655253931457, 0.841344746068543), "ci95": (0.025, 0.975)}


def test_draws_of_quantities_are_those_of_the_law() -> None:
    objective, _, chain = device()
    found = quantity_draws(objective, chain.draws)
    assert found["slope_P"].shape == chain.draws.shape[:-1]
    one = objective.all_quantities(objective.space.quantities(chain.draws[1, 7, 3]))
    # the same formula, broadcast: rounding of a few operations
    assert found["slope_P"][1, 7, 3] == pytest.approx(float(np.squeeze(one["slope_P"])), rel=1e-13)


def test_thinned_draws_are_evenly_spaced_and_keep_both_ends() -> None:
    assert thinned(np.arange(10.0), 4).tolist() == [0, 3, 6, 9]
    assert thinned(np.arange(3.0), 4).tolist() == [0, 1, 2]


def test_value_and_intervals_are_quantiles_and_stderr_the_standard_deviation() -> None:
    objective, _, chain = device()
    found = found_of_device()
    draws = quantity_draws(objective, chain.flat)
    for name in ("l_over_L", "theta_0", "slope_P", "slope_AP", "c_AP", "I_c_P"):
        entry = found[name]
        assert entry.interval == "posterior"
        # quantiles of a quantity and of its coordinate differ by the interpolation between two draws of 10⁵
        assert entry.value == pytest.approx(float(np.median(draws[name])), rel=1e-4), name
        assert entry.stderr == pytest.approx(float(np.std(draws[name])), rel=1e-9), name
        for level, ends in LEVELS.items():
            assert getattr(entry, level) == pytest.approx(tuple(np.quantile(draws[name], ends)), rel=1e-4), name


def test_tau_0_has_the_spread_of_its_logarithm() -> None:
    objective, _, chain = device()
    tau_0 = found_of_device()["tau_0"]
    logarithm = chain.flat[:, objective.names.index("tau_0")]
    assert tau_0.value == pytest.approx(np.exp(np.median(logarithm)), rel=1e-12)
    assert tau_0.stderr == pytest.approx(np.exp(np.median(logarithm)) * np.std(logarithm), rel=1e-12)


def test_with_much_data_it_is_the_normal_law_of_the_fit() -> None:
    objective, optimum, chain = device()
    least_squares, found = estimates(objective, optimum), found_of_device()
    judged = reliability(objective, optimum, chain)
    for name, entry in least_squares.items():
        assert found[name].verdict is entry.verdict
        if entry.stderr is None or entry.value is None:
            continue
        # the median differs by skewness/6 (that of λ ∝ β/ΔR: 0.1 of its error), the spread by the same to second
        # order; each beside four Monte-Carlo errors
        error = judged.found[name].mcse
        assert abs(found[name].value - entry.value) < 0.1 * entry.stderr + 4 * error["median"], name  # type: ignore[operator]
        assert abs(found[name].stderr - entry.stderr) < 0.03 * entry.stderr + 4 * error["sd"], name  # type: ignore[operator]


def test_verdicts_at_one_temperature_without_beta() -> None:
    objective, optimum, chain = one_temperature()
    judged = reliability(objective, optimum, chain)
    assert judged.usable
    found = posterior_estimates(objective, optimum, chain, judged)
    for name in ("l_over_L", "tau_0", "E_P", "E_AP", "beta", "I_c_P", "I_c_AP"):
        entry = found[name]
        assert entry.verdict is Verdict.NOT_IDENTIFIED, name
        assert (entry.value, entry.stderr, entry.ci68, entry.ci95) == (None, None, None, None)
        assert name not in judged.judged
    for name in ("slope_P", "slope_AP", "theta_0", "c_P", "c_AP", "c_ratio"):
        assert found[name].verdict is Verdict.IDENTIFIED, name
        assert found[name].value is not None
    assert {found[name].verdict for name in ("delta_R", "temperature")} == {Verdict.CONSTRAINED}
    least_squares = estimates(objective, optimum)["slope_P"]
    assert least_squares.value is not None
    assert least_squares.stderr is not None
    assert found["slope_P"].value == pytest.approx(least_squares.value, abs=0.2 * least_squares.stderr)


def test_combinations_at_one_temperature_have_posterior_intervals() -> None:
    objective, optimum, chain = one_temperature()
    found = posterior_estimates(objective, optimum, chain)
    combinations = {c.expression: c for c in posterior_combinations(objective, optimum, chain, found)}
    assert set(combinations) == {
        "l_over_L/beta",
        "ln(tau_0/s) + E_P/(k_B*temperature)",
        "ln(tau_0/s) + E_AP/(k_B*temperature)",
        "E_P - E_AP",
    }
    draws = quantity_draws(objective, chain.flat)
    ratio = draws["l_over_L"] / draws["beta"]
    entry = combinations["l_over_L/beta"]
    # the same numbers, up to rounding
    assert entry.value == pytest.approx(float(np.median(ratio)), rel=1e-12)
    assert entry.ci95 == pytest.approx(tuple(np.quantile(ratio, LEVELS["ci95"])), rel=1e-12)


def test_an_unusable_chain_gives_no_number() -> None:
    objective, optimum, chain = device()
    apart = chain.draws.copy()
    apart[0] += 5.0 * np.std(chain.flat, axis=0)
    broken = chain_of(objective, apart, ended=Ended.BUDGET)
    judged = reliability(objective, optimum, broken)
    assert judged.verdict is ChainVerdict.UNUSABLE
    found = posterior_estimates(objective, optimum, broken)
    assert all(e.value is None and e.ci95 is None for e in found.values() if e.verdict is not Verdict.FIXED)
    # the verdict stays that of the rank: it is not the data that failed
    assert found["l_over_L"].verdict is Verdict.IDENTIFIED
    assert posterior_combinations(objective, optimum, broken, found) == []


def test_what_is_quoted_is_judged_and_nothing_else() -> None:
    objective, optimum, chain = one_temperature()
    judged = reliability(objective, optimum, chain)
    assert judged.judged == quoted(objective, optimum) | {LOG_POSTERIOR}
    assert judged.found.keys() > judged.judged


def poor() -> tuple[Any, Any, Chain]:
    """Two temperatures so close that τ0 runs into both its bounds, though the rank is full: draws of that posterior."""
    objective = builders.objective(builders.dwell_times(builders.grid((293.0, 295.0)), n=5, seed=1))
    optimum = minimise(objective)
    assert optimum.covariance is not None
    return objective, optimum, normal_chain(objective, optimum, seed=5)


def test_what_only_its_bounds_hold_is_not_identified_nor_is_what_hangs_on_it() -> None:
    objective, optimum, chain = poor()
    assert optimum.directions.null.shape[1] == 0
    found = posterior_estimates(objective, optimum, chain)
    for name in ("tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP"):
        assert found[name].verdict is Verdict.NOT_IDENTIFIED, name
        assert found[name].value is None
    assert found["slope_AP"].verdict is Verdict.IDENTIFIED
    combinations = [c.expression for c in posterior_combinations(objective, optimum, chain, found)]
    # E_P/k_BT has the rank for it, and hangs on τ0 all the same: the sum is the first that does not
    assert "ln(tau_0/s) + E_P/(k_B*temperature)" in combinations


def parameter(lower: float, upper: float) -> FitParameter:
    varied = builders.objective(builders.dwell_times(builders.grid())).space.varied
    l_over_L = next(p for p in varied if p.name == "l_over_L")
    return replace(l_over_L, lower=lower, upper=upper)


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [
        # density at z: exp(−z²/2) of its maximum, 0.147 at z = 1.96; a bin of a quarter width shifts z by an eighth
        (-6.0, 6.0, Reach(lower=False, upper=False)),
        (-2.4, 6.0, Reach(lower=False, upper=False)),
        (-1.6, 6.0, Reach(lower=True, upper=False)),
        (-6.0, 0.5, Reach(lower=False, upper=True)),
        (-1.0, 1.2, Reach(lower=True, upper=True)),
    ],
)
def test_a_bound_inside_the_95_per_cent_interval_is_reached(lower: float, upper: float, expected: Reach) -> None:
    normal = np.random.default_rng(8).standard_normal(200_000)
    inside = normal[(normal > lower) & (normal < upper)]
    assert reaches(inside, parameter(lower, upper)) == expected


def test_a_uniform_posterior_reaches_both_bounds_and_a_constrained_one_none() -> None:
    uniform = np.random.default_rng(9).uniform(0.0, np.pi, 5000)
    assert reaches(uniform, parameter(0.0, np.pi)) == Reach(lower=True, upper=True)
    beta = next(p for p in builders.objective(builders.dwell_times(builders.grid())).space.varied if p.name == "beta")
    assert reaches(np.random.default_rng(9).uniform(-1.0, 1.0, 5000), beta) == Reach(lower=False, upper=False)


def test_at_one_bound_there_is_a_limit() -> None:
    objective, optimum, chain = device()
    i = objective.names.index("theta_0")
    draws = chain.draws.copy()
    # an exponential law up from the lower bound, 0
    rate = np.random.default_rng(10).standard_exponential(draws.shape[:-1])
    draws[..., i] = coordinate_at(0.1 * rate)
    theta_0 = posterior_estimates(objective, optimum, chain_of(objective, draws))["theta_0"]
    assert theta_0.verdict is Verdict.ONE_SIDED
    assert theta_0.ci95 is not None
    assert theta_0.ci68 is not None
    assert (theta_0.ci95[0], theta_0.ci68[0]) == (None, None)
    # −ln 0.05 and −ln 0.3173; a quantile of 10⁵ draws is good to √(0.05·0.95/10⁵)/0.05 = 1.4 %, three of them
    assert theta_0.ci95[1] == pytest.approx(0.1 * np.log(20.0), rel=0.042)
    assert theta_0.ci68[1] == pytest.approx(-0.1 * np.log(0.317310507862914), rel=0.042)


def test_a_ratio_whose_denominator_may_vanish_is_not_identified() -> None:
    objective, optimum, chain = device()
    i = objective.names.index("l_over_L")
    draws = chain.draws.copy()
    draws[..., i] = np.random.default_rng(11).normal(0.5, 1.0, draws.shape[:-1])
    found = posterior_estimates(objective, optimum, chain_of(objective, draws))
    assert found["I_c_P"].verdict is Verdict.NOT_IDENTIFIED
    assert found["l_over_L"].verdict is Verdict.IDENTIFIED
