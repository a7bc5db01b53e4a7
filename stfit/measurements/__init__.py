"""Measurements: frozen containers, one class a kind, each with the statistics of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stfit.measurements.base import Measurement, Origin, Settings, name_of
from stfit.measurements.dwell import DwellTimes, MeanDwellTimes
from stfit.measurements.events import DwellEvents
from stfit.measurements.switching import SwitchingPulses

KINDS: Final[Mapping[str, type[Measurement]]] = {kind.kind: kind for kind in (DwellTimes, DwellEvents, SwitchingPulses)}

__all__ = [
    "KINDS",
    "DwellEvents",
    "DwellTimes",
    "MeanDwellTimes",
    "Measurement",
    "Origin",
    "Settings",
    "SwitchingPulses",
    "name_of",
]
