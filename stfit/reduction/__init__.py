"""Reduction: raw records of an instrument become measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from stfit.loaders.tables import TableKind
from stfit.reduction.loops import HysteresisLoops

RAW_KINDS: Final[Mapping[str, type[TableKind]]] = {kind.kind: kind for kind in (HysteresisLoops,)}

__all__ = ["RAW_KINDS", "HysteresisLoops"]
