"""The parameters of an lmfit fit: as they are given, and as a search needs them, without those that are derived."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import lmfit


def without_derived(params: lmfit.Parameters, derived: Iterable[str]) -> lmfit.Parameters:
    """A copy of parameters without those that are derived, unless an expression of the user needs them.

    lmfit computes every expression at every step of a search; those of the laws take longer than the residuals.
    """
    left_out = {name for name in derived if name in params}
    needed = {name for key, p in params.items() if key not in left_out for name in p._expr_deps}
    lean = deepcopy(params)
    for name in left_out - needed:
        del lean[name]
    return lean


def add_left_out(found: lmfit.Parameters, params: lmfit.Parameters) -> None:
    """Add to what a search found those of `params` that it did without, all in the order in which they stood."""
    for name in [name for name in params if name not in found]:
        found.add(deepcopy(params[name]))
    for name in [*params, *(name for name in found if name not in params)]:
        dict.__setitem__(found, name, dict.pop(found, name))
    found.update_constraints()


def attributes(given: Any) -> Any:
    """What is given for a parameter: a value or a mapping as it is, of a Parameter its attributes."""
    if not isinstance(given, lmfit.Parameter):
        return given
    return {name: getattr(given, name) for name in ("value", "vary", "min", "max", "expr", "brute_step")}
