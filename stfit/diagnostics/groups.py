"""Rows whose deviance is tested together, and the degrees of freedom that the fit leaves them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.measurement import name_of
from stfit.objective import Objective
from stfit.objective.information import RANK_TOLERANCE, seen_and_free
from stfit.results.fit_tests import DEVIANCE, OVER_DISPERSION

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NO_DEVIANCE: Final = 1e-3  # of one degree of freedom: a deviance below it is rounding, not disagreement
_LEAST_COUNT: Final = 1e-3  # expected counts μ of a row, whose deviance is 2μ ln(1/μ) = 0.014 on average


@final
@dataclass(frozen=True)
class Group:
    """Rows whose deviance is tested together.

    rows: mask over the rows of all measurements and the constraints. sensitive: mask over the rows of the sensitivity.
    freedom: degrees of freedom that its informative rows bring.
    """

    name: str
    measurement: str
    rows: Mask
    sensitive: Mask
    freedom: float

    def deviance(self, values: Array) -> float:
        """The sum of the discrepancies (rows,) of the group."""
        return float(np.sum(values[self.rows]))


@final
@dataclass(frozen=True)
class Groups:
    """All groups of a fit, what the fit leaves of each, and of all rows and constraints together.

    measured: for each measurement the place of its group, None where its rows tell nothing. informative: mask
    over rows and constraints: False where the design leaves a row nothing to tell (every pulse must switch).
    """

    groups: tuple[Group, ...]
    left: tuple[float, ...]
    dof: int
    measured: tuple[int | None, ...]
    informative: Mask

    @property
    def left_of_rows(self) -> float:
        """Degrees of freedom that the fit leaves all rows together, without the constraints."""
        return sum(max(self.left[place], 0.0) for place in self.measured if place is not None)


def groups(objective: Objective, optimum: Optimum, values: Array, freedom: Array) -> Groups:
    """All rows and constraints; each state or transition of each measurement, if there are several; each measurement.

    values, freedom: discrepancies of the rows and constraints at the optimum and the freedom each brings. A group is
    made of rows that are informative, or that disagree with the fit although they should not be able to.
    """
    layout = _Layout(objective, informative_rows(objective, optimum.x), freedom)
    telling = layout.informative | (values > NO_DEVIANCE)
    states = [term.measurement.settings.state for term in objective.terms]
    several, whole = [], []
    for index, (term, state) in enumerate(zip(objective.terms, states, strict=True)):
        name, words = name_of(term.measurement), term.measurement.view().state_words
        for code in np.unique(state):
            label = f"{DEVIANCE}, {words[int(code)]}"
            several.append(layout.group(label, name, [(index, state == code)]))
        whole.append(layout.group(OVER_DISPERSION, name, [(index, np.ones(state.size, dtype=bool))]))
    every = [(index, np.ones(state.size, dtype=bool)) for index, state in enumerate(states)]
    found = [layout.group(DEVIANCE, "all", every, constraints=True)]
    several = [group for group in several if np.any(group.rows & telling)]
    found += several if len(several) > 1 else []
    measured: list[int | None] = []
    for group in whole:
        tells = bool(np.any(group.rows & telling))
        measured.append(len(found) if tells else None)
        found += [group] if tells else []
    leverage = _leverage(objective, optimum, layout.sensitive(layout.informative))
    left = tuple(group.freedom - float(np.sum(leverage[group.sensitive])) for group in found)
    dof = max(0, round(left[0]))
    return Groups(tuple(found), left, dof, tuple(measured), layout.informative)


def informative_rows(objective: Objective, x: Array) -> Mask:
    """Rows whose residual could vary, then the constraints (which always could); shape (rows + constraints,).

    A row that expects next to no counts of its rarer outcome has a residual of next to 0, whatever the law.
    """
    pairs = zip(objective.terms, objective.predictions(x), strict=True)
    rows = [term.measurement.row_fit(prediction).expected_counts >= _LEAST_COUNT for term, prediction in pairs]
    return np.concatenate([*rows, np.ones(objective.constraint_count, dtype=bool)])


@final
class _Layout:
    """Where the rows of each measurement stand among all rows, and among those of the sensitivity."""

    def __init__(self, objective: Objective, informative: Mask, freedom: Array) -> None:
        self.sizes = [term.measurement.settings.state.size for term in objective.terms]
        self.repeats = objective.sensitivity_rows
        self.constraints = objective.constraint_count
        self.informative = informative
        self.freedom = freedom

    def group(
        self, name: str, measurement: str, chosen: Sequence[tuple[int, Mask]], *, constraints: bool = False
    ) -> Group:
        """A group of rows by measurement and mask, with the constraints or without."""
        masks = [np.zeros(size, dtype=bool) for size in self.sizes]
        for index, mask in chosen:
            masks[index] = mask
        rows = np.concatenate([*masks, np.full(self.constraints, constraints)])
        freedom = float(np.sum(self.freedom[rows & self.informative]))
        return Group(name, measurement, rows, self.sensitive(rows), freedom)

    def sensitive(self, rows: Mask) -> Mask:
        """The rows of the sensitivity that belong to some rows."""
        *parts, constraints = np.split(rows, np.cumsum(self.sizes))
        repeated = [np.tile(mask, count) for mask, count in zip(parts, self.repeats, strict=True)]
        return np.concatenate([*repeated, constraints])


def _leverage(objective: Objective, optimum: Optimum, informative: Mask) -> Array:
    """How much of each row of the sensitivity the fit uses up; their sum is the number of fitted directions.

    Coordinates at a bound are not fitted, and a direction that only rows without information see is none.
    """
    free = seen_and_free(optimum.directions, optimum.at_bound)
    scaled = objective.sensitivity(optimum.x) * optimum.directions.scales * informative[:, None]
    span, singular, _ = np.linalg.svd(scaled @ free, full_matrices=False)
    fitted = singular > RANK_TOLERANCE * np.max(singular, initial=0.0)
    return np.asarray(np.sum(span[:, fitted] ** 2, axis=1))
