"""Grouping of rows by their settings, against the obvious way."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stfit.measurement.grouping import groups

VALUES = st.sampled_from([0.0, -1.5, 2.0, float("nan")])


def obvious(keys: list[Any]) -> tuple[list[int], list[int]]:
    seen: dict[tuple[str, ...], int] = {}
    first, group = [], []
    for row in range(keys[0].size):
        key = tuple(repr(float(column[row])) for column in keys)
        if key not in seen:
            seen[key] = len(seen)
            first.append(row)
        group.append(seen[key])
    return first, group


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=40))
def test_groups_stand_in_order_of_appearance(rows: list[tuple[float, ...]]) -> None:
    keys = [np.array(column) for column in zip(*rows, strict=True)]
    first, group = groups(keys)
    assert (first.tolist(), group.tolist()) == obvious(keys)


@pytest.mark.parametrize("distinct", [3, 40, 5000])
@pytest.mark.parametrize("in_runs", [True, False])
def test_few_values_and_many_in_runs_and_mixed(distinct: int, in_runs: bool) -> None:
    rng = np.random.default_rng(distinct)
    pool = rng.standard_normal(distinct)
    keys = [rng.choice(pool, 20_000), rng.choice(pool[:3], 20_000)]
    if in_runs:
        keys = [np.sort(keys[0]), keys[1][0] + np.zeros(20_000)]
    first, group = groups(keys)
    assert (first.tolist(), group.tolist()) == obvious(keys)


def test_a_value_that_no_sample_holds_is_found() -> None:
    values = np.zeros(50_000)
    values[12_345] = 1.0  # every 12th row is looked at first
    other = np.arange(50_000.0) % 2
    first, group = groups([values, other])
    assert (first.tolist(), group.tolist()) == obvious([values, other])
