"""What a virtual spectrometer adds to a line: closed forms, and noise by its moments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stfit.kinds.resonance.instrument import Instrument
from stfit.physics.fluctuations import LINE_SHAPES

X = np.linspace(0.1, 0.3, 401)  # T
LINE = (0.2, 0.02, 1.5)
QUIET = Instrument("symmetric+antisymmetric", 0.0)


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_parts_of_a_line_are_absorption_and_dispersion() -> None:
    found = replace(QUIET, parts=(0.6, 0.8)).record(X, LINE, rng())
    absorption, dispersion = LINE_SHAPES["symmetric+antisymmetric"](X, 0.2, 0.02)
    assert found == pytest.approx(1.5 * (0.6 * absorption + 0.8 * dispersion))
    both = replace(QUIET, parts=(0.6, 0.8), complex_signal=True).record(X, LINE, rng())
    assert both.real == pytest.approx(found)
    assert np.abs(both) == pytest.approx(1.5 * np.hypot(absorption, dispersion))  # a phase turns both channels


def test_satellites_and_images_are_lines_of_their_own() -> None:
    x = np.linspace(-0.3, 0.3, 601)
    found = replace(QUIET, satellites=((2.0, 0.5),), mirrored=-1.0, zero=0.003).record(x, LINE, rng())
    expected = sum(
        height * LINE_SHAPES["lorentzian"](x, place, 0.02)[0]
        for place, height in ((0.2, 1.5), (0.24, 0.75), (-0.194, -1.5), (-0.234, -0.75))
    )
    assert found == pytest.approx(np.asarray(expected))


def test_a_background_is_its_middle_and_its_change() -> None:
    under = replace(QUIET, background=(0.5, 0.2), ripple=(0.1, 2.0)).record(X, (0.2, 0.02, 0.0), rng())
    along = (X - 0.2) / 0.2
    assert under == pytest.approx(0.5 + 0.2 * along + 0.1 * np.sin(4.0 * np.pi * along))


def test_a_time_constant_smooths_noise_and_lines() -> None:
    x = np.linspace(0.0, 1.0, 40_001)
    flat, pole = (0.5, 0.1, 0.0), np.exp(-0.25)
    noise = Instrument("lorentzian", 0.3, time_constant=4.0).record(x, flat, rng()).real
    # 40,000 samples correlated over 8: five thousand independent ones, whose variance is known to 2 %
    assert np.std(noise) == pytest.approx(0.3, rel=0.06)
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(pole, abs=0.02)
    line = Instrument("lorentzian", 0.0, time_constant=4.0, smoothed_lines=True).record(X, LINE, rng()).real
    sharp = 1.5 * LINE_SHAPES["lorentzian"](X, 0.2, 0.02)[0]
    assert line[1:] == pytest.approx(pole * line[:-1] + (1.0 - pole) * np.asarray(sharp)[1:])


def test_noise_may_grow_with_the_signal_and_wander() -> None:
    x = np.linspace(0.0, 1.0, 20_001)
    level = replace(QUIET, background=(2.0, 0.0), relative_noise=0.1).record(x, (0.5, 0.1, 0.0), rng()).real
    assert np.std(level) == pytest.approx(0.2, rel=0.03)  # 20,000 samples: to 0.5 %
    walk = replace(QUIET, drift=0.1).record(x, (0.5, 0.1, 0.0), rng()).real
    assert np.std(np.diff(walk)) == pytest.approx(0.1, rel=0.03)
