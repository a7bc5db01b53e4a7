"""Where the data leave the range in which Eq. 27 holds, and what else a reader must know to believe the numbers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from stfit.backends.optimum import Optimum
from stfit.diagnostics.remarks import remarks_of, remarks_of_all
from stfit.diagnostics.thermal import temperature_notes
from stfit.measurement import name_of
from stfit.objective import Objective
from stfit.results import Estimate, Note, Verdict
from stfit.results.numbers import format_rounded

_CUSTOMARY_TAU_0 = 1e-9  # s, the yardstick where the data do not give an attempt time
_MUCH_LONGER = 10.0  # t ≫ τ0 is taken as t ≥ 10 τ0


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
        *temperature_notes(objective, optimum),
        *_finite_barrier(objective, estimates),
        *_attempt_time(estimates),
        *_confounded(estimates),
        *(note for remarks in remarks_of_all(objective) for note in remarks.validity(objective, optimum)),
        *_polarity(objective, estimates),
    ]
    order = {"failure": 0, "warning": 1, "info": 2}
    return sorted(notes, key=lambda note: order[note.level])


def _barriers(objective: Objective, optimum: Optimum, tau_0: float, source: str) -> list[Note]:
    """B/k_BT = ln(τ/τ0) of every row."""
    heights = objective.log_dwell_times(optimum.x) - np.log(tau_0)
    if heights.size == 0:
        return []
    lowest = float(np.min(heights))
    ends = " to ".join(format_rounded(float(end), "", 3) for end in (lowest, np.max(heights)))
    text = f"With {source}, {_seconds(tau_0)}, the barriers of the rows are {ends} k_BT"
    holds, ending = objective.law.rates.barrier_height(heights)
    return [Note("barrier height", "info" if holds else "warning", text + ending)]


def _times(objective: Objective, optimum: Optimum, tau_0: float, source: str) -> list[Note]:
    """Pulses and dwells against τ0."""
    notes = []
    quantities = objective.space.quantities(optimum.x)
    for term in objective.terms:
        found = remarks_of(term.measurement).shortest_time(term, quantities)
        if found is None:
            continue
        shortest, what = found
        if shortest < _MUCH_LONGER * tau_0:
            sentence = (
                f"{name_of(term.measurement)}: the shortest {what}, {_seconds(shortest)}, is not ≫ {source}, "
                f"{_seconds(tau_0)}: the activation law is outside its range of validity there."
            )
            notes.append(Note(f"{what} length", "warning", sentence))
    return notes


def _finite_barrier(objective: Objective, estimates: Mapping[str, Estimate]) -> list[Note]:
    """What barriers of finite height make of c_P and c_AP, and so of l/L_θθ."""
    values = {name: estimate.value for name, estimate in estimates.items()}
    found = objective.law.rates.finite_barrier(objective.law.device, values)
    return [] if found is None else [Note("finite barrier", "info" if found[0] else "warning", found[1])]


def _attempt_time(estimates: Mapping[str, Estimate]) -> list[Note]:
    """The fitted attempt time beside the one that damping, magnetisation and volume predict (Brown)."""
    predicted, fitted = estimates.get("tau_0_predicted"), estimates["tau_0"]
    if predicted is None or predicted.value is None:
        return []
    text = f"Brown's prefactor with the α, γ, M_s and v given predicts τ0 = {_seconds(predicted.value)}"
    if fitted.value is None:
        return [Note("attempt time", "info", f"{text}; the data do not determine τ0, so the two cannot be compared.")]
    errors = [0.0 if e.stderr is None else e.stderr / float(e.value or 1.0) for e in (predicted, fitted)]
    apart = float(np.log(fitted.value / predicted.value))
    sentence = (
        f"{text}; {_seconds(fitted.value)} is {'given' if fitted.verdict is Verdict.FIXED else 'fitted'}, "
        f"{np.exp(apart):.2g} times that (ln of the ratio {apart:+.2f} ± {float(np.hypot(errors[0], errors[1])):.2f})."
    )
    return [Note("attempt time", "info", sentence)]


def _confounded(estimates: Mapping[str, Estimate]) -> list[Note]:
    unknown = [name for name in ("beta", "delta_R") if name in estimates]
    if not any(estimates[name].verdict is Verdict.NOT_IDENTIFIED for name in unknown):
        return []
    sentence = "λ, β and ΔR enter only as λΔR/β: without β and ΔR from elsewhere only that product can be extracted."
    return [Note("product", "info", sentence)]


def _polarity(objective: Objective, estimates: Mapping[str, Estimate]) -> list[Note]:
    in_P, in_AP = (estimates[name].value for name in ("slope_P", "slope_AP"))
    direction = in_P if in_P is not None else (None if in_AP is None else -in_AP)
    if direction is None:  # critical currents alone: λ/β
        ratio = [estimates[name].value for name in ("l_over_L", "beta")]
        direction = None if ratio[0] is None or ratio[1] is None else ratio[0] * ratio[1]
    if direction is None or direction == 0.0:
        return []
    # λ/β > 0 means that +I stabilises P, but for the printed equations, whose λ has the other sign
    signs = ("> 0", "< 0") if objective.law.device.convention.coupling > 0 else ("< 0", "> 0")
    favoured, sign = ("P", signs[0]) if direction > 0 else ("AP", signs[1])
    sentence = f"Sign: positive current stabilises {favoured} (λ/β {sign})."
    if direction > 0:
        return [Note("polarity", "info", sentence)]
    polarities = {term.measurement.origin.polarity for term in objective.terms}
    other = f"polarity = {-polarities.pop()}" if len(polarities) == 1 else "the opposite polarity"
    wiring = "+I drives P→AP" if other == "polarity = -1" else "the wiring is not the one this polarity describes"
    return [Note("polarity", "warning", f"{sentence} If {wiring}, set {other}; then λ/β {signs[0]}.")]


def _seconds(seconds: float) -> str:
    return format_rounded(seconds, "s", 3)
