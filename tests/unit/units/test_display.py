"""The prefix a figure shows."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stfit.units import choose_prefix, conversion


@pytest.mark.parametrize(
    ("values", "unit", "factor", "label"),
    [
        ([-2e-3, 1e-3], "A", 1e3, "mA"),
        ([1e-3], "A", 1e3, "mA"),
        ([0.001 * 0.1 * 10], "A", 1e3, "mA"),  # a rounding error away from 1 mA
        ([5e-6], "s", 1e6, "µs"),
        ([1e-9], "s", 1e9, "ns"),
        ([0.11], "ohm", 1e3, "mΩ"),
        ([50.0, math.inf, math.nan], "ohm", 1.0, "Ω"),
        ([295.0], "K", 1.0, "K"),
        ([0.05], "T", 1e3, "mT"),
        ([5e3], "1/A", 1e-3, "1/mA"),
        ([5e9], "Hz", 1e-9, "GHz"),
        ([1.2], "rad", 1.0, "rad"),
        ([0.35], "", 1.0, ""),
        ([8.0], "e", 1.0, "e"),
        ([0.0], "A", 1.0, "A"),
        ([], "s", 1.0, "s"),
    ],
)
def test_the_largest_value_decides(values: list[float], unit: str, factor: float, label: str) -> None:
    assert choose_prefix(values, unit) == (factor, label)


def test_energies_are_shown_in_electron_volts() -> None:
    factor, label = choose_prefix([1.602176634e-20], "J")
    assert label == "meV"
    # Two roundings, of 1/e and of its product with 1000, each of 1.1e-16.
    assert factor * 1.602176634e-20 == pytest.approx(100.0, rel=3e-16)


@settings(deadline=None)  # the first example imports pint
@given(st.floats(1e-14, 1e14), st.sampled_from(["A", "V", "ohm", "s", "K", "T", "Hz", "1/A", "1/V"]))
def test_what_is_shown_lies_between_one_and_a_thousand_and_is_that_unit(value: float, unit: str) -> None:
    factor, label = choose_prefix([value], unit)
    # log10(value)/3 has 1e-12 of slack, so a value may lie below its power of 1000 by 3e-12 · ln 10 = 7e-12 of itself.
    assert 1 - 7e-12 <= value * factor < 1000 * (1 + 1e-15)
    # The label, read back, is the inverse of the factor; three roundings of 1.1e-16 on each side.
    assert conversion(label, unit)[0] * factor == pytest.approx(1.0, rel=7e-16)
