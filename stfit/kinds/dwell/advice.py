"""What `stfit init` says of dwell times."""

from __future__ import annotations

from typing import Final

from stfit.pipeline.advice import Advice

EVENT_ADVICE: Final = Advice((("dead_time", "25 us", "a dwell shorter than this joins the one before"),))
