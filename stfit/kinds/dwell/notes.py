"""What a fit says of dwell times."""

from __future__ import annotations

from typing import Final

from stfit.diagnostics.goodness import verdict_of
from stfit.diagnostics.remarks import Remarks
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.dwell.missed import MissedDwellEvents
from stfit.kinds.dwell.shape import exponential_shape_test
from stfit.measurement import Measurement, name_of
from stfit.results import GoodnessTest


class DwellEventRemarks(Remarks):
    """Single dwells show whether they are exponential."""

    def tests(self, measurement: Measurement) -> list[GoodnessTest]:
        """Moran's test of the exponential shape."""
        if not isinstance(measurement, DwellEvents | MissedDwellEvents):
            return []
        statistic, p_value = exponential_shape_test(measurement)
        name = name_of(measurement)
        return [GoodnessTest("exponential shape of dwells", name, statistic, p_value, verdict_of(p_value))]


EVENT_REMARKS: Final = DwellEventRemarks()
