"""Points that could be measured: their surroundings, and the choice of the most telling ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from stfit.measurement import resampling
from stfit.measurement.observation import sensitivity
from stfit.objective import Objective, Term
from stfit.studies.candidate import Today
from stfit.studies.choice import chosen

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

GRID: Final = 41  # currents from one end of the range to the other
FARTHER: Final = 1.5  # times the largest current so far


class Surroundings(NamedTuple):
    """Temperature readings (K) and fields (T) of the points, paired; shape (k,)."""

    temperature: Array
    field: Array


def surroundings(terms: Sequence[Term]) -> Surroundings:
    """Every pair of temperature and field there is."""
    pairs = np.concatenate([np.stack([t.thermometer, t.measurement.settings.field]) for t in terms], axis=1)
    found = np.unique(np.where(np.isnan(pairs), np.inf, pairs), axis=1)  # every NaN differs from every other
    temperature, field = np.where(np.isinf(found), np.nan, found)
    return Surroundings(temperature, field)


def largest_current(today: Today) -> float:
    """A, that a point may have."""
    if today.conditions.largest_current is not None:
        return today.conditions.largest_current
    every = [np.max(np.abs(c)) for t in today.objective.terms if (c := t.measurement.settings.current) is not None]
    return FARTHER * float(max(every, default=0.0))


def with_rows(term: Term, rows: Codes) -> Term:
    """Some rows of a table."""
    return replace(term, measurement=resampling.with_rows(term.measurement, rows), thermometer=term.thermometer[rows])


def how_often(today: Today, offered: Term, of: Codes, points: int) -> Codes:
    """How often each point is taken, for the least error of the target; of: the point of each row."""
    pool = np.zeros((points, today.gradient.size, today.gradient.size))
    np.add.at(pool, of, row_information(today.objective, today.optimum.x, offered))
    picked = chosen(today.information, pool, today.gradient, today.conditions.points)
    return np.bincount(picked, minlength=points)


def row_information(objective: Objective, x: Array, term: Term) -> Array:
    """The information each row brings, shape (rows, p, p)."""
    root = sensitivity(term.measurement, term.prediction(objective.space.jets(x, order=1))).gradient
    return np.asarray(np.einsum("pr,qr->rpq", root, root))
