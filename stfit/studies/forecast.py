"""The error of the target after a candidate, from the information it is expected to bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.diagnostics.estimates import estimates
from stfit.objective import Objective
from stfit.objective.information import seen_and_free
from stfit.results import Estimate
from stfit.studies.candidate import Candidate, Today, target_error, target_gradient, with_candidate
from stfit.studies.points import row_information

Array = npt.NDArray[np.float64]

_LONGEST: Final = 1e6  # times as long as planned: what stands for ever
_CURVE: Final = np.geomspace(0.01, 30.0, 41)  # times as long


@final
@dataclass(frozen=True)
class Forecast:
    """What a candidate leaves; errors of the target in SI units, as a function of how many times as long it is."""

    candidate: Candidate
    objective: Objective
    optimum: Optimum
    estimates: dict[str, Estimate]
    information: tuple[Array, Array]  # of what is there, and of the candidate, in the directions that are seen
    gradient: Array  # of the target along those
    identified: bool

    def error(self, factor: float) -> float:
        """Standard error with the candidate `factor` times as long; infinite where the target is not identified."""
        if not self.identified:
            return np.inf
        there, added = self.information
        moved = np.linalg.lstsq(there + factor * added, self.gradient, rcond=None)[0]
        return float(np.sqrt(max(float(self.gradient @ moved), 0.0)))

    @property
    def at_best(self) -> float:
        """What ever longer measuring tends to."""
        return self.error(_LONGEST)

    def hours(self, factor: float) -> float:
        """With all overheads, h."""
        return self.candidate.cost.stretched(factor).hours

    def hours_to(self, error: float) -> float | None:
        """Until the error is reached; None where it never is."""
        low, high = 1.0 / _LONGEST, _LONGEST
        if self.at_best > error:
            return None
        for _ in range(60):  # halves 28 of the logarithm to far below a millionth
            middle = float(np.sqrt(low * high))
            if self.error(middle) <= error:
                high = middle
            else:
                low = middle
        return self.hours(high)

    def curve(self) -> dict[str, list[float]]:
        """Hours and errors of the same, shorter and longer."""
        if not self.identified:
            return {"hours": [], "stderr": []}
        return {"hours": [self.hours(k) for k in _CURVE], "stderr": [self.error(k) for k in _CURVE]}


def forecast(today: Today, candidate: Candidate) -> Forecast:
    """What to expect of a candidate."""
    objective, optimum = with_candidate(today, candidate)
    target = today.conditions.target
    found = estimates(objective, optimum)
    basis = seen_and_free(optimum.directions, optimum.at_bound)
    scaled = basis * optimum.directions.scales[:, None]
    there = np.zeros((optimum.x.size,) * 2)
    there[: today.optimum.x.size, : today.optimum.x.size] = today.information
    parts = tuple(scaled.T @ matrix @ scaled for matrix in (there, _added(today, candidate, objective, optimum)))
    gradient = scaled.T @ target_gradient(objective, optimum.x, target)
    identified = found[target].stderr is not None and bool(np.isfinite(target_error(objective, optimum, target)))
    return Forecast(candidate, objective, optimum, found, (parts[0], parts[1]), gradient, identified)


def _added(today: Today, candidate: Candidate, objective: Objective, optimum: Optimum) -> Array:
    """The information of the candidate's rows and quotes, shape (p, p)."""
    information = np.zeros((optimum.x.size,) * 2)
    for term in objective.terms[len(today.objective.terms) :]:
        information += np.sum(row_information(objective, optimum.x, term), axis=0)
    jets = objective.space.jets(optimum.x, order=1)
    for name, sd in candidate.quotes.items():
        row = jets[name].gradient.reshape(-1) / sd
        information += np.outer(row, row)
    return information
