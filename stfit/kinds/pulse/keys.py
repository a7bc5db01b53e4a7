"""The keys of switching under pulses in an analysis file."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator

from stfit.analysis import planning, quantities
from stfit.analysis.sections import MeasurementSection, Section, Sign


class PulseKeys(MeasurementSection):
    """sign: "magnitude" where the file leaves out that P->AP and AP->P are driven by opposite currents."""

    sign: Sign = "signed"


class PulsePlanKeys(Section):
    """What [plan] says of pulses: how many at each point, and the time (s) to reset the device after each."""

    pulses: Annotated[int, PlainValidator(quantities.count_from(1))] = 1000
    pulse_overhead: Annotated[float, PlainValidator(planning.overhead)] = 0.01
