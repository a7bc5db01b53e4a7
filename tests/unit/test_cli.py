"""The command line around the fit: options, output, exit statuses. The fit itself is replaced by a stand-in."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import stfit
from stfit.cli import COMMANDS, app, main
from stfit.errors import InputError, Problem
from stfit.outputs import Output, Written
from stfit.reports.formats import files_of
from stfit.results import write
from stfit.results.result import Goodness, Status
from tests.saying import unnamed
from tests.unit.reports.example import nanopillar

Run = Callable[..., int]
SUMMARY = "l/L_θθ  8.12(34) e\n"
RESULT = '{"schema": "stfit-result/1", "title": "τ0"}\n'


EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("reports") / "example.py"))


@dataclass
class Pipeline:
    """Stands in for the pipeline, and remembers what it was asked."""

    status: Status = Status.CONVERGED
    unidentified: tuple[str, ...] = ()
    goodness: Goodness = field(default_factory=lambda: Goodness("acceptable", 0.4, 9.0, 9, "asymptotic"))
    failure: BaseException | None = None
    calls: list[dict[str, Any]] = field(default_factory=list)
    shown: Callable[[], str] = str  # what stands on stdout so far
    shown_before_figures: str = ""

    def run_analysis(self, analysis: Any, *, seed: int, command: str) -> Any:
        self.calls.append({"analysis": analysis, "seed": seed, "command": command})
        if self.failure is not None:
            raise self.failure
        return SimpleNamespace(status=self.status, goodness=self.goodness)

    def calibrate(self, analysis: Any, measurements: Any, repetitions: Any, **options: Any) -> Any:
        options |= {"analysis": analysis, "replicas": repetitions.replicas, "seed": repetitions.seed}
        self.calls.append(options)
        done = {"replicas": options["replicas"]} if self.status is Status.CONVERGED else {}
        return SimpleNamespace(status=self.status, calibration=done, goodness=self.goodness)

    def write_report(self, result: Any, output: Output, formats: Any = ("html",)) -> Written:
        self.shown_before_figures = self.shown()
        return output.write(dict.fromkeys((*files_of(formats, result=False), "result.json"), "<p>"))

    def asked_but_not_identified(self, result: Any, free: tuple[str, ...]) -> list[str]:
        return [name for name in free if name in self.unidentified]

    def simulate(self, files: Any, *, seed: int, output: Output) -> Written:
        self.calls.append({"files": files, "seed": seed})
        return output.write({"dwell.csv": "state", "truth.json": "{}"})


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    stand_in = Pipeline()
    for where, stand in (
        ("pipeline.fitting.run_analysis", stand_in.run_analysis),
        ("pipeline.calibrating.calibrated", stand_in.calibrate),
        ("pipeline.loading.load_measurements", lambda analysis: []),
        ("pipeline.run.asked_but_not_identified", stand_in.asked_but_not_identified),
        ("pipeline.simulating.simulated", stand_in.simulate),
        ("reports.bundle.write_report", stand_in.write_report),
        ("reports.summary.summary", lambda result: SUMMARY),
        ("results.storage.as_text", lambda result: RESULT),
    ):
        monkeypatch.setattr(f"stfit.{where}", stand)
    return stand_in


@pytest.fixture
def analysis(tmp_path: Path) -> Path:
    """An analysis file in a folder called device-7."""
    folder = tmp_path / "device-7"
    folder.mkdir()
    (folder / "dwell.csv").write_text("state,current (mA)\n", encoding="utf-8")
    path = folder / "analysis.toml"
    path.write_text('[[measurement]]\nkind = "dwell-times"\nfile = "dwell.csv"\n[fit]\nfree = ["tau_0"]\nseed = 5\n')
    return path


def in_a_process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a fresh interpreter that finds this stfit."""
    env = os.environ | {"PYTHONPATH": str(Path(stfit.__file__).parents[1])} | environment
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)


