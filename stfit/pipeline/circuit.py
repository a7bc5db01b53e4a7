"""The circuit in which a voltage drives the device: the resistance of each state, from what [device] gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from stfit.analysis import Analysis
from stfit.analysis.entries import Constant
from stfit.errors import InputError, Problem
from stfit.measurement import Observation


def with_both_resistances(analysis: Analysis, measurements: Sequence[Observation]) -> Analysis:
    """An analysis whose device has a resistance in either state where a voltage drives some rows.

    Parameters
    ----------
    analysis : Analysis
        With `resistance` (that of P, ohm) in [device], and `delta_R` or `resistance_AP` where these are known.
    measurements : sequence of Observation
        What it says of voltages counts.

    Returns
    -------
    Analysis
        With R_AP = R + ΔR or ΔR = R_AP − R beside what was given; as it was where no voltage drives, or where ΔR is
        not known.

    Raises
    ------
    InputError
        Where `delta_R` and `resistance_AP` contradict each other by more than three of their errors and 1 %, or where
        R_AP is not positive.
    """
    device = analysis.device
    driven = any(m.settings.voltage is not None for m in measurements)
    if not driven or "resistance" not in device:
        return analysis
    low, step, high = (device.get(name) for name in ("resistance", "delta_R", "resistance_AP"))
    if low is None or (step is None and high is None):
        return analysis
    if high is None and step is not None:
        high = Constant(low.value + step.value, _together(low, step))
    elif step is None and high is not None:
        step = Constant(high.value - low.value, _together(low, high))
    if high is None or step is None:
        raise AssertionError("one of both was given")
    where = f"{analysis.source or 'analysis'}, key 'device.resistance_AP'"
    if high.value <= 0:
        expected = "resistance + delta_R above 0, as AP carries a current too"
        raise InputError(Problem(where, expected, f"{high.value:g} ohm"))
    off = abs(low.value + step.value - high.value)
    error = np.sqrt(sum((entry.uncertainty or 0.0) ** 2 for entry in (low, step, high)))
    if off > max(0.01 * abs(step.value), 3.0 * error):
        expected = f"resistance + delta_R = {low.value + step.value:g} ohm, or one of the two alone"
        raise InputError(Problem(where, expected, f"{high.value:g} ohm"))
    return replace(analysis, device={**device, "delta_R": step, "resistance_AP": high})


def _together(*entries: Constant) -> float | None:
    """The error of a sum or difference; None where no part has one."""
    known = [entry.uncertainty for entry in entries if entry.uncertainty is not None]
    return float(np.sqrt(sum(error**2 for error in known))) if known else None
