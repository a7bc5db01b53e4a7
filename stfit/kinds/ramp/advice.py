"""What `stfit init` says of ramps and loops."""

from __future__ import annotations

from typing import Final

from stfit.pipeline.advice import Advice, Setting

RAMP_ADVICE: Final = Advice((("start_current", "0 mA", "from which the ramps begin"),))
_ONE_SWEEP: Final = Setting(
    "sweep", 1, "all rows follow each other; the turns of the current tell the cycles", assumed=True
)
LOOP_ADVICE: Final = Advice((("ap_level", "low", "where AP is the state of the lower resistance"),), (_ONE_SWEEP,))
