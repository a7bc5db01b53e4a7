from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stfit.constants import ELEMENTARY_CHARGE
from stfit.results.numbers import format_estimate, format_interval, format_p, format_rounded, format_value
from stfit.results.result import Estimate, Verdict

EV = ELEMENTARY_CHARGE


@pytest.mark.parametrize(
    ("value", "stderr", "unit", "text"),
    [
        (8.1234, 0.3412, "e", "8.12(34) e"),
        (1.234e-9, 0.45e-9, "s", "1.23(45) ns"),
        (-1.0323e3, 5.3, "1/A", "−1.0323(53) 1/mA"),
        (0.65432 * EV, 0.0123 * EV, "J", "654(12) meV"),
        (2.5 * EV, 0.012 * EV, "J", "2.500(12) eV"),
        (1.234e-3, 2.3e-5, "A", "1.234(23) mA"),
        (1.5708, 0.0171, "rad", "1.571(17) rad"),
        (8.0, 0.0996, "", "8.00(10)"),  # 0.0996 rounds up to 0.10, not to 0.100
        (8.1, 1.23, "1", "8.1(1.2)"),
        (1234.0, 123.0, "", "1230(120)"),
        (12345678.0, 123.0, "", "1.234568(12)×10⁷"),
        (1.2e-7, 3.4e-8, "", "1.20(34)×10⁻⁷"),
        (1e-9, 2.5, "", "0.0(2.5)"),
        (-1e-5, 0.34, "", "0.00(34)"),  # no −0.00
        (0.11, 0.004, "ohm", "110.0(4.0) mΩ"),
    ],
)
def test_a_value_shows_two_digits_of_its_uncertainty(value: float, stderr: float, unit: str, text: str) -> None:
    assert format_value(value, stderr, unit) == text


def test_a_value_without_uncertainty_shows_six_digits_at_most() -> None:
    assert format_value(0.1 + 0.2, None, "") == "0.3"
    assert format_value(math.pi, 0.0, "rad") == "3.14159 rad"
    assert format_value(math.pi, 1e-15, "rad") == "3.14159 rad"  # below the last digit of a double


def test_a_value_that_is_not_identified_has_no_number() -> None:
    assert format_value(None, None, "s") == "not identified"


def test_lopsided_intervals_show_both_sides() -> None:
    assert format_value(1.2e-9, 0.4e-9, "s", (0.9e-9, 1.7e-9)) == "1.20 (+0.50 −0.30) ns"
    assert format_value(5.0, 0.5, "", (4.999, 17.0)) == "5.000 (+12.000 −0.001)"


def test_nearly_symmetric_intervals_do_not() -> None:
    assert format_value(1.2e-9, 0.4e-9, "s", (0.81e-9, 1.61e-9)) == "1.20(40) ns"


def test_an_interval_open_on_a_side_is_a_limit() -> None:
    assert format_value(1.2e-9, 0.4e-9, "s", (None, 3.4e-9)) == "≤ 3.4 ns"
    assert format_interval((2e-3, None), "A") == "≥ 2 mA"
    assert format_interval((None, None), "A") == "open on both sides"
    assert format_interval(None, "A") == "–"


@pytest.mark.parametrize(
    ("interval", "unit", "text"),
    [
        ((7.4512, 8.7923), "e", "7.45 to 8.79 e"),
        ((-1.043e3, -1.022e3), "1/A", "−1.043 to −1.022 1/mA"),
        ((1.1e-12, 1.3e-6), "s", "1.1 ps to 1.3 µs"),
        ((1.2e7, 1.4e7), "", "(1.20 to 1.40)×10⁷"),
        ((2.0, 2.0), "", "2.00000 to 2.00000"),
    ],
)
def test_an_interval_has_one_unit_unless_it_spans_decades(interval: tuple[float, float], unit: str, text: str) -> None:
    assert format_interval(interval, unit) == text


def test_a_pair_to_be_compared_shares_its_prefix() -> None:
    assert format_value(229.2, 4.1, "1/A", beside=1032.0) == "0.2292(41) 1/mA"
    assert format_interval((221.0, 237.0), "1/A", beside=1032.0) == "0.2210 to 0.2370 1/mA"


def test_an_estimate_is_written_as_its_verdict_allows() -> None:
    interval = (7.0, 9.0)
    assert format_estimate(Estimate(8.0, 1.0, interval, interval, "e", Verdict.IDENTIFIED)) == "8.0(1.0) e"
    assert format_estimate(Estimate(8.0, 1.0, interval, interval, "e", Verdict.NOT_IDENTIFIED)) == "not identified"
    assert format_estimate(Estimate(8.0, 1.0, interval, (None, 9.9), "e", Verdict.ONE_SIDED)) == "≤ 9.9 e (95 %)"
    assert format_estimate(Estimate(8.0, 1.0, None, None, "e", Verdict.FIXED)) == "8 e"
    assert format_estimate(Estimate(math.pi, None, None, None, "e", Verdict.IDENTIFIED)) == "3.142 e"
    assert format_estimate(Estimate(8.0, 1.0, (None, 9.0), interval, "e", Verdict.AT_BOUND)) == "8.0(1.0) e"


@pytest.mark.parametrize(
    ("p_value", "text"),
    [(0.4312, "0.43"), (0.0012, "0.0012"), (2.13e-5, "2.1×10⁻⁵"), (0.0, "< 10⁻⁹"), (1.0, "1"), (None, "–")],
)
def test_p_values(p_value: float | None, text: str) -> None:
    assert format_p(p_value) == text


def test_rounded_values() -> None:
    assert format_rounded(0.00123456, "s") == "1.235 ms"
    assert format_rounded(float("inf"), "") == "inf"
    assert format_rounded(None, "s") == "–"


@given(
    st.floats(1e-30, 1e30) | st.floats(-1e30, -1e-30),
    st.floats(1e-8, 1e3),
    st.sampled_from(["A", "s", "J", "1/A", "e", "", "V"]),
)
def test_never_more_digits_than_a_double_holds(value: float, relative: float, unit: str) -> None:
    text = format_value(value, abs(value) * relative, unit)
    digits = [part.replace(".", "").lstrip("0") for part in re.findall(r"[\d.]+", text)]
    # relative ≥ 1e-8 asks for at most 8 + 2 digits of the value; rounding up may add one; zeros in front are no digits.
    assert max((len(part) for part in digits), default=0) <= 11


@given(st.floats(1e-3, 9e4), st.floats(1e-6, 1.0))
def test_the_written_value_is_the_value_to_half_its_last_digit(value: float, relative: float) -> None:
    stderr = value * relative
    text = format_value(value, stderr, "")
    written = float(re.split(r"[(×]", text)[0])
    # Two significant digits of the error: the last digit is at most a tenth of it, rounded to half of that; the
    # error itself is rounded, which moves its leading digit by less than 1 %, and doubles by 1e-12.
    assert abs(written - value) <= 0.051 * stderr + 1e-12 * value
