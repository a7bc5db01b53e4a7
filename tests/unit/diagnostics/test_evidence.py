"""Evidence of the fitted description and its rivals: against Laplace, and one constant for all."""

from functools import cache

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics import evidence as module
from stfit.diagnostics.comparison import candidates
from stfit.diagnostics.evidence import evidence
from stfit.measurement import Observation
from stfit.objective import Objective
from tests import builders

GRID = builders.grid(temperatures=(270.0, 310.0), currents=(-6e-3, 0.0, 6e-3))


@cache
def fitted() -> tuple[Objective, Optimum]:
    """Two free parameters: λ and E_P; 400 counts a row."""
    truth = builders.TRUTH
    fix = {"tau_0": "1 ns", "theta_0": f"{truth['theta_0']} rad", "E_AP": f"{truth['E_AP']} J"}
    table = builders.dwell_times(GRID, n=400, seed=6)
    objective = builders.objective(table, device=dict(builders.KNOWN), fit={"fix": fix})
    return objective, minimise(objective)


def test_the_fitted_description_has_the_evidence_that_laplace_gives_it(monkeypatch: pytest.MonkeyPatch) -> None:
    objective, optimum = fitted()
    assert objective.names == ("l_over_L", "E_P")
    everyone = candidates(objective, optimum)
    assert [c.name for c in everyone] == ["eq-27", "barrier-3/2", "barrier-2", "barrier-n", "joule-heating"]
    monkeypatch.setattr(module, "candidates", lambda *_: [everyone[0], everyone[3]])
    first, rival = evidence(objective, optimum, seed=1, live=25)
    assert optimum.covariance is not None
    laplace = float(objective.log_posterior(optimum.x)) + np.log(2 * np.pi)
    laplace += 0.5 * np.linalg.slogdet(optimum.covariance)[1]
    # Laplace's own error is of the order of one over the counts of all rows, 5000; and what the live points still held
    assert abs(first["log_z"] - laplace) < 4 * first["log_z_stderr"] + 0.001 + 0.05
    assert (first["log_bayes_factor"], first["own_parameters"]) == (0.0, [])
    assert rival["log_bayes_factor"] == rival["log_z"] - first["log_z"]
    assert (rival["own_parameters"], rival["status"]) == (["n"], "finished")


@pytest.mark.parametrize("kind", ["dwells", "pulses"])
def test_all_descriptions_count_ln_L_from_one_constant(kind: str) -> None:
    """Heating by nothing, and a power of one, are Eq. 27: with them ln L is the same number, constant and all."""
    data: dict[str, Observation] = {
        "dwells": builders.dwell_times(GRID, n=400, seed=6),
        "pulses": builders.pulses(GRID, width=1.0, n=1000, seed=6),
    }
    objective = builders.objective(data[kind])
    optimum = minimise(objective)
    found = {candidate.name: candidate.objective for candidate in candidates(objective, optimum)}
    for name, neutral in (("barrier-n", 1.0), ("joule-heating", 0.0)):
        there = np.append(optimum.x, neutral)
        # numbers of 1e5, each known to a few 1e-16 a row
        expected = pytest.approx(float(objective.log_likelihood(optimum.x)), abs=1e-6)
        assert float(found[name].log_likelihood(there)) == expected
    assert {"barrier-n", "joule-heating"} <= found.keys()
