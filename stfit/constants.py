"""Physical constants (exact SI values of 2019; mu_0 and mu_B from CODATA 2022) and the factor of Eq. 7."""

from __future__ import annotations

from typing import Final

BOLTZMANN: Final = 1.380649e-23  # J/K
ELEMENTARY_CHARGE: Final = 1.602176634e-19  # C
HBAR: Final = 1.054571817e-34  # J s
BOHR_MAGNETON: Final = 9.2740100657e-24  # J/T, CODATA 2022
VACUUM_PERMEABILITY: Final = 1.25663706127e-6  # T m/A
N_GMR: Final = 8.0  # the factor between spin-injection and giant magnetoresistance, Eq. 7
