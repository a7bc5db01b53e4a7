"""The keys of dwell times in an analysis file."""

from __future__ import annotations

from stfit.analysis.sections import Duration, MeasurementSection


class DwellEventsKeys(MeasurementSection):
    """Single dwells, times in s.

    dead_time: a shorter dwell joins the one before. shortest_dwell: there are no shorter ones. sample_interval: of
    which durations are multiples.
    """

    dead_time: Duration = None
    shortest_dwell: Duration = None
    sample_interval: Duration = None
