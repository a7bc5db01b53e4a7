"""What a fit says of dwell times."""

from __future__ import annotations

from typing import Final

from stfit.backends.optimum import Optimum
from stfit.diagnostics.remarks import Remarks
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.dwell.frames import frame_notes
from stfit.kinds.dwell.missed import MissedDwellEvents
from stfit.kinds.dwell.shape import exponential_shape_test
from stfit.measurement import Observation, name_of
from stfit.objective import Objective
from stfit.results import GoodnessTest, Note
from stfit.results.fit_tests import EXPONENTIAL_SHAPE


class DwellEventRemarks(Remarks):
    """Single dwells show whether they are exponential."""

    def tests(self, measurement: Observation) -> list[GoodnessTest]:
        """Moran's test of the exponential shape."""
        if not isinstance(measurement, DwellEvents | MissedDwellEvents):
            return []
        statistic, p_value = exponential_shape_test(measurement)
        return [GoodnessTest(EXPONENTIAL_SHAPE, name_of(measurement), statistic, p_value, "")]

    def validity(self, objective: Objective, optimum: Optimum) -> list[Note]:  # noqa: ARG002 - whatever was fitted
        """Whether durations were counted in frames."""
        return frame_notes(objective)


EVENT_REMARKS: Final = DwellEventRemarks()
