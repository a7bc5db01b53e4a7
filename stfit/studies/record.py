"""A calibration as result.json holds it: numbers and words alone, SI units."""

from __future__ import annotations

import math
from typing import Any

from stfit.studies.calibrate import Calibration, QuantityCalibration
from stfit.studies.coverage import Coverage
from stfit.studies.sbc import RANKS, SimulatedPosteriors


def record(calibration: Calibration) -> dict[str, Any]:
    """What `calibration` of a result holds."""
    content: dict[str, Any] = {
        "replicas": len(calibration.replicas),
        "seed": calibration.seed,
        "not_converged": calibration.not_converged,
        "comparisons": calibration.comparisons,
        "intervals": list(calibration.kinds),
        "left_out": dict(calibration.left_out),
        "quantities": [_quantity(quantity, calibration.kinds) for quantity in calibration.quantities],
    }
    if calibration.posteriors is not None:
        content["posteriors"] = _posteriors(calibration.posteriors)
    return content


def _quantity(found: QuantityCalibration, kinds: tuple[str, ...]) -> dict[str, Any]:
    return {
        "name": found.name,
        "truth": found.truth,
        "unit": found.unit,
        "missing": found.missing,
        "bias": _number(found.bias),
        "bias_error": _number(found.bias_error),
        "pulls": {
            "values": [float(f"{value:.4g}") for value in found.pulls.values],
            "mean": _number(found.pulls.mean),
            "mean_error": found.pulls.mean_error,
            "width": _number(found.pulls.width),
            "width_error": found.pulls.width_error,
            "verdict": ", ".join(found.pulls.judgements),
        },
        "verdicts": {kind: str(found.judgement(kind)) for kind in kinds},
        "coverage": [_coverage(entry) for entry in found.coverages],
    }


def _coverage(found: Coverage) -> dict[str, Any]:
    return {
        "interval": found.interval,
        "level": found.level,
        "inside": found.inside,
        "of": found.of,
        "lowest": found.lowest,
        "highest": found.highest,
        "verdict": str(found.judgement),
    }


def _posteriors(found: SimulatedPosteriors) -> dict[str, Any]:
    return {
        "replicas": len(found.replicas),
        "seed": found.seed,
        "too_short": found.too_short,
        "draws": RANKS,
        "prior": dict(found.prior),
        "points": found.band.points.tolist(),
        "lowest": found.band.lowest.tolist(),
        "highest": found.band.highest.tolist(),
        "ranks": [
            {"name": name, "below": found.counts(name).tolist(), "uniform": found.is_uniform(name)}
            for name in found.names
        ],
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
