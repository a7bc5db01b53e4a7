"""One temperature, τ0 and the barriers all free, β unknown: what every backend says of numbers that nobody can know."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import stfit
from stfit.analysis import analysis_of
from stfit.backends.budget import Budget
from stfit.backends.least_squares import minimise
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from stfit.reports.summary import summary
from stfit.results import Estimate, FitResult, Verdict
from tests import builders
from tests.interval_kinds import estimates_by

UNKNOWN = ("l_over_L", "tau_0", "E_P", "E_AP", "beta", "I_c_P", "I_c_AP")
SLOPES = ("slope_P", "slope_AP")
DEVICE = {"delta_R": "0.110 ± 0.004 ohm", "temperature": "295 ± 1 K"}


@cache
def dwells() -> Any:
    return builders.dwell_times(builders.grid(temperatures=(295.0,)), n=1000, seed=4)


@cache
def fitted() -> FitResult:
    return stfit.fit(dwells(), device=DEVICE)


@cache
def objective() -> Objective:
    return assemble(analysis_of({"device": DEVICE}, Path(), "test"), [dwells()])


def check(found: dict[str, Estimate], interval: str) -> None:
    """No number for what cannot be known; the slopes with theirs."""
    truth = builders.coupling(builders.TRUTH) / (builders.K_B * 295.0)
    for name in UNKNOWN:
        assert found[name].verdict is Verdict.NOT_IDENTIFIED, name
        assert (found[name].value, found[name].stderr, found[name].ci95) == (None, None, None), name
    for name, sign, factor in zip(SLOPES, (1, -1), builders.factors(builders.TRUTH), strict=True):
        estimate = found[name]
        assert estimate.verdict is Verdict.IDENTIFIED
        assert estimate.interval == interval
        assert estimate.value is not None
        assert estimate.stderr
        assert abs(estimate.value - sign * factor * truth) < 5 * estimate.stderr


def test_least_squares() -> None:
    check(fitted().parameters, "covariance")
    assert {entry.expression for entry in fitted().combinations} >= {"l_over_L/beta"}


def test_what_the_terminal_advises_works_when_it_is_typed() -> None:
    given, assumed = summary(fitted()).splitlines()[-2:]
    device = DEVICE | tomllib.loads(given.partition("for example ")[2].removesuffix("."))
    assert device.keys() > DEVICE.keys()
    section, _, promised = assumed.partition("[fit] ")[2].partition(" gives ")
    found = stfit.fit(dwells(), device=device, fit=tomllib.loads(section))
    assert promised == "E_P, E_AP, I_c,P and I_c,AP."
    for name in ("l_over_L", "E_P", "E_AP", "I_c_P", "I_c_AP"):
        assert found[name].verdict is Verdict.IDENTIFIED, name
    assert "Next:" not in summary(found)


@pytest.mark.parametrize("kind", ["covariance", "profile", "bootstrap"])
def test_every_kind_of_interval(kind: str) -> None:
    check(estimates_by(kind, objective(), minimise(objective())), kind)


@pytest.mark.slow
def test_mcmc() -> None:
    sampled = stfit.sample(fitted(), seed=1, budget=Budget(ensembles=2, target=1000))
    check(sampled.parameters, "posterior")
    assert sampled.sampling["verdict"] in {"reliable", "tentative"}
    assert {entry.expression for entry in sampled.combinations} >= {"l_over_L/beta"}


def test_identifiability_says_why() -> None:
    judged = fitted().identifiability["parameters"]
    for name in ("l_over_L", "tau_0", "E_P", "E_AP", "beta"):
        assert judged[name]["kind"] == "structural", name
        assert judged[name]["remedy"], name
    assert judged["slope_P"]["kind"] == "none"
