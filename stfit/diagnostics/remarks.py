"""What a kind of measurement adds to the diagnostics of a fit."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.backends.least_squares import Optimum
from stfit.measurement import Measurement, kind_of, kinds
from stfit.models.law import SpinTransferLaw
from stfit.objective import Objective, Term
from stfit.objective.predictions import LOG_DWELL_TIME
from stfit.results import GoodnessTest, Note

Array = npt.NDArray[np.float64]


class Remarks:
    """What is said of the measurements of a kind; a kind overrides what it knows better than the rest of stfit."""

    def assumptions(self, law: SpinTransferLaw, measurements: list[Measurement]) -> list[str]:  # noqa: ARG002
        """What the fit assumes of these measurements of the kind, a sentence each."""
        return []

    def validity(self, objective: Objective, optimum: Optimum) -> list[Note]:  # noqa: ARG002
        """Whether the measurements of the kind are what the fitted law says, beside what is tested of every kind."""
        return []

    def tests(self, measurement: Measurement) -> list[GoodnessTest]:  # noqa: ARG002
        """Tests of what the likelihood does not see, such as the shape of a distribution."""
        return []

    def records(self, measurement: Measurement) -> list[dict[str, Any]]:  # noqa: ARG002
        """How each record behind the measurement was reduced, as JSON types, for the stored result."""
        return []

    def shortest_time(self, term: Term, prediction: Array, quantities: dict[str, Any]) -> tuple[float, str] | None:
        """The shortest time (s) that must be much longer than the attempt time, and what it is; None without one.

        prediction: of the term, shape (rows,). quantities: at the fit, SI.
        """
        measurement = term.measurement
        if measurement.settings.measurement_time is not None:
            return measurement.settings.measurement_time, "measurement time"
        if measurement.predicted == LOG_DWELL_TIME:
            return float(np.exp(np.min(prediction))), "fitted dwell time"
        dwells = term.log_dwell_times(quantities)
        return None if dwells is None else (float(np.exp(np.min(dwells))), "dwell time at a switching current")


_DEFAULT: Final = Remarks()


def remarks_of(measurement: Measurement) -> Remarks:
    """What the kind of a measurement says of it."""
    kind = kind_of(measurement)
    remarks: Remarks = _DEFAULT if kind is None or kind.remarks is None else kind.remarks()
    return remarks


def every_remarks() -> list[Remarks]:
    """What each kind says, once where kinds share it."""
    return list(dict.fromkeys(kind.remarks() for kind in kinds().values() if kind.remarks is not None))
