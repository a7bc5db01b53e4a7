"""Files that cannot be read, numbers in cells, and the order of problems."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stfit.errors import InputError
from stfit.loaders.containers import Problems, grouping_of, parse_numbers
from stfit.loaders.reading import read_table
from stfit.measurement.description import Dialect

Write = Callable[..., Path]


@pytest.mark.parametrize("name", ["table.csv", "TABLE.CSV", "table.tsv", "table.txt", "table", "a.b.dat"])
def test_the_suffix_names_the_container(write: Write, name: str) -> None:
    table = read_table(write("a,b\n1,2\n", name))
    assert table.header == ("a", "b")
    assert table.rows == 1


def test_any_other_suffix_is_text(write: Write) -> None:
    assert read_table(write("a,b\n1,2\n", "table.dat")).header == ("a", "b")
    with pytest.raises(InputError, match=r"^table\.docx: expected text; found a zero byte at byte 3, line 1"):
        read_table(write(b"PK\0\1", "table.docx"))


def test_a_dialect_of_what_is_no_text_is_refused(write: Write) -> None:
    with pytest.raises(InputError, match=r"^a\.npy, key 'separator': expected a file of text; found a NumPy file$"):
        read_table(write(b"", "a.npy"), Dialect(separator=";"))


@pytest.mark.parametrize("name", ["none.csv", "none", "none/none.csv"])
def test_a_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=rf"{name}: expected a file that can be read; found no such file$"):
        read_table(tmp_path / name)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected a file that can be read; found a folder$"):
        read_table(tmp_path)


def test_a_device_is_refused() -> None:
    with pytest.raises(InputError, match=r"^/dev/null: expected a file that can be read; found a device or a pipe$"):
        read_table(Path(os.devnull))


def test_a_zero_byte_in_a_name_is_refused() -> None:
    with pytest.raises(InputError, match=r"^'a\\x00\.csv': expected a file that can be read; found a name with a zero"):
        read_table(Path("a\0.csv"))


def test_a_file_without_permission_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write("a\n1\n")
    monkeypatch.setattr(Path, "open", denied)  # a permission taken away does not bind root, who may run the tests
    with pytest.raises(InputError, match=r"table\.csv: expected a file that can be read; found permission denied$"):
        read_table(path)


@pytest.mark.parametrize(
    ("cells", "decimal_comma", "expected"),
    [
        (["1", "-2.5", "+.5", "1.", "1e-3", " 7 "], False, [1, -2.5, 0.5, 1, 1e-3, 7]),
        (["\N{MINUS SIGN}1.5"], False, [-1.5]),
        (["1,5", "2"], True, [1.5, 2]),
        (["1.5", "2"], True, [1.5, 2]),
        (["1,5", "2,5", "3.5"], True, [1.5, 2.5, np.nan]),
        (["1.5", "2.5", "3,5"], True, [1.5, 2.5, np.nan]),
        (["1,5"], False, [np.nan]),
        (["1.000,5", "1,000.5"], True, [np.nan, np.nan]),
        (["nan", "inf", "", "0x1A", "1_0", "1e", "٣", "1 0"], True, [np.nan] * 8),
    ],
)
def test_numbers_in_cells(cells: list[str], decimal_comma: bool, expected: list[float]) -> None:
    np.testing.assert_array_equal(parse_numbers(cells, decimal_comma=decimal_comma), expected)


@pytest.mark.parametrize(
    ("cells", "groups", "numbers"),
    [
        (["1,000", "12.5", "-3,456.7"], ",", [1000, 12.5, -3456.7]),
        (["1.000", "12,5", "-3.456,7"], ".", [1000, 12.5, -3456.7]),
        (["1,250", "0,125", "1,5"], ".", [1.25, 0.125, 1.5]),
        (["1.250", "0.125"], ",", [1.25, 0.125]),  # three decimals, and nothing grouped
        (["12.500", "150.000"], ",", [12.5, 150]),
        (["1,000", "2,500"], "", [np.nan, np.nan]),  # 1 or 1000
        (["1,000,000"], ",", [1e6]),
        (["1,000E-3", "12,5"], ".", [1e-3, 12.5]),
        (["1 000", "1'000", "1’000", "1\N{NARROW NO-BREAK SPACE}000,5"], ".", [1000, 1000, 1000, 1000.5]),
        (["–1.5D+01", "1 00", "1,00,000"], ",", [-15, np.nan, np.nan]),
    ],
)
def test_digits_in_groups(cells: list[str], groups: str, numbers: list[float]) -> None:
    if groups:
        assert grouping_of(cells) == groups
    found = parse_numbers(cells, decimal_comma=True, groups=groups)
    np.testing.assert_array_equal(found, numbers)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=5))
def test_what_python_writes_is_read_with_either_mark(numbers: list[float]) -> None:
    points = [repr(number) for number in numbers]
    commas = [cell.replace(".", ",") for cell in points]
    np.testing.assert_array_equal(parse_numbers(points, decimal_comma=True), numbers)
    np.testing.assert_array_equal(parse_numbers(commas, decimal_comma=True), numbers)


def test_problems_are_raised_at_once_in_the_order_of_their_lines() -> None:
    problems = Problems(Path("folder") / "table.csv")
    problems.raise_any()
    problems.add("b", "c", line=7, column="I (mA)")
    problems.add("d", "e", line=2)
    problems.add("f", "g", key="sign")
    problems.add("h", "i")
    with pytest.raises(InputError, match="expected") as caught:
        problems.raise_any()
    assert str(caught.value).splitlines() == [
        "table.csv, key 'sign': expected f; found g",
        "table.csv: expected h; found i",
        "table.csv, line 2: expected d; found e",
        "table.csv, line 7, column 'I (mA)': expected b; found c",
    ]
