"""What results, `stfit inspect` and `stfit init` say of retention times."""

from __future__ import annotations

from typing import Any

from stfit.diagnostics.remarks import Remarks
from stfit.measurement import Observation
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.pipeline.advice import Advice


class RetentionRemarks(Remarks):
    """The half-times are those of exponential dwells."""

    def assumptions(self, law: SpinTransferLaw, measurements: list[Observation]) -> list[str]:
        return ["Retention times are half-times of exponential dwells: τ ln 2."]


def facts(measurement: Any) -> list[tuple[str, str]]:
    return [("smallest error", f"{measurement.error.min():.3g}")]


REMARKS = RetentionRemarks()
ADVICE = Advice((("scale", "1.5", "by which the stated errors are too small"),))
