"""Where the data leave the range in which Eq. 27 holds, and what else a reader must know to believe the numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from stfit.backends.least_squares import Optimum
from stfit.constants import BOLTZMANN
from stfit.measurements import SwitchingPulses, name_of
from stfit.objective import Objective
from stfit.physics.fokker_planck import finite_barrier_asymmetry
from stfit.results import Estimate, Note, Verdict
from stfit.results.numbers import format_rounded

_CUSTOMARY_TAU_0 = 1e-9  # s, the yardstick where the data do not give an attempt time
_MUCH_LONGER = 10.0  # t ≫ τ0 is taken as t ≥ 10 τ0
_HIGH_BARRIER = 5.0  # k_BT, below which Eq. 27 is no activation law


def validity(objective: Objective, optimum: Optimum, estimates: Mapping[str, Estimate]) -> list[Note]:
    """Remarks on range of validity and on sign, worst first."""
    tau_0 = estimates["tau_0"]
    known = tau_0.value is not None
    yardstick = tau_0.value if tau_0.value is not None else _CUSTOMARY_TAU_0
    source = "the fitted τ0" if known else "the customary τ0 (the data do not give one)"
    if tau_0.verdict is Verdict.FIXED:
        source = "the given τ0"
    notes = [
        *_barriers(objective, optimum, yardstick, source),
        *_times(objective, optimum, yardstick, source),
        *_finite_barrier(objective, estimates),
        *_confounded(objective),
        *_polarity(estimates),
    ]
    order = {"failure": 0, "warning": 1, "info": 2}
    return sorted(notes, key=lambda note: order[note.level])


def _barriers(objective: Objective, optimum: Optimum, tau_0: float, source: str) -> list[Note]:
    """B/k_BT = ln(τ/τ0) of every row."""
    heights = np.concatenate(objective.predictions(optimum.x)) - np.log(tau_0)
    lowest = float(np.min(heights))
    ends = " to ".join(format_rounded(float(end), "", 3) for end in (lowest, np.max(heights)))
    text = f"With {source}, {_seconds(tau_0)}, the barriers of the rows are {ends} k_BT"
    low = int(np.count_nonzero(heights < _HIGH_BARRIER))
    if low == 0:
        return [Note("barrier height", "info", f"{text}: Eq. 27 (E ≫ k_BT) holds.")]
    sentence = (
        f"{text}; {low} of {heights.size} rows lie below {_HIGH_BARRIER:g} k_BT, where Eq. 27 (which needs E ≫ k_BT) "
        "is outside its range of validity."
    )
    return [Note("barrier height", "warning", sentence)]


def _times(objective: Objective, optimum: Optimum, tau_0: float, source: str) -> list[Note]:
    """Pulses and dwells against τ0."""
    notes = []
    for term, prediction in zip(objective.terms, objective.predictions(optimum.x), strict=True):
        measurement = term.measurement
        if isinstance(measurement, SwitchingPulses):
            shortest, what = float(np.min(measurement.pulse_width)), "pulse"
        else:
            shortest, what = float(np.exp(np.min(prediction))), "fitted dwell time"
        if shortest < _MUCH_LONGER * tau_0:
            sentence = (
                f"{name_of(measurement)}: the shortest {what}, {_seconds(shortest)}, is not ≫ {source}, "
                f"{_seconds(tau_0)}: the activation law is outside its range of validity there."
            )
            notes.append(Note(f"{what} length", "warning", sentence))
    return notes


def _finite_barrier(objective: Objective, estimates: Mapping[str, Estimate]) -> list[Note]:
    """What barriers of finite height would change in c_P and c_AP, and so in l/L_θθ."""
    energies = [estimates[name].value for name in ("E_P", "E_AP")]
    if any(energy is None or energy <= 0 for energy in energies) or objective.model.asymmetry.name == "free":
        return []
    thermal = objective.model.convention.thermal * BOLTZMANN * objective.reference_temperature
    roots = [np.sqrt(energy / thermal) for energy in energies if energy is not None]
    sigma = float(np.mean(roots) ** 2)
    if not _HIGH_BARRIER <= sigma <= 100.0:
        return []
    c_P, c_AP = finite_barrier_asymmetry(sigma, objective.model.gmr)
    limit = objective.model.gmr.total
    change = limit / (c_P + c_AP) - 1.0
    size = "larger" if change > 0 else "smaller"
    sentence = (
        f"Eq. 27 is the limit of infinite barriers. At σ = {sigma:.3g} and zero field the wells' width gives "
        f"c_P = {c_P:.4f} and c_AP = {c_AP:.4f} (ratio {c_AP / c_P:.3g}); with these the same slopes would give an "
        f"l/L_θθ {100 * abs(change):.0f} % {size}. A ratio c_AP/c_P other than that of σ → ∞ may come from finite "
        "barriers, from a field, or from the GMR curve: at one temperature and field they cannot be told apart."
    )
    return [Note("finite barrier", "info" if abs(change) < 0.05 else "warning", sentence)]


def _confounded(objective: Objective) -> list[Note]:
    names = {p.name for p in objective.space.varied}
    constrained = {p.name for p in objective.space.varied if p.constraint is not None}
    if not {"beta", "delta_R"} & (names - constrained):
        return []
    sentence = "λ, β and ΔR enter only as λΔR/β: without β and ΔR from elsewhere only that product can be extracted."
    return [Note("product", "info", sentence)]


def _polarity(estimates: Mapping[str, Estimate]) -> list[Note]:
    slopes = [estimates[name] for name in ("slope_P", "slope_AP")]
    in_P, in_AP = (estimate.value for estimate in slopes)
    direction = in_P if in_P is not None else (None if in_AP is None else -in_AP)
    if direction is None or direction == 0.0:
        return []
    favoured, sign = ("P", "> 0") if direction > 0 else ("AP", "< 0")
    sentence = f"With the polarity given, +I lengthens the dwell times of {favoured}: λ/β {sign}."
    if direction < 0:
        sentence += " If +I drives P→AP in your wiring, polarity = -1 says so and makes λ/β positive."
        return [Note("polarity", "warning", sentence)]
    return [Note("polarity", "info", sentence)]


def _seconds(seconds: float) -> str:
    return format_rounded(seconds, "s", 3)
