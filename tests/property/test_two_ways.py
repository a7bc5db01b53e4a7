"""A text is read record by record or by pandas, as long as it is: both ways give the same table."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stfit.loaders import csv as text_container
from stfit.loaders.containers import Table
from stfit.measurement.description import Dialect

DIGITS: Final = st.text("0123456789", min_size=1, max_size=3)
THREE: Final = st.text("0123456789", min_size=3, max_size=3)
MARK: Final = st.sampled_from([".", ","])


def cells() -> st.SearchStrategy[str]:
    """Numbers as people write them: whole, with decimals, in groups, with an exponent; now and then a word."""
    whole = st.one_of(DIGITS, st.integers(0, 2_000_000).map(str))
    decimal = st.tuples(whole, MARK, DIGITS).map("".join)
    grouped = st.builds(
        lambda first, mark, groups: mark.join([first, *groups]), DIGITS, MARK, st.lists(THREE, min_size=1, max_size=2)
    )
    both = st.builds(lambda first, group, rest: f"{first}.{group},{rest}", DIGITS, THREE, DIGITS)
    power = st.tuples(decimal, st.sampled_from(["e-3", "E+02"])).map("".join)
    numbers = st.one_of(whole, decimal, decimal, grouped, both, power)
    return st.one_of(*[numbers] * 12, st.sampled_from(["", "x", "nan"]))


def columns(number: int) -> st.SearchStrategy[list[list[str]]]:
    """Columns of one length, most of which are written in one way."""
    one_way = st.one_of(
        cells(),
        DIGITS,
        st.tuples(DIGITS, st.just(","), DIGITS).map("".join),
        st.tuples(DIGITS, st.just("."), THREE).map("".join),
    )
    column = st.one_of(st.lists(cells(), min_size=4, max_size=4), st.lists(one_way, min_size=4, max_size=4))
    return st.lists(column, min_size=number, max_size=number)


def contents(table: Table) -> tuple[Any, ...]:
    return table.header, table.lines().tolist(), [column.dtype for column in table.columns]


@settings(max_examples=60, deadline=None)  # each example writes one file and reads it twice
@given(
    columns(3),
    st.sampled_from([";", "\t", ","]),
    st.sampled_from([None, None, ".", ","]),
    st.sampled_from([1 << 15, 50]),
)
def test_numbers_are_the_same_both_ways(
    tmp_path_factory: pytest.TempPathFactory, written: list[list[str]], separator: str, decimal: Any, head: int
) -> None:
    """head: bytes from which the marks of numbers are known."""
    path = tmp_path_factory.mktemp("tables") / "table.csv"
    form = '"{}"' if separator == "," else "{}"
    rows = [["1", *row] for row in zip(*written, strict=True)]
    lines = ["i (s)", "a", "b", "c"], *rows
    path.write_text("".join(separator.join(map(form.format, row)) + "\n" for row in lines), encoding="utf-8")
    tables = []
    for short in (1 << 20, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(text_container, "_SHORT", short)
            patch.setattr(text_container, "_HEAD", head)
            tables.append(
                text_container.read(path, Dialect(separator=separator, header=1, units_line=0, decimal=decimal))
            )
    first, second = tables
    assert contents(first) == contents(second)
    for one, other in zip(first.columns, second.columns, strict=True):
        if one.dtype == object:
            assert one.tolist() == other.tolist()
        else:  # pandas may round the last digit in another way
            np.testing.assert_allclose(one, other, rtol=3e-16)


def test_points_that_group_digits_are_known_by_commas_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_container, "_SHORT", 0)
    path = tmp_path / "table.csv"
    path.write_text("t (s);n\n0;1.024\n0,5;2.048\n1;4.096\n", encoding="utf-8")
    for decimal in (None, ","):
        table = text_container.read(path, Dialect(decimal=decimal))
        assert [column.tolist() for column in table.columns] == [[0.0, 0.5, 1.0], [1024.0, 2048.0, 4096.0]]
