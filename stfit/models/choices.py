"""The names that the analysis file chooses a model by; they stand apart so that reading the file loads no law."""

from __future__ import annotations

from typing import Final

ASYMMETRIES: Final = ("theta_0", "symmetric", "uniaxial", "chi", "free")
EXACT_ASYMMETRIES: Final = ("uniaxial", "symmetric")  # whose barriers the exact rates know
MAGNETISATION_LAWS: Final = ("constant", "bloch", "mean-field")
ANISOTROPY_LAWS: Final = ("constant", "shape", "callen-callen")
CURIE_TEMPERATURE: Final = "curie_temperature"  # the parameter that every law of M_s(T) asks for
