"""A fit with its calibration: whether every interval of it is as wide as it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stfit.analysis import Analysis
from stfit.backends.least_squares import minimise
from stfit.measurement import Measurement
from stfit.pipeline.assembly import assemble
from stfit.pipeline.loading import inputs_of
from stfit.pipeline.run import run
from stfit.results import FitResult, Note, Status
from stfit.results.calibration import calibration_sentence, is_clean
from stfit.studies import calibrate as study
from stfit.studies.calibrate import Progress
from stfit.studies.record import record


def calibrate(
    source: str | Path | Analysis | Measurement | Sequence[Measurement],
    *,
    replicas: int,
    seed: int,
    intervals: Sequence[str] = ("covariance", "profile"),
    posteriors: int | None = None,
    processes: int = 1,
    progress: Progress | None = None,
    command: str = "stfit.calibrate",
    **sections: Mapping[str, Any] | str,
) -> FitResult:
    """Fit as `fit` does, then simulate the same measurement `replicas` times from the fit and refit each.

    The result's `calibration` holds pulls, bias and the coverage of each kind of interval: some of covariance, profile,
    bootstrap, posterior. posteriors: how many repetitions test the posterior intervals, with truths from the prior and
    the ranks of simulation-based calibration (default: as many). progress: called with what is going on, how many
    repetitions are done, and of how many. The same seed gives the same figures, whatever the number of processes.
    """
    analysis, measurements = inputs_of(source, sections, "stfit.calibrate")
    return calibrated(
        analysis,
        measurements,
        replicas=replicas,
        seed=seed,
        intervals=intervals,
        posteriors=posteriors,
        processes=processes,
        progress=progress,
        command=command,
    )


def calibrated(
    analysis: Analysis,
    measurements: Sequence[Measurement],
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
        study.calibrate(
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
