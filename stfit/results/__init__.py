"""What a fit gives back: the result, its storage, its numbers as physicists write them."""

from stfit.results.result import (
    SCHEMA,
    Combination,
    Curve,
    Estimate,
    FitResult,
    Goodness,
    GoodnessTest,
    InputFile,
    Interval,
    MeasurementSummary,
    Note,
    Status,
    Verdict,
    contains,
    through_infinity,
)
from stfit.results.storage import read, write

__all__ = [
    "SCHEMA",
    "Combination",
    "Curve",
    "Estimate",
    "FitResult",
    "Goodness",
    "GoodnessTest",
    "InputFile",
    "Interval",
    "MeasurementSummary",
    "Note",
    "Status",
    "Verdict",
    "contains",
    "read",
    "through_infinity",
    "write",
]
