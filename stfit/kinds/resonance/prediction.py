"""What the law predicts of a resonance line."""

from __future__ import annotations

from typing import Any

from stfit.measurement import Settings
from stfit.models import lines
from stfit.models.device import Quantities
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective.predictions import current_at, with_biased_delta_R


def log_line(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """ln of the power or of the linewidth of each row, Eq. 32."""
    if settings.is_linewidth is None or settings.lines is None:
        raise TypeError("a line without its observable")
    rows = lines.LineRows(
        is_width=settings.is_linewidth.astype(float),
        state=settings.state.astype(float),
        current=current_at(quantities, settings),
        temperature=temperature,
        frequency=settings.frequency,
        field=settings.field,
    )
    return lines.log_line(law, with_biased_delta_R(quantities, settings), settings.lines, rows)