def test_a_fit_prints_its_summary_and_ends_by_naming_the_report(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", "device-7/analysis.toml") == 0
    captured = capsys.readouterr()
    assert captured.out == f"{SUMMARY}\nReport: reports/device-7/report.html\n"
    assert captured.err == ""
    assert pipeline.calls[0]["seed"] == 5
    assert pipeline.calls[0]["command"] == "stfit fit device-7/analysis.toml"


def test_the_answer_is_shown_before_figures_are_drawn(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.shown = lambda: capsys.readouterr().out
    assert run("fit", "device-7/analysis.toml") == 0
    assert pipeline.shown_before_figures == f"{SUMMARY}\n"
    capsys.readouterr()
    assert run("fit", "--json", "device-7/analysis.toml") == 0
    assert pipeline.shown_before_figures == RESULT


def test_a_fit_names_every_form_it_wrote(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", "-q", "--format", "md,latex", "device-7/analysis.toml") == 0
    names = ("report.md", "report.tex", "table.tex")
    assert capsys.readouterr().out.splitlines() == [f"Report: reports/device-7/{name}" for name in names]


def test_a_form_that_there_is_not_is_refused_before_the_fit(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", "--format", "docx", "device-7/analysis.toml") == 2
    assert not unnamed(capsys.readouterr().err, "'--format'", "html", "pdf", "md", "latex", "all", "'docx'")
    assert pipeline.calls == []


def test_a_stored_result_is_reported_again_beside_it_or_elsewhere(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored = write(EXAMPLES["one_temperature"](), tmp_path / "result.json")
    before = stored.read_bytes()
    assert run("report", "result.json", "--format", "latex") == 0
    assert capsys.readouterr().out == "Report: report.tex\nReport: table.tex\n"
    assert run("report", "result.json", "--format", "md", "--out", "paper") == 0
    assert "One temperature, no β" in (tmp_path / "paper" / "report.md").read_text(encoding="utf-8")
    assert stored.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (None, ["result.json", "no such file"]),
        ("{}", ["result.json", "key 'schema'", "'stfit-result/1'"]),
        ("[", ["result.json", "JSON"]),
    ],
)
def test_a_result_that_is_none_is_refused_and_nothing_is_written(
    content: str | None, named: list[str], run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "result.json").write_text(content, encoding="utf-8")
    assert run("report", "result.json", "--out", "out") == 2
    assert not unnamed(capsys.readouterr().err, *named)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("file", "folder"),
    [
        ("device-7/analysis.toml", "reports/device-7"),
        ("device-7/first try.toml", "reports/first try"),
        ("device-7/../device-7/analysis.toml", "reports/device-7"),
    ],
)
def test_the_report_goes_to_a_folder_named_after_the_analysis(
    run: Run, pipeline: Pipeline, analysis: Path, file: str, folder: str
) -> None:
    (analysis.parent / "first try.toml").write_bytes(analysis.read_bytes())
    assert run("fit", file) == 0
    assert Path(folder, "report.html").is_file()


def test_an_analysis_beside_the_shell_is_named_after_its_folder(
    run: Run, pipeline: Pipeline, analysis: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(analysis.parent)
    assert run("fit", "analysis.toml") == 0
    assert Path("reports/device-7/report.html").is_file()


def test_options_go_before_the_file(run: Run, pipeline: Pipeline, analysis: Path) -> None:
    assert run("fit", str(analysis), "--seed", "9", "--out", "a/b/c", "--backend", "least-squares") == 0
    assert Path("a/b/c/report.html").is_file()
    assert pipeline.calls[0]["seed"] == 9


def test_json_is_the_content_of_the_file(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", str(analysis), "--json", "--out", "out") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == json.loads(RESULT)
    assert captured.err == "Report: out/report.html\n"


def test_quiet_says_only_where_the_report_is(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("fit", str(analysis), "-q", "--out", "out") == 0
    assert capsys.readouterr().out == "Report: out/report.html\n"


@pytest.mark.parametrize("status", [Status.NO_CONVERGENCE, Status.NOT_A_MAXIMUM])
def test_a_fit_that_did_not_converge_ends_with_3_and_its_sentence(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str], status: Status
) -> None:
    pipeline.status = status
    assert run("fit", str(analysis), "--out", "out") == 3
    assert capsys.readouterr().err == f"stfit: {status.sentence}\n"
    assert Path("out/report.html").is_file()


def test_a_fit_that_the_data_reject_warns_on_stderr_and_ends_with_0(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.goodness = Goodness("rejected", 1e-5, 90.0, 9, "asymptotic")
    assert run("fit", str(analysis), "--out", "out") == 0
    assert capsys.readouterr().err.startswith("stfit: WARNING: the data reject this description (p = 1×10⁻⁵).")


def test_a_parameter_that_was_asked_for_and_is_not_identified_ends_with_3(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.unidentified = ("tau_0", "E_P")
    assert run("fit", str(analysis), "--out", "out") == 3
    captured = capsys.readouterr()
    assert captured.out.endswith("Report: out/report.html\n")
    assert not unnamed(captured.err, "tau_0", "'fit.free'")
    assert "E_P" not in captured.err


def test_bad_input_is_one_message_and_no_traceback(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.failure = InputError(Problem("dwell.csv, row 3, column 'n'", "a whole number, 0 or more", "'-1'"))
    assert run("fit", str(analysis)) == 2
    captured = capsys.readouterr()
    assert captured.err == "stfit: dwell.csv, row 3, column 'n': expected a whole number, 0 or more; found '-1'\n"
    assert captured.out == ""
    assert not Path("reports").exists()


def test_a_bug_keeps_its_traceback(
    pipeline: Pipeline, analysis: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["stfit", "fit", str(analysis)])
    pipeline.failure = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError, match="a bug"):
        main()


def test_an_interrupt_ends_with_130(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.failure = KeyboardInterrupt()
    assert run("fit", str(analysis)) == 130
    assert "Traceback" not in capsys.readouterr().err


class TestOutputFolder:
    """A folder that cannot be written is found before the fit is run."""

    @pytest.fixture(autouse=True)
    def _nothing_computed(self, pipeline: Pipeline) -> Any:
        yield
        assert pipeline.calls == []

    def test_a_file(self, run: Run, analysis: Path, capsys: pytest.CaptureFixture[str]) -> None:
        taken = Path("taken").absolute()
        taken.write_text("mine")
        assert run("fit", str(analysis), "--out", "taken") == 2
        assert not unnamed(capsys.readouterr().err, "output folder taken", "--out", f"'{taken}'", "no folder")
        assert taken.read_text() == "mine"

    def test_below_a_file(self, run: Run, analysis: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Path("taken").write_text("mine")
        assert run("fit", str(analysis), "--out", "taken/a/b") == 2
        assert capsys.readouterr().err.endswith("taken', which is no folder\n")

    def test_a_link_to_nothing(self, run: Run, analysis: Path, capsys: pytest.CaptureFixture[str]) -> None:
        Path("link").symlink_to("nowhere")
        assert run("fit", str(analysis), "--out", "link") == 2
        assert capsys.readouterr().err.endswith("link', which is no folder\n")

    def test_write_protected(
        self, run: Run, analysis: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "access", lambda path, mode: False)  # the superuser may write anywhere
        assert run("fit", str(analysis), "--out", "new/folder") == 2
        assert capsys.readouterr().err.endswith(f"found '{Path.cwd()}', which is write-protected\n")
        assert not Path("new").exists()

    def test_a_name_too_long(self, run: Run, analysis: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("fit", str(analysis), "--out", "x" * 300) == 2
        assert capsys.readouterr().err.endswith("found file name too long\n")

    @pytest.mark.parametrize("name", ["report.html", "result.json"])
    def test_a_folder_where_a_file_goes(
        self, run: Run, analysis: Path, capsys: pytest.CaptureFixture[str], name: str
    ) -> None:
        Path("out", name).mkdir(parents=True)
        assert run("fit", str(analysis), "--out", "out") == 2
        assert not unnamed(capsys.readouterr().err, "output folder out", f"'out/{name}'")

    def test_an_unknown_backend(self, run: Run, analysis: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run("fit", str(analysis), "--backend", "simplex") == 2
        assert not unnamed(capsys.readouterr().err, "'--backend'", "'least-squares'", "'mcmc'", "'simplex'")


class TestFilesOfOthers:
    """What a command did not write itself, for the same file, stays."""

    @pytest.fixture
    def other(self, analysis: Path, tmp_path: Path) -> Path:
        """Another analysis file in another folder called device-7."""
        (tmp_path / "b" / "device-7").mkdir(parents=True)
        for file in analysis.parent.iterdir():
            (tmp_path / "b" / "device-7" / file.name).write_bytes(file.read_bytes())
        return tmp_path / "b" / "device-7" / "analysis.toml"

    def test_two_analyses_of_one_name_have_a_folder_each(
        self, run: Run, pipeline: Pipeline, analysis: Path, other: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for _ in range(2):
            assert run("fit", "-q", str(analysis)) == 0
            assert capsys.readouterr() == ("Report: reports/device-7/report.html\n", "")
            assert run("fit", "-q", str(other)) == 0
            captured = capsys.readouterr()
            assert captured.out == "Report: reports/device-7-2/report.html\n"
            assert not unnamed(captured.err, "reports/device-7 holds", "--force", "reports/device-7-2")

    @pytest.mark.parametrize("command", ["fit", "calibrate"])
    def test_a_folder_that_is_named_is_refused_before_the_work(
        self, run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str], command: str
    ) -> None:
        Path("out").mkdir()
        Path("out/report.html").write_text("mine")
        assert run(command, "-q", str(analysis), "--out", "out") == 2
        assert not unnamed(capsys.readouterr().err, "output folder out", "--force", "report.html")
        assert pipeline.calls == []
        assert Path("out/report.html").read_text() == "mine"
        assert run(command, "-q", str(analysis), "--out", "out", "--force") == 0
        assert Path("out/report.html").read_text() == "<p>"

    def test_figures_of_anybody_are_seen_before_the_fit(
        self, run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("out/figures").mkdir(parents=True)
        Path("out/figures/drift.svg").write_text("mine")
        assert run("fit", str(analysis), "--out", "out", "--format", "md") == 2
        assert not unnamed(capsys.readouterr().err, "figures/drift.svg", "--force")
        assert pipeline.calls == []

    def test_a_chain_of_another_analysis_is_seen_before_the_fit(
        self, run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("out").mkdir()
        Path("out/chain.h5").write_text("mine")
        assert run("fit", str(analysis), "--backend", "mcmc", "--out", "out") == 2
        assert not unnamed(capsys.readouterr().err, "chain.h5", "--force")
        assert run("fit", str(analysis), "--out", "out") == 0

    def test_a_calibration_leaves_the_fit(self, run: Run, pipeline: Pipeline, analysis: Path) -> None:
        assert run("fit", "-q", str(analysis)) == 0
        assert run("calibrate", "-q", str(analysis)) == 0
        assert Path("reports/device-7-calibration/report.html").is_file()
        assert run("calibrate", "-q", str(analysis), "--out", "reports/device-7") == 2

    def test_forms_that_a_run_does_not_write_again_are_removed_and_named(
        self, run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run("fit", "-q", str(analysis), "--format", "html,md") == 0
        assert run("fit", "-q", str(analysis)) == 0
        assert not unnamed(capsys.readouterr().err, "removed", "report.md")
        assert not Path("reports/device-7/report.md").exists()

    def test_a_plot_of_that_name_stays(self, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        Path("plot.png").write_text("mine")
        Path("dwell.csv").write_text("state,current (mA),n,total_time (s)\nP,1,20,0.5\nAP,1,20,0.5\n")
        assert run("inspect", "dwell.csv", "--kind", "dwell-times", "--png", "plot.png") == 2
        assert not unnamed(capsys.readouterr().err, "plot.png", "--force")
        assert Path("plot.png").read_text() == "mine"
        assert run("inspect", "dwell.csv", "--kind", "dwell-times", "--png", "plot.png", "--force") == 0
        assert Path("plot.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("fit",), "Missing argument 'ANALYSIS'"),
        (("fit", "a.toml", "--sed", "1"), "No such option: --sed"),
        (("fit", "a.toml", "--seed", "one"), "Invalid value for '--seed'"),
        (("fit", "a.toml", "--seed", "-1"), "Invalid value for '--seed'"),
        (("simulate", "--device", "d.toml", "--out", "o"), "Missing option '--seed'"),
        (("fitt",), "No such command 'fitt'"),
    ],
)
def test_bad_usage_ends_with_2(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert run(*arguments) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "example"),
    [
        (("--help",), "Example: stfit fit datasets/nanopillar/analysis.toml"),
        (("fit", "--help"), "Example: stfit fit datasets/nanopillar/analysis.toml --seed 7"),
        (("simulate", "-h"), "Example: stfit simulate --device device.toml --experiment experiment.toml"),
        *(((command, "-h"), f"Example: stfit {command} ") for command in COMMANDS),
    ],
)
def test_help_shows_an_example(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], example: str
) -> None:
    assert run(*arguments) == 0
    assert example in capsys.readouterr().out


@pytest.mark.parametrize("command", ["fit", "plan", "calibrate"])
@pytest.mark.parametrize(("name", "found"), [("data.csv", "'.csv'"), ("no.toml", "no such file")])
def test_what_is_no_analysis_is_told_how_to_begin_one(
    run: Run, capsys: pytest.CaptureFixture[str], command: str, name: str, found: str
) -> None:
    Path("data.csv").write_text("state,current (mA)\n", encoding="utf-8")
    assert run(command, name) == 2
    assert not unnamed(capsys.readouterr().err, name, ".toml", "stfit init DATA", found)


def test_resume_without_a_chain(run: Run, analysis: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fit", str(analysis), "--resume") == 2
    assert not unnamed(capsys.readouterr().err, "'--resume'", "--backend mcmc", "least-squares")


def test_a_plot_must_be_a_png(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("inspect", "data.csv", "--png", "plot.xyz") == 2
    assert not unnamed(capsys.readouterr().err, "'--png'", ".png", "'plot.xyz'")


def test_inspect_prints_one_json_document(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path("data.csv").write_text("state,current (mA),n,total_time (s)\nP,-1.5,10,2\nAP,1.5,20,1\n", encoding="utf-8")
    assert run("inspect", "data.csv", "--kind", "dwell-times", "--json") == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert (document["schema"], document["kind"], document["used"]) == ("stfit-inspection/1", "dwell-times", 2)
    assert document["columns"][1] == {"name": "current", "unit": "mA", "content": "-1.5 to 1.5, 2 different"}
    # 0.2 s of ten dwells and 0.05 s of twenty: quotients of small numbers
    assert document["points"]["y"] == pytest.approx([0.2, 0.05], rel=1e-15)
    assert captured.err == ""


class TestCompare:
    @pytest.fixture
    def two(self, run: Run) -> list[str]:
        for name, checksum in (("left", "a"), ("right", "b")):
            Path(name).mkdir()
            example = nanopillar()
            inputs = [replace(entry, sha256=checksum * 64) for entry in example.inputs[:1]]
            rows = [row | {"series": name, "temperature": 290.0 + len(name)} for row in example.measurements[0].reduced]
            own = [replace(example.measurements[0], reduced=rows)]
            result = replace(example, title=name, inputs=inputs, measurements=own, priors={})
            write(result, Path(name, "result.json"))
        return ["left/result.json", "right"]

    def test_tables_in_the_terminal(self, run: Run, two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert run("compare", *two) == 0
        captured = capsys.readouterr()
        assert captured.out.startswith("Comparison of 2 results, consistent convention\n\nl/L_θθ, spin-transfer")
        assert "They agree (χ² = 0 for 1, p = 1)" in captured.out
        assert captured.err == ""

    def test_one_json_document(self, run: Run, two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert run("compare", *two, "--json", "--out", "both") == 0
        captured = capsys.readouterr()
        document = json.loads(captured.out)
        assert list(document["quantities"]["l_over_L"]["estimates"]) == ["left", "right"]
        assert captured.err == "Comparison: both/comparison.html\n"
        assert json.loads(Path("both/comparison.json").read_text(encoding="utf-8")) == document
        assert Path("both/comparison.csv").read_text(encoding="utf-8").startswith("result,quantity,unit,value")

    def test_what_is_no_result(self, run: Run, two: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert run("compare", two[0], "no/result.json") == 2
        assert not unnamed(capsys.readouterr().err, "no/result.json", "no such file")


@pytest.mark.parametrize(("shell", "word"), [("bash", "complete -o default -F"), ("zsh", "#compdef stfit")])
def test_completion_is_offered(shell: str, word: str) -> None:
    code = f"import sys; sys.argv = ['stfit', '--show-completion', {shell!r}]; from stfit.cli import main; main()"
    done = in_a_process(code, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert word in done.stdout


def test_the_tab_key_completes_commands_and_options() -> None:
    def completed(words: str, place: int) -> list[str]:
        code = "from stfit.cli import main; main()"
        asked = {"_STFIT_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(place)}
        return in_a_process(code, **asked).stdout.split()

    assert completed("stfit com", 1) == ["compare"]
    assert completed("stfit fit --res", 2) == ["--resume"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("fit a.toml --backend ", ["least-squares", "mcmc"]),
        ("fit a.toml --format html,l", ["html,latex"]),
        ("report result.json --format p", ["pdf"]),
        ("calibrate a.toml --intervals covariance,p", ["covariance,profile", "covariance,posterior"]),
        ("plan a.toml --target l", ["l_over_L", "linewidth_P", "linewidth_AP"]),
        ("inspect x.csv --kind fmr", ["fmr-lines", "fmr-spectra"]),
        ("inspect x.csv --kind dwell-events --key dea", ["dead_time="]),
        ("init x.csv --kind fmr-lines --key line", ["linewidth="]),
        ("init x.csv --device delta", ["delta_R="]),
    ],
)
def test_the_tab_key_completes_values(words: str, offered: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    place = len(words.split(" "))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("COMP_WORDS", f"stfit {words}")
        environment.setenv("COMP_CWORD", str(place))
        environment.setenv("_STFIT_COMPLETE", "complete_bash")
        with pytest.raises(SystemExit):
            app(prog_name="stfit")
    assert capsys.readouterr().out.split() == offered


def test_version(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"stfit {stfit.__version__}\n"


def test_nothing_is_printed_but_through_the_one_door() -> None:
    package = Path(stfit.__file__).parent
    printing = re.compile(
        r"\bprint\(|\becho\(|\bsecho\(|\bstd(out|err)\.write|typer\.prompt|\bprint_exc|warnings\.warn"
    )
    found = [
        str(file.relative_to(package)) for file in package.rglob("*.py") if printing.search(file.read_text("utf-8"))
    ]
    assert found == ["__init__.py", "cli/saying.py"]  # the first in the example of its docstring


def test_bad_usage_is_escaped(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["\x1b[2J"], ["inspect", "a.csv", "\x1b[2J"], ["inspect", "a.csv", "--\x1b[2J"]):
        assert run(*arguments) == 2
        assert "\x1b" not in capsys.readouterr().err


def test_a_document_stays_one_whatever_its_texts_hold(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {"schema": "stfit-result/1", "title": "\x1b[2J\u202e\x9b" + "long" * 5000}
    monkeypatch.setitem(globals(), "RESULT", json.dumps(content, ensure_ascii=False))
    assert run("fit", str(analysis), "--json") == 0
    out = capsys.readouterr().out
    assert json.loads(out) == content
    assert out.isprintable() or set("\n") == {c for c in out if not c.isprintable()}


def test_simulate_names_what_it_wrote(run: Run, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("simulate", "--device", "device.toml", "--seed", "3", "--out", "sim") == 0
    assert run("simulate", "--device", "device.toml", "--experiment", "e.toml", "--seed", "3", "--out", "b") == 0
    assert [call["files"] for call in pipeline.calls] == [[Path("device.toml")], [Path("device.toml"), Path("e.toml")]]
    wrote = [f"Wrote: {folder}/{name}" for folder in ("sim", "b") for name in ("dwell.csv", "truth.json")]
    assert capsys.readouterr().out.splitlines() == wrote


def test_a_terminal_without_greek_letters_is_no_reason_to_fail() -> None:
    code = "import sys; sys.argv = ['stfit', '--help']; from stfit.cli import main; main()"
    done = in_a_process(code, PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "l/L_??" in done.stdout


def test_python_m_stfit_is_the_same_program() -> None:
    env = os.environ | {"PYTHONPATH": str(Path(stfit.__file__).parents[1])}
    command = [sys.executable, "-m", "stfit", "--version"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"stfit {stfit.__version__}\n")


def test_a_reader_that_has_seen_enough_leaves_the_status_of_the_fit() -> None:
    code = """
import os, sys
reader, writer = os.pipe()
os.close(reader)
os.dup2(writer, 1)
from stfit.cli.saying import say
say("a line that nobody reads")
say("and another one")
sys.exit(3)
"""
    done = in_a_process(code)
    assert (done.returncode, done.stderr) == (3, "")


def test_a_calibration_prints_its_tables(
    run: Run,
    pipeline: Pipeline,
    analysis: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "stfit.reports.calibration_words.calibration_text", lambda found: f"{found['replicas']} replicas\n"
    )
    assert run("calibrate", str(analysis), "-n", "40", "--intervals", "covariance, bootstrap", "--sbc", "7") == 0
    captured = capsys.readouterr()
    assert captured.out == "40 replicas\n\nReport: reports/device-7-calibration/report.html\n"
    assert captured.err == ""  # no progress where nobody watches
    (asked,) = pipeline.calls
    assert asked["intervals"] == ["covariance", "bootstrap", "posterior"]
    assert (asked["replicas"], asked["posteriors"], asked["seed"]) == (40, 7, 5)


def test_a_fit_that_failed_cannot_be_calibrated(run: Run, pipeline: Pipeline, analysis: Path) -> None:
    pipeline.status = Status.NO_CONVERGENCE
    assert run("calibrate", str(analysis), "-n", "2") == 3


def test_one_replica_is_no_calibration(
    run: Run, pipeline: Pipeline, analysis: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("calibrate", str(analysis), "-n", "1") == 2
    assert "-n" in capsys.readouterr().err
