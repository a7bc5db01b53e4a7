"""The ΔR that an analysis gives, against the ΔR that a record of resistances shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

from stfit.objective import FitParameter, Objective

_APART: Final = 0.1  # of the given ΔR, by which a record may differ from it
_SURE: Final = 5.0  # standard deviations of the given ΔR, likewise


@final
@dataclass(frozen=True)
class GivenDeltaR:
    """ΔR as [device] gives it, held or with an uncertainty."""

    parameter: FitParameter

    @property
    def value(self) -> float:
        """ohm."""
        held, constraint = self.parameter, self.parameter.constraint
        return float(held.parameter.quantity(held.start)) if constraint is None else constraint.centre

    def contradicts(self, found: float) -> bool:
        """Whether the ΔR (ohm) of a record is another one."""
        constraint = self.parameter.constraint
        if constraint is not None and abs(float(constraint.residual(found))) < _SURE:
            return False
        return abs(found - self.value) > _APART * abs(self.value)


def given_delta_R(objective: Objective) -> GivenDeltaR | None:
    """The ΔR that an objective was given; None where it is free.

    Parameters
    ----------
    objective : Objective
        Of all measurements.

    Returns
    -------
    GivenDeltaR or None
        The value, and what contradicts it.
    """
    found = next((p for p in objective.space.parameters if p.name == "delta_R"), None)
    return GivenDeltaR(found) if found is not None and (found.held or found.constraint is not None) else None
