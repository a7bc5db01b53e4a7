"""The keys of critical currents in an analysis file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import PlainValidator

from stfit.analysis import planning, quantities
from stfit.analysis.sections import Duration, MeasurementSection, Section, Sign


class CriticalCurrentKeys(MeasurementSection):
    """sign: as of pulses. measurement_time: s, in which each current was measured, for a table without such a column.

    critical_current: extrapolated to zero temperature, or measured; it follows from whether a time is given.
    """

    sign: Sign = "signed"
    critical_current: Annotated[Any, PlainValidator(quantities.choice("extrapolated", "measured"))] = None
    measurement_time: Duration = None

    @classmethod
    def contradictions(cls, keys: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
        """A time of an extrapolated critical current."""
        time = keys.get("measurement_time")
        if time is not None and keys.get("critical_current") == "extrapolated":
            yield "measurement_time", 'no such key with critical_current = "extrapolated"', f"{time:g} s"


class CriticalCurrentPlanKeys(Section):
    """What [plan] says of critical currents: the relative error of a new one."""

    critical_current_error: Annotated[float, PlainValidator(planning.relative_error)] = 0.03
