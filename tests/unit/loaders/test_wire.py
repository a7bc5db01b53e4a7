"""Contents between two processes: the same on both sides, and no memory for what is not there."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from stfit.errors import InputError, Problem
from stfit.loaders.contents import Contents
from stfit.loaders.wire import BrokenReaderError, receive, send, send_refusal

LARGEST = 10**6
NUMBERS = arrays.arrays(
    st.one_of(
        arrays.boolean_dtypes(), arrays.integer_dtypes(), arrays.unsigned_integer_dtypes(), arrays.floating_dtypes()
    ),
    arrays.array_shapes(min_dims=1, max_dims=3, min_side=0),
).filter(lambda array: array.dtype.itemsize <= 8 and array.dtype.isnative)
COLUMNS = st.lists(st.tuples(st.text(), st.one_of(NUMBERS, st.lists(st.text()))), max_size=4)


def sent(contents: Contents) -> Contents:
    stream = io.BytesIO()
    send(stream, contents)
    stream.seek(0)
    found = receive(stream, LARGEST)
    assert not stream.read()
    return found


@given(COLUMNS, st.none() | st.lists(st.integers(0, 2**40)), st.lists(st.text(), max_size=2))
def test_contents_arrive_as_they_were_sent(columns: Any, lines: list[int] | None, notices: list[str]) -> None:
    found = sent(Contents(tuple(columns), None if lines is None else np.array(lines, dtype=np.int64), tuple(notices)))
    assert found.notices == tuple(notices)
    assert (found.lines is None) == (lines is None)
    assert lines is None or (found.lines is not None and found.lines.tolist() == lines)
    for (name, values), (name_found, values_found) in zip(columns, found.columns, strict=True):
        assert name_found == name
        np.testing.assert_array_equal(values_found, values)


def test_a_refusal_arrives_as_the_same_error() -> None:
    stream = io.BytesIO()
    problems = [Problem("a.h5", "numbers", "none"), Problem("a.h5, line 2\n", "x", "\x1b")]
    send_refusal(stream, InputError(problems))
    stream.seek(0)
    with pytest.raises(InputError) as refused:
        receive(stream, LARGEST)
    assert refused.value.problems == tuple(problems)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"no json\n",
        b"[]\n",
        b"{}\n",
        b"[" * 100_000 + b"\n",
        *(
            json.dumps({"lines": None, "columns": [column]}).encode() + b"\n"
            for column in (
                {},
                {"name": "a", "type": "float64", "shape": [3]},  # and no byte of them
                {"name": "a", "type": "float64", "shape": [10**12]},
                {"name": "a", "type": "float64", "shape": [-1]},
                {"name": "a", "type": "float64", "shape": [True]},
                {"name": "a", "type": "float64", "shape": 3},
                {"name": "a", "type": "object", "shape": [0]},
                {"name": "a", "type": "V8", "shape": [0]},
                {"name": "a", "text": 10**12, "cells": 1},
                {"name": "a", "text": 0, "cells": 10**12},
            )
        ),
    ],
)
def test_what_is_no_message_is_the_end_of_a_reader(message: bytes) -> None:
    with pytest.raises(BrokenReaderError):
        receive(io.BytesIO(message), LARGEST)


def test_lengths_that_are_not_those_of_the_text_are_refused() -> None:
    head = json.dumps({"lines": None, "columns": [{"name": "a", "text": 2, "cells": 2}]}).encode() + b"\n"
    for lengths in ([1, 2], [-1, 3], [0, 0]):
        with pytest.raises(BrokenReaderError):
            receive(io.BytesIO(head + np.array(lengths, dtype=np.int64).tobytes() + b"ab"), LARGEST)
