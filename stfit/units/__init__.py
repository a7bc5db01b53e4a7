"""Quantities with units as people write them, read into SI; SI numbers as people like to see them."""

from stfit.units.display import choose_prefix
from stfit.units.quantities import (
    LARGEST,
    SMALLEST,
    Quantity,
    UnitError,
    conversion,
    parse_difference,
    parse_quantity,
    quoted,
    split_header,
)
from stfit.units.vocabulary import is_unit

__all__ = [
    "LARGEST",
    "SMALLEST",
    "Quantity",
    "UnitError",
    "choose_prefix",
    "conversion",
    "is_unit",
    "parse_difference",
    "parse_quantity",
    "quoted",
    "split_header",
]
