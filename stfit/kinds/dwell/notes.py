"""What a fit says of dwell times."""

from __future__ import annotations

from typing import Final

import numpy as np

from stfit.backends.optimum import Optimum
from stfit.diagnostics.remarks import Remarks
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.dwell.framed import FramedDwells
from stfit.kinds.dwell.frames import frames_that_matter
from stfit.kinds.dwell.missed import MissedDwellEvents
from stfit.kinds.dwell.shape import exponential_shape_test
from stfit.measurement import Observation, name_of
from stfit.objective import Objective
from stfit.results import GoodnessTest, Note
from stfit.results.fit_tests import EXPONENTIAL_SHAPE
from stfit.results.numbers import format_rounded

_UNSEEN: Final = (0.03, 1.0 / 3.0)  # of ln τ and of its error, that unseen visits may take


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
    """A warning for frames in which visits to the other state are lost, and for frames beside a dead time."""
    if isinstance(measurement, FramedDwells):
        unseen = measurement.unseen_visits()
        lost = unseen > np.maximum(_UNSEEN[0], _UNSEEN[1] / np.sqrt(np.maximum(measurement.n, 1.0)))
        if not np.any(lost):
            return []
        words = (
            "are whole frames. Visits to the other state that begin and end within one frame are not among them: "
            f"ln τ is up to {float(np.max(unseen[lost])):.2g} too large."
        )
    elif isinstance(measurement, MissedDwellEvents) and (
        (frames := frames_that_matter(measurement.duration, measurement.setting)) is not None
    ):
        named = format_rounded(float(np.max(frames)), "s", 4)
        words = f"are multiples of {named}, which the dead time does not account for."
    else:
        return []
    sentence = f"Durations in {name_of(measurement)} {words} Give the record itself as a trace, or sample faster."
    return [Note("durations in frames", "warning", sentence)]


EVENT_REMARKS: Final = DwellEventRemarks()
