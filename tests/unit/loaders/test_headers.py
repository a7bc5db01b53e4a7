"""Which header is which column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import stfit
from stfit.errors import InputError
from stfit.loaders.containers import Problems, Table
from stfit.loaders.headers import Headers, find_header, match_headers, nearest
from stfit.measurement.columns import CURRENT, FIELD, STATE, TEMPERATURE, Column, Domain, Layout
from stfit.measurement.description import ColumnSource, Description

N = Column("n", "", Domain.COUNT, aliases=("count",))
TOTAL = Column("total_time", "s", accepts=("s", "us"), aliases=("t_total",))
MEAN = Column("mean_dwell", "s", accepts=("s", "us"), aliases=("tau", "t"))
LAYOUT = Layout((STATE, CURRENT), ((N, TOTAL), (MEAN, N)), (TEMPERATURE, FIELD))


def table(*header: str) -> Table:
    return Table(Path("dwell.csv"), "", header, (np.zeros(1),) * len(header), lambda: np.array([2]))


def match(*header: str, declared: dict[str, str] | None = None) -> Headers:
    problems = Problems(Path("dwell.csv"))
    columns = {name: ColumnSource(header) for name, header in (declared or {}).items()}
    found = match_headers(table(*header), LAYOUT, Description(columns=columns), problems)
    problems.raise_any()
    return found


def positions(headers: Headers) -> dict[str, int]:
    return {name: found.position for name, found in headers.matches.items()}


PLAIN = ("state", "current (mA)", "n", "total_time (s)")
WANTED = {"state": 0, "current": 1, "n": 2, "total_time": 3}


@pytest.mark.parametrize(
    "header",
    [
        PLAIN,
        ("State", "CURRENT [mA]", "N", "Total Time (s)"),
        ("configuration", "I (mA)", "Count", "t_total (s)"),
        ("STATE", "i (mA)", "n", "totaltime (s)"),
        ("state", "I_dc (mA)", "n", "T Total (s)"),
    ],
)
def test_case_spaces_and_underscores_do_not_count(header: tuple[str, ...]) -> None:
    assert positions(match(*header)) == WANTED


@given(st.permutations([*PLAIN, "temperature (K)", "comment"]))
def test_the_order_of_the_columns_does_not_count(header: list[str]) -> None:
    found = match(*header)
    assert {name: header[place] for name, place in positions(found).items()} == {
        "state": "state",
        "current": "current (mA)",
        "n": "n",
        "total_time": "total_time (s)",
        "temperature": "temperature (K)",
    }
    assert [header[place] for place in found.unused] == ["comment"]


def test_a_name_goes_before_an_alias() -> None:
    found = match("I (A)", *PLAIN)
    assert found.matches["current"].position == 2
    assert found.unused == (0,)


@pytest.mark.parametrize(
    ("extra", "name"), [("T (K)", "temperature"), ("b (mT)", "field"), ("B (mT)", "field"), ("h (Oe)", "field")]
)
def test_a_symbol_is_an_alias(extra: str, name: str) -> None:
    assert match(*PLAIN, extra).matches[name].position == 4


@pytest.mark.parametrize("extra", ["t (s)", "t", "h (nm)", "v (V)"])
def test_a_symbol_of_the_other_case_needs_the_unit_of_the_column(extra: str) -> None:
    assert match(*PLAIN, extra).unused == (4,)


def test_a_symbol_of_this_case_is_taken_whatever_its_unit() -> None:
    assert match("state", "I (mA)", "n", "t (us)").matches["mean_dwell"].unit == "us"
    assert match(*PLAIN, "T (furlong)").matches["temperature"].unit == "furlong"


def test_the_first_complete_alternative_is_taken() -> None:
    assert match(*PLAIN, "mean_dwell (s)").unused == (4,)
    assert positions(match("state", "current (mA)", "n", "tau (s)")) == {
        "state": 0,
        "current": 1,
        "n": 2,
        "mean_dwell": 3,
    }


def test_a_declared_column_goes_before_any_likeness() -> None:
    found = match(*PLAIN, "I_set", declared={"current": "I_set (uA)"})
    assert (found.matches["current"].position, found.matches["current"].unit) == (4, "uA")
    assert found.unused == (1,)


@pytest.mark.parametrize(
    ("header", "declared", "unit"),
    [
        ("x", "x (uA)", "uA"),
        ("x (uA)", "x (uA)", "uA"),
        ("x (uA)", "x", "uA"),
        ("X_ (uA)", "x", "uA"),
        ("x", "x", None),
    ],
)
def test_a_declaration_gives_the_unit_that_the_file_leaves_out(header: str, declared: str, unit: str | None) -> None:
    found = match("state", header, "n", "total_time (s)", declared={"current": declared})
    assert found.matches["current"].unit == unit


@pytest.mark.parametrize(
    ("name", "position"), [("V", 0), ("v", 1), ("V (mV)", 0), ("x y", 2), ("x_y (A)", 2), ("w", None), ("z", None)]
)
def test_finding_a_header(name: str, position: int | None) -> None:
    assert find_header(table("V (mV)", "v", "X Y", "W", "W_"), name) == position


@pytest.mark.parametrize(
    ("name", "phrase"), [("curent", "; the nearest is 'current (mA)'"), ("zzz", ""), ("x" * 10**6, "")]
)
def test_the_nearest_name(name: str, phrase: str) -> None:
    assert nearest(name, ["state", "current (mA)", "y" * 10**6]) == phrase


@pytest.mark.parametrize(
    ("header", "declared", "message"),
    [
        (
            ("stat", "current (mA)", "n", "total_time (s)"),
            {},
            (
                "dwell.csv, line 1: expected a column 'state', or the constant state = \"P\"; "
                "found none; the nearest is 'stat', columns = {state = \"stat\"}"
            ),
        ),
        (
            ("state", "current (mA)", "n", "total_tme (s)"),
            {},
            (
                "dwell.csv, line 1: expected the columns 'n' and 'total_time (s)', or 'mean_dwell (s)' and 'n'; "
                "found only 'n'; the nearest is 'total_tme (s)', "
                'columns = {total_time = "total_tme (s)"}'
            ),
        ),
        (
            ("state", "current (mA)"),
            {},
            (
                "dwell.csv, line 1: expected the columns 'n' and 'total_time (s)', or 'mean_dwell (s)' and 'n'; "
                "found none of them"
            ),
        ),
        (
            ("state", "I (mA)", "I_dc (A)", "n", "tau (s)"),
            {},
            (
                "dwell.csv, line 1: expected one column for 'current', or "
                "columns = {current = {column = 2, unit = \"A\"}}; found 'I (mA)', 'I_dc (A)'"
            ),
        ),
        (
            PLAIN,
            {"curent": "current (mA)"},
            (
                "dwell.csv, key 'columns.curent': expected one of the columns state, current, n, total_time, "
                "mean_dwell, temperature, field; the nearest is 'current'; found 'curent'"
            ),
        ),
        (
            PLAIN,
            {"current": "curent"},
            (
                "dwell.csv, key 'columns.current': expected a column of the file; found 'curent'; "
                "the nearest is 'current (mA)'"
            ),
        ),
        (
            PLAIN,
            {"total_time": "zzz"},
            "dwell.csv, key 'columns.total_time': expected a column of the file; found 'zzz'",
        ),
        (
            PLAIN,
            {"n": "n", "current": "n"},
            "dwell.csv, key 'columns.current': expected a column that is declared once; found 'n'",
        ),
        (
            PLAIN,
            {"current": "current (uA)"},
            (
                "dwell.csv, key 'columns.current': expected the unit that the file gives, 'mA', "
                "or a gain that turns it into the declared one; found 'uA'"
            ),
        ),
        (
            ("state", "current (mA)", "n"),
            {"n": "n"},
            (
                "dwell.csv, line 1: expected the columns 'n' and 'total_time (s)', or 'mean_dwell (s)' and 'n'; "
                "found only 'n'"
            ),
        ),
    ],
)
def test_headers_that_do_not_fit(header: tuple[str, ...], declared: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match="expected") as caught:
        match(*header, declared=declared)
    assert str(caught.value) == message


def test_a_column_of_numbers_is_not_proposed_for_words(tmp_path: Path) -> None:
    table = tmp_path / "spectra.txt"
    table.write_text("current (mA),frequency (GHz),field (mT),X,Y\n" + "1,6,10,1,0\n" * 12, encoding="utf-8")
    keys: dict[str, Any] = {"columns": {"signal": "X"}}
    with pytest.raises(InputError, match=r'the constant state = "P"') as refused:
        stfit.load(table, "fmr-spectra", **keys)
    assert "columns = {" not in str(refused.value)


def test_a_column_of_another_dimension_is_not_proposed(tmp_path: Path) -> None:
    (tmp_path / "loop.csv").write_text("sweep,angle (deg),resistance (ohm),time (s)\n1,0,100,0\n1,1,100,1\n")
    with pytest.raises(InputError) as refusal:
        stfit.load(tmp_path / "loop.csv", "hysteresis-loop")
    assert "current" in str(refusal.value)
    assert 'current = "angle' not in str(refusal.value)
