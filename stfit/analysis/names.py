"""Which parameters an analysis file may name, and which values they can have."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from stfit.analysis.entries import Constant, Prior
from stfit.analysis.messages import shown, unfit, unknown
from stfit.analysis.quantities import quantity, uncertain_quantity
from stfit.models.parameters import PARAMETERS, Parameter

# they divide: 0 is no value of theirs although it lies inside their domain
_NEVER_ZERO: Final = frozenset({"beta", "delta_R"})
_NARROWEST: Final = 1e-9  # width of a pair of bounds, relative: below it they are one number
_CHARGES: Final = re.compile(r"(.*[0-9.)\s])e\s*")  # a number of elementary charges
_FAMILIES: Final = ("uniform", "normal", "lognormal", "truncated")
_NUMBERS: Final[Mapping[str, int]] = {"truncated": 4}  # of a prior, where they are not two


def constant(value: Any, parameter: Parameter) -> Constant:
    """A value of [device], with or without ±, inside the parameter's domain."""
    found = uncertain_quantity(_plain(value, parameter), _unit(parameter))
    _require_inside(found.value, parameter, value)
    return found


def fixed_value(value: Any, parameter: Parameter) -> float:
    """A value of [fit] fix, inside the parameter's domain."""
    found = quantity(_plain(value, parameter), _unit(parameter))
    _require_inside(found, parameter, value)
    return found


def known_chi(value: Any) -> float:
    """χ of a known GMR curve, no larger than what is looked for where χ is free."""
    parameter = PARAMETERS["chi"]
    chi = fixed_value(value, parameter)
    largest = float(parameter.quantity(parameter.upper))
    if chi > largest:
        raise unfit(f"a value of at most {largest:.4g}", shown(value))
    return chi


def bounds(value: Any, parameter: Parameter) -> tuple[float, float]:
    """A pair low < high inside the parameter's domain, ends included unless its logarithm is fitted."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise unfit("a pair [low, high]", shown(value))
    low, high = (quantity(_plain(end, parameter), _unit(parameter)) for end in value)
    lower, upper = parameter.domain
    outside = low < lower or high > upper
    if outside or (parameter.transform != "linear" and low == lower):
        raise unfit(_domain_in_words(parameter), _pair(value))
    if low >= high:
        raise unfit("a pair whose low end lies below its high end", _pair(value))
    if high - low <= _NARROWEST * max(abs(low), abs(high)):
        raise unfit("a pair wide enough to search between, or [fit] fix", _pair(value))
    return low, high


def prior(value: Any, parameter: Parameter) -> Prior:
    """A prior: one family with its two numbers."""
    expected = (
        '{normal = ["mean", "sd"]}, {truncated = ["mean", "sd", "low", "high"]}, {lognormal = ["median", "factor"]} '
        'or {uniform = ["low", "high"]}'
    )
    if not isinstance(value, Mapping) or len(value) != 1:
        raise unfit(expected, shown(value))
    family, numbers = next(iter(value.items()))
    if family not in _FAMILIES:
        raise unfit(*unknown(family, _FAMILIES, "a prior known here"))
    if not isinstance(numbers, list | tuple) or len(numbers) != _NUMBERS.get(family, 2):
        raise unfit(expected, f"{family} = {shown(numbers)}")
    return _PRIORS[family](numbers, parameter)


def parameter_names(value: Any) -> tuple[str, ...]:
    """A list of names of parameters, each kept once, or one name."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise unfit('a name or a list of names, such as ["tau_0"]', shown(value))
    for name in value:
        if name not in PARAMETERS:
            raise unfit(*unknown(name, tuple(PARAMETERS), "parameters known here"))
    return tuple(dict.fromkeys(value))


def _uniform(numbers: Any, parameter: Parameter) -> Prior:
    return Prior("uniform", *bounds(numbers, parameter))


def _normal(numbers: Any, parameter: Parameter) -> Prior:
    mean, deviation = (quantity(_plain(number, parameter), _unit(parameter)) for number in numbers)
    _require_inside(mean, parameter, numbers[0])
    if deviation <= 0:
        raise unfit("a standard deviation above 0", shown(numbers[1]))
    return Prior("normal", mean, deviation)


def _truncated(numbers: Any, parameter: Parameter) -> Prior:
    limits = bounds(numbers[2:], parameter)
    return replace(_normal(numbers[:2], parameter), family="truncated", limits=limits)


def _lognormal(numbers: Any, parameter: Parameter) -> Prior:
    median, factor = quantity(_plain(numbers[0], parameter), _unit(parameter)), quantity(numbers[1], "")
    _require_inside(median, parameter, numbers[0])
    if median <= 0:
        raise unfit("a median above 0", shown(numbers[0]))
    if factor <= 1:
        raise unfit("a factor above 1", shown(numbers[1]))
    return Prior("lognormal", median, factor)


_PRIORS: Final = {"uniform": _uniform, "normal": _normal, "lognormal": _lognormal, "truncated": _truncated}


def _unit(parameter: Parameter) -> str:
    """The unit a user writes: l/L_θθ counts elementary charges, so that it is a pure number."""
    return "" if parameter.unit == "e" else parameter.unit


def _plain(value: Any, parameter: Parameter) -> Any:
    """A value as a number where it is a text such as "25 e", as reports write l/L_θθ."""
    written = _CHARGES.fullmatch(value) if parameter.unit == "e" and isinstance(value, str) else None
    return value if written is None else written[1]


def _require_inside(value: float, parameter: Parameter, written: Any) -> None:
    low, high = parameter.domain
    if not low < value < high or (value == 0 and parameter.name in _NEVER_ZERO):
        raise unfit(_domain_in_words(parameter), shown(written))


def _domain_in_words(parameter: Parameter) -> str:
    low, high = parameter.domain
    unit = f" {_unit(parameter)}" if _unit(parameter) else ""
    if math.isinf(low) and math.isinf(high):
        words = "a value"
    elif math.isinf(high):
        words = f"a value above {low:g}{unit}"
    else:
        words = f"a value between {low:g} and {high:g}{unit}"
    return f"{words} that is not 0" if parameter.name in _NEVER_ZERO else words


def _pair(value: Any) -> str:
    return f"[{', '.join(shown(end) for end in value)}]"
