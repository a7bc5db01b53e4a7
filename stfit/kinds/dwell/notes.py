"""What a fit says of dwell times."""

from __future__ import annotations

from typing import Final

import numpy as np

from stfit.backends.optimum import Optimum
from stfit.diagnostics.remarks import Remarks
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.dwell.framed import FramedDwells
from stfit.kinds.dwell.frames import frame_that_matters
from stfit.kinds.dwell.missed import MissedDwellEvents
from stfit.kinds.dwell.shape import exponential_shape_test
from stfit.measurement import Observation, name_of
from stfit.objective import Objective
from stfit.results import GoodnessTest, Note
from stfit.results.fit_tests import EXPONENTIAL_SHAPE
from stfit.results.numbers import format_rounded

_FEWEST_FRAMES: Final = 2.0  # of a mean dwell, below which it may hold dwells that nobody saw


class DwellEventRemarks(Remarks):
    """Single dwells show whether they are exponential."""

    def tests(self, measurement: Observation) -> list[GoodnessTest]:
        """Moran's test of the exponential shape."""
        if isinstance(measurement, FramedDwells):
            statistic, p_value = measurement.shape()
        elif isinstance(measurement, DwellEvents | MissedDwellEvents):
            statistic, p_value = exponential_shape_test(measurement)
        else:
            return []
        return [GoodnessTest(EXPONENTIAL_SHAPE, name_of(measurement), statistic, p_value, "")]

    def validity(self, objective: Objective, optimum: Optimum) -> list[Note]:  # noqa: ARG002 - whatever was fitted
        """Whether durations were counted in frames, where that is not accounted for."""
        notes = []
        for term in objective.terms:
            notes += _frame_notes(term.measurement)
        return notes


def _frame_notes(measurement: Observation) -> list[Note]:
    """A warning for frames in which a state may be left twice, and for frames beside a dead time."""
    if isinstance(measurement, FramedDwells):
        shortest = float(np.min(measurement.frames / np.maximum(measurement.n, 0.5)))
        if shortest >= _FEWEST_FRAMES:
            return []
        words = f"last {shortest:.2g} frames on average: a state may be left and entered again within one."
    elif (
        isinstance(measurement, MissedDwellEvents)
        and (frame := frame_that_matters(measurement.duration, measurement.setting)) is not None
    ):
        words = f"are multiples of {format_rounded(frame, 's', 4)}, which the dead time does not account for."
    else:
        return []
    sentence = f"Durations in {name_of(measurement)} {words} Give the record itself as a trace, or sample faster."
    return [Note("durations in frames", "warning", sentence)]


EVENT_REMARKS: Final = DwellEventRemarks()
