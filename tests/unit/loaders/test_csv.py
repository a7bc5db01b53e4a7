"""The text container: every dialect gives one table, whichever way it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stfit.errors import InputError
from stfit.loaders import csv as text_container
from stfit.loaders.containers import Table
from stfit.measurement.description import Dialect
from tests.saying import unnamed

Write = Callable[..., Path]

PLAIN = "state,current (mA),n\nP,-1.2,10\nAP,1.5,20\n"


@pytest.fixture(scope="module", autouse=True, params=[1 << 20, 0], ids=["short", "long"])
def short(request: Any) -> Iterator[None]:
    """Every file is read as a short one, and as one that is long enough for pandas."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_container, "_SHORT", request.param)
        yield


def contents(table: Table) -> tuple[Any, ...]:
    return table.header, [column.tolist() for column in table.columns], table.lines().tolist()


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (PLAIN, [2, 3]),
        ("\ufeff" + PLAIN, [2, 3]),
        (PLAIN.rstrip("\n"), [2, 3]),
        (PLAIN.replace("\n", "\r\n"), [2, 3]),
        (PLAIN.replace("\n", "\r"), [2, 3]),
        (PLAIN.replace(",", "\t"), [2, 3]),
        (PLAIN.replace(",", ";"), [2, 3]),
        (PLAIN.replace(",", ";").replace(".", ","), [2, 3]),
        (PLAIN.replace(",", "\t").replace(".", ","), [2, 3]),
        (PLAIN.replace(",", " , "), [2, 3]),
        (PLAIN.replace("-", "\N{MINUS SIGN}"), [2, 3]),
        ('"state", "current (mA)","n"\n"P","-1.2",10\nAP,1.5,"20"\n', [2, 3]),
        ("# made by hand\n\n" + PLAIN, [4, 5]),
        ("# it's 5\" long\n" + PLAIN + "\n  \t\n # end\n", [3, 4]),
        (PLAIN.replace("AP", "\n# later\n\r\n   \nAP"), [2, 7]),
        ("\ufeff\ufeff" + PLAIN + "\x1a", [2, 3]),
        (PLAIN.replace("-1.2", "–1.2").replace("1.5", "1.5D+00"), [2, 3]),
        (PLAIN.replace("10\n", "10,,\n").replace("20\n", "20,,\n"), [2, 3]),
        (PLAIN.replace("n\n", "n\n------------\n"), [3, 4]),
        (PLAIN.replace("AP", "state,current (mA),n\nAP"), [2, 4]),
        ("state current (mA) n\nP -1.2 10\nAP 1.5 20\n", [2, 3]),
        ("state   current (mA)   n\nP   -1.2   10\nAP   1.5   20\n", [2, 3]),
        ("state,current (mA),n\nP -1.2 10\nAP 1.5 20\n", [2, 3]),
        ("# state, current (mA), n\nP\t-1.2\t10\nAP\t1.5\t20\n", [2, 3]),
        ("state\tcurrent (mA)\tn\nP,-1.2,10\nAP,1.5,20\n", [2, 3]),
        ("# state,current,n\n# ,mA,\nP,-1.2,10\nAP,1.5,20\n", [3, 4]),
        ("# ,mA,\nstate,current,n\nP,-1.2,10\nAP,1.5,20\n", [3, 4]),
        ("'state','current (mA)','n'\nP,-1.2,10\nAP,1.5,20\n", [2, 3]),
    ],
)
def test_dialects_of_one_table(write: Write, content: str, lines: list[int]) -> None:
    table = text_container.read(write(content))
    names = ("state", "current (mA)", "n")
    assert contents(table) == (names, [["P", "AP"], [-1.2, 1.5], [10.0, 20.0]], lines), table.recognised
    assert table.columns[0].dtype == object
    assert table.columns[1].dtype == np.float64
    assert table.sha256 == hashlib.sha256(table.path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("content", "numbers"),
    [
        ("n;x\n1,000;0.5\n2,500;1.5\n", [1000.0, 2500.0]),
        ("n;x\n1.000;0,5\n2.500;1,5\n", [1000.0, 2500.0]),
        ("n;x\n1.250;1\n2.500;2\n", [1.25, 2.5]),
        ("n;x\n1,250;0,5\n2,500;1,5\n", [1.25, 2.5]),
        ('n,x\n"1,000",0.5\n"2,500",1.5\n', [1000.0, 2500.0]),
        ('n,x\n"1,250","0,5"\n"2,500","1,5"\n', [1.25, 2.5]),
        ("n\tx\n1 000\t5\n2'500\t5\n", [1000.0, 2500.0]),
        ("n;x\n1,000;5\n2,500;5\n", ["1,000", "2,500"]),  # 1 or 1000: nobody knows
    ],
)
def test_digits_in_groups_are_told_from_decimals(write: Write, content: str, numbers: list[float | str]) -> None:
    assert text_container.read(write(content)).columns[0].tolist() == numbers


