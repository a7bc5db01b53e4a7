"""Values of the [plan] section: a target, what is thought of, times and errors of what is not measured yet."""

from __future__ import annotations

import re
from typing import Any, Final

from stfit.analysis.messages import shown, unfit, unknown
from stfit.analysis.quantities import duration, quantity
from stfit.models.derived import DERIVED_UNITS, TRANSPORT_UNITS
from stfit.models.parameters import PARAMETERS, Parameter
from stfit.studies.conditions import candidate_words

_OF_ONE_MEASUREMENT: Final = re.compile(r"\[[1-9][0-9]*\]$")
TARGETS: Final = tuple(dict.fromkeys([*PARAMETERS, *DERIVED_UNITS, *TRANSPORT_UNITS]))


def target(value: Any) -> str:
    """The name of a parameter (of one measurement alone: "tau_0[2]") or of what follows from them."""
    if not isinstance(value, str):
        raise unfit('the name of a parameter, such as "l_over_L"', shown(value))
    if _OF_ONE_MEASUREMENT.sub("", value) not in TARGETS:
        raise unfit(*unknown(value, TARGETS, "a quantity known here"))
    return value


def candidates(value: Any) -> tuple[str, ...]:
    """A list of kinds of candidates, each kept once."""
    if not isinstance(value, list | tuple) or not value or not all(isinstance(name, str) for name in value):
        raise unfit('a list of candidates, such as ["longer", "temperature"]', shown(value))
    known = candidate_words()
    for name in value:
        if name not in known:
            raise unfit(*unknown(name, tuple(known), "candidates known here"))
    return tuple(dict.fromkeys(value))


def overhead(value: Any) -> float:
    """A time, 0 or more, without ±."""
    seconds = quantity(value, "s")
    if seconds < 0:
        raise unfit("a time of 0 s or more", shown(value))
    return seconds


def relative_error(value: Any) -> float:
    """A relative error between 0 and 1, ends excluded."""
    error = quantity(value, "")
    if not 0 < error < 1:
        raise unfit('a relative error between 0 and 1, such as "5 %"', shown(value))
    return error


def precision(value: Any, parameter: Parameter) -> float:
    """One standard deviation of a new determination, in the unit of the parameter."""
    deviation = quantity(value, "" if parameter.unit == "e" else parameter.unit)
    if deviation <= 0:
        raise unfit("a standard deviation above 0", shown(value))
    return deviation


def precision_time(value: Any, parameter: Parameter) -> float:  # noqa: ARG001
    """The time a new determination takes."""
    return duration(value)
