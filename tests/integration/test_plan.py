"""`stfit plan` from the file to the page."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import stfit
from stfit.errors import InputError
from stfit.results.measurement_plan import MeasurementPlan, plan_schema
from tests.builders import QUOTES, dwell_times, grid

NANOPILLAR = Path(__file__).parents[2] / "datasets" / "nanopillar" / "analysis.toml"
COLD = dwell_times(grid(temperatures=(295.0,)), seed=8)


Planned = Callable[..., int]


@pytest.fixture
def planned(run: Callable[..., int]) -> Planned:
    """Runs `stfit plan` in one process; gives its exit status."""
    return lambda *words: run("plan", *words, "--processes", "1")


def written(folder: Path, text: str) -> Path:
    """An analysis of dwell times at one temperature."""
    rows = zip(COLD.settings.state, COLD.settings.drive, COLD.n, COLD.total_time, strict=True)
    table = "\n".join(f"{'AP' if s else 'P'},{i:.6g},295,{n:.0f},{t:.9g}" for s, i, n, t in rows)
    (folder / "dwell.csv").write_text(f"state,current (A),temperature (K),n,total_time (s)\n{table}\n")
    quotes = "\n".join(f'{name} = "{value}"' for name, value in QUOTES.items())
    file = folder / "analysis.toml"
    file.write_text(
        f'title = "cold"\n[device]\n{quotes}\n[[measurement]]\nkind = "dwell-times"\nfile = "dwell.csv"\n{text}',
        encoding="utf-8",
    )
    return file


def test_the_example_from_file_to_page(planned: Planned, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, file = tmp_path / "out", tmp_path / "analysis.toml"
    again = '\n[plan]\nprecision_time = {beta = "8 h", delta_R = "8 h"}\n'
    file.write_text(NANOPILLAR.read_text(encoding="utf-8") + again, encoding="utf-8")
    shutil.copy(NANOPILLAR.parent / "dwell.csv", tmp_path)
    assert planned(str(file), "--check", "1", "--refits", "20", "--out", str(folder)) == 0
    printed = capsys.readouterr().out
    assert "Next for l/L_θθ: β determined anew" in printed
    content = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    jsonschema.validate(content, plan_schema())
    found = MeasurementPlan.from_dict(content)
    # β is known to 8.3 %, ΔR to 3.6 %: half of the first leaves √(4.2² + 3.6²) % of λ
    assert found.candidates[0].title.startswith("β")
    assert found.candidates[0].stderr == pytest.approx(0.0549 * (found.value or 0.0), rel=0.03)
    assert found.candidates[0].check is not None
    assert "β determined anew" in (folder / "plan.html").read_text(encoding="utf-8")


def test_json_another_target_and_hours(planned: Planned, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--target", "E_P", "--hours", "6", "--check", "0", "--json", "--out", str(tmp_path)]
    assert planned(str(NANOPILLAR), *words) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["target"], found["hours"]) == ("E_P", 6.0)
    assert {round(entry["hours"], 9) for entry in found["candidates"]} == {6.0}


def test_another_temperature_for_what_one_does_not_tell(
    planned: Planned, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, '[fit]\nfree = ["tau_0"]\n[plan]\ntarget = "tau_0"\n')
    # as `stfit fit` ends, where the data do not identify what [fit] free asks for; the plan is written all the same
    assert planned(str(file), "--check", "0", "--out", str(tmp_path / "out")) == 3
    captured = capsys.readouterr()
    assert "τ0 is not identified today. It would be with" in captured.out
    assert "the data do not identify tau_0, which 'fit.free' asks for" in captured.err
    assert (tmp_path / "out" / "plan.html").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--target", "tau0"], "the nearest is 'tau_0'"),
        (["--target", "alpha"], "a quantity of this model"),
        (["--hours", "-1"], "time above 0 h"),
    ],
)
def test_what_is_wrong_ends_with_2(
    planned: Planned, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert planned(str(NANOPILLAR), *words, "--out", str(tmp_path)) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "plan.json").exists()


def test_in_python_with_measurements_in_memory(tmp_path: Path) -> None:
    found = stfit.plan(COLD, device=dict(QUOTES), target="tau_0", check=0)
    assert found.stderr is None
    assert found.candidates[0].stderr is not None
    assert "tau_0" in found.candidates[0].identifies
    assert any("Not identified today" in sentence for sentence in found.warnings)
    assert stfit.report(found, tmp_path) == tmp_path / "plan.html"


def test_a_held_target_is_refused() -> None:
    with pytest.raises(InputError, match="held at its value"):
        stfit.plan(COLD, device={**QUOTES, "beta": "0.35"}, target="beta")
