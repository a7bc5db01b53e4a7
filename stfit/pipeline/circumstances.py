"""When and from what a result was made."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Final

from stfit.measurement import Observation
from stfit.results import InputFile

LIBRARIES: Final = ("numpy", "scipy", "pandas", "lmfit")


def now() -> str:
    """The time of writing, or the one SOURCE_DATE_EPOCH states, for reports that can be made again byte for byte."""
    stated = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(stated), UTC) if stated else datetime.now(UTC)
    return moment.isoformat(timespec="seconds")


def input_of(measurement: Observation) -> InputFile:
    """The file that a measurement rests on."""
    origin = measurement.origin
    rows = origin.rows or measurement.settings.state.size
    return InputFile(
        origin.file or origin.kind, origin.sha256, origin.kind, rows, origin.polarity, list(origin.recognised)
    )
