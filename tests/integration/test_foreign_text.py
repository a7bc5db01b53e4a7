"""Text from files in every output: it is read there, and does nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from stfit.errors import InputError
from stfit.pipeline.toml_text import toml_string
from stfit.reports.plan_page import render_plan
from stfit.results.measurement_plan import MeasurementPlan, plan_text
from stfit.results.storage import read
from tests.hostile.shown import CANARY, FOREIGN, wrong_in, wrong_in_terminal
from tests.unit.reports.plan_example import PLAN

Run = Callable[..., int]

ROOT: Final = Path(__file__).parents[2]
RELEASED: Final = ROOT / "reports" / "released"
NAME: Final = f"=@{CANARY}$x^$ <b onload='{CANARY}'> `#eval({CANARY})` \\input{{a}} \x1b[2J \u202e.csv"
PLAN_CHOICES: Final = frozenset({"schema", "status", "verdict", "target"})
FORMS: Final = "html,md,latex"
NAMES: Final = sorted(path.parent.name for path in RELEASED.glob("*/result.json"))
CHOICES: Final = frozenset({"convention", "quantity"})  # texts that refer to something, and are refused otherwise


@pytest.fixture
def measured(tmp_path: Path) -> Path:
    """An analysis in which every text that a user may choose is foreign: title, file, columns, words, remarks."""
    word = FOREIGN.replace('"', "'").replace(",", ";")
    rows = [f'"{word} {s}",{i},{word},100,{10 ** (a * i)}' for s, a in (("P", 1), ("AP", -1)) for i in (-1, 0, 1)]
    header = f'"{word}","{word} I",{word} note,n,total_time (s)'
    (tmp_path / NAME).write_text("\n".join([f"# {word}", header, *rows, ""]), encoding="utf-8")
    content = f"""title = {toml_string(FOREIGN)}
[[measurement]]
kind = "dwell-times"
file = {toml_string(NAME)}
columns = {{state = {toml_string(word)}, current = {toml_string(f"{word} I (mA)")}}}
values = {{state = {{{toml_string(f"{word} P")} = "P", {toml_string(f"{word} AP")} = "AP"}}}}
where = {{{toml_string(f"{word} note")} = {toml_string(f"= {word}")}}}
[fit]
compare = false
"""
    analysis = tmp_path / "foreign.toml"
    analysis.write_text(content, encoding="utf-8")
    return analysis


def test_texts_of_an_analysis_are_harmless_in_every_output(
    measured: Path, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = measured.parent
    assert run("fit", str(measured), "--json", "--out", "out") == 0
    assert run("inspect", str(folder / NAME)) == 0
    assert run("inspect", str(folder / NAME), "--json") == 0
    assert run("compare", "out/result.json", "out/result.json", "--out", "both") == 0
    assert run("init", str(folder / NAME), "--kind", "dwell-times", "--out", "begun/analysis.toml") in (0, 2)
    assert wrong_in(folder / "begun") == []
    for output in ("out", "both"):
        assert wrong_in(folder / output) == []
        assert CANARY in "".join(path.read_text("utf-8") for path in (folder / output).glob("*.html"))
    assert wrong_in_terminal("".join(capfd.readouterr())) == []


def _texts(content: Any, key: str = "") -> Iterator[tuple[Any, Any, str]]:
    """Every text of a document: what holds it, its key there, and its key as messages write it."""
    entries = content.items() if isinstance(content, dict) else enumerate(content)
    for name, value in list(entries):
        below = f"{key}[{name}]" if isinstance(content, list) else f"{key}.{name}" if key else name
        if isinstance(value, str):
            yield content, name, below
        elif isinstance(value, dict | list):
            yield from _texts(value, below)


def _foreign_result(released: Path, path: Path) -> int:
    """A released result in which all texts that the reader lets through are foreign; how many they are."""
    content = json.loads(released.read_text(encoding="utf-8"))
    before = list(_texts(copy.deepcopy(content)))
    changed = {key: (holder, name) for holder, name, key in _texts(content) if name not in CHOICES}
    for holder, name in changed.values():
        holder[name] += FOREIGN
    originals = {key: holder[name] for holder, name, key in before}
    while refused := _refused(content, path) & set(changed):
        for key in refused:
            holder, name = changed.pop(key)
            holder[name] = originals[key]
    return len(changed)


def _refused(content: Any, path: Path) -> set[str]:
    """Keys at which the reader of results refuses a document."""
    path.write_text(json.dumps(content), encoding="utf-8")
    try:
        read(path)
    except InputError as error:
        return {problem.where.partition("key '")[2].removesuffix("'") for problem in error.problems}
    return set()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_texts_of_a_stored_result_are_harmless_in_every_output(
    name: str, run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "edited.json"
    assert _foreign_result(RELEASED / name / "result.json", path) > 50
    assert run("report", str(path), "--format", f"{FORMS},pdf", "--out", "out") == 0
    assert run("compare", str(path), str(path), "--out", "both") == 0
    for output in ("out", "both"):
        assert wrong_in(tmp_path / output) == []
    assert wrong_in_terminal("".join(capfd.readouterr())) == []


def test_texts_of_a_plan_are_harmless_on_its_page(tmp_path: Path) -> None:
    content = json.loads(plan_text(PLAN))
    for holder, name, _ in _texts(content):
        if name not in PLAN_CHOICES:
            holder[name] += FOREIGN
    plan = MeasurementPlan.from_dict(content)
    (tmp_path / "plan.html").write_text(render_plan(plan), encoding="utf-8")
    assert wrong_in(tmp_path) == []


def test_names_of_simulated_files_are_no_formulas(run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The index of simulated traces holds them as text, which a spreadsheet must not take for a formula."""
    device = (ROOT / "datasets" / "fmr" / "device.toml").read_text(encoding="utf-8")
    experiment = (ROOT / "datasets" / "fmr" / "experiment.toml").read_text(encoding="utf-8")
    (tmp_path / "device.toml").write_text(device, encoding="utf-8")
    for name in ("=1+1.csv", "@x.csv", "-1.csv", "+1.csv", r"a\u001b[2J.csv"):
        (tmp_path / "experiment.toml").write_text(experiment.replace("lines.csv", name), encoding="utf-8")
        assert (
            run("simulate", "--device", "device.toml", "--experiment", "experiment.toml", "--seed", "1", "--out", "sim")
            == 2
        )
        assert "a letter, a digit" in capfd.readouterr().err
        assert not (tmp_path / "sim").exists()
