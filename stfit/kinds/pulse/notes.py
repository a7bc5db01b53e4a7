"""What a fit says of pulses."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from stfit.backends.optimum import Optimum
from stfit.diagnostics.remarks import Remarks
from stfit.kinds.pulse.back_hopping import back_hopping_notes
from stfit.kinds.pulse.saturation import read_out_notes
from stfit.objective import Objective, Term
from stfit.results import Note


class PulseRemarks(Remarks):
    """Pulses must be much longer than the attempt time."""

    def shortest_time(self, term: Term, quantities: dict[str, Any]) -> tuple[float, str]:  # noqa: ARG002 - set, not fitted
        """The shortest pulse, s."""
        pulses: Any = term.measurement
        return float(np.min(pulses.pulse_width)), "pulse"

    def validity(self, objective: Objective, optimum: Optimum) -> list[Note]:
        """Shares that stop short of 1, or of 0, and those that fall again."""
        return [*read_out_notes(objective, optimum), *back_hopping_notes(objective)]


REMARKS: Final = PulseRemarks()
