"""Kittel's relations, inverted: their own forms, their limits."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.physics.resonance import resonance_field_in_plane, resonance_field_perpendicular

GAMMA = 1.76e11


@pytest.mark.parametrize("magnetisation", [-0.3, 0.0, 1.2])
def test_the_field_in_the_plane_solves_kittels_relation(magnetisation: float) -> None:
    frequency = np.array([2e9, 10e9, 40e9])
    field = resonance_field_in_plane(frequency, GAMMA, magnetisation)
    omega = GAMMA * np.sqrt(field * (field + magnetisation))
    assert omega / (2 * np.pi) == pytest.approx(frequency, rel=1e-12)  # a cancellation of H against M by 1e3 at most
    assert np.all(field > 0)
    assert np.all(field + magnetisation > 0)


def test_along_the_normal_the_field_is_shifted_by_the_magnetisation() -> None:
    frequency = np.array([5e9, 10e9])
    field = resonance_field_perpendicular(frequency, GAMMA, 0.15)
    assert GAMMA * (field - 0.15) / (2 * np.pi) == pytest.approx(frequency, rel=1e-14)


def test_without_magnetisation_both_are_larmors() -> None:
    assert resonance_field_in_plane(9e9, GAMMA, 0.0) == pytest.approx(2 * np.pi * 9e9 / GAMMA, rel=1e-15)
    assert resonance_field_perpendicular(9e9, GAMMA, 0.0) == pytest.approx(2 * np.pi * 9e9 / GAMMA, rel=1e-15)
