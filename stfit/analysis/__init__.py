"""The analysis file (TOML) as typed, validated, frozen objects.

The file is data: nothing in it is executed. Every path in it is relative to the file itself.
"""

from stfit.analysis.entries import (
    Analysis,
    Constant,
    FitEntry,
    GmrChi,
    GmrTable,
    MeasurementEntry,
    ModelEntry,
    PlanEntry,
    Prior,
)
from stfit.analysis.reading import analysis_of, parse_analysis, read_analysis, with_backend

__all__ = [
    "Analysis",
    "Constant",
    "FitEntry",
    "GmrChi",
    "GmrTable",
    "MeasurementEntry",
    "ModelEntry",
    "PlanEntry",
    "Prior",
    "analysis_of",
    "parse_analysis",
    "read_analysis",
    "with_backend",
]
