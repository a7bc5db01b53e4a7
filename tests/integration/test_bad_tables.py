"""Ways a table can be wrong: the message names the file, the line, the column, what was found and what would do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stfit.errors import InputError
from stfit.loaders.tables import load_columns, load_table
from stfit.measurement import kinds
from stfit.measurement.columns import Column, Layout
from stfit.measurement.description import ColumnSource, Description
from tests.saying import unnamed

DWELL = "state,current (mA),n,total_time (s)\n"
PULSE = "transition,current (mA),pulse_width (ns),n,n_switched\n"
EVENTS = "state,current (mA),duration (us),censored\n"
STATISTICS = ["'n'", "'total_time (s)'", "'mean_dwell (s)'", "'mean_dwell_stderr (s)'"]


def refused(path: Path, content: str | bytes, kind: str, **options: Any) -> list[str]:
    """The lines of the message with which a table is refused."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with pytest.raises(InputError) as caught:
        load_table(path, kinds()[kind], description=Description.of(options.pop("said", {})), **options)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("cell", "column", "named"),
    [
        ("nan", "current (mA)", ["'nan'"]),
        ("NA", "current (mA)", ["'NA'"]),
        ("inf", "current (mA)", ["'inf'"]),
        ("-Infinity", "current (mA)", ["'-Infinity'"]),
        ("1e999", "current (mA)", ["'inf'"]),
        ("", "current (mA)", ["empty"]),
        ("1.2 mA", "current (mA)", ["'1.2 mA'"]),
        ("0x1F", "current (mA)", ["'0x1F'"]),
        ("1_000", "current (mA)", ["'1_000'"]),
        ("1+2j", "current (mA)", ["'1+2j'"]),
        ("True", "current (mA)", ["'True'"]),
        ("=cmd()", "current (mA)", ["'=cmd()'"]),
        ("<script>alert(1)</script>", "n", ["'<script>alert(1)</script>'"]),
        ("__import__('os')", "n", ["\"__import__('os')\""]),
        ("\x1b[2J", "n", [r"'\x1b[2J'"]),
        ("9" * 99 + "x", "n", [f"'{'9' * 59}…'"]),
        ("-3", "n", ["0 or more", "'-3'"]),
        ("2.5", "n", ["whole number", "'2.5'"]),
        ("0", "total_time (s)", ["positive", "'0'"]),
        ("-0.5", "total_time (s)", ["positive", "'-0.5'"]),
        ("X", "state", ["P", "AP", "'X'"]),
        ("0", "state", ["P", "AP", "'0'"]),
        ("", "state", ["P", "AP", "empty"]),
    ],
)
def test_a_cell_that_is_wrong(tmp_path: Path, cell: str, column: str, named: list[str]) -> None:
    header = DWELL.strip().split(",")
    row = ["P", "-1.2", "10", "0.5"]
    row[header.index(column)] = cell
    content = f"# dwell times\n{DWELL}AP,1.2,12,0.7\n\n{','.join(row)}\nP,-1.3,9,0.4\n"
    (message,) = refused(tmp_path / "dwell.csv", content, "dwell-times")
    assert not unnamed(message, "dwell.csv", "line 5", f"'{column}'", *named)


