"""Measured switching probabilities of two spin-orbit-torque junctions: the report must tell the truth about them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

import stfit
from stfit.cli import main
from stfit.results import FitResult, Verdict

ANALYSIS = """
title = "spin-orbit-torque junction {device}, 0.75 ns pulses"

[device]
temperature = "300 K"
resistance = "776 ohm"

[[measurement]]
kind = "switching-pulse"
file = "{file}"
columns = {{transition = "direction", voltage = "V (V)", pulse_width = "t_p (s)", probability = "P_sw", n = "n_reps"}}
where = {{device_id = "{device}"}}
sign = "magnitude"
"""


@pytest.fixture(scope="module")
def pulses() -> Path:
    folder = os.environ.get("STFIT_REALDATA")
    if not folder:
        pytest.skip("STFIT_REALDATA does not name the folder of real measurements")
    return Path(folder) / "sot-mtj-pulse" / "measured_0p75ns.csv"


def analysis(folder: Path, pulses: Path, device: str) -> Path:
    path = folder / f"{device}.toml"
    path.write_text(ANALYSIS.format(device=device, file=pulses), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def results(pulses: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, FitResult]:
    folder = tmp_path_factory.mktemp("pulses")
    return {device: stfit.fit(analysis(folder, pulses, device)) for device in ("A", "B")}


def sentences(result: FitResult) -> str:
    return "\n".join(note.sentence for note in result.validity)


def test_device_a_is_rejected_and_the_misfit_located_in_the_transition_with_the_plateau(
    results: dict[str, FitResult],
) -> None:
    result = results["A"]
    assert result.goodness.verdict == "rejected"
    tests = {test.name: test for test in result.goodness.tests}
    assert tests["deviance, AP→P"].verdict == "rejected"
    assert (tests["deviance, AP→P"].statistic or 0) > 3 * (tests["deviance, P→AP"].statistic or 0)


def test_the_pulse_that_is_not_long_against_the_attempt_time_is_named(results: dict[str, FitResult]) -> None:
    for result in results.values():
        assert "the shortest pulse, 750 ps, is not ≫ the customary τ0" in sentences(result)


def test_the_divisor_that_all_counts_share_is_noticed(results: dict[str, FitResult]) -> None:
    for result in results.values():
        notices = "\n".join(result.measurements[0].notices)
        assert "every n_switched is a multiple of 2: n may be 50 rather than the stated 100" in notices


def test_without_beta_delta_r_and_a_second_temperature_the_slopes_are_what_is_left(
    results: dict[str, FitResult],
) -> None:
    for result in results.values():
        assert result.status.key == "converged"
        for name in ("l_over_L", "beta", "delta_R", "tau_0", "E_P", "E_AP"):
            assert result[name].verdict is Verdict.NOT_IDENTIFIED
        assert (result["slope_P"].value or 0) > 0 > (result["slope_AP"].value or 0)
        assert "l_over_L*delta_R/beta" in {combination.expression for combination in result.combinations}


def test_the_command_line_ends_with_a_report(
    pulses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "sys.argv", ["stfit", "fit", str(analysis(tmp_path, pulses, "A")), "--out", str(tmp_path / "o")]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code  # None is 0 too
    assert "Report: " in capsys.readouterr().out
    assert json.loads((tmp_path / "o" / "result.json").read_text(encoding="utf-8"))["goodness"]["verdict"] == "rejected"
