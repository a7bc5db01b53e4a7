"""The keys of telegraph traces in an analysis file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator

from stfit.analysis import quantities
from stfit.analysis.sections import ApLevel, Duration, MeasurementSection


class TraceKeys(MeasurementSection):
    """How the files of an index are read, and how each trace is reduced to dwell times."""

    sample_interval: Duration = None
    quantity: Annotated[Any, PlainValidator(quantities.choice("resistance", "voltage"))] = None
    unit: Annotated[str | None, PlainValidator(quantities.text)] = None
    dtype: Annotated[str | None, PlainValidator(quantities.sample_type)] = None
    ap_level: ApLevel = "high"
    dead_time: Duration = None
    method: Annotated[Any, PlainValidator(quantities.choice("auto", "threshold", "hmm"))] = "auto"
    bad: Annotated[Any, PlainValidator(quantities.choice("report", "leave-out"))] = "report"
    leave_out: Annotated[tuple[str, ...], PlainValidator(quantities.file_names)] = ()
