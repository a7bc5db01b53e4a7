"""The keys of critical currents in an analysis file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import PlainValidator

from stfit.analysis import planning, quantities
from stfit.analysis.sections import Duration, MeasurementSection, Section, Sign


class CriticalCurrentKeys(MeasurementSection):
    """sign: as of pulses. critical_current: extrapolated to zero temperature, or measured in `measurement_time` (s)."""

    sign: Sign = "signed"
    critical_current: Annotated[Any, PlainValidator(quantities.choice("extrapolated", "measured"))] = "extrapolated"
    measurement_time: Duration = None

    @classmethod
    def contradictions(cls, keys: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
        """A measured critical current without its time, or a time of an extrapolated one."""
        measured, time = keys.get("critical_current") == "measured", keys.get("measurement_time")
        if measured and time is None:
            yield "measurement_time", 'a time, for example "1 s", as critical_current = "measured" needs', "nothing"
        if time is not None and not measured:
            expected = 'no such key with critical_current = "extrapolated", the default'
            yield "measurement_time", expected, f"{time:g} s"


class CriticalCurrentPlanKeys(Section):
    """What [plan] says of critical currents: the relative error of a new one."""

    critical_current_error: Annotated[float, PlainValidator(planning.relative_error)] = 0.03
