"""Data drawn again from themselves, with replacement: what the bootstrap by resampling does to each kind."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.measurement.base import frozen
from stfit.measurement.grouping import groups

Places = npt.NDArray[np.intp]


def drawn_within(group: Places, rng: np.random.Generator) -> Places:
    """For each place another of its group, drawn with replacement, shape (places,): every group keeps its size."""
    order = np.argsort(group, kind="stable")
    size = np.bincount(group)
    first = np.cumsum(size) - size
    chosen = first[group] + np.floor(rng.random(group.size) * size[group]).astype(np.intp)
    return np.asarray(order[chosen])


def with_rows_drawn(measurement: Any, rng: np.random.Generator) -> Any:
    """A table with its rows drawn again within their series: state, temperature and what else tells series apart.

    A row is kept whole, as a pair of setting and observation (the design varies with it), which needs no trust in the
    stated errors. Rows of one series share their temperature, so that the thermometer of each place stays right.
    """
    settings = measurement.settings
    keys = [settings.state.astype(float), settings.temperature, *(s.values for s in measurement.series_settings)]
    _, series = groups(keys)
    return with_rows(measurement, drawn_within(series, rng))


def with_rows(measurement: Any, rows: Places) -> Any:
    """A table with other rows of its own in the place of each, shape (rows,)."""
    arrays = {
        entry.name: frozen(values[rows], values.dtype)
        for entry in fields(measurement)
        if isinstance(values := getattr(measurement, entry.name), np.ndarray) and values.size == rows.size
    }
    return replace(measurement, **arrays)
