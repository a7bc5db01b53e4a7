"""What `stfit init` asks and says of traces."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from stfit.pipeline.advice import ARRAYS, Advice, Asked, Setting


class _TraceAdvice(Advice):
    def needed(self, asked: Asked) -> list[Setting]:
        """What arrays hold, whose numbers have no unit that says it."""
        if asked.given.keys() & {"quantity", "unit"}:
            return []
        arrays = any(Path(name).suffix.lower() in ARRAYS for name in asked.files)
        remark = 'or "voltage", which AP has the lower of at a negative current'
        return [Setting("quantity", "resistance", remark, assumed=True)] if arrays else []


ADVICE: Final = _TraceAdvice(
    (
        ("unit", "0.5 mohm", "of the numbers in arrays, or of one count; no dwell time depends on it"),
        ("ap_level", "low", "where AP is the state of the lower resistance"),
        ("dead_time", "25 us", "below which the instrument loses dwells"),
    )
)
