"""What one reading of resonance lines under a current says, in numbers of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from stfit.backends.optimum import Optimum
from stfit.diagnostics.estimates import spread
from stfit.measurement.columns import STATES
from stfit.objective import Objective
from stfit.results.numbers import format_value
from stfit.results.symbols import symbol

_TORQUE: Final = "torque"


def line_reading(objective: Objective, optimum: Optimum) -> list[str]:
    """Damping at zero current, slopes of Eq. 32, or critical currents and efficiency of a torque, as far as identified.

    Parameters
    ----------
    objective : Objective
        The data under one mapping; without resonance lines there is nothing to say.
    optimum : Optimum
        Where its fit ended.

    Returns
    -------
    list of str
        Such as "I_c,P = 4.97(8) mA" and "∂α/∂I = −2.01(4) /A".
    """
    states = _states(objective)
    if not states or optimum.covariance is None:
        return []
    quantities = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    return [
        f"{name} = {format_value(found.value, found.stderr, unit)}"
        for name, quantity, unit in _numbers(objective.law.mapping, states, quantities)
        if not (found := spread(quantity, optimum)).touches_null and np.isfinite(found.value) and found.stderr > 0
    ]


def _numbers(mapping: str, states: list[str], quantities: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """Symbol, quantity and unit of each number."""
    if "alpha" in quantities:
        yield "α", quantities["alpha"], ""
    for state in states:
        if mapping != _TORQUE:
            yield symbol(f"slope_{state}").text, quantities[f"slope_{state}"], "1/A"
            continue
        critical = quantities[f"I_c_{state}"]
        yield symbol(f"I_c_{state}").text, critical, "A"
        if "alpha" in quantities:
            yield "∂α/∂I", quantities["alpha"] / critical * -1.0, "1/A"


def _states(objective: Objective) -> list[str]:
    """The states whose lines were measured at several currents."""
    found = [term.measurement.settings for term in objective.terms if term.measurement.settings.lines is not None]
    several = (s for s in found if np.unique(s.drive).size > 1)
    codes = {int(code) for settings in several for code in np.unique(settings.state)}
    return [word for word, code in STATES.items() if code in codes]
