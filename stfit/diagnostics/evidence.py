"""Rival descriptions weighed by their evidence, beside AIC and BIC: what each makes probable, priors and all."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.backends.nested import LIVE, Evidence, nested
from stfit.backends.optimum import Optimum
from stfit.backends.parallel import mapped
from stfit.diagnostics.comparison import candidates
from stfit.diagnostics.rival import Rival
from stfit.objective import Objective
from stfit.results import Status

Array = npt.NDArray[np.float64]
Entry = dict[str, Any]


def evidence(objective: Objective, optimum: Optimum, *, seed: int, processes: int = 1, live: int = LIVE) -> list[Entry]:
    """ln Z of the fitted description and its rivals, as result.json stores them; empty where the fit failed.

    log_bayes_factor: ln Z above that of the first entry, which is the fit. All share the data and so the constant of
    ln L; every prior is normalised. Errors are those of the sampling alone. own_parameters: symbols of those that the
    fitted description has not.
    """
    if optimum.status is not Status.CONVERGED:
        return []
    rivals = candidates(objective, optimum)
    tasks = [(candidate.objective, _seed(seed, number)) for number, candidate in enumerate(rivals)]
    runs = list(mapped(partial(_weighed, live=live), tasks, processes, doing="descriptions weighed"))
    return [_entry(candidate, run, rivals[0], runs[0]) for candidate, run in zip(rivals, runs, strict=True)]


@final
@dataclass(frozen=True)
class _Believed:
    """An objective as nested sampling sees it."""

    objective: Objective

    @property
    def names(self) -> tuple[str, ...]:
        return self.objective.names

    def from_unit_cube(self, u: Array) -> Array:
        return self.objective.prior.from_unit_cube(u)

    def log_likelihood(self, x: Array) -> Array:
        return self.objective.log_likelihood(x)


def _weighed(task: tuple[Objective, int], *, live: int) -> Evidence:
    return nested(_Believed(task[0]), seed=task[1], live=live)


def _seed(seed: int, number: int) -> int:
    """One for each description, so that none depends on which others there are before it."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def _entry(candidate: Rival, run: Evidence, first: Rival, reference: Evidence) -> Entry:
    known = set(first.objective.names)
    is_first = candidate is first
    return {
        "name": candidate.name,
        "description": candidate.words,
        "log_z": run.log_z,
        "log_z_stderr": run.error,
        "log_bayes_factor": 0.0 if is_first else run.log_z - reference.log_z,
        "log_bayes_factor_stderr": 0.0 if is_first else float(np.hypot(run.error, reference.error)),
        "information": run.information,
        "live": run.live,
        "evaluations": run.evaluations,
        "status": run.ended.key,
        "own_parameters": [p.parameter.symbol for p in candidate.objective.space.varied if p.name not in known],
    }
