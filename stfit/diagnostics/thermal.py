"""Where temperature itself limits the fit: rows near the Curie temperature, and how far a current heats the magnet."""

from __future__ import annotations

from typing import Final

import numpy as np

from stfit.backends.optimum import Optimum
from stfit.models.choices import CURIE_TEMPERATURE
from stfit.objective import Objective
from stfit.results import Note
from stfit.results.numbers import format_rounded

_NEAR: Final = 0.8  # T/T_C, above which fluctuations change both laws of M_s(T)
_HOT: Final = 0.1  # relative rise of the temperature, above which a current is no small disturbance


def temperature_notes(objective: Objective, optimum: Optimum) -> list[Note]:
    """Remarks on the laws of temperature and on heating, where the model has them."""
    quantities = objective.space.quantities(optimum.x)
    magnet = np.concatenate([np.asarray(term.magnet_temperatures(quantities)).reshape(-1) for term in objective.terms])
    notes = []
    if not objective.law.device.constant:
        curie = float(np.asarray(quantities[CURIE_TEMPERATURE]).reshape(-1)[0])
        notes += near_curie(float(np.max(magnet)), curie)
    if objective.law.heating.parameters:
        scale = float(np.asarray(quantities["temperature"]).reshape(-1)[0]) / objective.nominal_temperature
        unheated = scale * np.concatenate([term.thermometer for term in objective.terms])
        hottest = int(np.argmax(magnet / unheated))
        notes += rise(float(unheated[hottest]), float(magnet[hottest]))
    return notes


def near_curie(hottest: float, curie: float) -> list[Note]:
    """A warning where the hottest row (K) is too near T_C (K) for the laws of M_s(T)."""
    if hottest <= _NEAR * curie:
        return []
    sentence = (
        f"The hottest row, {format_rounded(hottest, 'K', 4)}, lies above {_NEAR:g} of the Curie temperature, "
        f"{format_rounded(curie, 'K', 4)}. Near T_C neither Bloch's law nor a mean field gives M_s(T), and K(T) is "
        "not a power of M_s(T)."
    )
    return [Note("Curie temperature", "warning", sentence)]


def rise(before: float, after: float, *, ignored: bool = False) -> list[Note]:
    """How far the current heats the magnet, from and to a temperature (K).

    ignored: as [device] gives it, but not in the model; a remark only where it is large.
    """
    large = after > (1.0 + _HOT) * before
    if ignored and not large:
        return []
    change = f"{format_rounded(before, 'K', 4)} by {format_rounded(after - before, 'K', 2)}"
    if ignored:
        sentence = (
            f"The heating in [device] would raise the magnet from {change} at the largest current, but the model "
            'neglects it. Set heating = "joule" in [model] to include it.'
        )
        return [Note("heating", "warning", sentence)]
    sentence = f"Where it matters most, Joule heating raises the magnet from {change}"
    if not large:
        return [Note("heating", "info", f"{sentence}.")]
    more = "τ0, the barriers and κ then follow from one curve. A κ that depends on temperature would change them."
    return [Note("heating", "warning", f"{sentence}, more than {100 * _HOT:.0f} %: {more}")]
