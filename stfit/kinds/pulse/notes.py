"""What a fit says of pulses."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from stfit.diagnostics.remarks import Remarks
from stfit.objective import Term


class PulseRemarks(Remarks):
    """Pulses must be much longer than the attempt time."""

    def shortest_time(self, term: Term, quantities: dict[str, Any]) -> tuple[float, str]:  # noqa: ARG002 - set, not fitted
        """The shortest pulse, s."""
        pulses: Any = term.measurement
        return float(np.min(pulses.pulse_width)), "pulse"


REMARKS: Final = PulseRemarks()
