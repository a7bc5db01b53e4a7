"""Measurements that say nothing of spin transfer: what they say by themselves is the result."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version

from stfit.analysis import Analysis
from stfit.diagnostics.goodness import holm, judged, verdict_of
from stfit.diagnostics.remarks import remarks_of
from stfit.errors import InputError, Problem
from stfit.measurement import Observation, name_of
from stfit.pipeline.circumstances import LIBRARIES, input_of, now
from stfit.results import (
    OWN_FINDING,
    Estimate,
    FitResult,
    Goodness,
    GoodnessTest,
    MeasurementSummary,
    Note,
    OwnResult,
    Status,
)
from stfit.version import __version__


def speak_alone(measurements: Sequence[Observation]) -> bool:
    """Whether no measurement says anything of spin transfer."""
    return not any(measurement.traits.spin_transfer for measurement in measurements)


def own_results(analysis: Analysis, measurement: Observation) -> list[OwnResult]:
    """What a measurement says by itself with what is known of the device; fit.fix stands before [device]."""
    known = {name: (constant.value, constant.uncertainty) for name, constant in analysis.device.items()}
    known |= {name: (value, None) for name, value in analysis.fit.fix.items()}
    return remarks_of(measurement).own(measurement, known)


def notes_of(own: Sequence[OwnResult]) -> list[Note]:
    """The findings that are warnings."""
    return [Note(OWN_FINDING, entry.level, _sentence(entry.headline)) for entry in own if entry.level != "info"]


def run_alone(analysis: Analysis, measurements: Sequence[Observation], *, seed: int, command: str) -> FitResult:
    """The result of measurements that say nothing of spin transfer.

    Parameters
    ----------
    analysis : Analysis
        Of its [device] and fit.fix what the kinds ask for is used; a law, a sampler or free parameters have no place.
    measurements : sequence of Observation
        All without spin transfer.
    seed, command : int, str
        As the result states them; nothing is drawn.

    Returns
    -------
    FitResult
        Its parameters are the estimates of the measurements, called name[series] where there are several.

    Raises
    ------
    InputError
        Where the analysis asks for what such measurements cannot give.
    """
    own = [own_results(analysis, measurement) for measurement in measurements]
    parameters = dict(_parameters([entry for part in own for entry in part]))
    _refuse_foreign(analysis, parameters)
    tests = judged([*_tests(measurements, own)])
    smallest = min((p for p in holm([test.p_value for test in tests]) if p is not None), default=None)
    fitted = [test for part in own for entry in part for test in entry.tests]
    summaries = [_summary(measurement, part) for measurement, part in zip(measurements, own, strict=True)]
    dof = sum(entry.dof for part in own for entry in part)
    deviance = sum(float(test.statistic or 0.0) for test in fitted)
    return FitResult(
        title=analysis.title,
        stfit_version=__version__,
        created=now(),
        command=command,
        seed=seed,
        status=Status.CONVERGED,
        backend="least-squares",
        convention=analysis.model.convention,
        inputs=[input_of(measurement) for measurement in measurements],
        analysis_sha256=analysis.sha256 or None,
        analysis=analysis.text,
        parameters=parameters,
        combinations=[],
        reference_temperature=None,
        covariance={"names": [], "scale": [], "matrix": []},
        correlations={},
        curves=[],
        goodness=Goodness(verdict_of(smallest), smallest, deviance, dof, "asymptotic", tests),
        identifiability={"rank": len(parameters), "n_free": len(parameters), "null_directions": []},
        validity=notes_of([entry for part in own for entry in part]),
        assumptions=[],
        measurements=summaries,
        priors={},
        diagnostics={},
        versions={"python": platform.python_version()} | {name: version(name) for name in LIBRARIES},
    )


def _parameters(own: Sequence[OwnResult]) -> Iterator[tuple[str, Estimate]]:
    several = len(own) > 1
    for number, entry in enumerate(own, start=1):
        for name, estimate in entry.estimates.items():
            yield (f"{name}[{entry.series or number}]" if several else name), estimate


def _tests(measurements: Sequence[Observation], own: Sequence[Sequence[OwnResult]]) -> Iterator[GoodnessTest]:
    for measurement, part in zip(measurements, own, strict=True):
        yield from remarks_of(measurement).tests(measurement)
        for entry in part:
            yield from (replace(test, measurement=_place(test, entry)) for test in entry.tests)


def _place(test: GoodnessTest, entry: OwnResult) -> str:
    return f"{test.measurement}, {entry.series}" if entry.series else test.measurement


def _summary(measurement: Observation, own: list[OwnResult]) -> MeasurementSummary:
    origin, remarks = measurement.origin, remarks_of(measurement)
    rows = origin.rows or measurement.settings.state.size
    notices, sweeps = list(origin.notices), remarks.sweeps(measurement)
    return MeasurementSummary(name_of(measurement), origin.kind, rows, [], notices, sweeps=sweeps, own=own)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _refuse_foreign(analysis: Analysis, parameters: dict[str, Estimate]) -> None:
    """InputError where the analysis asks for a chain, or names parameters that the measurements do not have."""
    fit, source = analysis.fit, analysis.source or "analysis"
    why = "as no measurement was taken under a current: they say nothing of spin transfer"
    problems = []
    if fit.backend != "least-squares":
        problems.append(Problem(f"{source}, key 'fit.backend'", f"'least-squares', {why}", repr(fit.backend)))
    known = ", ".join(parameters) or "none"
    named = [("fit.free", name) for name in fit.free] + [(f"fit.bounds.{name}", name) for name in fit.bounds]
    named += [(f"priors.{name}", name) for name in analysis.priors]
    problems += [
        Problem(f"{source}, key '{key}'", f"none but for fit.free of {known}, {why}", repr(name))
        for key, name in named
        if key != "fit.free" or name not in parameters
    ]
    if problems:
        raise InputError(problems)
