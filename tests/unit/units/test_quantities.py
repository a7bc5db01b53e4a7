"""Quantities from text: every form, every dimension, and everything that must be refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE, VACUUM_PERMEABILITY
from stfit.units import Quantity, UnitError, conversion, parse_difference, parse_quantity, quoted, split_header
from tests.saying import unnamed

# A value takes three roundings on its way to SI (the factor of the unit, that of the prefix, their product with the
# number), each of 1.1e-16; as many for the number it is compared with.
ROUNDING = 7e-16

# 1 Oe is 1000/(4π) A/m; times mu_0 that is 1e-4 T but for mu_0 / (4π·1e-7) of CODATA 2022.
OERSTED = VACUUM_PERMEABILITY * 1e3 / (4 * math.pi)


@pytest.mark.parametrize(
    ("text", "unit", "value", "uncertainty"),
    [
        ("0.110 ± 0.004 ohm", "ohm", 0.110, 0.004),
        ("0.110 +/- 0.004 ohm", "ohm", 0.110, 0.004),
        ("0.110±0.004ohm", "ohm", 0.110, 0.004),
        ("(0.110 ± 0.004) ohm", "ohm", 0.110, 0.004),
        ("0.110(4) ohm", "ohm", 0.110, 0.004),
        ("0.110(12) ohm", "ohm", 0.110, 0.012),
        ("12(3) mA", "A", 12e-3, 3e-3),
        ("1.20(3)e-9 s", "s", 1.2e-9, 3e-11),
        ("(1.2 ± 0.3)e-9 s", "s", 1.2e-9, 3e-10),
        ("1.2e-9 ± 3e-10 s", "s", 1.2e-9, 3e-10),
        ("0.35 ± 0.03", "", 0.35, 0.03),
        ("(35 ± 3) %", "", 0.35, 0.03),
        ("1 ns", "s", 1e-9, None),
        ("1ns", "s", 1e-9, None),
        ("1 \N{MICRO SIGN}s", "s", 1e-6, None),
        ("1 \N{GREEK SMALL LETTER MU}s", "s", 1e-6, None),
        ("1 us", "s", 1e-6, None),
        ("2 seconds", "s", 2.0, None),
        ("\N{MINUS SIGN}5 mA", "A", -5e-3, None),
        ("+5 mA", "A", 5e-3, None),
        (".5 A", "A", 0.5, None),
        ("5. A", "A", 5.0, None),
        ("1 k\N{GREEK CAPITAL LETTER OMEGA}", "ohm", 1e3, None),
        ("1 m\N{OHM SIGN}", "ohm", 1e-3, None),
        ("1 Ohm", "ohm", 1.0, None),
        ("295 K", "K", 295.0, None),
        ("22 degC", "K", 295.15, None),
        ("22 °C", "K", 295.15, None),
        ("22 ± 1 degC", "K", 295.15, 1.0),
        ("32 ± 9 degF", "K", 273.15, 5.0),
        ("0.1 eV", "J", 0.1 * ELEMENTARY_CHARGE, None),
        ("5 meV", "J", 5e-3 * ELEMENTARY_CHARGE, None),
        ("40 kB*K", "J", 40 * BOLTZMANN, None),
        ("40 k_B K", "J", 40 * BOLTZMANN, None),
        ("500 MHz", "Hz", 5e8, None),
        ("500 MHz", "1/s", 5e8, None),
        ("90 deg", "rad", math.pi / 2, None),
        ("90°", "rad", math.pi / 2, None),
        ("50 mT", "T", 0.05, None),
        ("500 G", "T", 0.05, None),
        ("50 ± 2 Oe", "T", 50 * OERSTED, 2 * OERSTED),
        ("1 kA/m", "T", 1e3 * VACUUM_PERMEABILITY, None),
        ("50 mT", "A/m", 0.05 / VACUUM_PERMEABILITY, None),
        ("5 1/mA", "1/A", 5e3, None),
        ("5 mA⁻¹", "1/A", 5e3, None),
        ("2 mA/us", "A/s", 2e3, None),
        ("2 A per s", "A/s", 2.0, None),
        ("1 J/m³", "J/m**3", 1.0, None),
        ("1 erg/cm^3", "J/m**3", 0.1, None),
        (0.35, "", 0.35, None),
        (3, "", 3.0, None),
    ],
)
def test_a_quantity_is_read_into_si(text: str | float, unit: str, value: float, uncertainty: float | None) -> None:
    found = parse_quantity(text, unit)
    assert found.value == pytest.approx(value, rel=ROUNDING)
    assert found.uncertainty == (None if uncertainty is None else pytest.approx(uncertainty, rel=ROUNDING))


# What a refusal of another dimension names: units that would do.
CURRENT = ("A", "mA", "uA")
NUMBER = ("0.35",)


@pytest.mark.parametrize(
    ("text", "unit", "named"),
    [
        ("3", "A", (*CURRENT, "'3'")),
        (3, "A", (*CURRENT, "'3'")),
        ("3 V", "A", (*CURRENT, "'3 V'", "voltage")),
        ("3 A*m", "A", (*CURRENT, "'3 A*m'", "ampere*meter")),
        ("3 Amps/", "A", (*CURRENT, "'3 Amps/'")),
        ("3 furlongs", "A", (*CURRENT, "'3 furlongs'", "'furlongs'")),
        ("", "A", (*CURRENT, "''")),
        ("A", "A", (*CURRENT, "'A'")),
        ("nan A", "A", (*CURRENT, "'nan A'")),
        ("inf A", "A", (*CURRENT, "'inf A'")),
        ("1e999999 A", "A", (*CURRENT, "finite", "'1e999999 A'")),
        ("1 ± 1e999 A", "A", (*CURRENT, "finite", "'1 ± 1e999 A'")),
        ("1e308 TA", "A", (*CURRENT, "finite", "'1e308 TA'")),
        ("1 ± 0 A", "A", (*CURRENT, "uncertainty", "0", "'1 ± 0 A'")),
        ("1 ± -1 A", "A", (*CURRENT, "'1 ± -1 A'")),
        ("0,110 A", "A", (*CURRENT, "'0,110 A'")),
        ("0.11 ± 5 % ohm", "ohm", ("ohm", "'0.11 ± 5 % ohm'", "two meanings")),
        ("110 mohm ± 4 mohm", "ohm", ("ohm", "'110 mohm ± 4 mohm'")),
        ("1 000 A", "A", (*CURRENT, "'1 000 A'")),
        ("1 As", "A", (*CURRENT, "'1 As'", "'As'")),
        ("1" * 201, "A", (*CURRENT, "201")),
        ("().__class__", "A", (*CURRENT, "'().__class__'")),
        ("1 __import__('os')", "A", (*CURRENT, "\"1 __import__('os')\"")),
        ("9**9**9 A", "A", (*CURRENT, "'9**9**9 A'")),
        ("1 A**2**3", "A", (*CURRENT, "'1 A**2**3'")),
        ("1 A**0", "", (*NUMBER, "'1 A**0'")),
        ("1 nan/nan", "", (*NUMBER, "'1 nan/nan'")),
        ("1" + " Tm^9" * 39, "A", (*CURRENT, "'1 Tm")),
        ("1 A\x00", "A", (*CURRENT, r"'1 A\x00'")),
        ("1 A\n2", "A", (*CURRENT, r"'1 A\n2'")),
        ("٣ A", "A", (*CURRENT, "'٣ A'")),
        (math.nan, "", (*NUMBER, "finite", "'nan'")),
        (math.inf, "", (*NUMBER, "finite", "'inf'")),
        (10**400, "", (*NUMBER, "finite", "'inf'")),
        (True, "", (*NUMBER, "'True'")),
        ("3 mA", "", (*NUMBER, "'3 mA'", "current")),
        ("3 deg", "", (*NUMBER, "'3 deg'", "angle")),
        ("0.35 ± 10 %", "", (*NUMBER, '"(35 ± 3) %"', "'0.35 ± 10 %'", "two meanings")),
        ("1 rad/s", "Hz", ("Hz", "'1 rad/s'", "radian/second")),
        ("22 C", "K", ("K", "degC", "'22 C'", "charge")),
        ("1 kdegC", "K", ("K", "degC", "'1 kdegC'")),
        ("1 µ", "s", ("s", "us", "ns", "'1 µ'", "'u'")),
        ("1 A", "W", ("W", "'1 A'", "current")),
    ],
)
def test_anything_else_is_refused_in_words(text: str | float, unit: str, named: tuple[str, ...]) -> None:
    with pytest.raises(UnitError) as caught:
        parse_quantity(text, unit)
    assert not unnamed(str(caught.value), *named)


def test_the_error_keeps_its_two_halves() -> None:
    with pytest.raises(UnitError) as caught:
        parse_quantity("1 K", "s")
    assert str(caught.value) == f"expected {caught.value.expected}; found {caught.value.found}"
    assert caught.value.found == "'1 K', a temperature"


_SIGNS = "0 19.e±-+()[]*/^²⁻·%°µΩΔ_\\#=:,'\"sAKmT"
_WORDS = [
    "+/-",
    "**",
    "^2",
    "ms",
    "second",
    "sec",
    "Oe",
    "eV",
    "kB",
    "k_B",
    "rad",
    "deg",
    "degC",
    "delta_",
    "nan",
    "inf",
]
_OTHERS = ["per", "sq", "cubic", "squared", "__", "if", "lambda", "None"]
_PIECES = st.lists(st.sampled_from([*_SIGNS, *_WORDS, *_OTHERS]), max_size=9).map("".join)


@settings(deadline=None)  # the first example imports pint
@given(_PIECES | st.text(max_size=20), st.sampled_from(["s", "", "T"]))
def test_no_text_does_worse_than_a_unit_error(text: str, unit: str) -> None:
    for candidate in (text, f"1 {text}"):
        try:
            found = parse_quantity(candidate, unit)
        except UnitError:
            continue
        assert math.isfinite(found.value)
        assert found.uncertainty is None or found.uncertainty > 0


_POSITIVE = st.floats(1e-30, 1e30)


@settings(deadline=None)
@given(st.floats(-1e30, 1e30), _POSITIVE)
def test_a_number_is_read_as_python_writes_it(value: float, uncertainty: float) -> None:
    assert parse_quantity(f"{value!r} ± {uncertainty!r} A", "A") == Quantity(value, uncertainty)


@settings(deadline=None)
@given(_POSITIVE, st.sampled_from([("mA", "A"), ("us", "s"), ("meV", "J"), ("mT", "T"), ("Oe", "T"), ("%", "")]))
def test_a_change_of_unit_is_a_factor(value: float, units: tuple[str, str]) -> None:
    factor, offset = conversion(*units)
    found = parse_quantity(f"{value!r} {units[0]}", units[1])
    assert offset == 0
    assert found.value == factor * value


@settings(deadline=None)
@given(st.floats(-200.0, 1e4))
def test_celsius_is_kelvin_less_27315(celsius: float) -> None:
    factor, offset = conversion("degC", "K")
    assert (factor, offset) == (1.0, 273.15)
    assert parse_quantity(f"{celsius!r} degC", "K").value == celsius + 273.15


def test_flux_density_and_field_strength_convert_back_and_forth() -> None:
    there, back = conversion("A/m", "T")[0], conversion("T", "A/m")[0]
    assert there == VACUUM_PERMEABILITY
    assert there * back == pytest.approx(1.0, rel=ROUNDING)


@pytest.mark.parametrize(
    ("unit", "to", "named"),
    [
        ("kg", "A", (*CURRENT, "'kg'", "mass")),
        ("", "A", (*CURRENT, "no unit")),
        ("mm/s", "W", ("W", "'mm/s'", "meter/second")),
        ("x" * 300, "A", (*CURRENT, f"'{'x' * 59}…'")),
    ],
)
def test_a_unit_of_another_dimension_is_refused(unit: str, to: str, named: tuple[str, ...]) -> None:
    with pytest.raises(UnitError) as caught:
        conversion(unit, to)
    assert not unnamed(str(caught.value), *named)


@pytest.mark.parametrize(
    ("header", "name", "unit"),
    [
        ("current (mA)", "current", "mA"),
        ("current [mA]", "current", "mA"),
        (" current(mA) ", "current", "mA"),
        ("n", "n", None),
        ("n ()", "n", None),
        ("slope [1/(A s)]", "slope", "1/(A s)"),
        ("slope (1/(A s))", "slope", "1/(A s)"),
        ("current (mA) (dc)", "current (mA)", "dc"),
        ("a)", "a)", None),
        ("(mA)", "", "mA"),
        ("", "", None),
    ],
)
def test_a_header_is_a_name_and_a_unit(header: str, name: str, unit: str | None) -> None:
    assert split_header(header) == (name, unit)


def test_quoted_text_is_escaped_and_cut_to_sixty_characters() -> None:
    assert quoted("\x1b[31m") == r"'\x1b[31m'"
    assert quoted("x" * 60) == f"'{'x' * 60}'"
    assert quoted("x" * 61) == f"'{'x' * 59}…'"


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [("20 mK", "K", 0.02), ("0.5 degC", "K", 0.5), ("9 degF", "K", 5.0), ("1 Oe", "T", OERSTED), ("2", "", 2.0)],
)
def test_a_difference_knows_no_zero_of_a_scale(text: str, unit: str, value: float) -> None:
    assert parse_difference(text, unit).value == pytest.approx(value, rel=ROUNDING)


def test_a_difference_is_refused_as_a_quantity_is() -> None:
    with pytest.raises(UnitError, match=r"expected a temperature with its unit .*; found '20 mT', a magnetic field"):
        parse_difference("20 mT", "K")
    assert parse_difference("20 ± 1 mK", "K").uncertainty == pytest.approx(1e-3, rel=ROUNDING)
    assert parse_difference(0.5, "") == Quantity(0.5)
