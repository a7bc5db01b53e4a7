"""A realistic result built from the formulas of the physics contract: a nanopillar, and pulses on it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE, N_GMR
from stfit.results.result import (
    Combination,
    Curve,
    Estimate,
    FitResult,
    Goodness,
    GoodnessTest,
    InputFile,
    MeasurementSummary,
    Note,
    Status,
    Verdict,
)

LAMBDA, DELTA_R, BETA, TAU_0 = 8.12, 0.110, 0.35, 1.1e-9
C = {"P": (math.pi - 2) / 4, "AP": (math.pi + 2) / 4}
BARRIER = {"P": 0.52 * ELEMENTARY_CHARGE, "AP": 0.49 * ELEMENTARY_CHARGE}
G = N_GMR * ELEMENTARY_CHARGE * LAMBDA * DELTA_R / BETA
SIGN = {"P": 1, "AP": -1}
TEMPERATURES = (275.0, 285.0, 295.0, 305.0)
DWELL, EVENTS, PULSES = "dwell.csv", "events_295K.csv", "pulses.csv"
MORE = "\\input{/etc/passwd} #eval(1) *a* _b_ [c](d) `e` | ^^41 %\u05e9\u05dc\u05d5\u05dd \u202eabc"
ANALYSIS = """\
title = "Co/Cu/Co nanopillar"   # a comment so long that a narrow page must wrap it
[device]
delta_R = "0.110 ± 0.004 ohm"
beta = "0.35 ± 0.03"

