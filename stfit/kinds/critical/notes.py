"""What a fit says of critical currents."""

from __future__ import annotations

from typing import Final

import numpy as np

from stfit.backends.optimum import Optimum
from stfit.diagnostics.remarks import Remarks
from stfit.kinds.critical.data import CriticalCurrents
from stfit.measurement import Observation, name_of
from stfit.measurement.base import Array
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective import Objective
from stfit.results import Note
from stfit.results.numbers import format_rounded


class CriticalCurrentRemarks(Remarks):
    """Critical currents are those of a time scale."""

    def validity(self, objective: Objective, optimum: Optimum) -> list[Note]:  # noqa: ARG002 - whatever was fitted
        """Critical currents, known to differ from 0, whose signs no λ/β describes."""
        measured = (term.measurement for term in objective.terms)
        return [_signs(m) for m in measured if isinstance(m, CriticalCurrents) and m.opposed]

    def assumptions(self, law: SpinTransferLaw, measurements: list[Observation]) -> list[str]:
        """At which time scale the currents are critical."""
        words = law.rates.words.measured_current
        return list(dict.fromkeys(_critical_currents(m.settings.measurement_time, words) for m in measurements))


def _critical_currents(times: Array | None, measured: str) -> str:
    if times is None:
        return "Critical currents are those extrapolated linearly to zero temperature, Eq. 28: 1/I_c ∝ ΔR."
    shortest, longest = float(np.min(times)), float(np.max(times))
    one = format_rounded(shortest, "s", 3)
    if shortest == longest:
        return measured.format(time=one, t=one)
    return measured.format(time=f"times t from {one} to {format_rounded(longest, 's', 3)}", t="t")


def _signs(currents: CriticalCurrents) -> Note:
    sentence = (
        f"The signs of the critical currents exclude the model: {currents.opposed} of {currents.current.size} in "
        f"{name_of(currents)} {'has' if currents.opposed == 1 else 'have'} the sign of the other transition. "
        "P→AP and AP→P need opposite currents: check the signs, the transitions and the sign of ΔR."
    )
    return Note("signs of the critical currents", "failure", sentence)


REMARKS: Final = CriticalCurrentRemarks()
