"""The keys of telegraph traces in an analysis file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator

from stfit.analysis import quantities
from stfit.analysis.messages import shown, unfit
from stfit.analysis.sections import ApLevel, Duration, MeasurementSection

_PAIR = 2


def _two_levels(value: Any) -> tuple[float, float]:
    """Two different resistances, ohm."""
    if not isinstance(value, list) or len(value) != _PAIR:
        raise unfit('two levels such as ["10 ohm", "11 ohm"]', shown(value))
    first, second = (quantities.quantity(entry, "ohm") for entry in value)
    if first == second:
        raise unfit("two different levels", shown(value))
    return first, second


class TraceKeys(MeasurementSection):
    """How the files of an index are read, and how each trace is reduced to dwell times."""

    sample_interval: Duration = None
    quantity: Annotated[Any, PlainValidator(quantities.choice("resistance", "voltage", "current"))] = None
    unit: Annotated[str | None, PlainValidator(quantities.text)] = None
    dtype: Annotated[str | None, PlainValidator(quantities.sample_type)] = None
    ap_level: ApLevel = "high"
    dead_time: Duration = None
    method: Annotated[Any, PlainValidator(quantities.choice("auto", "threshold", "hmm"))] = "auto"
    bad: Annotated[Any, PlainValidator(quantities.choice("report", "leave-out"))] = "report"
    levels: Annotated[Any, PlainValidator(_two_levels)] = None
    leave_out: Annotated[tuple[str, ...], PlainValidator(quantities.file_names)] = ()
