"""What `stfit init` says of critical currents."""

from __future__ import annotations

from typing import Final

from stfit.pipeline.advice import Advice

ADVICE: Final = Advice(
    (
        ("critical_current", "measured", "where they are not extrapolated to zero temperature (Eq. 28), then also"),
        ("measurement_time", "1 s", "the time in which each was measured"),
    )
)
