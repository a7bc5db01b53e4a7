"""What `stfit init` says of critical currents."""

from __future__ import annotations

from typing import Final

from stfit.pipeline.advice import Advice

ADVICE: Final = Advice(
    (("measurement_time", "1 s", "in which each was measured, where none is extrapolated to zero temperature"),)
)
