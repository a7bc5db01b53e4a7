"""The keys of dwell times in an analysis file."""

from __future__ import annotations

from stfit.analysis.sections import Duration, MeasurementSection


class DwellEventsKeys(MeasurementSection):
    """Single dwells; all in s. dead_time: below it a dwell joins the one before. shortest_dwell: below it there are none.

    sample_interval: of which durations are multiples.
    """

    dead_time: Duration = None
    shortest_dwell: Duration = None
    sample_interval: Duration = None