@pytest.mark.parametrize(
    ("content", "dialect"),
    [
        ("a,b\n1,2\n3,4\n1,2\n5,6\n", {"first_row": 3}),
        ("a,b\n1,2\n3,4\n1,2\n5,6\n", {"first_row": 3, "header": 0}),
        ("notes\n1,2\na,b\n3,4\n1,2\n5,6\n", {"skip": 2}),
        ("a,b\nV,A\n-----\n3,4\n1,2\n5,6\na,b\nV,A\n-----\n3,4\n1,2\na,b\n5,6\n", {}),
    ],
)
def test_only_a_header_with_units_and_rule_is_left_out_where_it_is_repeated(
    write: Write, content: str, dialect: dict[str, Any]
) -> None:
    table = text_container.read(write(content), Dialect(**dialect))
    times = table.rows // 3
    assert [column.tolist() for column in table.columns] == [[3.0, 1.0, 5.0] * times, [4.0, 2.0, 6.0] * times]


def test_words_that_stand_below_the_header_once_are_rows_elsewhere(write: Write) -> None:
    table = text_container.read(write("a,b\nV,A\n1,2\n3,4\nV,A\n5,6\n7,8\n"))
    assert table.columns[0].tolist() == ["1", "3", "V", "5", "7"]


@pytest.mark.parametrize(
    ("content", "first"),
    [
        ("a,b (V)\n0,-1.2,10\n1,1.5,20\n", ["", "a", "b (V)"]),
        ('"a (mA)","b (V)"\n"1",-1.2,10\n"2",1.5,20\n', ["", "a (mA)", "b (V)"]),
        (",a (mA),b (V)\n0,-1.2,10\n1,1.5,20\n", ["", "a (mA)", "b (V)"]),
        ("# by hand\n#,a (mA),b (V)\n0,-1.2,10\n1,1.5,20\n", ["", "a (mA)", "b (V)"]),
        ("#\ta (mA)\tb (V)\n0\t-1.2\t10\n1\t1.5\t20\n", ["", "a (mA)", "b (V)"]),
        ("# ,mA,V\n0,-1.2,10\n1,1.5,20\n", ["1", "2", "3"]),
        ("time (s),b (V)\n0,-1.2,\n1,1.5,\n", ["time (s)", "b (V)"]),
    ],
)
def test_an_index_is_a_column_without_a_name(write: Write, content: str, first: list[str]) -> None:
    assert [*text_container.read(write(content)).header] == first


@pytest.mark.parametrize("name", ["time (s)", "time", "t_ms", "current (mA)"])
def test_numbers_that_count_are_no_index_where_the_first_name_may_be_theirs(write: Write, name: str) -> None:
    with pytest.raises(InputError) as caught:
        text_container.read(write(f"{name},voltage (V)\n0,-1.2,10\n1,1.5,20\n2,1.5,20\n"))
    assert not unnamed(str(caught.value), "table.csv", "line 2", "2 cells", "3 cells")


def test_only_whole_lines_are_comments(write: Write) -> None:
    table = text_container.read(write('a,b\n1,x # y\n2,#z\n"#3",w\n'))
    assert contents(table) == (("a", "b"), [["1", "2", "#3"], ["x # y", "#z", "w"]], [2, 3, 4])


def test_a_quoted_cell_may_hold_the_separator(write: Write) -> None:
    table = text_container.read(write('a,b\n1,"x, ""y"""\n'))
    assert contents(table)[1] == [[1.0], ['x, "y"']]


def test_a_cell_of_words_with_a_comma_leaves_decimal_points_alone(write: Write) -> None:
    table = text_container.read(write("a;b;c\n1.5;good, fine;1,5\n2.5;bad;2\n"))
    assert contents(table)[1] == [[1.5, 2.5], ["good, fine", "bad"], [1.5, 2.0]]


@pytest.mark.parametrize(
    "cell",
    ["nan", "NA", "", "None", "null", "True", "false", "0x1A", "1_000", "1+2j", "1e", "1d3", "1 00", "٣", "--1", "-"],
)
def test_what_is_no_number_stays_text(write: Write, cell: str) -> None:
    table = text_container.read(write(f"a,b\n{cell},0\n{cell},0\n1.50,0\n"))
    assert table.columns[0].tolist() == [cell, cell, "1.50"]
    assert text_container.read(write(f"a,b\n{cell},0\n")).columns[0].tolist() == [cell]


