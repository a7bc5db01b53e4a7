"""Switching under current pulses."""

from typing import Final

from stfit.measurement.kind import Kind, Lazy

SWITCHING_PULSE: Final = Kind(
    name="switching-pulse",
    layout=Lazy("stfit.kinds.pulse.layout:LAYOUT"),
    keys=Lazy("stfit.kinds.pulse.keys:PulseKeys"),
    build=Lazy("stfit.kinds.pulse.data:SwitchingPulses.from_columns"),
    shows=("Switching probability", ""),
    figure=Lazy("stfit.kinds.pulse.figure:switching_probability_figure"),
    plot=("switching", "switching probabilities"),
    design=Lazy("stfit.kinds.pulse.experiment:PulsesSection"),
    simulate=Lazy("stfit.kinds.pulse.simulated:pulses"),
    dynamics=Lazy("stfit.kinds.pulse.dynamics:DYNAMICS"),
    planner=Lazy("stfit.kinds.pulse.planned:PLANNER"),
    plan_keys=Lazy("stfit.kinds.pulse.keys:PulsePlanKeys"),
    offer=("pulses", "switching under pulses"),
    section=Lazy("stfit.kinds.pulse.report:section"),
    remarks=Lazy("stfit.kinds.pulse.notes:REMARKS"),
    calibration="stfit.kinds.pulse",
)
