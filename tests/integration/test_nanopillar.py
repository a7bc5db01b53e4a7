"""The main job on the example dataset, from the command line and from Python."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

import stfit
from stfit.pipeline.simulating import simulate
from stfit.results import FitResult, Verdict
from tests.saying import unnamed
from tests.truths import DATASETS, assert_true, truth_of

NANOPILLAR = DATASETS / "nanopillar"


def command(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in its own process."""
    return subprocess.run(
        [sys.executable, "-m", "stfit", *words], cwd=cwd, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("work")
    return command("fit", str(NANOPILLAR / "analysis.toml"), cwd=folder), folder


@pytest.fixture(scope="module")
def result() -> FitResult:
    return stfit.fit(NANOPILLAR / "analysis.toml")


def test_the_command_ends_well_and_names_the_report_it_wrote(
    outcome: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, folder = outcome
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.rstrip().splitlines()[-1] == "Report: reports/nanopillar/report.html"
    assert (folder / "reports" / "nanopillar" / "report.html").stat().st_size > 10_000


def test_readme_shows_what_the_command_prints(outcome: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    readme = (NANOPILLAR.parents[1] / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("```text\n")[2].partition("\n```")[0].removesuffix("\n…")
    assert outcome[0].stdout.startswith(shown)


def test_result_json_follows_its_schema_and_comes_back_as_the_same_result(
    outcome: tuple[subprocess.CompletedProcess[str], Path], result: FitResult
) -> None:
    _, folder = outcome
    content = json.loads((folder / "reports" / "nanopillar" / "result.json").read_text(encoding="utf-8"))
    schema = json.loads(files("stfit.results").joinpath("schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(content)
    stored = FitResult.from_dict(content)
    assert stored.parameters == result.parameters
    assert type(result).from_dict(json.loads(json.dumps(result.as_dict()))) == result


def test_the_fit_finds_the_truth(result: FitResult) -> None:
    truth = truth_of(NANOPILLAR)
    found = result.parameters
    assert_true(found, truth, "l_over_L", "tau_0", "c_P", "c_AP", "slope_P", "slope_AP", "I_c_P", "I_c_AP")


def test_everything_is_identified_and_the_model_accepted(result: FitResult) -> None:
    assert result.status.key == "converged"
    assert result.goodness.verdict == "acceptable"
    assert result.identifiability["rank"] == result.identifiability["n_free"] == 8
    verdicts = {name: estimate.verdict for name, estimate in result.parameters.items()}
    assert {name for name, verdict in verdicts.items() if verdict is Verdict.CONSTRAINED} == {
        "beta",
        "delta_R",
        "temperature",
    }
    assert set(verdicts.values()) == {Verdict.IDENTIFIED, Verdict.CONSTRAINED}


def test_one_temperature_leaves_tau_0_and_the_barriers_undetermined() -> None:
    table = stfit.load(NANOPILLAR / "dwell.csv", "dwell-times", where={"temperature (K)": 295})
    device = {"delta_R": "0.112 ± 0.004 ohm", "beta": "0.36 ± 0.03", "temperature": "295 ± 1 K"}
    result = stfit.fit(table, device=device)
    for name in ("tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP"):
        estimate = result[name]
        assert estimate.verdict is Verdict.NOT_IDENTIFIED
        assert (estimate.value, estimate.stderr, estimate.ci68, estimate.ci95) == (None, None, None, None)
    assert result["l_over_L"].verdict is Verdict.IDENTIFIED
    expressions = [combination.expression for combination in result.combinations]
    assert "ln(tau_0/s) + E_P/(k_B*temperature)" in expressions


def asked_for(tmp_path: Path, extra: str) -> Path:
    text = (NANOPILLAR / "analysis.toml").read_text(encoding="utf-8")
    text = text.replace(
        'file = "dwell.csv"', f'file = "{NANOPILLAR / "dwell.csv"}"\nwhere = {{"temperature (K)" = 295}}'
    )
    path = tmp_path / "asked.toml"
    path.write_text(text.replace("[fit]", f"[fit]\n{extra}"), encoding="utf-8")
    return path


def test_asking_for_what_the_data_do_not_give_ends_with_status_3_and_a_report(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", str(asked_for(tmp_path, 'free = ["tau_0"]\ncompare = false')), "--out", "out") == 3
    assert not unnamed(capsys.readouterr().err, "tau_0", "'fit.free'")
    assert (tmp_path / "out" / "report.html").is_file()


def test_a_given_attempt_time_identifies_the_barriers(tmp_path: Path) -> None:
    result = stfit.fit(asked_for(tmp_path, 'fix = {tau_0 = "1 ns"}'))
    assert result["tau_0"].verdict is Verdict.FIXED
    assert result["E_P"].verdict is Verdict.IDENTIFIED


@pytest.mark.slow
def test_the_same_seed_gives_the_same_result_and_the_seed_is_written_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    pages = []
    for folder in ("a", "b"):
        result = stfit.fit(NANOPILLAR / "analysis.toml", seed=7)
        assert result.seed == 7
        stfit.report(result, tmp_path / folder)
        pages.append([(tmp_path / folder / name).read_bytes() for name in ("report.html", "result.json")])
    assert pages[0] == pages[1]


def test_another_seed_makes_another_measurement(tmp_path: Path) -> None:
    simulate(NANOPILLAR / "device.toml", NANOPILLAR / "experiment.toml", seed=21, out=tmp_path)
    assert (tmp_path / "dwell.csv").read_bytes() != (NANOPILLAR / "dwell.csv").read_bytes()


def test_nothing_is_left_in_the_folder_but_what_the_manifest_names(
    outcome: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    _, folder = outcome
    left = sorted(path.name for path in (folder / "reports" / "nanopillar").iterdir())
    assert left == ["report.html", "result.json", "stfit-manifest.json"]
