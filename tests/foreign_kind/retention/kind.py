"""What the package's entry point names."""

from __future__ import annotations

from stfit.measurement import Kind, Lazy

RETENTION = Kind(
    name="retention-times",
    layout=Lazy("retention.data:LAYOUT"),
    keys=Lazy("retention.data:RetentionKeys"),
    build=Lazy("retention.data:Retention.from_columns"),
    shows=("Retention time", "s"),
    figure=Lazy("stfit.figures.dwell_figure:dwell_time_figure"),
    plot=("retention", "retention times"),
    design=Lazy("retention.simulated:RetentionSection"),
    simulate=Lazy("retention.simulated:simulate"),
    planner=Lazy("retention.planned:PLANNER"),
    offer=("retention", "retention times of both states"),
    remarks=Lazy("retention.notes:REMARKS"),
    facts=Lazy("retention.notes:facts"),
    advice=Lazy("retention.notes:ADVICE"),
)
