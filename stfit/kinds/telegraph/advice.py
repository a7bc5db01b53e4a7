"""What `stfit init` asks and says of traces."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from stfit.pipeline.advice import ARRAYS, Advice, Asked, Setting


class _TraceAdvice(Advice):
    def needed(self, asked: Asked) -> list[Setting]:
        """The unit of arrays, whose numbers have none."""
        if asked.given.get("quantity", "resistance") != "resistance" or "unit" in asked.given:
            return []
        arrays = any(Path(name).suffix.lower() in ARRAYS for name in asked.files)
        remark = "of the numbers in the arrays, or of one count; no dwell time depends on it"
        return [Setting("unit", "ohm", remark, assumed=True)] if arrays else []


ADVICE: Final = _TraceAdvice(
    (
        ("ap_level", "low", "where AP is the state of the lower resistance"),
        ("dead_time", "25 us", "below which the instrument loses dwells"),
    )
)
