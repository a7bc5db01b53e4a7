"""The vocabulary: its constants, and that it costs nothing before it is asked for."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest

from stfit import constants
from stfit.units import conversion, vocabulary


def test_pint_is_imported_when_the_first_uncommon_unit_is_read() -> None:
    script = "import sys, stfit.units as u; u.conversion('mA', 'A'); print('pint' in sys.modules)"
    script += "; u.conversion('pA', 'A'); print('pint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_common_units_are_those_of_pint() -> None:
    assert {unit: vocabulary.read_by_pint(unit) for unit in vocabulary.COMMON} == dict(vocabulary.COMMON)


@pytest.mark.parametrize(
    ("unit", "factor", "base"),
    [
        ("e", constants.ELEMENTARY_CHARGE, "A s"),
        ("kB", constants.BOLTZMANN, "J/K"),
        ("Oe", 1e3 / (4 * math.pi), "A/m"),
        ("emu/cm^3", 1e3, "A/m"),
        ("H", 1.0, "J/A^2"),
        ("%", 1e-2, ""),
    ],
)
def test_units_in_si_base_units(unit: str, factor: float, base: str) -> None:
    found = vocabulary.root(unit)
    # emu/cm^3 is 1e-3/(1e-2)³: five roundings of 1.1e-16.
    assert found.factor == pytest.approx(factor, rel=6e-16)
    assert found.base == vocabulary.root(base).base
    assert found.offset == 0


@pytest.mark.parametrize("unit", vocabulary.DIMENSIONS)
def test_the_units_named_in_messages_are_of_their_dimension(unit: str) -> None:
    factors = [conversion(accepted, unit)[0] for accepted in vocabulary.DIMENSIONS[unit][1]]
    assert all(factor > 0 for factor in factors)
    assert vocabulary.dimension_of(vocabulary.root(unit).base) == vocabulary.DIMENSIONS[unit][0]
