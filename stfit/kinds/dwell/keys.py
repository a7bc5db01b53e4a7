"""The keys of dwell times in an analysis file."""

from __future__ import annotations

from stfit.analysis.sections import Duration, MeasurementSection


class DwellEventsKeys(MeasurementSection):
    """Single dwells; dead_time: s, of the instrument."""

    dead_time: Duration = None
