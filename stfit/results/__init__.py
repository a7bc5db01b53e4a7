"""What a fit gives back: the result, its storage, its numbers as physicists write them."""

from stfit.results.result import (
    OWN_FINDING,
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
    OwnResult,
    Status,
    Verdict,
    contains,
    through_infinity,
)
from stfit.results.storage import read, write

__all__ = [
    "OWN_FINDING",
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
    "OwnResult",
    "Status",
    "Verdict",
    "contains",
    "read",
    "through_infinity",
    "write",
]
