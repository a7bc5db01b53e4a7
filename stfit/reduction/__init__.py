"""Reduction: raw records of an instrument become measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stfit.loaders.tables import TableKind
from stfit.reduction.loops import HysteresisLoops
from stfit.reduction.spectra import FmrSpectra
from stfit.reduction.traces import TelegraphTraceIndex

RAW_KINDS: Final[Mapping[str, type[TableKind]]] = {
    kind.kind: kind for kind in (TelegraphTraceIndex, HysteresisLoops, FmrSpectra)
}

__all__ = ["RAW_KINDS", "FmrSpectra", "HysteresisLoops", "TelegraphTraceIndex"]
