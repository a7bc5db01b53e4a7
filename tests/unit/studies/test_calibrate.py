from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.backends.parallel import watched
from stfit.errors import InputError
from stfit.objective import Objective
from stfit.reports.calibration_words import calibration_sentence, calibration_text, failing, is_clean
from stfit.results import Status
from stfit.results.structure import structure_problems
from stfit.studies.calibrate import Calibration, calibrate, origin_of
from stfit.studies.coverage import Judgement
from stfit.studies.record import record
from stfit.studies.sbc import Repetitions
from tests import builders

REPLICAS = 24


@pytest.fixture(scope="module")
def measured() -> tuple[Objective, Optimum]:
    where = builders.grid(temperatures=(260.0, 310.0), currents=(-5e-3, 0.0, 5e-3))
    objective = builders.objective(builders.dwell_times(where, n=200, seed=1))
    return objective, minimise(objective)


@pytest.fixture(scope="module")
def found(measured: tuple[Objective, Optimum]) -> Calibration:
    return calibrate(*measured, Repetitions(REPLICAS, seed=7), kinds=("covariance",))


def test_the_fit_is_the_truth(measured: tuple[Objective, Optimum], found: Calibration) -> None:
    objective, optimum = measured
    assert found["l_over_L"].truth == pytest.approx(optimum.x[objective.names.index("l_over_L")], rel=1e-14)
    assert found.not_converged == 0
    assert {c.of for q in found.quantities for c in q.coverages} == {REPLICAS}
    with pytest.raises(KeyError, match="no calibrated quantity is called 'lambda'; there are l_over_L"):
        found["lambda"]


def test_quotes_of_constants_are_drawn_afresh(found: Calibration) -> None:
    # β is known by its quote alone: were it held, its pulls would have no width
    assert found["beta"].pulls.width > 0.5  # standard normal: 0.5 is 3.5 errors 1/√48 below


def test_the_same_seed_gives_the_same_replicas(measured: tuple[Objective, Optimum], found: Calibration) -> None:
    again = calibrate(*measured, Repetitions(3, seed=7), kinds=("covariance",), quantities=("l_over_L",))
    other = calibrate(*measured, Repetitions(3, seed=8), kinds=("covariance",), quantities=("l_over_L",))
    assert again["l_over_L"].pulls.values.tolist() == found["l_over_L"].pulls.values[:3].tolist()
    assert other["l_over_L"].pulls.values.tolist() != again["l_over_L"].pulls.values.tolist()
    assert list(again.fitted) == ["l_over_L"]


@pytest.mark.slow
def test_every_kind_of_refitted_interval_is_its_own(measured: tuple[Objective, Optimum]) -> None:
    steps: list[tuple[str, int, int]] = []
    with watched(lambda words, done, of: steps.append((words, done, of))):
        found = calibrate(
            *measured,
            Repetitions(2, seed=1),
            kinds=("covariance", "profile", "bootstrap"),
            quantities=("theta_0",),
        )
    assert [e["theta_0"].interval for e in found.replicas[0].estimates.values()] == [
        "covariance",
        "profile",
        "bootstrap",
    ]
    assert len({e["theta_0"].ci95 for e in found.replicas[0].estimates.values()}) == 3
    assert steps == [("simulated and refitted", done, 2) for done in range(3)]
    assert found.comparisons == 2 + 2 * 3


def test_a_fit_that_fails_is_counted_and_left_out(found: Calibration) -> None:
    first = replace(found.replicas[0], status=Status.NO_CONVERGENCE, estimates={})
    failed = replace(found, replicas=(first, *found.replicas[1:]))
    assert failed.not_converged == 1
    assert {c.of for q in failed.quantities for c in q.coverages} == {REPLICAS - 1}
    assert "1 fit did not converge and is left out" in calibration_sentence(record(failed))
    assert not is_clean(record(failed))


def test_what_the_data_do_not_determine_is_left_out() -> None:
    where = builders.grid(temperatures=(295.0,), currents=(-5e-3, 0.0, 5e-3))
    objective = builders.objective(builders.dwell_times(where, n=200, seed=1))
    found = calibrate(objective, minimise(objective), Repetitions(2, seed=1), kinds=("covariance",))
    assert found.left_out["tau_0"] == "not-identified"
    assert "tau_0" not in found.fitted
    assert "slope_P" in found.fitted


def test_logarithms_begin_where_the_intervals_say(measured: tuple[Objective, Optimum]) -> None:
    objective, _ = measured
    assert origin_of(objective, "tau_0") == 0.0
    assert origin_of(objective, "c_P") == 0.0
    assert origin_of(objective, "I_c_P") is None  # from its inverse
    assert origin_of(objective, "theta_0") is None
    assert origin_of(objective, "slope_P") is None
    chi = builders.objective(builders.dwell_times(builders.grid(), n=100), model={"asymmetry": "chi"})
    assert origin_of(chi, "chi") == -1.0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"repetitions": Repetitions(1, seed=0)}, "replicas: expected at least 2; found 1"),
        (
            {"kinds": ("profiles",)},
            "intervals: expected some of covariance, profile, bootstrap, posterior; found profiles",
        ),
        ({"kinds": ()}, "found none"),
        ({"quantities": ("lambda",)}, "quantities: expected some of l_over_L"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(
    measured: tuple[Objective, Optimum], wrong: dict[str, Any], message: str
) -> None:
    arguments: dict[str, Any] = {"repetitions": Repetitions(2, seed=0), "kinds": ("covariance",)}
    with pytest.raises(InputError, match=message):
        calibrate(*measured, **(arguments | wrong))


def shrunk(found: Calibration, factor: float) -> Calibration:
    """The calibration of someone whose errors and intervals are too narrow by a factor."""

    def change(estimate: Any) -> Any:
        ends = [
            tuple(estimate.value + factor * (e - estimate.value) for e in i) for i in (estimate.ci68, estimate.ci95)
        ]
        return replace(estimate, stderr=factor * estimate.stderr, ci68=ends[0], ci95=ends[1])

    changed = tuple(
        replace(r, estimates={k: {n: change(e) for n, e in es.items()} for k, es in r.estimates.items()})
        for r in found.replicas
    )
    return replace(found, replicas=changed)


def test_intervals_of_a_quarter_of_the_width_are_found_out(found: Calibration) -> None:
    # 68 % becomes 20 %, 95 % becomes 38 %: 9 of 24 in place of 23
    content = record(shrunk(found, 0.25))
    assert shrunk(found, 0.25)["theta_0"].judgement("covariance") is Judgement.TOO_NARROW
    assert "Too narrow covariance intervals: l/L_θθ, τ0," in calibration_sentence(content)
    assert failing(content)[0].startswith("The covariance interval of l/L_θθ is too narrow: it covers ")
    assert not is_clean(content)


def test_the_record_is_what_the_schema_says(found: Calibration, schema_of: Callable[[str], Any]) -> None:
    content = json.loads(json.dumps(record(found)))
    assert list(structure_problems(content, schema_of("calibration"), "calibration")) == []
    assert is_clean(content)
    text = calibration_text(content)
    assert "The covariance intervals cover the stated shares, as far as 24 simulations can tell." in text
    assert text.count(" covariance ") == 1 + len(found.fitted)
    assert np.isfinite([entry["bias"] for entry in content["quantities"]]).all()
