"""A joint fit taken apart: shares, what each measurement says alone, moves when one is left out, the error budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import stfit
from stfit.analysis import analysis_of, read_analysis
from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.budget import budget
from stfit.diagnostics.contributions import (
    alone,
    contributions,
    keeping,
    line_slope_sentence,
    sign_sentence,
    tensions,
)
from stfit.diagnostics.estimates import estimates
from stfit.errors import InputError
from stfit.kinds.dwell.data import DwellTimes
from stfit.measurement import Observation
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from stfit.pipeline.loading import load_measurements
from stfit.results import FitResult

JOINT = Path(__file__).parents[3] / "datasets" / "joint-device"
NANOPILLAR = Path(__file__).parents[3] / "datasets" / "nanopillar" / "dwell.csv"
DEVICE = {"delta_R": "0.112 ± 0.004 ohm", "beta": "0.36 ± 0.03", "temperature": "295 ± 1 K"}


def by_temperature() -> list[DwellTimes]:
    """The nanopillar's table in four, one a temperature."""
    tables = [
        stfit.load(NANOPILLAR, "dwell-times", where={"temperature (K)": kelvin}) for kelvin in (280, 295, 310, 325)
    ]
    return [table for table in tables if isinstance(table, DwellTimes)]


def fitted(measurements: Sequence[Observation], device: dict[str, str]) -> tuple[Objective, Optimum]:
    objective = assemble(analysis_of({"device": device}, Path(), "test"), measurements)
    return objective, minimise(objective)


@pytest.fixture(scope="module")
def joint() -> FitResult:
    return stfit.fit(JOINT / "analysis.toml")


def test_the_budget_adds_up_in_quadrature() -> None:
    objective, optimum = fitted(by_temperature(), DEVICE)
    found = estimates(objective, optimum)
    for name, parts in budget(objective, optimum, found).items():
        # the remainder is what is missing, so the sum is exact up to rounding of the smallest share
        signed = sum(part * abs(part) for part in parts.values())
        assert found[name].stderr == pytest.approx(np.sqrt(signed), rel=1e-6)
        assert abs(parts["correlation"]) < 1e-3 * (found[name].stderr or 0.0)


def test_the_budget_does_not_depend_on_units() -> None:
    lab = dict(DEVICE)
    other = {"delta_R": "112 ± 4 mohm", "beta": "(36 ± 3) %", "temperature": "295 ± 1 K"}
    one, two = (budget(*fit, estimates(*fit)) for fit in (fitted(by_temperature(), d) for d in (lab, other)))
    assert one.keys() == two.keys()
    for name, parts in one.items():
        # the same fit to rounding; shares below 1e-6 of the whole are rounding themselves
        whole = max(abs(part) for part in parts.values())
        assert parts == pytest.approx(two[name], rel=1e-4, abs=1e-6 * whole)


def test_a_constant_known_exactly_has_no_share() -> None:
    objective, optimum = fitted(by_temperature(), DEVICE | {"beta": "0.36"})
    parts = budget(objective, optimum, estimates(objective, optimum))["l_over_L"]
    assert set(parts) == {"statistics", "delta_R", "temperature", "correlation"}


def test_shares_sum_to_one_and_a_single_measurement_has_none() -> None:
    objective, optimum = fitted(by_temperature(), DEVICE)
    found = estimates(objective, optimum)
    for entry in contributions(objective, optimum, found):
        shares = [share["share"] for share in entry["shares"]]
        assert all(share >= 0.0 for share in shares)
        assert sum(shares) + entry["constraints"] == pytest.approx(1.0, rel=1e-12)
    single, end = fitted(by_temperature()[:1], DEVICE)
    assert contributions(single, end, estimates(single, end)) == []
    assert alone(single, end) == []
    assert tensions(single, end, estimates(single, end)) == []


