"""What `stfit init` says of ramps and loops."""

from __future__ import annotations

from typing import Final

from stfit.pipeline.advice import Advice

RAMP_ADVICE: Final = Advice((("start_current", "0 mA", "from which the ramps begin"),))
LOOP_ADVICE: Final = Advice((("ap_level", "low", "where AP is the state of the lower resistance"),))
