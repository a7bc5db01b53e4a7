"""Data drawn again from themselves, with replacement: what the bootstrap by resampling does to each kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from stfit.measurement.base import Rows, frozen
from stfit.measurement.grouping import groups
from stfit.measurement.view import SeriesSetting


def drawn_within(group: Rows, rng: np.random.Generator) -> Rows:
    """For each place another of its group, drawn with replacement, shape (places,): every group keeps its size."""
    order = np.argsort(group, kind="stable")
    size = np.bincount(group)
    first = np.cumsum(size) - size
    chosen = first[group] + np.floor(rng.random(group.size) * size[group]).astype(np.intp)
    return np.asarray(order[chosen])


def with_rows_drawn(observation: Any, series: Sequence[SeriesSetting], rng: np.random.Generator) -> Any:
    """A table with its rows drawn again within their series: state, temperature and what else tells series apart.

    A row is kept whole, as a pair of setting and observation (the design varies with it), which needs no trust in the
    stated errors. Rows of one series share their temperature, so that the thermometer of each place stays right.
    """
    settings = observation.settings
    keys = [settings.state.astype(float), settings.temperature, *(entry.values for entry in series)]
    _, group = groups(keys)
    return with_rows(observation, drawn_within(group, rng))


def with_rows(observation: Any, rows: Rows) -> Any:
    """Some rows of a table with a field `settings`, in their order, repeated where a row is named more than once."""
    size = observation.settings.state.size
    arrays = {
        entry.name: frozen(values[rows], values.dtype)
        for entry in fields(observation)
        if isinstance(values := getattr(observation, entry.name), np.ndarray) and values.size == size
    }
    return replace(observation, settings=observation.settings.at(rows), **arrays)
