"""A fit with its calibration: whether every interval of it is as wide as it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stfit.analysis import Analysis
from stfit.measurement import Observation
from stfit.pipeline.run import run
from stfit.pipeline.source import source_of
from stfit.reports.calibration_words import calibration_sentence, is_clean
from stfit.results import FitResult, Note, Status
from stfit.studies.calibrate import calibrate
from stfit.studies.record import record
from stfit.studies.sbc import Repetitions


def calibrated(
    analysis: Analysis,
    measurements: Sequence[Observation],
    repetitions: Repetitions,
    *,
    intervals: Sequence[str],
    posteriors: int | None,
    command: str,
) -> FitResult:
    """The result of the fit, with what simulated repetitions say of its intervals in `calibration`.

    The truth of the repetitions is the reported optimum itself. intervals: some of covariance, profile, bootstrap and
    posterior. posteriors: how many repetitions test the posterior ones (None: as many). A fit that did not converge
    is no truth to simulate from: its result has no calibration.
    """
    result = run(analysis, measurements, seed=repetitions.seed, command=command)
    if result.status is not Status.CONVERGED:
        return result
    fitted = source_of(result, "stfit.calibrate")
    found = record(calibrate(fitted.objective, fitted.optimum, repetitions, kinds=intervals, posteriors=posteriors))
    note = Note("calibration", "info" if is_clean(found) else "warning", calibration_sentence(found))
    return replace(result, calibration=found, validity=[note, *result.validity])
