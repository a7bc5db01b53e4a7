"""What a fit assumes, in sentences: the law, the GMR curve, the barrier, where numbers are quoted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from stfit.analysis import Analysis, GmrChi, GmrTable
from stfit.diagnostics.remarks import Remarks, remarks_of
from stfit.measurement import Observation
from stfit.objective import Objective
from stfit.pipeline.thermal import temperature_sentences

_CORRECTIONS: Final = {
    "series_resistance": "A resistance R_s lies in series with the device: a voltage V drives I = V/(R + R_s).",
    "resistance_AP": "A voltage V drives I = V/R with the resistance of the state that is left: R_AP = R + ΔR in AP.",
    "half_voltage": "ΔR falls with the bias V = I·R as ΔR/(1 + (V/V_h)²); ΔR, slopes and I_c are quoted for zero bias, "
    "and a row that gives its own ΔR keeps it.",
}

_FAVOURED: Final = {
    1: "A positive field favours P: h = (μ0H − μ0H_offset)/μ0H_K.",
    -1: "A positive field favours AP: h = (μ0H_offset − μ0H)/μ0H_K.",
}
_ONE_RESISTANCE: Final = (
    "Both states are taken to have one resistance, as [device] gives neither delta_R nor resistance_AP: "
    "where AP has the higher one it carries a smaller current, and its slope is larger than quoted by R_AP/R."
)


def assumptions(analysis: Analysis, objective: Objective, measurements: Sequence[Observation]) -> list[str]:
    """Every assumption of a fit, a sentence each."""
    gmr = analysis.model.gmr
    curve = "(1 − cos θ)/2"
    if isinstance(gmr, GmrChi):
        curve = f"(1 − cos θ)/(2 + χ(1 + cos θ)) with χ = {gmr.chi:g}"
    if isinstance(gmr, GmrTable):
        curve = f"as measured, {gmr.file.name}"
    law, asymmetry = objective.law.rates.words, objective.law.device.asymmetry.name
    sentences = [
        law.equation[analysis.model.convention],
        f"GMR curve r(θ) = {curve}." if asymmetry != "chi" else "GMR curve with χ free.",
        law.asymmetries[asymmetry],
        law.rates,
        *temperature_sentences(objective),
        *_where_quoted(objective),
        *_rows_without_temperature(analysis, objective),
    ]
    used = {p.name for p in objective.space.parameters}
    sentences += [sentence for name, sentence in _CORRECTIONS.items() if name in used]
    if "resistance_AP" not in used and any(m.settings.voltage is not None for m in measurements):
        sentences.append(_ONE_RESISTANCE)
    for remarks, own in _by_kind(measurements).items():
        sentences += remarks.assumptions(objective.law, own)
    polarities = {m.origin.polarity for m in measurements}
    sentences += [
        f"Polarity {p:+d}: currents count as positive where the laboratory's are {'positive' if p > 0 else 'negative'}."
        for p in sorted(polarities)
    ]
    sentences += [
        f"{name} is given in [device] but plays no part here." for name in analysis.device if name not in used
    ]
    return sentences


def _by_kind(measurements: Sequence[Observation]) -> dict[Remarks, list[Observation]]:
    """What has something to say of the measurements, and of which; in the order of the analysis."""
    found: dict[Remarks, list[Observation]] = {}
    for measurement in measurements:
        found.setdefault(remarks_of(measurement), []).append(measurement)
    return found


def _where_quoted(objective: Objective) -> list[str]:
    """At which temperature and field the numbers hold that depend on them."""
    sentences = []
    if objective.law.device.by_field:
        sentences = [
            _FAVOURED[objective.law.device.field_sign],
            "Barriers, slopes, critical currents and c_i are quoted at zero applied field.",
        ]
    if temperature_is_unknown(objective):
        return [*sentences, "No temperature is given anywhere: slopes are those at the temperature of the measurement."]
    return [*sentences, f"Slopes, critical currents and c_i are quoted at {objective.reference_temperature:g} K."]


def _rows_without_temperature(analysis: Analysis, objective: Objective) -> list[str]:
    """That rows without a temperature take the one that others read, where it is not the one that was given."""
    device = analysis.device.get("temperature")
    given = {entry.temperature for entry in analysis.measurement} | {None if device is None else device.value}
    thermal = [term for term in objective.terms if not term.measurement.settings.athermal]
    without = [term.thermometer[np.isnan(term.measurement.settings.temperature)] for term in thermal]
    return [
        f"Rows without a temperature are taken at {kelvin:.6g} K, the temperature of other rows."
        for kelvin in sorted({kelvin for readings in without for kelvin in readings.tolist()})
        if given != {None} and kelvin not in given
    ]


def temperature_is_unknown(objective: Objective) -> bool:
    """Whether no temperature is given anywhere."""
    return any(p.name == "temperature" and p.constraint is None for p in objective.space.varied)
