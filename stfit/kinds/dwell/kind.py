"""Dwell times: as a table of counts or means, and one by one."""

from dataclasses import replace
from typing import Final

from stfit.measurement.kind import Kind, Lazy

DWELL_TIMES: Final = Kind(
    name="dwell-times",
    layout=Lazy("stfit.kinds.dwell.layout:LAYOUT"),
    keys=Lazy("stfit.analysis.sections:MeasurementSection"),
    build=Lazy("stfit.kinds.dwell.apparent:dwell_table"),
    shows=("Dwell time", "s"),
    figure=Lazy("stfit.figures.dwell_figure:dwell_time_figure"),
    plot=("dwell_times", "dwell times"),
    design=Lazy("stfit.kinds.dwell.experiment:DwellsSection"),
    simulate=Lazy("stfit.kinds.dwell.simulated:dwells"),
    dynamics=Lazy("stfit.kinds.dwell.dynamics:DYNAMICS"),
    planner=Lazy("stfit.kinds.dwell.planned:PLANNER"),
    calibration="stfit.kinds.dwell",
)
DWELL_EVENTS: Final = replace(
    DWELL_TIMES,
    name="dwell-events",
    layout=Lazy("stfit.kinds.dwell.layout:EVENT_LAYOUT"),
    keys=Lazy("stfit.kinds.dwell.keys:DwellEventsKeys"),
    build=Lazy("stfit.kinds.dwell.events:DwellEvents.from_columns"),
    remarks=Lazy("stfit.kinds.dwell.notes:EVENT_REMARKS"),
    advice=Lazy("stfit.kinds.dwell.advice:EVENT_ADVICE"),
)
