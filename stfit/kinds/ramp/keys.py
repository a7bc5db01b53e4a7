"""The keys of ramps and of hysteresis loops in an analysis file."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from pydantic import Field, PlainValidator

from stfit.analysis import planning, quantities
from stfit.analysis.sections import ApLevel, MeasurementSection, Section, Sign


class RampKeys(MeasurementSection):
    """sign: as of pulses. start_current: A, from which ramps begin. current_step: A, in which the current rises."""

    sign: Sign = "signed"
    start_current: Annotated[float | None, PlainValidator(partial(quantities.quantity, unit="A"))] = None
    current_step: Annotated[float | None, PlainValidator(quantities.current_step)] = None


class LoopKeys(MeasurementSection):
    """ap_level: which branch is AP, the one of high or of low resistance. hold: samples that a state lasts at least."""

    ap_level: ApLevel = "high"
    hold: Annotated[int, PlainValidator(quantities.count_from(1)), Field(le=1000)] = 2


class RampPlanKeys(Section):
    """What [plan] says of ramps: the time (s) to reset the device after each."""

    ramp_overhead: Annotated[float, PlainValidator(planning.overhead)] = 0.01
