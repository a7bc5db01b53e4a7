"""Remarks on rows near the Curie temperature and on heating, from the fits that have them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.thermal import near_curie, rise, temperature_notes
from stfit.objective import Objective
from tests import builders

DWELLS = builders.dwell_times(builders.grid())


def fitted(**sections: Any) -> tuple[Objective, Optimum]:
    objective = builders.objective(DWELLS, **sections)
    return objective, minimise(objective)


def test_eq_27_has_nothing_to_say() -> None:
    assert temperature_notes(*fitted()) == []


@pytest.mark.parametrize(("curie", "near"), [("401 K", False), ("399 K", True)])
def test_a_row_near_the_curie_temperature(curie: str, near: bool) -> None:
    # the hottest row has 320 K, 0.8 of 400 K
    device = {**builders.KNOWN, "curie_temperature": curie}
    notes = temperature_notes(*fitted(device=device, model={"magnetisation": "bloch"}))
    assert [note.name for note in notes] == ["Curie temperature"] * near
    if near:
        assert notes[0].level == "warning"
        assert "320 K, lies above 0.8 of the Curie temperature, 399 K" in notes[0].sentence


def test_the_edges() -> None:
    assert near_curie(80.0, 100.0) == []
    assert [note.level for note in near_curie(80.1, 100.0)] == ["warning"]
    assert [note.level for note in rise(300.0, 329.9)] == ["info"]
    assert [note.level for note in rise(300.0, 330.1)] == ["warning"]
    assert rise(300.0, 329.9, ignored=True) == []


@pytest.mark.parametrize(("kappa", "level"), [("1e8 K^2/A^2", "info"), ("3e8 K^2/A^2", "warning")])
def test_heating_says_how_much(kappa: str, level: str) -> None:
    # the coldest row is heated most, relatively: 250 K to √(250² + κ·0.01²) = 269.3 K and 304.1 K
    objective, optimum = fitted(device={**builders.KNOWN, "heating": kappa}, model={"heating": "joule"})
    (note,) = temperature_notes(objective, optimum)
    assert (note.name, note.level) == ("heating", level)
    by = np.sqrt(250.0**2 + float(kappa.split()[0]) * 1e-4) - 250.0
    assert f"raises the magnet from 250 K by {by:.0f} K" in note.sentence
