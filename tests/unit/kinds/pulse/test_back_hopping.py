"""Switched shares that fall again, and the map of shares over drive and pulse width."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stfit.analysis import analysis_of
from stfit.figures.drawn_values import drawn_values
from stfit.kinds.pulse.back_hopping import back_hopping_notes
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.kinds.pulse.report import section
from stfit.measurement import Origin
from stfit.pipeline.assembly import assemble
from stfit.reports.content import Gallery
from stfit.results.result import MeasurementSummary

CURRENT = np.linspace(2e-3, 4e-3, 11)


def notes(lost: float, seed: int = 1) -> list[str]:
    """Of a series whose share loses a part at the three largest currents; 1,000 pulses each."""
    share = -np.expm1(-np.exp((CURRENT - 2.8e-3) * 8e3))
    share[-3:] *= 1.0 - lost * np.array([0.3, 0.6, 1.0])
    columns = {
        "transition": np.ones(11, int),
        "current": CURRENT,
        "pulse_width": np.full(11, 1e-6),
        "n": np.full(11, 1000.0),
        "n_switched": np.random.default_rng(seed).binomial(1000, share).astype(float),
    }
    table = SwitchingPulses.from_columns(columns, origin=Origin(file="pulses.csv"))
    content = {"device": {"temperature": "295 K"}, "model": {"asymmetry": "free"}}
    return [note.sentence for note in back_hopping_notes(assemble(analysis_of(content, Path(), "a.toml"), [table]))]


def test_a_share_that_falls_at_the_largest_drives_is_named() -> None:
    (sentence,) = notes(0.1)
    assert sentence.startswith("pulses.csv: AP→P: from 3.")
    assert "mA to 4 mA the switched share falls from" in sentence
    assert "back-hopping" in sentence


@pytest.mark.parametrize("seed", range(5))
def test_a_share_that_only_scatters_is_not(seed: int) -> None:
    assert notes(0.0, seed) == []


def summary(widths: int) -> MeasurementSummary:
    rows = []
    for width in np.logspace(-8, -3, widths):
        for current in CURRENT:
            share = float(-np.expm1(-(width / 1e-6) * np.exp((current - 2.8e-3) * 8e3)))
            row = {"transition": "AP→P", "current": current, "pulse_width": width}
            rows.append(row | {"observed": share, "fitted": share})
    return MeasurementSummary("pulses.csv", "switching-pulse", len(rows), rows, [])


def test_pulses_of_many_widths_are_a_map_with_the_contour_of_one_half() -> None:
    (gallery,) = section(summary(6), 1)
    assert isinstance(gallery, Gallery)
    for width in ("page", "column"):
        values = drawn_values(gallery.drawings[0].draw(width))
        half = next(line for line in values[0]["series"] if line["n"] == "50 % of the fit")
        # P = 1/2 where (t/1 µs)·exp(8 (I − 2.8)/mA) = ln 2
        expected = 2.8 + np.log(np.log(2.0) * 1e-6 / np.logspace(-8, -3, 6)[2]) / 8.0
        assert half["x"][2] == pytest.approx(expected, abs=2e-3)
    assert section(summary(3), 1) == []
