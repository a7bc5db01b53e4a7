"""Intervals of the covariance, the profile and the bootstrap, and which of them is quoted."""

from __future__ import annotations

import pytest

from stfit.backends.least_squares import minimise
from stfit.backends.profile import LEVELS, quick_ends
from stfit.diagnostics.estimates import estimates
from stfit.diagnostics.intervals import TOLERANCE, choose_intervals
from stfit.objective import Objective
from stfit.results import Verdict
from tests import builders
from tests.interval_kinds import estimates_by


def _poor() -> Objective:
    return builders.objective(builders.dwell_times(builders.grid(temperatures=(250.0, 320.0)), n=3, seed=2))


def test_the_covariance_intervals_are_those_of_the_estimates() -> None:
    objective = _poor()
    optimum = minimise(objective)
    plain = estimates(objective, optimum)
    for name, found in estimates_by("covariance", objective, optimum).items():
        assert (found.ci68, found.ci95, found.verdict) == (plain[name].ci68, plain[name].ci95, plain[name].verdict)
        assert found.interval == ("covariance" if found.ci68 else "")


@pytest.mark.parametrize("kind", ["profile", "bootstrap"])
def test_every_quantity_that_has_an_error_has_its_interval(kind: str) -> None:
    objective = _poor()
    optimum = minimise(objective)
    found = estimates_by(kind, objective, optimum, replicas=60)
    for name, base in estimates(objective, optimum).items():
        if base.ci95 is None:
            continue
        assert found[name].interval == kind
        low, high = found[name].ci95 or (None, None)
        assert base.value is not None
        if low is not None and high is not None:
            assert low < base.value < high


def test_rich_data_keep_the_covariance_and_poor_data_take_the_profile() -> None:
    rich = builders.objective(builders.mean_dwells(builders.grid(), relative=0.01, seed=1), device=dict(builders.KNOWN))
    chosen = choose_intervals("auto", rich, minimise(rich))
    assert {chosen.estimates[name].interval for name in ("slope_P", "slope_AP", "E_P")} == {"covariance"}
    poor = _poor()
    chosen = choose_intervals("auto", poor, minimise(poor))
    assert "profile" in {found.interval for found in chosen.estimates.values()}
    assert chosen.record["chosen_by"] == "auto"
    assert chosen.record["profiles"]["l_over_L"]["values"]


def test_what_auto_leaves_to_the_covariance_ends_where_the_profile_does() -> None:
    objective = builders.objective(builders.dwell_times(builders.grid(), n=100, seed=2))
    optimum = minimise(objective)
    chosen = choose_intervals("auto", objective, optimum).estimates
    profile = estimates_by("profile", objective, optimum)
    kept = [name for name, found in chosen.items() if found.interval == "covariance"]
    assert kept
    for name in kept:
        for here, there in zip(chosen[name].ci95 or (), profile[name].ci95 or (), strict=True):
            assert here is not None
            assert there is not None
            # one Newton step may itself be off, by a small part of what it corrects
            assert abs(here - there) <= 1.5 * TOLERANCE * (chosen[name].stderr or 0.0)


def test_one_newton_step_is_close_to_the_end() -> None:
    objective = builders.objective(builders.dwell_times(builders.grid(), n=100, seed=2))
    optimum = minimise(objective)
    quick = quick_ends(objective, optimum, ["slope_P"], LEVELS["ci95"])["slope_P"]
    exact = estimates_by("profile", objective, optimum)["slope_P"]
    for one, other in zip(quick, exact.ci95 or (), strict=True):
        assert one == pytest.approx(other, abs=0.01 * (exact.stderr or 0.0))


def test_a_profile_open_on_one_side_is_one_sided_and_on_both_not_identified() -> None:
    """One weak row between near bounds: nothing closes; with one bound far away, one side does."""
    fix = {"l_over_L": "3", "E_P": "0.5 eV", "E_AP": "0.45 eV", "theta_0": "1.7 rad"}
    where = builders.grid(temperatures=(295.0,), currents=(0.0,), states=(0,))
    verdicts = []
    for bounds in (["0.7 ns", "1.4 ns"], ["1 ps", "1.4 ns"], ["1 ps", "1 us"]):
        objective = builders.objective(
            builders.dwell_times(where, n=4), device=dict(builders.KNOWN), fit={"fix": fix, "bounds": {"tau_0": bounds}}
        )
        found = estimates_by("profile", objective, minimise(objective))["tau_0"]
        verdicts.append(found.verdict)
        assert (found.value is None) == (found.verdict is Verdict.NOT_IDENTIFIED)
    assert verdicts == [Verdict.NOT_IDENTIFIED, Verdict.ONE_SIDED, Verdict.IDENTIFIED]


def test_what_a_null_direction_moves_stays_not_identified() -> None:
    objective = builders.objective(builders.dwell_times(builders.grid(temperatures=(295.0,)), n=200, seed=1))
    for kind in ("covariance", "profile"):
        found = estimates_by(kind, objective, minimise(objective))
        assert found["tau_0"].verdict is Verdict.NOT_IDENTIFIED
        assert found["tau_0"].value is None
        assert found["slope_P"].ci95 is not None
