"""A result in the other convention: λ_printed = −8 λ, c_i and energies twice ours, the rest alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from stfit.physics.transport import CONSISTENT, PRINTED, convert_asymmetry, convert_energy, convert_l_over_L
from stfit.results.result import Estimate, FitResult, Interval

_FACTOR: Final = float(convert_asymmetry(1.0, PRINTED, CONSISTENT))
_ENERGY: Final = float(convert_energy(1.0, PRINTED, CONSISTENT))
FROM_PRINTED: Final[Mapping[str, float]] = {  # printed value times this is the consistent one
    "l_over_L": float(convert_l_over_L(1.0, PRINTED, CONSISTENT)),
    **dict.fromkeys(("c_P", "c_AP"), _FACTOR),
    **dict.fromkeys(("E_P", "E_AP", "Kv"), _ENERGY),
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
