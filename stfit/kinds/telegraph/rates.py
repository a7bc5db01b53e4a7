"""What one trace says of its two dwell times, whatever the route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class TraceRates:
    """What one trace says of its two dwell times, whatever the route.

    log_tau: ln τ (s) of P and AP, shape (2,). covariance: of log_tau, shape (2, 2). route: "threshold", "hmm" or
    "spectrum". reason: why this route, a sentence. counts: transitions counted (P→AP, AP→P), shape (2,), where there
    are such.
    """

    log_tau: Array
    covariance: Array
    route: str
    reason: str
    counts: Array | None
