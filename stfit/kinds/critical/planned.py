"""Critical currents that could be measured next, and what they cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from stfit.kinds.critical.data import KIND, CriticalCurrents
from stfit.kinds.critical.keys import CriticalCurrentPlanKeys
from stfit.measurement import Observation, Origin, Settings
from stfit.measurement.base import frozen
from stfit.measurement.columns import STATES
from stfit.objective import Term
from stfit.objective.extension import expecting
from stfit.studies.candidate import Candidate, Today
from stfit.studies.planner import Found, Planner, present_error, quantities

_RATIOS: Final = (0.5, 0.75, 1.0, 1.5, 2.0)  # of ΔR in a series over that of the device
_STATES: Final = np.array(list(STATES.values()))


class CriticalCurrentPlanner(Planner):
    """A series of devices that differ in ΔR."""

    def first(self, today: Today) -> Found:
        """Critical currents of both transitions, extrapolated to zero temperature, over a range of ΔR."""
        if any(isinstance(term.measurement, CriticalCurrents) for term in today.objective.terms):
            return "there are critical currents (see the same points for longer)"
        if "delta_R" not in today.quantities or today.value("l_over_L") == 0.0 or today.objective.law.device.by_field:
            return "no ΔR of the device, or several fields"
        ratio, state = (a.reshape(-1) for a in np.meshgrid(_RATIOS, _STATES))
        size = ratio.size
        template = today.objective.terms[0]
        delta_R = frozen(ratio * today.value("delta_R"))
        settings = Settings.from_columns({"state": state}, polarity=1, delta_R=delta_R, athermal=True)
        series = CriticalCurrents(
            settings,
            Origin(file="next-critical-currents", kind=KIND, polarity=template.measurement.origin.polarity),
            current=frozen(np.ones(size)),
            stderr=frozen(np.ones(size)),
        )
        term = replace(template, measurement=series, thermometer=np.full(size, today.objective.nominal_temperature))
        measurement: Any = expecting(term, quantities(today)).measurement
        stated = CriticalCurrentPlanKeys.filled(today.conditions.of_kinds).critical_current_error
        known = _relative_delta_R(today)
        error = np.hypot(stated, np.sqrt(2.0) * known)  # I_c ∝ 1/ΔR, one ΔR for both transitions of a device
        term = replace(term, measurement=replace(measurement, stderr=frozen(error * np.abs(measurement.current))))
        words = (
            f"critical currents of {len(_RATIOS)} devices with ΔR from {_RATIOS[0]:g} to {_RATIOS[-1]:g} times this "
            f"one's, both transitions, {100 * stated:g} % each"
        )
        return [Candidate("critical-currents", words, today.cost(term), (term,))]

    def points(self, term: Term) -> set[tuple[float, ...]]:
        """Every critical current is a point."""
        return {(float(row),) for row in range(term.measurement.settings.state.size)}

    def by_error(self, measurement: Observation) -> bool:  # noqa: ARG002 - all of them
        """Critical currents have stated errors."""
        return True

    def assumptions(self, chosen: set[str]) -> list[str]:
        """What a series of devices has in common."""
        if "critical-currents" not in chosen:
            return []
        sentence = (
            "The devices of a ΔR series share l/L_θθ, β and the barriers with this one. The ΔR of each is as uncertain "
            "as this one's, independently. This uncertainty is added to the errors of its critical currents."
        )
        return [sentence]


def _relative_delta_R(today: Today) -> float:
    """How uncertain the ΔR of every other device is, independently: as much as this one's."""
    quoted = [present_error(today, p) for p in today.objective.space.varied if p.name == "delta_R"]
    return (quoted[0] or 0.0) / abs(today.value("delta_R")) if quoted else 0.0


PLANNER: Final = CriticalCurrentPlanner()