@pytest.mark.parametrize(
    ("content", "kind", "named"),
    [
        ("", "dwell-times", ["empty"]),
        ("# nothing\n", "dwell-times", ["comments"]),
        (DWELL, "dwell-times", ["header"]),
        (b"\x7fELF\0\0", "dwell-times", ["text", "line 1", "byte 5", "binary"]),
        (DWELL.encode() + b"P,1,2,3\nP,1,2,\xb5\n", "dwell-times", ["line 3", "'total_time (s)'", "'µ'"]),
        (DWELL + "P,1,2\n", "dwell-times", ["line 2", "4 cells", "3 cells"]),
        (DWELL + "P,1,2,3,4\n", "dwell-times", ["line 2", "4 cells", "5 cells"]),
        (DWELL + "P,1,2,3\nP;1;2;3\n", "dwell-times", ["line 3", "4 cells", "1 cell"]),
        (DWELL + 'P,1,2,"3\n', "dwell-times", ["line 2", "quotes", "'P,1,2,\"3'"]),
        (
            DWELL.replace("state", "state,n") + "P,1,2,3,4\n",
            "dwell-times",
            ["line 1", "one column for 'n'", "columns = {n = 2}"],
        ),
        (
            "state;current (mA);n;total_time (s)\nP;1,5;2;3\nP;1.5;2;3\nP;1,6;2;3\n",
            "dwell-times",
            ["line 3", "'current (mA)'", "'1.5'"],
        ),
        (
            DWELL.replace(" (mA)", "") + "P,1,2,3\n",
            "dwell-times",
            ["line 1", "'current'", "mA", 'columns = {current = "current (A)"}'],
        ),
        (DWELL.replace("mA", "kg") + "P,1,2,3\n", "dwell-times", ["line 1", "'current (kg)'", "mA", "'kg'", "mass"]),
        (
            DWELL.replace("mA", "__import__('os')") + "P,1,2,3\n",
            "dwell-times",
            ["line 1", "\"current (__import__('os'))\"", "mA", "\"__import__('os')\""],
        ),
        (DWELL.replace("n,", "n (s),") + "P,1,2,3\n", "dwell-times", ["line 1", "'n (s)'", "1", "%", "'s'", "time"]),
        (DWELL.replace("state", "stte") + "P,1,2,3\n", "dwell-times", ["line 1", "'state'", "'stte'"]),
        ("state,I (mA),n\nP,1,2\n", "dwell-times", ["line 1", *STATISTICS, "only 'n'"]),
        ("state,I (mA),N_\nP,1,2\n", "dwell-times", ["line 1", *STATISTICS, "'N_'"]),
        ("state,I (mA),x\nP,1,2\n", "dwell-times", ["line 1", *STATISTICS, "none"]),
        (
            "state,I (mA),I_dc (mA),n,total_time (s)\nP,1,1,2,3\n",
            "dwell-times",
            ["line 1", "'current'", "'I (mA)'", "'I_dc (mA)'"],
        ),
        (
            DWELL.replace("n,", "n,Dead Time (us),") + "P,1,2,3,4\n",
            "dwell-times",
            ["line 2", "'state'", "dead time", "both states", "P only"],
        ),
        (
            "temperature (degC)," + DWELL + "-274,P,1,2,3\n",
            "dwell-times",
            ["line 2", "'temperature (degC)'", "positive", "'-274'"],
        ),
        (EVENTS + "P,1,5,2\n", "dwell-events", ["line 2", "'censored'", "0 or 1", "'2'"]),
        (EVENTS + "P,1,-5,0\n", "dwell-events", ["line 2", "'duration (us)'", "positive", "'-5'"]),
        (PULSE + "P>AP,-1,5,10,3\n", "switching-pulse", ["line 2", "'transition'", "P->AP", "AP->P", "'P>AP'"]),
        (PULSE + "P->AP,-1,5,0,0\n", "switching-pulse", ["line 2", "'n'", "1 or more", "'0'"]),
        (PULSE + "\nP->AP,-1,5,10,11\n", "switching-pulse", ["line 3", "'n_switched'", "10", "11"]),
        (
            PULSE.replace("n_switched", "P_sw") + "P->AP,-1,5,10,1.5\n",
            "switching-pulse",
            ["line 2", "'P_sw'", "from 0 to 1", "'1.5'"],
        ),
        (
            PULSE.replace("n_switched", "P_sw") + "P->AP,-1,5,2,0.25\n",
            "switching-pulse",
            ["line 2", "'P_sw'", "1/2", "0.25", "2 pulses"],
        ),
    ],
)
def test_a_table_that_is_wrong(tmp_path: Path, content: str | bytes, kind: str, named: list[str | int]) -> None:
    (message,) = refused(tmp_path / "dwell.csv", content, kind)
    assert not unnamed(message, "dwell.csv", *named)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"keys": {"dead_time": 1e-6}}, ["'dead_time'", "dwell-times"]),
        ({"keys": {"sing": "magnitude"}}, ["'sing'", "dwell-times"]),
        ({"said": {"columns": {"current": ColumnSource("I")}}}, ["'columns.current'", "'I'"]),
        (
            {"said": {"columns": {"curent": ColumnSource("n")}}},
            ["'columns.curent'", "'current'", "total_time", "dead_time"],
        ),
        ({"said": {"columns": {"current": ColumnSource("current (A)")}}}, ["'columns.current'", "'mA'", "'A'"]),
        ({"said": {"where": {"device": "A"}}}, ["'where.device'", "'device'"]),
        ({"said": {"where": {"state": "AP"}}}, ["'where.state'", "'AP'", "'P'"]),
    ],
)
def test_what_the_analysis_file_says_of_a_table_is_wrong(
    tmp_path: Path, options: dict[str, Any], named: list[str]
) -> None:
    (message,) = refused(tmp_path / "dwell.csv", DWELL + "P,1,2,3\n", "dwell-times", **options)
    assert not unnamed(message, "dwell.csv", *named)


def test_all_problems_of_a_file_are_said_at_once_in_the_order_of_its_lines(tmp_path: Path) -> None:
    content = DWELL.replace("(s)", "(m)") + "P,nan,-1,0\nX,1,2,3\nAP,,2.5,abc\n"
    messages = refused(tmp_path / "dwell.csv", content, "dwell-times")
    expected = [
        ("line 1", "'total_time (m)'", "'m'"),
        ("line 2", "'current (mA)'", "'nan'"),
        ("line 2", "'n'", "'-1'"),
        ("line 2", "'total_time (m)'", "'0'"),
        ("line 3", "'state'", "'X'"),
        ("line 4", "'current (mA)'", "empty"),
        ("line 4", "'n'", "'2.5'"),
        ("line 4", "'total_time (m)'", "'abc'"),
    ]
    for message, named in zip(messages, expected, strict=True):
        assert not unnamed(message, *named)


def test_the_first_twenty_problems_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    names = [f"a{place} (mA)" for place in range(30)]
    layout = Layout(tuple(Column(name, "A", accepts=("mA",)) for name in (f"a{place}" for place in range(30))))
    path = tmp_path / "wide.csv"
    path.write_text(
        ",".join(names) + "\n" + ",".join(["1"] * 30) + "\n" + ",".join(["x"] * 30) + "\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        load_columns(path, layout)
    found = str(caught.value).splitlines()
    assert len(found) == 21
    assert not unnamed(found[19], "line 3", "a19", "'x'")
    assert not unnamed(found[20], 10)


def test_the_same_problem_in_many_rows_is_one_message(tmp_path: Path) -> None:
    (found,) = refused(tmp_path / "dwell.csv", DWELL + "P,x,1,1\n" * 25, "dwell-times")
    assert not unnamed(found, "line 2", "'x'", "25 rows")
