"""One analysis from objective to result: the fit, its estimates, every diagnostic."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np

import stfit
from stfit.analysis import Analysis, GmrChi, GmrTable
from stfit.backends.least_squares import Optimum, minimise
from stfit.constants import BOLTZMANN
from stfit.diagnostics.estimates import estimates, spread
from stfit.diagnostics.goodness import goodness
from stfit.diagnostics.identifiability import combinations, identifiability
from stfit.diagnostics.series import curves, summaries
from stfit.diagnostics.validity import validity
from stfit.measurements import Measurement
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from stfit.results import Estimate, FitResult, InputFile, Verdict
from stfit.results.numbers import format_rounded

_LIBRARIES = ("numpy", "scipy", "pandas", "lmfit")
_CORRELATED_TOO = ("slope_P", "slope_AP")  # beside the parameters that are fitted


def run(analysis: Analysis, measurements: Sequence[Measurement], *, seed: int, command: str) -> FitResult:
    """Fit the measurements as the analysis says and draw every conclusion."""
    objective = assemble(analysis, measurements)
    optimum = minimise(objective)
    found = estimates(objective, optimum)
    return FitResult(
        title=analysis.title,
        stfit_version=stfit.__version__,
        created=_now(),
        command=command,
        seed=seed,
        status=optimum.status,
        backend=analysis.fit.backend,
        convention=analysis.model.convention,
        inputs=[_input(measurement) for measurement in measurements],
        analysis_sha256=analysis.sha256 or None,
        analysis=analysis.text,
        parameters=found,
        combinations=combinations(objective, optimum, found),
        reference_temperature=objective.reference_temperature,
        covariance=_covariance(objective, optimum, found),
        correlations=_correlations(objective, optimum, found),
        curves=curves(objective, optimum),
        goodness=goodness(objective, optimum, seed),
        identifiability=identifiability(objective, optimum),
        validity=validity(objective, optimum, found),
        assumptions=_assumptions(analysis, objective, measurements),
        measurements=summaries(objective, optimum),
        priors=_priors(objective),
        diagnostics={"evaluations": optimum.evaluations, "sum_of_squares": optimum.sum_of_squares},
        versions={"python": platform.python_version()} | {name: version(name) for name in _LIBRARIES},
    )


def _now() -> str:
    """The time of writing, or the one SOURCE_DATE_EPOCH states, for reports that can be made again byte for byte."""
    stated = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(stated), UTC) if stated else datetime.now(UTC)
    return moment.isoformat(timespec="seconds")


def _input(measurement: Measurement) -> InputFile:
    origin = measurement.origin
    rows = origin.rows or measurement.settings.state.size
    return InputFile(origin.file or measurement.kind, origin.sha256, measurement.kind, rows, measurement.polarity)


def _determined(objective: Objective, found: dict[str, Estimate]) -> list[str]:
    """Parameters that vary and have an error."""
    return [name for name in objective.names if found[name].stderr is not None]


def _covariance(objective: Objective, optimum: Optimum, found: dict[str, Estimate]) -> dict[str, Any]:
    """Covariance of the determined parameters, SI; of the logarithm where `scale` says so."""
    names = _determined(objective, found)
    if optimum.covariance is None or not names:
        return {"names": [], "scale": [], "matrix": []}
    index = [objective.names.index(name) for name in names]
    parameters = [objective.space.varied[i].parameter for i in index]
    unit = np.array([p.scale if p.transform == "linear" else 1.0 for p in parameters])
    matrix = optimum.covariance[np.ix_(index, index)] * np.outer(unit, unit)
    return {"names": names, "scale": [p.transform for p in parameters], "matrix": matrix.tolist()}


def _correlations(objective: Objective, optimum: Optimum, found: dict[str, Estimate]) -> dict[str, dict[str, float]]:
    names = _determined(objective, found)
    names += [name for name in _CORRELATED_TOO if found[name].stderr and name not in names]
    if optimum.covariance is None or len(names) < 2:
        return {}
    quantities = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    gradients = np.array([spread(quantities[name], optimum).gradient for name in names])
    matrix = gradients @ optimum.covariance @ gradients.T
    errors = np.sqrt(np.diag(matrix))
    correlation = np.clip(matrix / np.outer(errors, errors), -1.0, 1.0)
    return {a: dict(zip(names, row, strict=True)) for a, row in zip(names, correlation.tolist(), strict=True)}


def _priors(objective: Objective) -> dict[str, str]:
    """What every parameter that varies was allowed, in words."""
    words = {}
    for p in objective.space.varied:
        unit = "" if p.parameter.unit == "e" else p.parameter.unit
        low, high = (float(np.asarray(p.parameter.quantity(end))) for end in (p.lower, p.upper))
        inside = f"between {format_rounded(low, unit, 3)} and {format_rounded(high, unit, 3)}"
        if unit == "J":
            kt = BOLTZMANN * objective.reference_temperature
            inside = f"between {low / kt:.3g} and {high / kt:.3g} k_BT at {objective.reference_temperature:g} K"
        if p.constraint is not None:
            words[p.name] = f"{p.constraint.sentence(unit)}, {inside}"
        else:
            scale = {"log": " in its logarithm", "log1p": " in ln(1 + χ)"}.get(p.parameter.transform, "")
            words[p.name] = f"uniform{scale} {inside}"
    return words


_ASYMMETRY_WORDS = {
    "theta_0": "The angle θ0 of the barrier top is free; c_P and c_AP follow from it and share a fixed sum.",
    "symmetric": "The barrier top lies at θ0 = π/2; c_P and c_AP follow from it.",
    "uniaxial": "One axis with a field along it: E_P, E_AP and θ0 follow from Kv and h.",
    "chi": "The barrier top lies at θ0 = π/2 and χ of the GMR curve is free.",
    "free": "c_P and c_AP are independent: only their products with l/L_θθ can be identified.",
}


def _assumptions(analysis: Analysis, objective: Objective, measurements: Sequence[Measurement]) -> list[str]:
    gmr = analysis.model.gmr
    curve = "(1 − cos θ)/2"
    if isinstance(gmr, GmrChi):
        curve = f"(1 − cos θ)/(2 + χ(1 + cos θ)) with χ = {gmr.chi:g}"
    if isinstance(gmr, GmrTable):
        curve = f"as measured, {gmr.file.name}"
    laws = {
        "consistent": "Eq. 27 in the consistent convention: ln τ_i = ln τ0 + (E_i ± 8e(l/L_θθ)ΔR c_i I/β)/k_BT.",
        "printed": "Eq. 27 as printed: 2k_BT, no 8e, c_i = (π ∓ 2)/2; l/L_θθ is then −8 times the consistent one.",
    }
    sentences = [
        laws[analysis.model.convention],
        f"GMR curve r(θ) = {curve}." if analysis.model.asymmetry != "chi" else "GMR curve with χ free.",
        _ASYMMETRY_WORDS[analysis.model.asymmetry],
        "High barriers: the rates are those of Eq. 27, not the Fokker–Planck ones; I_c is extrapolated linearly.",
        f"Slopes, critical currents and c_i are quoted at {objective.reference_temperature:g} K.",
    ]
    polarities = {m.polarity for m in measurements}
    sentences += [
        f"Polarity {p:+d}: currents count as positive where the laboratory's are {'positive' if p > 0 else 'negative'}."
        for p in sorted(polarities)
    ]
    used = {p.name for p in objective.space.parameters}
    sentences += [
        f"{name} is given in [device] but plays no part here." for name in analysis.device if name not in used
    ]
    return sentences


def asked_but_not_identified(result: FitResult, free: Sequence[str]) -> list[str]:
    """The parameters that the analysis asks for by name and the data do not identify."""
    return [name for name in free if result[name].verdict is Verdict.NOT_IDENTIFIED]