@pytest.mark.slow
def test_measurements_of_one_device_agree(joint: FitResult) -> None:
    assert {entry["verdict"] for entry in joint.joint["tensions"]} == {"agrees"}
    assert not [note for note in joint.validity if note.name in {"tension", "sign"}]


def test_a_measurement_of_another_device_is_in_tension() -> None:
    measurements = by_temperature()
    wrong = measurements[0]
    # a current source off by a tenth: the slopes of 280 K come out a tenth too small
    settings = wrong.settings.driven_at(1.1 * wrong.settings.drive)
    objective, optimum = fitted([replace(wrong, settings=settings), *measurements[1:]], DEVICE)
    found = tensions(objective, optimum, estimates(objective, optimum))
    assert [entry for entry in found if entry["verdict"] == "in tension" and "280" in entry["left_out"]]


def test_a_reversed_current_contradicts_in_sign() -> None:
    right, *others = by_temperature()
    settings = right.settings.driven_at(-right.settings.drive)
    objective, optimum = fitted([replace(right, settings=settings), *others], DEVICE)
    sentence = sign_sentence(alone(objective, optimum))
    assert sentence is not None
    assert sentence.startswith("The measurements contradict each other in the sign of λ/β")
    assert sign_sentence(alone(*fitted(by_temperature(), DEVICE))) is None


@pytest.mark.slow
def test_five_kinds_constrain_one_device(joint: FitResult) -> None:
    assert joint.status.key == "converged"
    assert joint.goodness.verdict == "acceptable"
    assert [entry["kind"] for entry in joint.joint["alone"]] == [
        "dwell-times",
        "switching-pulse",
        "switching-ramp",
        "switching-currents",
        "fmr-lines",
    ]
    singles = [entry["l_over_L"]["stderr"] for entry in joint.joint["alone"] if entry["l_over_L"]["stderr"]]
    assert len(singles) >= 3
    assert (joint["l_over_L"].stderr or np.inf) < min(singles)


@pytest.mark.slow
def test_the_slopes_of_lines_are_compared_with_those_of_switching(joint: FitResult) -> None:
    sentence = line_slope_sentence(joint.joint["alone"])
    assert sentence is not None
    assert sentence.startswith("Ratio of the slope from resonance lines to that from switching")
    assert sentence in [note.sentence for note in joint.validity]
    assert line_slope_sentence([entry for entry in joint.joint["alone"] if entry["kind"] != "fmr-lines"]) is None


def test_keeping_one_measurement_drops_what_only_the_others_had() -> None:
    analysis = read_analysis(JOINT / "analysis.toml")
    objective = assemble(analysis, load_measurements(analysis))
    optimum = minimise(objective)
    first = keeping(objective, optimum, [0])
    assert "power_P" in objective.names
    assert "power_P" not in first.names
    assert "l_over_L" in first.names


def test_a_parameter_per_measurement_is_fitted_for_each() -> None:
    analysis = analysis_of({"device": DEVICE, "fit": {"per_measurement": ["E_P"]}}, Path(), "test")
    objective = assemble(analysis, by_temperature())
    apart = [p for p in objective.space.parameters if p.name.startswith("E_P")]
    assert [p.name for p in apart] == ["E_P", "E_P[2]", "E_P[3]", "E_P[4]"]
    assert len({(p.lower, p.upper) for p in apart}) == 1
    found = estimates(objective, minimise(objective))
    values = [found[p.name].value for p in apart]
    assert all(value is not None and abs(value / 7.37e-20 - 1.0) < 0.02 for value in values)  # the truth, to its errors


def test_a_parameter_that_the_model_does_not_have_is_refused() -> None:
    analysis = analysis_of({"device": DEVICE, "fit": {"per_measurement": ["chi"]}}, Path(), "test")
    with pytest.raises(
        InputError, match=r"key 'fit.per_measurement': expected a parameter of this model: .*found 'chi'"
    ):
        assemble(analysis, by_temperature())
