"""Resonance lines from files to the answers: the example data set, what lines identify, lines beside dwell times."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stfit
from stfit.analysis import analysis_of
from stfit.errors import InputError
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.resonance.data import FmrLines
from stfit.measurement import Observation, Origin
from stfit.objective import Objective
from stfit.objective.information import directions
from stfit.pipeline.assembly import assemble
from stfit.results import FitResult, Verdict
from tests.builders import QUICK, QUOTES, STRONGER
from tests.truths import DATASETS, assert_true, truth_of

FMR = DATASETS / "fmr"
KNOWN = dict(QUOTES)
LAW = {  # of the device below, but for what is measured on it
    **STRONGER,
    "power_P": 2.0,
    "power_AP": 1.5,
    "linewidth_P": 9e7,
    "linewidth_AP": 1.2e8,
}


@pytest.fixture(scope="module")
def result() -> FitResult:
    return stfit.fit(FMR / "analysis.toml")


def test_the_report_has_both_figures(result: FitResult, tmp_path: Path) -> None:
    page = stfit.report(result, tmp_path).read_text(encoding="utf-8")
    assert "Power and linewidth against current" in page
    assert "Power and linewidth against frequency" in page
    assert "Eq. 32 at constant noise strength" in page


def test_the_fit_finds_the_truth(result: FitResult) -> None:
    assert result.status.key == "converged"
    assert result.goodness.verdict == "acceptable"
    coefficients = ("l_over_L", "slope_P", "slope_AP", "c_P", "c_AP", "alpha", "transport_L", "spin_transfer_l")
    lines = ("power_P", "linewidth_AP", "inhomogeneous_linewidth")
    assert_true(result.parameters, truth_of(FMR), *coefficients, *lines)
    entries = json.loads((FMR / "truth.json").read_text(encoding="utf-8"))["parameters"]
    shared = entries.keys() & result.parameters.keys()
    assert {name: result[name].unit for name in shared} == {name: entries[name]["unit"] for name in shared}


def test_lines_know_no_barrier(result: FitResult) -> None:
    for name in ("tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP"):
        assert result[name].verdict is Verdict.NOT_IDENTIFIED
    assert result["volume"].verdict is Verdict.CONSTRAINED


def test_without_a_volume_there_is_no_absolute_coefficient() -> None:
    lines = stfit.load(FMR / "lines.csv", "fmr-lines", linewidth="fwhm", power="integrated")
    assert isinstance(lines, FmrLines)
    result = stfit.fit(lines, device=KNOWN)
    assert "transport_L" not in result.parameters


# --- physics.md, section 5: the row "FMR, two states" -------------------------------------------------------------


def design() -> FmrLines:
    """9 currents in both states, power and linewidth with errors of 2 %, values to be drawn."""
    state, current = np.repeat([0.0, 1.0], 9), np.tile(np.linspace(-1.2e-3, 1.2e-3, 9), 2)
    columns = {"state": state, "current": current, "power": np.full(18, 1.7), "power_stderr": np.full(18, 0.034)}
    columns |= {"linewidth": np.full(18, 1e8), "linewidth_stderr": np.full(18, 2e6)}
    return FmrLines.from_columns(columns, origin=Origin("lines.csv"), linewidth="fwhm", power="integrated")


def objective(measurements: Sequence[Observation], **sections: Any) -> Objective:
    return assemble(analysis_of(sections, Path(), "test"), measurements)


def drawn(lines: FmrLines, seed: int) -> FmrLines:
    """The lines as a device of known truth would show them."""
    known = objective([lines], device=dict(KNOWN))
    prediction = known.predictions(known.space.coordinates(LAW))[0]
    return lines.draw(prediction, np.random.default_rng(seed))


@pytest.mark.parametrize("mapping", ["power", "damping", "peak", "torque"])
def test_lines_of_two_states_have_rank_2(mapping: str) -> None:
    model = {"asymmetry": "free", "mapping": mapping}
    problem = objective([design()], model=model)
    own = {p.name for p in design().traits.own_parameters}
    # λ, c_P, c_AP, τ0, E_P, E_AP, β, ΔR, T: all nine free, and four of the lines themselves
    assert set(problem.names) - own == {
        "l_over_L",
        "tau_0",
        "E_P",
        "E_AP",
        "c_P",
        "c_AP",
        "beta",
        "delta_R",
        "temperature",
    }
    x = problem.space.coordinates({**LAW, "c_P": 0.3, "c_AP": 1.2})
    assert directions(problem, x).rank == 2 + len(own)


def test_lines_of_two_states_give_the_slopes_without_any_constant() -> None:
    result = stfit.fit(drawn(design(), 1), model={"asymmetry": "free"})
    assert result["slope_P"].verdict is result["slope_AP"].verdict is Verdict.IDENTIFIED
    for name in ("l_over_L", "c_P", "c_AP", "tau_0", "E_P", "E_AP", "beta", "delta_R", "temperature"):
        assert result[name].verdict is Verdict.NOT_IDENTIFIED, name


def test_with_the_constants_and_the_gmr_curve_known_they_give_the_coefficient() -> None:
    result = stfit.fit(drawn(design(), 2), device=KNOWN)
    value, stderr = result["l_over_L"].value, result["l_over_L"].stderr
    assert result["l_over_L"].verdict is Verdict.IDENTIFIED
    assert value is not None
    assert stderr is not None
    assert abs(value - 8.0) < 4 * stderr


def test_polarity_turns_the_sign_of_both_slopes() -> None:
    lines = drawn(design(), 3)
    found = []
    for polarity in (1, -1):
        columns: dict[str, Any] = {"state": lines.settings.state[:18], "current": lines.settings.drive[:18]}
        for name, rows in (("power", slice(0, 18)), ("linewidth", slice(18, 36))):
            columns |= {name: lines.value[rows], f"{name}_stderr": lines.stderr[rows]}
        measured = FmrLines.from_columns(
            columns, origin=Origin(polarity=polarity), linewidth="fwhm", power="integrated"
        )
        found.append(stfit.fit(measured, device=KNOWN, fit=dict(QUICK))["l_over_L"].value)
    assert found[0] == pytest.approx(-(found[1] or 0.0), rel=1e-6)  # both fits end within 1e-7 of the optimum


# --- lines beside dwell times -------------------------------------------------------------------------------------


def dwells(seed: int, factor: float = 1.0) -> DwellTimes:
    """Dwell times of the same device; factor: on its l/L_θθ."""
    state, current, temperature = (
        axis.ravel()
        for axis in np.meshgrid([0.0, 1.0], np.linspace(-1.2e-3, 1.2e-3, 9), [280.0, 295.0, 310.0], indexing="ij")
    )
    n = np.full(state.size, 500.0)
    columns = {"state": state, "current": current, "temperature": temperature, "n": n, "total_time": n}
    table = DwellTimes.from_columns(columns, origin=Origin("dwell.csv"))
    assert isinstance(table, DwellTimes)
    problem = objective([table], device=dict(KNOWN))
    truth = problem.space.coordinates({**LAW, "l_over_L": factor * LAW["l_over_L"]})
    return table.draw(problem.predictions(truth)[0], np.random.default_rng(seed))


def test_lines_and_dwell_times_of_one_device_agree_and_share_its_slopes() -> None:
    together = stfit.fit([dwells(4), drawn(design(), 5)], device=KNOWN, fit=dict(QUICK))
    assert together.goodness.verdict == "acceptable"
    each = [stfit.fit(measured, device=KNOWN, fit=dict(QUICK)) for measured in (dwells(4), drawn(design(), 5))]
    smallest = min(fit["slope_AP"].stderr or np.inf for fit in each)
    assert (together["slope_AP"].stderr or np.inf) < smallest


def test_lines_whose_slopes_are_not_those_of_the_dwell_times_are_found_out() -> None:
    # 20 % on slopes known to 1 %: some 15 standard errors
    together = stfit.fit([dwells(6, factor=1.2), drawn(design(), 7)], device=KNOWN, fit=dict(QUICK))
    assert together.goodness.verdict == "rejected"


def test_only_dwell_times_tell_the_mappings_damping_and_peak_apart() -> None:
    lines, times = drawn(design(), 8), dwells(9)
    several: dict[int, Sequence[Observation]] = {1: [lines], 2: [lines, times]}
    deviance = {
        (mapping, count): stfit.fit(
            measurements, device=KNOWN, model={"mapping": mapping}, fit=dict(QUICK)
        ).goodness.deviance
        for mapping in ("damping", "peak")
        for count, measurements in several.items()
    }
    # the peak with twice the slopes is the same law: equal but for where the two descents end, 1e-6 in ln L
    assert deviance["peak", 1] == pytest.approx(deviance["damping", 1], abs=1e-5)
    assert deviance["peak", 2] > deviance["damping", 2] + 100


def test_a_missing_gyromagnetic_ratio_is_asked_for() -> None:
    lines = stfit.load(FMR / "frequencies.csv", "fmr-lines", linewidth="fwhm")
    assert isinstance(lines, FmrLines)
    with pytest.raises(InputError, match=r"device\.gyromagnetic_ratio.*1\.76e11 rad/s/T"):
        stfit.fit(lines)
