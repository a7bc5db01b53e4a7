"""A result in the other convention: physics.md, section 2. λ_printed = −8 λ, c_i and E_i twice ours, the rest alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from stfit.results.result import Estimate, FitResult, Interval

FROM_PRINTED: Final[Mapping[str, float]] = {  # printed value times this is the consistent one
    "l_over_L": -1.0 / 8.0,
    "c_P": 0.5,
    "c_AP": 0.5,
    "E_P": 0.5,
    "E_AP": 0.5,
}


def consistent_estimate(name: str, result: FitResult) -> Estimate | None:
    """An estimate in the consistent convention; None where the result has none of the name."""
    estimate = result.parameters.get(name)
    if estimate is None or result.convention == "consistent":
        return estimate
    return _scaled(estimate, FROM_PRINTED.get(name.partition("[")[0], 1.0))


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    return replace(
        estimate,
        value=None if estimate.value is None else factor * estimate.value,
        stderr=None if estimate.stderr is None else abs(factor) * estimate.stderr,
        ci68=_scaled_interval(estimate.ci68, factor),
        ci95=_scaled_interval(estimate.ci95, factor),
    )


def _scaled_interval(interval: Interval | None, factor: float) -> Interval | None:
    if interval is None:
        return None
    low, high = (None if end is None else factor * end for end in interval)
    return (low, high) if factor > 0 else (high, low)
