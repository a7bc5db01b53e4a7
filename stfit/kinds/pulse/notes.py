"""What a fit says of pulses."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from stfit.diagnostics.remarks import Array, Remarks
from stfit.objective import Term


class PulseRemarks(Remarks):
    """Pulses must be much longer than the attempt time."""

    def shortest_time(
        self,
        term: Term,
        prediction: Array,  # noqa: ARG002 - the pulses are as long as they are
        quantities: dict[str, Any],  # noqa: ARG002
    ) -> tuple[float, str]:
        """The shortest pulse, s."""
        pulses: Any = term.measurement
        return float(np.min(pulses.pulse_width)), "pulse"


REMARKS: Final = PulseRemarks()