[[measurement]]
kind = "dwell-times"
file = "dwell.csv"
polarity = 1
"""


def ln_tau(state: str, current: Any, temperature: float) -> Any:
    """Eq. 27 in the consistent convention."""
    return math.log(TAU_0) + (BARRIER[state] + SIGN[state] * G * C[state] * current) / (BOLTZMANN * temperature)


def estimate(value: float, stderr: float, unit: str, verdict: Verdict = Verdict.IDENTIFIED) -> Estimate:
    """Symmetric intervals about a value."""
    ci68, ci95 = ((value - k * stderr, value + k * stderr) for k in (1.0, 1.96))
    return Estimate(value, stderr, ci68, ci95, unit, verdict)


def log_estimate(value: float, spread: float, unit: str) -> Estimate:
    """Intervals of a quantity fitted as a logarithm."""
    ci68, ci95 = ((value * math.exp(-k * spread), value * math.exp(k * spread)) for k in (1.0, 1.96))
    return Estimate(value, value * spread, ci68, ci95, unit, Verdict.IDENTIFIED)


def unknown(unit: str) -> Estimate:
    """What the data do not identify."""
    return Estimate(None, None, None, None, unit, Verdict.NOT_IDENTIFIED)


def dwell_summary(file: str, kind: str, temperatures: tuple[float, ...], seed: int) -> MeasurementSummary:
    """Dwell times of both states at 15 currents a temperature; the last row of each series saw no transition."""
    rng = np.random.default_rng(seed)
    rows = []
    for temperature in temperatures:
        for state in ("P", "AP"):
            for index, current in enumerate(np.linspace(-1.5e-3, 1.5e-3, 15)):
                rows.append(
                    _dwell_row(state, float(current), temperature, 0 if index == 14 else int(rng.integers(9, 400)), rng)
                )
    return MeasurementSummary(file, kind, len(rows), rows, [])


def _dwell_row(state: str, current: float, temperature: float, n: int, rng: np.random.Generator) -> dict[str, Any]:
    tau = math.exp(ln_tau(state, current, temperature))
    total = tau * float(rng.gamma(n)) if n else 0.3 * tau
    mean = total / n if n else None
    spread = 1 / math.sqrt(n) if n else 0.0
    residual = _exponential_residual(n, total, tau)
    return {
        "series": f"{state}, {temperature:g} K",
        "state": state,
        "current": current,
        "temperature": temperature,
        "n": n,
        "total_time": total,
        "observed": mean,
        "observed_lo": total / 1.841 if mean is None else mean * math.exp(-spread),
        "observed_hi": None if mean is None else mean * math.exp(spread),
        "fitted": tau,
        "residual": residual,
    }


def _exponential_residual(n: int, total: float, tau: float) -> float:
    """Signed root of the deviance of n dwells that last `total` together."""
    if n == 0:
        return -math.sqrt(2 * total / tau)
    ratio = total / (n * tau)
    return math.copysign(math.sqrt(max(2 * n * (ratio - 1 - math.log(ratio)), 0.0)), ratio - 1)


def dwell_curves(file: str, temperatures: tuple[float, ...]) -> list[Curve]:
    """Fitted lines with bands that widen from the middle."""
    curves = []
    x = np.linspace(-1.5e-3, 1.5e-3, 81)
    for temperature in temperatures:
        for state in ("P", "AP"):
            y = np.exp(ln_tau(state, x, temperature))
            width = 0.05 + 0.12 * (x / 1.5e-3) ** 2
            bands = [(y * np.exp(sign * k * width)).tolist() for k in (1.0, 1.96) for sign in (-1, 1)]
            units, labels = {"x": "A", "y": "s"}, {"x": "current", "y": "dwell time"}
            curves.append(
                Curve(
                    file,
                    f"{state}, {temperature:g} K",
                    x.tolist(),
                    y.tolist(),
                    bands[0],
                    bands[1],
                    bands[2],
                    bands[3],
                    units,
                    labels,
                )
            )
    return curves


def pulse_parts(drive: str = "current") -> tuple[MeasurementSummary, list[Curve]]:
    """Switching probability of both transitions at two pulse widths; `drive` is "current" or "voltage"."""
    rng = np.random.default_rng(5)
    rows, curves = [], []
    for state, transition in (("P", "P->AP"), ("AP", "AP->P")):
        for width in (10e-9, 100e-9):
            series = f"{transition}, {width * 1e9:g} ns"
            middle = -SIGN[state] * (5.2e-3 - 0.3e-3 * math.log10(width / 10e-9))
            x = np.linspace(middle - 0.6e-3, middle + 0.6e-3, 13)
            rows += [_pulse_row(series, state, transition, width, float(at), middle, drive, rng) for at in x]
            fine = np.linspace(float(x[0]), float(x[-1]), 81)
            y = _switching(fine, middle, state)
            spread = 0.35 * y * (1 - y)
            bands = [np.clip(y + sign * k * spread, 0, 1).tolist() for k in (1.0, 1.96) for sign in (-1, 1)]
            units = {"x": "A" if drive == "current" else "V", "y": ""}
            curves.append(
                Curve(
                    PULSES,
                    series,
                    fine.tolist(),
                    y.tolist(),
                    bands[0],
                    bands[1],
                    bands[2],
                    bands[3],
                    units,
                    {"x": drive, "y": "P_sw"},
                )
            )
    notices = ["every n_switched is divisible by 2: n may be 50 rather than the stated 100"]
    return MeasurementSummary(PULSES, "switching-pulse", len(rows), rows, notices), curves


def _switching(current: Any, middle: float, state: str) -> Any:
    return 1 - np.exp(-math.log(2) * np.exp(-SIGN[state] * (current - middle) / 1.6e-4))


def _pulse_row(
    series: str,
    state: str,
    transition: str,
    width: float,
    at: float,
    middle: float,
    drive: str,
    rng: np.random.Generator,
) -> dict[str, Any]:
    n, fitted = 100, float(_switching(at, middle, state))
    switched = int(rng.binomial(n, fitted))
    share = switched / n
    error = math.sqrt(max(share * (1 - share), 0.01) / n)
    return {
        "series": series,
        "transition": transition,
        drive: at,
        "temperature": None,
        "pulse_width": width,
        "n": n,
        "n_switched": switched,
        "observed": share,
        "observed_lo": max(share - error, 0.0),
        "observed_hi": min(share + error, 1.0),
        "fitted": fitted,
        "residual": (share - fitted) / math.sqrt(max(fitted * (1 - fitted), 1e-3) / n),
    }


def parameters() -> dict[str, Estimate]:
    """All parameters of a fit that determines everything."""
    thermal = BOLTZMANN * 295.0
    slopes = {state: SIGN[state] * G * C[state] / thermal for state in ("P", "AP")}
    critical = {state: -SIGN[state] * BARRIER[state] / (G * C[state]) for state in ("P", "AP")}
    return {
        "l_over_L": estimate(LAMBDA, 0.74, "e"),
        "c_P": estimate(C["P"], 0.011, "rad"),
        "c_AP": estimate(C["AP"], 0.011, "rad"),
        "tau_0": log_estimate(TAU_0, 0.37, "s"),
        "E_P": estimate(BARRIER["P"], 0.0094 * ELEMENTARY_CHARGE, "J"),
        "E_AP": estimate(BARRIER["AP"], 0.0094 * ELEMENTARY_CHARGE, "J"),
        "theta_0": estimate(math.pi / 2, 0.017, "rad"),
        "slope_P": estimate(slopes["P"], 4.1, "1/A"),
        "slope_AP": estimate(slopes["AP"], 5.3, "1/A"),
        "I_c_P": estimate(critical["P"], 2.3e-3, "A"),
        "I_c_AP": estimate(critical["AP"], 0.41e-3, "A"),
        "beta": estimate(BETA, 0.03, "1", Verdict.CONSTRAINED),
        "delta_R": estimate(DELTA_R, 0.004, "ohm", Verdict.CONSTRAINED),
        "chi": Estimate(0.0, None, None, None, "1", Verdict.FIXED),
    }


def correlations() -> dict[str, dict[str, float]]:
    """A symmetric matrix of correlations with unit diagonal."""
    names = ["l_over_L", "theta_0", "tau_0", "E_P", "E_AP", "beta", "delta_R"]
    loadings = np.array([[0.9, 0.1], [0.1, 0.7], [-0.2, -0.97], [0.2, 0.96], [0.1, 0.95], [0.85, 0.0], [-0.35, 0.0]])
    matrix = loadings @ loadings.T
    np.fill_diagonal(matrix, 1.0)
    return {row: dict(zip(names, matrix[i].tolist(), strict=True)) for i, row in enumerate(names)}


def nanopillar() -> FitResult:
    """A converged fit of three measurements that determines everything."""
    pulses, pulse_curves = pulse_parts()
    dwell = dwell_summary(DWELL, "dwell-times", TEMPERATURES, 7)
    events = dwell_summary(EVENTS, "dwell-events", (295.0,), 11)
    related = correlations()
    names = list(related)
    return FitResult(
        title="Co/Cu/Co nanopillar, 275 to 305 K",
        stfit_version="0.1.0",
        created="2025-11-22T13:28:00+00:00",
        command="stfit fit datasets/nanopillar/analysis.toml",
        seed=7,
        status=Status.CONVERGED,
        backend="least-squares",
        convention="consistent",
        inputs=[
            InputFile(entry.file, format(index, "x") * 64, entry.kind, entry.rows, 1)
            for index, entry in enumerate((dwell, events, pulses), start=10)
        ],
        analysis_sha256="5" * 64,
        analysis=ANALYSIS,
        parameters=parameters(),
        combinations=[],
        reference_temperature=295.0,
        covariance={
            "names": names,
            "scale": ["linear"] * len(names),
            "matrix": [list(related[n].values()) for n in names],
        },
        correlations=related,
        curves=dwell_curves(DWELL, TEMPERATURES) + dwell_curves(EVENTS, (295.0,)) + pulse_curves,
        goodness=_goodness(),
        identifiability={"rank": 8, "n_free": 8, "null_directions": []},
        validity=[
            Note("barrier", "info", "Every barrier lies above 18 k_BT, where Eq. 27 holds to 14 % on c_AP."),
            Note(
                "pulses",
                "warning",
                "Pulses of 10 ns are only 9 attempt times long: P = 1 − exp(−t_p/τ) is marginal there.",
            ),
        ],
        assumptions=[
            "r(θ) = (1 − cos θ)/2 (cosine magnetoresistance).",
            "Eq. 27 in the high-barrier limit, barriers linear in the current.",
            "One attempt time for both states and all temperatures.",
        ],
        measurements=[dwell, events, pulses],
        priors={
            "tau_0": "ln τ0 uniform from 1e-18 to 1e-3 s",
            "beta": "normal, 0.35 ± 0.03",
            "l_over_L": "uniform, −1000 to 1000",
        },
        diagnostics={"evaluations": 23, "largest_gradient": 3.2e-9},
        versions={"stfit": "0.1.0", "python": "3.11.7", "numpy": "2.4.6", "lmfit": "1.3.4"},
        budget={"l_over_L": {"statistics": 0.12, "beta": 0.70, "delta_R": 0.30}},
        comparison=[rival("eq-27", "Eq. 27, barrier ∝ 1 − I/I_c", 118.2), rival("barrier-2", "a square", 130.0)],
    )


def rival(name: str, description: str, deviance: float) -> dict[str, Any]:
    """A description with 6 parameters on 120 rows."""
    aic, bic = deviance + 12.0, deviance + 6 * math.log(120.0)
    known = {"name": name, "description": description, "deviance": deviance, "parameters": 6, "aic": aic, "bic": bic}
    return known | {"delta_aic": deviance - 118.2, "status": "converged", "note": f"l/L_θθ by {description}"}


def _goodness() -> Goodness:
    tests = [
        GoodnessTest("deviance", DWELL, 118.2, 0.43, "acceptable"),
        GoodnessTest("exponential shape of dwells", EVENTS, 1.03, 0.071, "acceptable"),
        GoodnessTest("deviance", PULSES, 49.9, 0.56, "acceptable"),
    ]
    return Goodness("acceptable", 0.21, 196.7, 194, "parametric bootstrap", tests)


def one_temperature() -> FitResult:
    """A fit at one temperature without β: τ0, the barriers and λ are not identified, combinations are."""
    base = nanopillar()
    missing = {"l_over_L": "e", "tau_0": "s", "E_P": "J", "E_AP": "J", "I_c_P": "A", "I_c_AP": "A", "beta": "1"}
    product = LAMBDA * C["P"] / BETA
    directions = [
        {
            "direction": "τ0 against a common shift of both barriers",
            "components": {"tau_0": 0.58, "E_P": -0.58, "E_AP": -0.58},
            "remedy": "Measure dwell times at a second temperature, at least 10 K away.",
        },
        {
            "direction": "l/L_θθ against β",
            "components": {"l_over_L": 0.71, "beta": 0.71},
            "remedy": "Give β in [device], from a measurement of the spin polarisation.",
        },
    ]
    return replace(
        base,
        title="One temperature, no β",
        parameters=base.parameters | {name: unknown(unit) for name, unit in missing.items()},
        combinations=[
            Combination(
                "l_over_L*c_P/beta",
                product,
                0.11,
                (product - 0.11, product + 0.11),
                (product - 0.22, product + 0.22),
                "e rad",
            ),
            Combination("ln(tau_0/s) + E_P/k_BT", -0.17, 0.03, (-0.20, -0.14), (-0.23, -0.11), "1"),
        ],
        identifiability={"rank": 5, "n_free": 7, "null_directions": directions},
        measurements=base.measurements[1:2],
        curves=[curve for curve in base.curves if curve.measurement == EVENTS],
        inputs=base.inputs[1:2],
    )


def not_converged() -> FitResult:
    """A fit that failed: no error can be given, no curve drawn."""
    base = nanopillar()
    return replace(
        base,
        status=Status.NO_CONVERGENCE,
        parameters={
            name: Estimate(e.value, None, None, None, e.unit, Verdict.IDENTIFIED) for name, e in base.parameters.items()
        },
        goodness=Goodness("not-testable", None, 1e9, 0, "asymptotic", []),
        covariance={"names": [], "scale": [], "matrix": []},
        correlations={},
        curves=[],
        budget={},
        comparison=[],
    )


def hostile() -> FitResult:
    """Markup, template code and mathtext in every text that comes from outside."""
    base = one_temperature()
    bad = "<script>alert(1)</script>{{7*7}}$\\frac$\"'&\x07" + MORE
    summary = base.measurements[0]
    rows = [row | {"series": f"{bad} {row['series']}"} for row in summary.reduced]
    return replace(
        base,
        title=bad,
        command=bad,
        analysis=bad,
        assumptions=[bad],
        validity=[Note(bad, "warning", bad)],
        priors={bad: bad},
        diagnostics={bad: bad},
        versions={bad: bad},
        parameters=base.parameters | {bad: estimate(1.0, 0.1, "1")},
        correlations={"l_over_L": {bad: 0.5}, bad: {"l_over_L": 0.5}},
        inputs=[replace(base.inputs[0], file=bad, kind=bad, sha256=bad)],
        measurements=[replace(summary, file=bad, notices=[bad], reduced=rows)],
        curves=[replace(curve, measurement=bad, series=f"{bad} {curve.series}") for curve in base.curves],
        combinations=[replace(base.combinations[0], expression=bad)],
        identifiability={
            "rank": 1,
            "n_free": 2,
            "null_directions": [{"direction": bad, "components": {bad: 1.0}, "remedy": bad}],
        },
        goodness=replace(base.goodness, tests=[GoodnessTest(bad, bad, 1.0, 0.5, bad)]),
        budget={bad: {bad: 1.0}},
        comparison=[rival(bad, bad, 1.0)],
    )
