"""Critical currents against ΔR."""

from typing import Final

from stfit.measurement.kind import Kind, Lazy

SWITCHING_CURRENTS: Final = Kind(
    name="switching-currents",
    layout=Lazy("stfit.kinds.critical.layout:LAYOUT"),
    keys=Lazy("stfit.kinds.critical.keys:CriticalCurrentKeys"),
    build=Lazy("stfit.kinds.critical.data:CriticalCurrents.from_columns"),
    shows=("Inverse critical current", "1/A"),
    figure=Lazy("stfit.figures.critical_figure:critical_current_figure"),
    plot=("critical_currents", "critical currents"),
    design=Lazy("stfit.kinds.critical.experiment:CriticalCurrentsSection"),
    simulate=Lazy("stfit.kinds.critical.simulated:critical_currents"),
    planner=Lazy("stfit.kinds.critical.planned:PLANNER"),
    plan_keys=Lazy("stfit.kinds.critical.keys:CriticalCurrentPlanKeys"),
    offer=("critical-currents", "critical currents of devices that differ in ΔR"),
    remarks=Lazy("stfit.kinds.critical.notes:REMARKS"),
    advice=Lazy("stfit.kinds.critical.advice:ADVICE"),
    calibration="stfit.kinds.critical",
)
