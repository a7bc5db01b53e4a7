"""A number, its uncertainty and its unit, from text into SI."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, final

from stfit.constants import VACUUM_PERMEABILITY
from stfit.errors import StfitError
from stfit.units.vocabulary import DIMENSIONS, LONGEST, UnknownUnitError, dimension_of, is_unit, root

_SHOWN: Final = 60
_KEPT: Final = 4096  # headers whose parts are remembered, since every kind asks for them
SMALLEST: Final = 1e-30  # SI; beyond these sizes, powers and products of quantities leave the range of doubles
LARGEST: Final = 1e30
_BRACKETS: Final = str.maketrans("（）［］", "()[]")
_SIGNS: Final = str.maketrans({"−": "-", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})

_EXPONENT = r"[eE][+-]?[0-9]+"
_DECIMAL = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_NUMBER = rf"{_DECIMAL}(?:{_EXPONENT})?"
_BOTH = rf"(?P<exponent>{_EXPONENT})?"  # after the parentheses: of the value and of its uncertainty
_FORMS: Final = tuple(
    re.compile(form + r"(?P<unit>(?![,.(±+-])[^±]*)")  # what follows a number and begins so is no unit
    for form in (
        rf"(?P<value>[+-]?{_NUMBER})\s*±\s*(?P<uncertainty>{_NUMBER})",
        rf"\(\s*(?P<value>[+-]?{_DECIMAL})\s*±\s*(?P<uncertainty>{_DECIMAL})\s*\){_BOTH}",
        rf"(?P<value>[+-]?{_DECIMAL})\((?P<digits>[0-9]+)\){_BOTH}",
        rf"(?P<value>[+-]?{_NUMBER})",
    )
)


class UnitError(StfitError):
    """A text that is no quantity, or one of another dimension: what was expected, what was found."""

    def __init__(self, expected: str, found: str) -> None:
        self.expected = expected
        self.found = found
        super().__init__(f"expected {expected}; found {found}")


@final
@dataclass(frozen=True)
class Quantity:
    """A value in an SI unit; uncertainty: one standard deviation in the same unit, None where none is given."""

    value: float
    uncertainty: float | None = None


def quoted(text: str) -> str:
    """The text as it may stand in a message: between quotes, control characters escaped, cut to 60 characters."""
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def parse_quantity(text: str | float, unit: str) -> Quantity:
    """Read "0.110 ± 0.004 ohm", "0.110(4) ohm", "(0.110 ± 0.004) ohm", "22 degC", … into the SI unit `unit`.

    unit: "ohm", "A", "K", "s", "J", "T", …; "" for a pure number, which alone may also be given as int or float.
    An uncertainty is a difference: 22 ± 1 degC is 295.15 ± 1 K. Oe and A/m become tesla as B = mu_0 H.
    Raises UnitError: no number, no unit, another dimension, a value that is not finite, an uncertainty not above 0.
    """
    if not isinstance(text, str):
        return Quantity(_pure_number(text, unit))
    value, uncertainty, unit_text = _split(text, unit)
    try:
        factor, offset = conversion(unit_text, unit)
    except UnitError as error:
        reason = error.found.removeprefix(f"{quoted(unit_text)}, ")
        raise UnitError(_expected_quantity(unit), f"{quoted(text)}, {reason}") from None
    return _checked(text, unit, factor * value + offset, None if uncertainty is None else factor * uncertainty)


def parse_difference(text: str | float, unit: str) -> Quantity:
    """Read the difference of two values, as `parse_quantity` reads one value: 0.5 degC is then 0.5 K."""
    found = parse_quantity(text, unit)
    if not isinstance(text, str):
        return found
    value, _, unit_text = _split(text, unit)
    return Quantity(conversion(unit_text, unit)[0] * value, found.uncertainty)


def conversion(unit_text: str, to: str) -> tuple[float, float]:
    """(factor, offset) so that value_SI = factor·value + offset for values in `unit_text`, held in the SI unit `to`.

    Both texts: a product of powers of unit names, "" for a pure number. A magnetic field may be given as B or as
    H, see `_field_step`. An angle is no pure number, and an angular velocity no frequency: the 2π would be guessed.
    Raises UnitError: an unknown unit, or one of another dimension.
    """
    target = root(to)
    try:
        given = root(unit_text)
    except UnknownUnitError as error:
        raise UnitError(_expected_unit(to), f"{quoted(unit_text)}, {error}") from None
    step = _field_step(given.base, target.base)
    if step is None:
        found = f"{quoted(unit_text)}, {dimension_of(given.base)}" if unit_text.strip() else "no unit"
        raise UnitError(_expected_unit(to), found)
    return given.factor * step / target.factor, given.offset / target.factor


@lru_cache(_KEPT)
def split_header(header: str) -> tuple[str, str | None]:
    """Name and unit of a header; the unit is None where there is none.

    Forms: "current (mA)" with brackets of any kind, "current / mA", "current in mA", "current, mA", "current: mA".
    Behind a slash, "in", a comma or a colon only a unit that is known counts as one: dP/dH is a name.
    """
    text = header.strip().translate(_BRACKETS)
    opening = {")": "(", "]": "[", "}": "{", ">": "<"}.get(text[-1:], "")
    depth = 0
    for position in range(len(text) - 1, -1, -1) if opening else ():
        depth += (text[position] == text[-1]) - (text[position] == opening)
        if depth == 0:
            return text[:position].strip().removesuffix("/").strip(), text[position + 1 : -1].strip() or None
    for mark in ("/", " in ", ",", ":"):
        name, _, unit = text.rpartition(mark) if mark != "/" else text.partition(mark)
        if name.strip() and is_unit(unit):
            return name.strip(), unit.strip()
    return text, None


def _field_step(given: str, target: str) -> float | None:
    """The factor between two base units: 1 where they agree, mu_0 between H and B, None otherwise.

    B = mu_0 H: the one place where a field strength H (A/m, Oe) and a flux density B (T, mT, G) meet, and their rates.
    """
    if given == target:
        return 1.0
    for flux_density, field_strength in (("T", "A/m"), ("T/s", "A/m/s")):
        if (given, target) == (root(field_strength).base, root(flux_density).base):
            return VACUUM_PERMEABILITY
        if (given, target) == (root(flux_density).base, root(field_strength).base):
            return 1 / VACUUM_PERMEABILITY
    return None


def _split(text: str, unit: str) -> tuple[float, float | None, str]:
    """Value, uncertainty and the text of the unit."""
    if len(text) > LONGEST:
        raise UnitError(_expected_quantity(unit), f"a text of {len(text)} characters")
    plain = text.translate(_SIGNS).replace("+/-", "±").strip()
    match = next((match for form in _FORMS if (match := form.fullmatch(plain))), None)
    if match is None:
        raise UnitError(_expected_quantity(unit), quoted(text))
    value, uncertainty, unit_text = _numbers(match.groupdict())
    if uncertainty is not None and "%" in unit_text and not plain.startswith("("):
        # "0.35 ± 10 %" may mean 0.35 ± 0.035 or 0.0035 ± 0.1, "0.11 ± 5 % ohm" likewise
        other = "" if unit else ', or "(35 ± 3) %"'
        raise UnitError(f"{_expected_quantity(unit)}{other}", f"{quoted(text)}, which has two meanings")
    return value, uncertainty, unit_text


def _numbers(parts: dict[str, str]) -> tuple[float, float | None, str]:
    exponent = parts.get("exponent") or ""
    value, unit_text = float(parts["value"] + exponent), parts["unit"].strip()
    if parts.get("digits"):  # 0.110(4): the digits in parentheses count in the last place
        decimals = len(parts["value"].partition(".")[2])
        return value, float(f"{parts['digits']}e{int(exponent[1:] or 0) - decimals}"), unit_text
    if parts.get("uncertainty"):
        return value, float(parts["uncertainty"] + exponent), unit_text
    return value, None, unit_text


def _checked(text: str, unit: str, value: float, uncertainty: float | None) -> Quantity:
    if not (math.isfinite(value) and math.isfinite(uncertainty or 0.0)):
        raise UnitError(f"{_expected_quantity(unit)}, of finite size", quoted(text))
    if uncertainty is not None and uncertainty <= 0:
        raise UnitError(f"{_expected_quantity(unit)}, with an uncertainty above 0", quoted(text))
    return Quantity(value, uncertainty)


def _pure_number(number: float, unit: str) -> float:
    if unit or isinstance(number, bool):
        raise UnitError(_expected_quantity(unit), f"{quoted(str(number))}{' without a unit' if unit else ''}")
    try:
        value = float(number)
    except OverflowError:  # an int above 1.8e308
        value = math.inf
    return _checked(str(value), unit, value, None).value


def _expected_quantity(unit: str) -> str:
    if unit == "":
        return 'a pure number such as 0.35 or "0.35 ± 0.03"'
    what, accepted = DIMENSIONS.get(unit, (f"a quantity in {unit}", (unit,)))
    return f'{what} with its unit ({", ".join(accepted)}) such as "1.2 {accepted[0]}" or "1.2 ± 0.1 {accepted[0]}"'


def _expected_unit(to: str) -> str:
    what, accepted = DIMENSIONS.get(to, (f"a quantity in {to}", (to,)))
    return f"the unit of {what} ({', '.join(accepted)})"
