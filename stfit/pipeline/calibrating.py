"""A fit with its calibration: whether every interval of it is as wide as it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from stfit.analysis import Analysis
from stfit.backends.least_squares import minimise
from stfit.measurement import Observation
from stfit.pipeline.assembly import assemble
from stfit.pipeline.run import run
from stfit.results import FitResult, Note, Status
from stfit.results.calibration import calibration_sentence, is_clean
from stfit.studies.calibrate import Progress, calibrate
from stfit.studies.record import record


def calibrated(
    analysis: Analysis,
    measurements: Sequence[Observation],
    *,
    replicas: int,
    seed: int,
    intervals: Sequence[str] = ("covariance", "profile"),
    posteriors: int | None = None,
    processes: int = 1,
    progress: Progress | None = None,
    command: str = "",
) -> FitResult:
    """The result of the fit, with what `replicas` simulated repetitions say of its intervals in `calibration`.

    intervals: some of covariance, profile, bootstrap and posterior. posteriors: how many repetitions test the posterior
    ones (default: as many). A fit that did not converge is no truth to simulate from: its result has no calibration.
    """
    result = run(analysis, measurements, seed=seed, command=command)
    if result.status is not Status.CONVERGED:
        return result
    objective = assemble(analysis, measurements)
    found = record(
        calibrate(
            objective,
            minimise(objective),
            replicas=replicas,
            seed=seed,
            kinds=intervals,
            posteriors=posteriors,
            processes=processes,
            progress=progress,
        )
    )
    note = Note("calibration", "info" if is_clean(found) else "warning", calibration_sentence(found))
    return replace(result, calibration=found, validity=[note, *result.validity])
