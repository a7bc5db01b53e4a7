"""Switching under current ramps, and the hysteresis loops in which it happens."""

from dataclasses import replace
from typing import Final

from stfit.measurement.kind import Kind, Lazy

SWITCHING_RAMP: Final = Kind(
    name="switching-ramp",
    layout=Lazy("stfit.kinds.ramp.layout:LAYOUT"),
    keys=Lazy("stfit.kinds.ramp.keys:RampKeys"),
    build=Lazy("stfit.kinds.ramp.data:RampEvents.from_columns"),
    shows=("Switched share", ""),
    figure=Lazy("stfit.kinds.ramp.figure:switching_current_figure"),
    plot=("ramps", "ramps"),
    design=Lazy("stfit.kinds.ramp.experiment:RampsSection"),
    simulate=Lazy("stfit.kinds.ramp.simulated:ramps"),
    dynamics=Lazy("stfit.kinds.ramp.dynamics:DYNAMICS"),
    planner=Lazy("stfit.kinds.ramp.planned:PLANNER"),
    plan_keys=Lazy("stfit.kinds.ramp.keys:RampPlanKeys"),
    remarks=Lazy("stfit.kinds.ramp.notes:REMARKS"),
    advice=Lazy("stfit.kinds.ramp.advice:RAMP_ADVICE"),
    calibration="stfit.kinds.ramp",
)
HYSTERESIS_LOOP: Final = replace(
    SWITCHING_RAMP,
    name="hysteresis-loop",
    layout=Lazy("stfit.kinds.ramp.layout:LOOP_LAYOUT"),
    keys=Lazy("stfit.kinds.ramp.keys:LoopKeys"),
    build=Lazy("stfit.kinds.ramp.loops:switching_events"),
    becomes="switching-ramp",
    design=Lazy("stfit.kinds.ramp.experiment:LoopsSection"),
    simulate=Lazy("stfit.kinds.ramp.simulated_loops:loops"),
    dynamics=Lazy("stfit.kinds.ramp.loop_dynamics:DYNAMICS"),
    section=Lazy("stfit.kinds.ramp.report:section"),
    advice=Lazy("stfit.kinds.ramp.advice:LOOP_ADVICE"),
)
