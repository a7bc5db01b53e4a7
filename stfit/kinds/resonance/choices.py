"""What an analysis file may choose of spectra; apart from their fits, which load more."""

from typing import Final

MOST_LINES: Final = 5
BACKGROUNDS: Final = (0, 1, 2, 3)  # orders of its polynomial
SHIFTS: Final = ("anisotropy_field", "field_offset")  # T, what may shift a line of a film beside γ and M_eff