def test_a_number_too_large_for_an_integer_is_still_one(write: Write) -> None:
    table = text_container.read(write("a\n123456789012345678901234\n2\n"))
    assert table.columns[0].tolist() == [123456789012345678901234.0, 2.0]


def test_a_stray_word_after_half_a_million_numbers_keeps_the_column_as_written(write: Write) -> None:
    # pandas reads a long file in pieces; the first ones of this column are all numbers.
    rows = 600_000
    table = text_container.read(write("a,b\n" + "1.50,2\n" * rows + "nan,3\n"))
    assert table.rows == rows + 1
    assert table.columns[0][[0, -1]].tolist() == ["1.50", "nan"]
    assert table.columns[1][-1] == 3.0


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"", ["empty"]),
        (b"# a\n\n# b\n", ["comments"]),
        (b"a,b\n", ["header"]),
        (b"a,b", ["header"]),
        (b"a,b\n\n# c\n", ["header"]),
        (b"\x89PNG\r\n\x1a\n\0\0", ["line 3", "byte 9", "text", "binary"]),
        (b"\xef\xbb\xbfa\r\n1\r\n\xff\r\n", ["line 3", "byte 10", "UTF-8", "0xff"]),
        (b'a,"b\n1,2\n', ["line 1", "quotes", "'a,\"b'"]),
        (b'a,b\n1,"2\n3,4\n', ["line 2", "quotes", "'1,\"2'"]),
        (b"a,b\n1,2\n3\n", ["line 3", "2 cells", "1 cell"]),
        (b"a,b\n1\n", ["line 2", "2 cells", "1 cell"]),
        (b"a,b\n\n1,2,3\n#\n4\n", ["line 3", "3 cells", "line 5", "1 cell"]),
        (b"a,b\n1,2\n1,2,3\n", ["line 3", "2 cells", "3 cells"]),
        (b"a,b\n1;2\n", ["line 2", "2 cells", "1 cell"]),
    ],
)
def test_what_is_no_table_is_refused(write: Write, content: bytes, named: list[str | int]) -> None:
    with pytest.raises(InputError) as caught:
        text_container.read(write(content))
    assert not unnamed(str(caught.value), "table.csv", *named)


def test_a_file_that_changes_while_it_is_read_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(PLAIN)
    read_plain = text_container._read_plain

    def read_and_append(*arguments: Any) -> Table | None:
        table = read_plain(*arguments)
        path.write_text(PLAIN + "P,1,2\n", encoding="utf-8")
        return table

    monkeypatch.setattr(text_container, "_SHORT", 0)
    monkeypatch.setattr(text_container, "_read_plain", read_and_append)
    with pytest.raises(InputError) as caught:
        text_container.read(path)
    assert not unnamed(str(caught.value), "table.csv", "changed")


_CELL = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**6), 10**6).map(str),
    st.text(st.characters(codec="ascii", exclude_characters='",;\t\r\n\0#%/', categories=["L", "N", "P", "S"])),
)


@settings(max_examples=60, deadline=None)  # each example writes and reads three files
@given(st.lists(st.tuples(_CELL, _CELL, st.integers(0, 9).map(str)), min_size=1, max_size=6))
def test_the_fast_way_and_the_careful_way_give_the_same_table(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("tables")
    body = "".join(",".join(row) + "\n" for row in rows)
    plain, commented, quoted = (folder / f"{name}.csv" for name in ("plain", "commented", "quoted"))
    plain.write_text("a,b,c\n" + body, encoding="utf-8")
    commented.write_text("a,b,c\n" + body + "#\n", encoding="utf-8")
    quoted.write_text('"a",b,c\n' + body, encoding="utf-8")
    expected = contents(text_container.read(plain))
    assert contents(text_container.read(commented)) == expected
    assert contents(text_container.read(quoted)) == expected
    assert expected[2] == list(range(2, len(rows) + 2))


def test_a_word_that_is_a_unit_among_the_rows_makes_no_header_of_the_row_above_it(tmp_path: Path) -> None:
    rows = ["0.0,:,0", ":,0.0,0", "0.0,0.0,0", "A,0.0,1", "0.0,,0", "0.0,:,0"]
    (tmp_path / "x.csv").write_text("\n".join(["a,b,c", *rows]), encoding="utf-8")
    table = text_container.read(tmp_path / "x.csv")
    assert (table.header, table.rows) == (("a", "b", "c"), len(rows))
