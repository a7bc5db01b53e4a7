"""The units stfit knows. The only importer of pint.

pint never sees more than a product of powers of names (`_EXPRESSION`), so no text of a user can make it compute.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final, final

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE

LONGEST: Final = 200  # characters of a quantity or of a unit; more is refused unread

# A vocabulary of our own: its registry is built in 10 ms instead of 200, its constants are those of
# `stfit.constants`, and a slip of the pen is no unit of something far away ("a" for year, "u" for dalton).
_DEFINITIONS: Final = f"""
femto- = 1e-15 = f-
pico- = 1e-12 = p-
nano- = 1e-9 = n-
micro- = 1e-6 = u-
milli- = 1e-3 = m-
centi- = 1e-2 = c-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
peta- = 1e15 = P-
meter = [length] = m = metre
second = [time] = s = sec
ampere = [current] = A = amp
kilogram = [mass] = kg
kelvin = [temperature] = K = Kelvin
radian = [] = rad
degree_Celsius = kelvin; offset: 273.15 = degC = celsius = Celsius
degree_Fahrenheit = 5 / 9 * kelvin; offset: 233.15 + 200 / 9 = degF = fahrenheit = Fahrenheit
degree = {math.pi / 180!r} * radian = deg
percent = 0.01
permille = 0.001
ppm = 1e-6
gram = 1e-3 * kilogram = g
minute = 60 * second = min
hour = 3600 * second = h
hertz = 1 / second = Hz
angstrom = 1e-10 * meter
liter = 1e-3 * meter ** 3 = L = litre
newton = kilogram * meter / second ** 2 = N
joule = newton * meter = J
watt = joule / second = W
coulomb = ampere * second = C
volt = joule / coulomb = V
ohm = volt / ampere = _ = Ohm
siemens = ampere / volt = S
farad = coulomb / volt = F
weber = volt * second = Wb
henry = weber / ampere = H
tesla = weber / meter ** 2 = T
gauss = 1e-4 * tesla = G = Gauss
oersted = {1e3 / (4 * math.pi)!r} * ampere / meter = Oe = Oersted
emu = 1e-3 * ampere * meter ** 2
erg = 1e-7 * joule
electron_volt = {ELEMENTARY_CHARGE!r} * joule = eV
elementary_charge = {ELEMENTARY_CHARGE!r} * coulomb = e
boltzmann_constant = {BOLTZMANN!r} * joule / kelvin = k_B = kB
"""

# SI unit → what it measures, and units to name in a message.
DIMENSIONS: Final = {
    "": ("a pure number", ("1", "%")),
    "A": ("a current", ("A", "mA", "uA")),
    "V": ("a voltage", ("V", "mV")),
    "ohm": ("a resistance", ("ohm", "mohm", "kohm")),
    "s": ("a time", ("s", "us", "ns")),
    "K": ("a temperature", ("K", "degC")),
    "J": ("an energy", ("eV", "meV", "J", "kB*K")),
    "T": ("a magnetic field", ("T", "mT", "Oe", "A/m")),
    "A/m": ("a magnetic field strength", ("A/m", "kA/m", "Oe", "mT")),
    "rad": ("an angle", ("rad", "deg")),
    "Hz": ("a frequency", ("Hz", "MHz", "GHz")),
    "A/s": ("a current ramp rate", ("A/s", "mA/s")),
    "1/A": ("a slope per current", ("1/A", "1/mA")),
    "1/V": ("a slope per voltage", ("1/V",)),
    "m": ("a length", ("m", "nm")),
    "m**3": ("a volume", ("m^3", "nm^3")),
    "J/m**3": ("an energy density", ("J/m^3", "erg/cm^3")),
    "kg": ("a mass", ("kg",)),
    "C": ("a charge", ("C", "e")),
    "K**2/A**2": ("a heating by current, T² over I²", ("K^2/A^2", "K^2/mA^2")),
    "rad/s/T": ("a gyromagnetic ratio", ("rad/s/T",)),
}

_SYMBOLS: Final = str.maketrans(
    {
        "\N{MICRO SIGN}": "u",
        "\N{GREEK SMALL LETTER MU}": "u",
        "\N{OHM SIGN}": "ohm",
        "\N{GREEK CAPITAL LETTER OMEGA}": "ohm",
        "\N{LATIN CAPITAL LETTER A WITH RING ABOVE}": "angstrom",
        "\N{ANGSTROM SIGN}": "angstrom",
        "\N{MINUS SIGN}": "-",
        "℃": "degC",
        "°": "deg",
        "\N{RING ABOVE}": "deg",
        "\N{MASCULINE ORDINAL INDICATOR}": "deg",
        "%": "percent",
        "‰": "permille",
        "·": "*",
        "×": "*",
        "⋅": "*",
    }
)
_DEGREES: Final = re.compile(r"deg\.?\s*([CF])")
_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")

# Two things that pint takes and nobody means are left out: a power of 0 (a KeyError) and the name "nan" (a number).
_POWER = r"(?!(?i:nan)\b)[A-Za-z_][A-Za-z_0-9]*(?:\s*(?:\*\*|\^)\s*[+-]?[1-9])?"
_EXPRESSION: Final = re.compile(rf"(?:1|{_POWER})(?:(?:\s*[*/]\s*|\s+){_POWER})*")


@final
@dataclass(frozen=True)
class Root:
    """A unit in SI base units: x of it are factor·x + offset of `base`."""

    factor: float
    offset: float
    base: str


_BASES: Final[Mapping[str, str]] = {  # of the SI units
    "": "dimensionless",
    "A": "ampere",
    "V": "kilogram * meter ** 2 / ampere / second ** 3",
    "ohm": "kilogram * meter ** 2 / ampere ** 2 / second ** 3",
    "s": "second",
    "K": "kelvin",
    "J": "kilogram * meter ** 2 / second ** 2",
    "T": "kilogram / ampere / second ** 2",
    "A/m": "ampere / meter",
    "rad": "radian",
    "Hz": "1 / second",
    "A/s": "ampere / second",
    "V/s": "kilogram * meter ** 2 / ampere / second ** 4",
    "T/s": "kilogram / ampere / second ** 3",
    "A/m/s": "ampere / meter / second",
    "1/A": "1 / ampere",
    "1/V": "ampere * second ** 3 / kilogram / meter ** 2",
    "m": "meter",
    "m**3": "meter ** 3",
    "J/m**3": "kilogram / meter / second ** 2",
    "kg": "kilogram",
    "C": "ampere * second",
    "K**2/A**2": "kelvin ** 2 / ampere ** 2",
    "rad/s/T": "ampere * radian * second / kilogram",
}
_MULTIPLES: Final[Mapping[str, tuple[float, str]]] = {
    "percent": (0.01, ""),
    "mA": (1e-3, "A"),
    "uA": (1e-6, "A"),
    "mV": (1e-3, "V"),
    "mohm": (1e-3, "ohm"),
    "kohm": (1e3, "ohm"),
    "ms": (1e-3, "s"),
    "us": (1e-6, "s"),
    "ns": (1e-9, "s"),
    "ps": (1e-12, "s"),
    "eV": (ELEMENTARY_CHARGE, "J"),
    "mT": (1e-3, "T"),
    "kA/m": (1e3, "A/m"),
    "MHz": (1e6, "Hz"),
    "GHz": (1e9, "Hz"),
    "mA/s": (1e-3, "A/s"),
    "mT/s": (1e-3, "T/s"),
}
# What nearly every file is written in, as pint reads it: a command that meets no other unit need not load pint, which
# takes as long as the rest of it.
COMMON: Final[Mapping[str, Root]] = {unit: Root(1.0, 0.0, base) for unit, base in _BASES.items()} | {
    unit: Root(factor, 0.0, _BASES[of]) for unit, (factor, of) in _MULTIPLES.items()
}


class UnknownUnitError(ValueError):
    """No unit of this vocabulary; says why, in a few words. Never leaves `stfit.units`."""


def root(unit_text: str) -> Root:
    """The unit in SI base units, "" being the pure number. Raises UnknownUnitError."""
    expression = _normalised(unit_text)
    return COMMON[expression] if expression in COMMON else read_by_pint(expression)


@lru_cache(maxsize=4096)
def is_unit(text: str) -> bool:
    """Whether a text is a unit of this vocabulary, and no number; most other words are told without pint."""
    if not text.strip() or text.strip()[0].isdigit():
        return False
    try:
        expression = _normalised(text)
        known = expression in COMMON or all(map(_is_named, re.findall(r"[A-Za-z_]+", expression)))
        return known and bool(root(text))
    except UnknownUnitError:
        return False


def _is_named(word: str) -> bool:
    """Whether a word is a unit, with or without a prefix, in the singular or plural."""
    names, prefixes = _names()
    forms = {word, word.removesuffix("s")}
    forms |= {form.removeprefix(prefix) for form in forms for prefix in prefixes}
    return not names.isdisjoint(forms)


@cache
def _names() -> tuple[frozenset[str], frozenset[str]]:
    """The names of all units, and of all prefixes."""
    lines = [line.partition("=")[::2] for line in _DEFINITIONS.strip().splitlines()]
    words = [(name.strip(), *(part.strip() for part in rest.split("=")[1:])) for name, rest in lines]
    every = {word for group in words for word in group}
    return frozenset(word for word in every if word[-1:] != "-"), frozenset(
        word[:-1] for word in every if word[-1:] == "-"
    )


@lru_cache(maxsize=256)
def read_by_pint(expression: str) -> Root:
    """The unit in SI base units, from ASCII; UnknownUnitError for what is none."""
    import pint  # takes as long as all else of a command that refuses an analysis file

    registry = _registry(pint.UnitRegistry)
    try:
        unit = registry.parse_units(expression)
        offset = registry.Quantity(0.0, unit).to_root_units().magnitude
        factor, base = registry.get_root_units(unit, check_nonmult=False)
    except pint.errors.UndefinedUnitError as error:
        raise UnknownUnitError(f"where {', '.join(map(repr, error.unit_names))} is no known unit") from None
    except (pint.errors.PintError, OverflowError):  # OverflowError: absurd powers
        raise UnknownUnitError("which is no unit") from None
    return Root(float(factor), float(offset), str(base))


def dimension_of(base: str) -> str:
    """What a unit with these base units measures, in words."""
    known = {root(unit).base: what for unit, (what, _) in DIMENSIONS.items()}
    return known.get(base, f"a quantity in {base.replace(' ** ', '^').replace(' ', '')}")


@cache
def _registry(made_by: Any) -> Any:
    """The vocabulary as pint holds it; made_by: its class of registries."""
    return made_by(_DEFINITIONS.strip().splitlines(), on_redefinition="raise")


def _normalised(unit_text: str) -> str:
    """The unit in ASCII: µ as u, Ω as ohm, ° as deg, superscripts as powers. Raises UnknownUnitError."""
    if len(unit_text) > LONGEST:
        raise UnknownUnitError("which is no unit")
    plain = re.sub(r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda power: "**" + power[0].translate(_SUPERSCRIPTS), unit_text)
    expression = _DEGREES.sub(r"deg\1", plain.translate(_SYMBOLS).strip())
    if expression and _EXPRESSION.fullmatch(expression) is None:
        raise UnknownUnitError("which is no unit")
    return expression
