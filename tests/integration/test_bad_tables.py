"""Ways a table can be wrong, each with its whole message: file, line, column, what was expected, what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stfit.errors import InputError
from stfit.loaders import load_table
from stfit.measurement import kinds

DWELL = "state,current (mA),n,total_time (s)\n"
PULSE = "transition,current (mA),pulse_width (ns),n,n_switched\n"
EVENTS = "state,current (mA),duration (us),censored\n"
GROUPS = (
    "expected the columns 'n' and 'total_time (s)', or 'mean_dwell (s)' and 'n', or 'mean_dwell (s)' and "
    "'mean_dwell_stderr (s)'"
)
LONE = (
    "expected rows of both states at a setting with a dead time (it joins dwells of one over those of the other); "
    "found P only"
)
NO_UNIT = 'expected a unit (A, mA, uA), as "current (A)" in the file, or declared as columns.current; found none'
COLUMNS = "state, current, n, total_time, mean_dwell, mean_dwell_stderr, temperature, field, dead_time"


def refused(path: Path, content: str | bytes, kind: str, **options: Any) -> list[str]:
    """The lines of the message with which a table is refused."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    with pytest.raises(InputError, match=r"expected .*; found ") as caught:
        load_table(path, kinds()[kind], **options)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("cell", "column", "message"),
    [
        ("nan", "current (mA)", "expected a finite number; found 'nan'"),
        ("NA", "current (mA)", "expected a finite number; found 'NA'"),
        ("inf", "current (mA)", "expected a finite number; found 'inf'"),
        ("-Infinity", "current (mA)", "expected a finite number; found '-inf'"),
        ("1e999", "current (mA)", "expected a finite number; found 'inf'"),
        ("", "current (mA)", "expected a finite number; found an empty cell"),
        ("1.2 mA", "current (mA)", "expected a finite number; found '1.2 mA'"),
        ("0x1F", "current (mA)", "expected a finite number; found '0x1F'"),
        ("1_000", "current (mA)", "expected a finite number; found '1_000'"),
        ("1+2j", "current (mA)", "expected a finite number; found '1+2j'"),
        ("True", "current (mA)", "expected a finite number; found 'True'"),
        ("=cmd()", "current (mA)", "expected a finite number; found '=cmd()'"),
        ("<script>alert(1)</script>", "n", "expected a whole number, 0 or more; found '<script>alert(1)</script>'"),
        ("__import__('os')", "n", "expected a whole number, 0 or more; found \"__import__('os')\""),
        ("\x1b[2J", "n", r"expected a whole number, 0 or more; found '\x1b[2J'"),
        ("9" * 99 + "x", "n", f"expected a whole number, 0 or more; found '{'9' * 59}…'"),
        ("-3", "n", "expected a whole number, 0 or more; found '-3'"),
        ("2.5", "n", "expected a whole number, 0 or more; found '2.5'"),
        ("0", "total_time (s)", "expected a positive number; found '0'"),
        ("-0.5", "total_time (s)", "expected a positive number; found '-0.5'"),
        ("X", "state", "expected P or AP; found 'X'"),
        ("0", "state", "expected P or AP; found '0'"),
        ("", "state", "expected P or AP; found an empty cell"),
    ],
)
def test_a_cell_that_is_wrong(tmp_path: Path, cell: str, column: str, message: str) -> None:
    header = DWELL.strip().split(",")
    row = ["P", "-1.2", "10", "0.5"]
    row[header.index(column)] = cell
    content = f"# dwell times\n{DWELL}AP,1.2,12,0.7\n\n{','.join(row)}\nP,-1.3,9,0.4\n"
    assert refused(tmp_path / "dwell.csv", content, "dwell-times") == [
        f"dwell.csv, line 5, column '{column}': {message}"
    ]


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        ("", "dwell-times", "dwell.csv: expected a header line and rows of data; found an empty file"),
        (
            "# nothing\n",
            "dwell-times",
            "dwell.csv: expected a header line and rows of data; found only blank lines and comments",
        ),
        (DWELL, "dwell-times", "dwell.csv: expected a header line and rows of data; found only a header"),
        (
            b"\x7fELF\0\0",
            "dwell-times",
            "dwell.csv: expected text in UTF-8; found a zero byte at byte 5, line 1: a binary file, or UTF-16",
        ),
        (
            DWELL.encode() + b"P,1,2,3\nP,1,2,\xb5\n",
            "dwell-times",
            "dwell.csv: expected text in UTF-8; found the byte 0xb5 at byte 51, line 3",
        ),
        (DWELL + "P,1,2\n", "dwell-times", "dwell.csv, line 2: expected 4 cells, one for each column; found 3 cells"),
        (
            DWELL + "P,1,2,3,4\n",
            "dwell-times",
            "dwell.csv, line 2: expected 4 cells, one for each column; found 5 cells",
        ),
        (
            DWELL + "P,1,2,3\nP;1;2;3\n",
            "dwell-times",
            "dwell.csv, line 3: expected 4 cells, one for each column; found 1 cell",
        ),
        (
            DWELL + 'P,1,2,"3\n',
            "dwell-times",
            "dwell.csv, line 2: expected quotes that end on their line; found 'P,1,2,\"3'",
        ),
        ("n,n\n1,2\n", "dwell-times", "dwell.csv, line 1, column 'n': expected one column of this name; found 2"),
        ("n,\n1,2\n", "dwell-times", "dwell.csv, line 1: expected a name for column 2; found an empty cell"),
        (
            "state;current (mA);n;total_time (s)\nP;1,5;2;3\nP;1.5;2;3\nP;1,6;2;3\n",
            "dwell-times",
            "dwell.csv, line 3, column 'current (mA)': expected a finite number; found '1.5'",
        ),
        (
            DWELL.replace(" (mA)", "") + "P,1,2,3\n",
            "dwell-times",
            f"dwell.csv, line 1, column 'current': {NO_UNIT}",
        ),
        (
            DWELL.replace("mA", "kg") + "P,1,2,3\n",
            "dwell-times",
            "dwell.csv, line 1, column 'current (kg)': expected a unit such as A, mA, uA; found 'kg', a mass",
        ),
        (
            DWELL.replace("mA", "__import__('os')") + "P,1,2,3\n",
            "dwell-times",
            (
                """dwell.csv, line 1, column "current (__import__('os'))": expected a unit such as A, mA, uA; """
                """found "__import__('os')", which is no unit"""
            ),
        ),
        (
            DWELL.replace("n,", "n (s),") + "P,1,2,3\n",
            "dwell-times",
            "dwell.csv, line 1, column 'n (s)': expected the unit of a pure number (1, %); found 's', a time",
        ),
        (
            DWELL.replace("state", "stte") + "P,1,2,3\n",
            "dwell-times",
            "dwell.csv, line 1: expected a column 'state'; found none; the nearest is 'stte'",
        ),
        ("state,I (mA),n\nP,1,2\n", "dwell-times", f"dwell.csv, line 1: {GROUPS}; found only 'n'"),
        ("state,I (mA),N_\nP,1,2\n", "dwell-times", f"dwell.csv, line 1: {GROUPS}; found only 'N_'"),
        ("state,I (mA),x\nP,1,2\n", "dwell-times", f"dwell.csv, line 1: {GROUPS}; found none of them"),
        (
            "state,I (mA),I_dc (mA),n,total_time (s)\nP,1,1,2,3\n",
            "dwell-times",
            "dwell.csv, line 1: expected one column for 'current'; found 'I (mA)' and 'I_dc (mA)'",
        ),
        (
            DWELL.replace("n,", "n,Dead Time (us),") + "P,1,2,3,4\n",
            "dwell-times",
            f"dwell.csv, line 2, column 'state': {LONE}",
        ),
        (
            "temperature (degC)," + DWELL + "-274,P,1,2,3\n",
            "dwell-times",
            "dwell.csv, line 2, column 'temperature (degC)': expected a positive number; found '-274'",
        ),
        (EVENTS + "P,1,5,2\n", "dwell-events", "dwell.csv, line 2, column 'censored': expected 0 or 1; found '2'"),
        (
            EVENTS + "P,1,-5,0\n",
            "dwell-events",
            "dwell.csv, line 2, column 'duration (us)': expected a positive number; found '-5'",
        ),
        (
            PULSE + "P>AP,-1,5,10,3\n",
            "switching-pulse",
            "dwell.csv, line 2, column 'transition': expected P->AP or AP->P; found 'P>AP'",
        ),
        (
            PULSE + "P->AP,-1,5,0,0\n",
            "switching-pulse",
            "dwell.csv, line 2, column 'n': expected a whole number, 1 or more; found '0'",
        ),
        (
            PULSE + "\nP->AP,-1,5,10,11\n",
            "switching-pulse",
            "dwell.csv, line 3, column 'n_switched': expected at most n = 10; found 11",
        ),
        (
            PULSE.replace("n_switched", "P_sw") + "P->AP,-1,5,10,1.5\n",
            "switching-pulse",
            "dwell.csv, line 2, column 'P_sw': expected a number from 0 to 1; found '1.5'",
        ),
        (
            PULSE.replace("n_switched", "P_sw") + "P->AP,-1,5,2,0.25\n",
            "switching-pulse",
            "dwell.csv, line 2, column 'P_sw': expected a multiple of 1/n = 1/2; found 0.25, which is 0.5 of 2 pulses",
        ),
    ],
)
def test_a_table_that_is_wrong(tmp_path: Path, content: str | bytes, kind: str, message: str) -> None:
    found = "\n".join(refused(tmp_path / "dwell.csv", content, kind))
    assert found == message


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"keys": {"dead_time": 1e-6}},
            "key 'dead_time': expected no such key; found 'dead_time', which dwell-times does not know",
        ),
        (
            {"keys": {"sing": "magnitude"}},
            "key 'sing': expected no such key; found 'sing', which dwell-times does not know",
        ),
        ({"columns": {"current": "I"}}, "key 'columns.current': expected a column of the file; found 'I'"),
        (
            {"columns": {"curent": "n"}},
            f"key 'columns.curent': expected one of the columns {COLUMNS}; the nearest is 'current'; found 'curent'",
        ),
        (
            {"columns": {"current": "current (A)"}},
            "key 'columns.current': expected the unit that the file gives, 'mA'; found 'A'",
        ),
        ({"where": {"device": "A"}}, "key 'where.device': expected a column of the file; found 'device'"),
        ({"where": {"state": "AP"}}, "key 'where.state': expected rows with 'AP' in 'state'; found none, but 'P'"),
    ],
)
def test_what_the_analysis_file_says_of_a_table_is_wrong(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    found = refused(tmp_path / "dwell.csv", DWELL + "P,1,2,3\n", "dwell-times", **options)
    assert found == [f"dwell.csv, {message}"]


def test_all_problems_of_a_file_are_said_at_once_in_the_order_of_its_lines(tmp_path: Path) -> None:
    content = DWELL.replace("(s)", "(m)") + "P,nan,-1,0\nX,1,2,3\nAP,,2.5,abc\n"
    assert refused(tmp_path / "dwell.csv", content, "dwell-times") == [
        "dwell.csv, line 1, column 'total_time (m)': expected a unit such as s, ms, us, ns; found 'm', a length",
        "dwell.csv, line 2, column 'current (mA)': expected a finite number; found 'nan'",
        "dwell.csv, line 2, column 'n': expected a whole number, 0 or more; found '-1'",
        "dwell.csv, line 2, column 'total_time (m)': expected a positive number; found '0'",
        "dwell.csv, line 3, column 'state': expected P or AP; found 'X'",
        "dwell.csv, line 4, column 'current (mA)': expected a finite number; found an empty cell",
        "dwell.csv, line 4, column 'n': expected a whole number, 0 or more; found '2.5'",
        "dwell.csv, line 4, column 'total_time (m)': expected a positive number; found 'abc'",
    ]


def test_the_first_twenty_problems_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    found = refused(tmp_path / "dwell.csv", DWELL + "P,x,1,1\n" * 25, "dwell-times")
    assert len(found) == 21
    assert found[19] == "dwell.csv, line 21, column 'current (mA)': expected a finite number; found 'x'"
    assert found[20] == "… and 5 more"
