"""What a fit says of critical currents."""

from __future__ import annotations

from typing import Final

from stfit.diagnostics.remarks import Remarks
from stfit.measurement import Measurement
from stfit.models.law import SpinTransferLaw
from stfit.results.numbers import format_rounded


class CriticalCurrentRemarks(Remarks):
    """Critical currents are those of a time scale."""

    def assumptions(self, law: SpinTransferLaw, measurements: list[Measurement]) -> list[str]:
        """At which time scale the currents are critical."""
        times = {m.settings.measurement_time for m in measurements}
        exact = law.rates is not None
        return [_critical_currents(t, exact=exact) for t in sorted(times, key=lambda t: -1.0 if t is None else t)]


def _critical_currents(measurement_time: float | None, *, exact: bool) -> str:
    if measurement_time is None:
        return "Critical currents are those extrapolated linearly to zero temperature, Eq. 28: 1/I_c ∝ ΔR."
    time = format_rounded(measurement_time, "s", 3)
    if exact:
        return f"Critical currents were measured in {time}: where the exact dwell time is that long."
    return f"Critical currents were measured in {time}: I_c[1 − (k_BT/E_i) ln({time}/τ0)] with I_c of Eq. 28."


REMARKS: Final = CriticalCurrentRemarks()
