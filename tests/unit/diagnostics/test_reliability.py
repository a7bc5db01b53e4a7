"""The verdict on a chain, and its reasons."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from stfit.backends.chain import Ended
from stfit.diagnostics.convergence import QUANTILES, Convergence
from stfit.diagnostics.reliability import ChainVerdict, Reliability, judge

GOOD = Convergence(1.002, 2000.0, 1500.0, 2100.0, dict.fromkeys(("mean", "sd", *QUANTILES), 0.01), 20.0, 80.0)
ACCEPTED = [0.3, 0.35, 0.32, 0.31]


def verdict(entry: Convergence, *, ensembles: int = 4, acceptance: Any = ACCEPTED) -> Reliability:
    found = {"l_over_L": GOOD, "tau_0": entry}
    return judge(found, frozenset(found), acceptance, ensembles, Ended.RESOLVED.value)


def test_a_good_chain_is_reliable_and_says_how_good() -> None:
    found = verdict(GOOD)
    assert found.verdict is ChainVerdict.RELIABLE
    assert found.usable
    assert found.reasons[0] == (
        "The ensembles agree (largest R̂ = 1.0020), every number rests on at least 1500 independent draws, and each "
        "ensemble ran for 80 autocorrelation times or more."
    )
    assert found.reasons[1] == Ended.RESOLVED.value


@pytest.mark.parametrize(
    ("changed", "expected", "reason"),
    [
        ({"rhat": 1.03}, ChainVerdict.TENTATIVE, "The ensembles do not agree: R̂ = 1.03 of τ0, above 1.01."),
        ({"rhat": 1.3}, ChainVerdict.UNUSABLE, "R̂ = 1.3 of τ0, above 1.1."),
        ({"ess_bulk": 399.0}, ChainVerdict.TENTATIVE, "Too few independent draws: 399 in the bulk of τ0, below 400."),
        ({"ess_tail": 99.0}, ChainVerdict.UNUSABLE, "Too few independent draws: 99 in the tails of τ0, below 100."),
        ({"steps_per_tau": 32.0}, ChainVerdict.TENTATIVE, "The chain is short: 32 autocorrelation times of τ0"),
        ({"steps_per_tau": 9.0}, ChainVerdict.UNUSABLE, "The chain is short: 9 autocorrelation times of τ0, below 10."),
        ({"ess_bulk": np.nan}, ChainVerdict.UNUSABLE, "Too few independent draws: 0 in the bulk of τ0"),
        ({"rhat": np.inf}, ChainVerdict.UNUSABLE, "R̂ = inf of τ0"),
    ],
)
def test_each_criterion_has_its_reason(changed: dict[str, float], expected: ChainVerdict, reason: str) -> None:
    found = verdict(replace(GOOD, **changed))  # type: ignore[arg-type]
    assert found.verdict is expected
    assert reason in found.reasons[0]


def test_the_worst_reasons_come_first() -> None:
    found = verdict(replace(GOOD, rhat=1.03, ess_tail=50.0))
    assert found.verdict is ChainVerdict.UNUSABLE
    assert "tails" in found.reasons[0]
    assert "R̂" in found.reasons[1]


def test_one_ensemble_is_tentative_at_best() -> None:
    found = verdict(GOOD, ensembles=1, acceptance=[0.3])
    assert found.verdict is ChainVerdict.TENTATIVE
    assert "one ensemble" in found.reasons[0]


def test_walkers_that_hardly_move_are_tentative() -> None:
    found = verdict(GOOD, acceptance=[0.3, 0.02, 0.3, 0.3])
    assert found.verdict is ChainVerdict.TENTATIVE
    assert found.reasons[0] == "An ensemble accepted 2.0 % of its moves, below 5 %."


def test_what_is_not_quoted_is_not_judged_and_is_named() -> None:
    found = judge(
        {"l_over_L": GOOD, "beta": replace(GOOD, rhat=2.0)}, frozenset({"l_over_L"}), ACCEPTED, 4, Ended.BUDGET.value
    )
    assert found.verdict is ChainVerdict.RELIABLE
    assert found.reasons[-1].endswith("the data do not identify these parameters: β.")
