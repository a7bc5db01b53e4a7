"""What is understood of a file, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from stfit.cli.terminal_plot import HEIGHT, WIDTH, drawn
from stfit.errors import InputError
from stfit.pipeline.inspection import in_words, inspect
from tests.saying import unnamed

DWELLS = "state,current (mA),n,total_time (s),operator\nP,1,3,0.5,<script>\nAP,-1,4,0.25,<script>\n"


@pytest.fixture
def dwells(tmp_path: Path) -> Path:
    path = tmp_path / "dwell.csv"
    path.write_text(DWELLS, encoding="utf-8")
    return path


def test_columns_units_and_rows_are_seen(dwells: Path) -> None:
    found = inspect(dwells)
    assert found.rows == 2
    assert [(c.name, c.unit, c.content) for c in found.columns[:3]] == [
        ("state", "", "P, AP"),
        ("current", "mA", "-1 to 1, 2 different"),
        ("n", "", "3 to 4, 2 different"),
    ]
    assert found.fitting == ("dwell-times",)
    assert found.points is not None
    assert (found.points.x_label, found.points.y_label) == ("current (mA)", "n")


def test_a_declared_kind_is_read_with_its_remarks(dwells: Path) -> None:
    found = inspect(dwells, "dwell-times")
    assert found.used == 2
    assert found.notices == ("column 'operator' is not used",)
    assert found.points is not None
    assert found.points.y.tolist() == pytest.approx([0.5 / 3, 0.25 / 4])
    assert found.points.y_label == "dwell time (s)"
    assert "read as    dwell-times: 2 rows for the fit" in in_words(found)


def test_keys_of_the_kind_are_taken(dwells: Path) -> None:
    with pytest.raises(InputError, match="line 1: expected a column 'duration"):
        inspect(dwells, "dwell-events")
    found = inspect(dwells, "dwell-times", where={"state": "P"}, polarity=-1)
    assert found.used == 1


def test_the_groups_of_a_file_are_listed_and_the_first_is_shown(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for name, current in (("up", 1.0), ("down", 2.0)):
            file[f"{name}/current"] = [current, current]
            file[f"{name}/current"].attrs["unit"] = "mA"
    found = inspect(tmp_path / "a.h5")
    assert [(column.name, column.content) for column in found.columns] == [("current", "2")]
    assert not unnamed(in_words(found), "'down'", "'up'", 2, 'group = "down"', 'group = "*"')
    assert [column.name for column in inspect(tmp_path / "a.h5", group="*").columns] == ["group", "current"]


def test_a_trace_shows_its_levels(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    samples = np.repeat(rng.integers(0, 2, 200), 50) * 8.0 + rng.standard_normal(10_000)
    np.save(tmp_path / "trace.npy", samples.astype(np.float32))
    found = inspect(tmp_path / "trace.npy")
    assert found.rows == 10_000
    low, _, rest = dict(found.facts)["levels"].partition(" and ")
    # levels of 5000 samples each, known to 1/√5000 = 0.014
    assert float(low) == pytest.approx(0.0, abs=0.07)
    assert float(rest.split(",")[0]) == pytest.approx(8.0, abs=0.07)
    assert "widths of the noise apart" in rest
    assert found.points is not None


def test_a_file_of_traces_shows_each(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    np.save(tmp_path / "a.npy", np.repeat(rng.integers(0, 2, 400), 50) * 0.1 + 10 + 0.01 * rng.standard_normal(20_000))
    index = tmp_path / "index.csv"
    index.write_text("file,current (mA)\na.npy,1\n", encoding="utf-8")
    found = inspect(index, "telegraph-trace", sample_interval="10 us", unit="ohm")
    (name, words) = found.facts[0]
    assert name == "a.npy"
    assert words.startswith("threshold, 20000 samples, levels 10 and 10.1 ohm, SNR 9.")
    assert words.endswith("failed")  # dwells of whole multiples of 50 samples are not exponential
    with pytest.raises(InputError, match="key 'unti': expected a key known here"):
        inspect(index, "telegraph-trace", unti="ohm")


def test_an_unknown_kind_is_refused(dwells: Path) -> None:
    with pytest.raises(InputError, match=r"option '--kind': expected one of .*dwell-times.*; found 'dwells'"):
        inspect(dwells, "dwells")


def test_the_corners_of_a_drawing_hold_the_extremes() -> None:
    lines = drawn(np.array([0.0, 1.0]), np.array([-2.0, 3.0]), "x", "y").splitlines()
    body = [line.partition("┤")[2] for line in lines[1 : 1 + HEIGHT]]
    assert all(len(line) == WIDTH for line in body)
    assert ord(body[-1][0]) == 0x2840  # the lowest dot on the left
    assert ord(body[0][-1]) == 0x2808  # the highest dot on the right
    assert sum((ord(letter) - 0x2800).bit_count() for line in body for letter in line) == 2
    assert lines[1].startswith(" 3 ┤")
    assert lines[HEIGHT].startswith("-2 ┤")


def test_decades_are_drawn_by_logarithm() -> None:
    x = np.arange(5.0)
    lines = drawn(x, 10.0**x, "x", "y").splitlines()
    assert "y, logarithmic" in lines[0]
    rows = [next(i for i, line in enumerate(lines) if chr_at(line, k)) for k in range(5)]
    assert len(set(np.diff(rows))) <= 2  # a straight line, to a letter


@pytest.mark.parametrize(("x", "word"), [([1e-9, 1e-7, 1e-5], "x, logarithmic"), ([-1e-5, -1e-7, -1e-9], "x, log")])
def test_either_axis_may_be_logarithmic(x: list[float], word: str) -> None:
    lines = drawn(np.array(x), np.array([1.0, 2.0, 3.0]), "x", "y").splitlines()
    assert word in lines[-1]
    assert "logarithmic" not in lines[0]
    middle = next(body for line in lines[5:9] if (body := line.partition("┤")[2]).strip("\u2800"))
    assert abs(len(middle.rstrip("\u2800")) - WIDTH / 2) <= 1  # as far from both ends


def test_an_axis_through_zero_is_linear() -> None:
    assert "logarithmic" not in drawn(np.array([-1.0, 1e-4, 1.0]), np.array([0.0, 1e-4, 1.0]), "x", "y")


def chr_at(line: str, k: int) -> bool:
    """Whether the letter of the k-th of five points has a dot."""
    body = line.partition("┤")[2]
    place = min(int(k / 4 * WIDTH), WIDTH - 1)
    return bool(body) and body[place] != "\u2800"


def test_one_value_alone_is_drawn_in_the_middle() -> None:
    assert "\u2800" in drawn(np.array([1.0]), np.array([1.0]), "x", "y")


def test_the_command_writes_a_picture(
    run: Callable[..., int], dwells: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("inspect", str(dwells), "--kind", "dwell-times", "--png", "plot.png") == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out.endswith("Plot: plot.png\n")
    assert Path("plot.png").read_bytes().startswith(b"\x89PNG")


def test_the_command_says_what_is_wrong(
    run: Callable[..., int], dwells: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dwells.write_text(DWELLS.replace("0.5", "0"), encoding="utf-8")
    assert run("inspect", str(dwells), "--kind", "dwell-times") == 2
    assert not unnamed(capsys.readouterr().err, "line 2", "'total_time (s)'", "'0'")


def test_a_notebook_shows_columns_and_what_they_could_be(tmp_path: Path) -> None:
    path = tmp_path / "<script>.csv"
    path.write_text(DWELLS, encoding="utf-8")
    html = inspect(path)._repr_html_()
    assert "<script" not in html
    assert "<td>could be</td><td>dwell-times</td>" in html
    assert "<th>column</th><th>unit</th><th>content</th>" in html


def test_a_loop_is_drawn_against_its_current_and_says_how_it_would_be_fitted(tmp_path: Path) -> None:
    rows = [f"{0.1 * k:.1f},{i},{1.0 + 0.1 * (i > 0)}" for k, i in enumerate([0, -1, 0, 1, 0, -1, 0, 1])]
    path = tmp_path / "loop.csv"
    path.write_text("\n".join(["t (s),I_bias (mA),Rdev (ohm)", *rows]), encoding="utf-8")
    found = inspect(path)
    assert found.points is not None
    assert (found.points.x_label, found.points.y_label) == ("I_bias (mA)", "Rdev (ohm)")
    facts = dict(found.facts)
    assert facts["would fit"].startswith("hysteresis-loop, by its columns")
    assert facts["to check"] == 'columns = {resistance = "Rdev (ohm)"}; sweep = 1'
    assert "would fit" in in_words(found)


def test_a_record_in_a_file_is_drawn_against_its_clock(tmp_path: Path) -> None:
    path = tmp_path / "scope.csv"
    rows = [f"{0.01 * (k // 3 % 2):.3f},{1e-5 * k:.5f}" for k in range(30)]
    path.write_text("\n".join(["CH1 (V),Time (s)", *rows]), encoding="utf-8")
    found = inspect(path)
    assert found.points is not None
    assert (found.points.x_label, found.points.y_label) == ("Time (s)", "CH1 (V)")
    assert "current (to be filled in)" in dict(found.facts)["to check"]
