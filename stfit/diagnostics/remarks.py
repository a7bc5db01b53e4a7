"""What a kind of measurement adds to the diagnostics of a fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.measurement import Observation, kind_of, kinds
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective import Objective, Term
from stfit.results import GoodnessTest, Note, OwnResult

Array = npt.NDArray[np.float64]
Known = Mapping[str, tuple[float, float | None]]  # constants by name, SI: value, and uncertainty where there is one


@final
@dataclass(frozen=True)
class ReplicaTest:
    """A test whose statistic has no known distribution: its p-value comes from refits of simulated data.

    statistic: of (measurement, prediction), the larger the worse. name: of the test, as results call it.
    """

    name: str
    measurement: str
    statistic: Callable[[Any, Array], float]


class Remarks:
    """What is said of the measurements of a kind; a kind overrides what it knows better than the rest of stfit."""

    def assumptions(self, law: SpinTransferLaw, measurements: list[Observation]) -> list[str]:  # noqa: ARG002
        """What the fit assumes of these measurements of the kind, a sentence each."""
        return []

    def validity(self, objective: Objective, optimum: Optimum) -> list[Note]:  # noqa: ARG002
        """Whether the measurements of the kind are what the fitted law says, beside what is tested of every kind."""
        return []

    def tests(self, measurement: Observation) -> list[GoodnessTest]:  # noqa: ARG002
        """Tests of what the likelihood does not see, such as the shape of a distribution."""
        return []

    def replica_tests(self, measurement: Observation) -> list[ReplicaTest]:  # noqa: ARG002
        """Tests of single events that need simulated replicas."""
        return []

    def records(self, measurement: Observation) -> list[dict[str, Any]]:  # noqa: ARG002
        """How each record behind the measurement was reduced, as JSON types, for the stored result."""
        return []

    def sweeps(self, measurement: Observation) -> dict[str, list[float]]:  # noqa: ARG002
        """A few of the raw sweeps behind the measurement, a list for each quantity, for the stored result."""
        return {}

    def own(self, measurement: Observation, known: Known) -> list[OwnResult]:  # noqa: ARG002
        """What the measurement says by itself, before any law of spin transfer; known: of the device."""
        return []

    def shortest_time(self, term: Term, quantities: dict[str, Any]) -> tuple[float, str] | None:
        """The shortest time (s) that must be much longer than the attempt time, and what it is; None without one.

        quantities: at the fit, SI.
        """
        settings, dwells = term.measurement.settings, term.log_dwell_times(quantities)
        if settings.measurement_time is not None:
            return float(np.min(settings.measurement_time)), "measurement time"
        if dwells is None:
            return None
        what = f"dwell time at a switching {settings.swept}" if settings.swept else "fitted dwell time"
        return float(np.exp(np.min(dwells))), what


_DEFAULT: Final = Remarks()


def remarks_of(measurement: Observation) -> Remarks:
    """What the kind of a measurement says of it."""
    kind = kind_of(measurement)
    remarks: Remarks = _DEFAULT if kind is None or kind.remarks is None else kind.remarks()
    return remarks


def replica_tests(objective: Objective) -> tuple[tuple[int, ReplicaTest], ...]:
    """The tests of single events of every measurement, each with the place of its term."""
    terms = enumerate(objective.terms)
    return tuple(
        (i, test) for i, term in terms for test in remarks_of(term.measurement).replica_tests(term.measurement)
    )


def replica_statistics(tests: tuple[tuple[int, ReplicaTest], ...], objective: Objective, x: Array) -> Array:
    """The statistic of each test at x, shape (tests,)."""
    quantities = objective.space.quantities(x)
    predictions = {i: np.asarray(objective.terms[i].prediction(quantities)) for i, _ in tests}
    return np.array([test.statistic(objective.terms[i].measurement, predictions[i]) for i, test in tests])


def remarks_of_all(objective: Objective) -> list[Remarks]:
    """What the kinds of the measurements say, in the order of the kinds, once where kinds share it."""
    measured = [kind_of(term.measurement) for term in objective.terms]
    return list(
        dict.fromkeys(kind.remarks() for kind in kinds().values() if kind in measured and kind.remarks is not None)
    )
