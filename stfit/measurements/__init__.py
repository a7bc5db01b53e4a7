"""Measurements: frozen containers, one class a kind, each with the statistics of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stfit.measurements.apparent import ApparentDwellTimes
from stfit.measurements.base import Measurement, Origin, Settings, name_of
from stfit.measurements.critical import CriticalCurrents
from stfit.measurements.dwell import DwellTimes, MeanDwellTimes
from stfit.measurements.events import DwellEvents
from stfit.measurements.fmr import FmrLines
from stfit.measurements.missed import MissedDwellEvents
from stfit.measurements.ramp import RampEvents
from stfit.measurements.stepped import SteppedRamps
from stfit.measurements.switching import SwitchingPulses
from stfit.measurements.telegraph import TelegraphTraces, TraceRecord

KINDS: Final[Mapping[str, type[Measurement]]] = {
    kind.kind: kind for kind in (DwellTimes, DwellEvents, SwitchingPulses, CriticalCurrents, FmrLines, RampEvents)
}

__all__ = [
    "KINDS",
    "ApparentDwellTimes",
    "CriticalCurrents",
    "DwellEvents",
    "DwellTimes",
    "FmrLines",
    "MeanDwellTimes",
    "Measurement",
    "MissedDwellEvents",
    "Origin",
    "RampEvents",
    "Settings",
    "SteppedRamps",
    "SwitchingPulses",
    "TelegraphTraces",
    "TraceRecord",
    "name_of",
]
