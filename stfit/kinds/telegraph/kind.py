"""Traces of two-state noise."""

from typing import Final

from stfit.measurement.kind import Kind, Lazy

TELEGRAPH_TRACE: Final = Kind(
    name="telegraph-trace",
    layout=Lazy("stfit.kinds.telegraph.layout:LAYOUT"),
    keys=Lazy("stfit.kinds.telegraph.keys:TraceKeys"),
    build=Lazy("stfit.kinds.telegraph.reduce:reduced_traces"),
    listed=Lazy("stfit.kinds.telegraph.files:LISTED"),
    array_facts=Lazy("stfit.kinds.telegraph.inspected:level_facts"),
    shows=("Dwell time", "s"),
    figure=Lazy("stfit.figures.dwell_figure:dwell_time_figure"),
    plot=("dwell_times", "dwell times"),
    design=Lazy("stfit.kinds.telegraph.experiment:TracesSection"),
    simulate=Lazy("stfit.kinds.telegraph.simulated:telegraph_traces"),
    dynamics=Lazy("stfit.kinds.telegraph.dynamics:DYNAMICS"),
    remarks=Lazy("stfit.kinds.telegraph.notes:REMARKS"),
    facts=Lazy("stfit.kinds.telegraph.inspected:trace_facts"),
    section=Lazy("stfit.kinds.telegraph.report:section"),
    advice=Lazy("stfit.kinds.telegraph.advice:ADVICE"),
)
