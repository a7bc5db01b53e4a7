"""What the data determine and what not: structure, practice, sloppiness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stfit.backends.optimum import Optimum
from stfit.diagnostics.sloppiness import sloppiness
from stfit.diagnostics.structural import structure
from stfit.diagnostics.verdicts import verdicts
from stfit.diagnostics.wording import null_directions
from stfit.objective import Objective
from stfit.results import Estimate


def identifiability(
    objective: Objective, optimum: Optimum, estimates: Mapping[str, Estimate], *, seed: int
) -> dict[str, Any]:
    """Rank here and around, null directions, spectrum and a verdict for every parameter, as result.json stores them.

    seed: of the points around the optimum at which the rank is counted.
    """
    symbols = {p.name: p.parameter.symbol for p in objective.space.parameters}
    found = optimum.directions
    around = structure(objective, optimum, seed=seed)
    null = null_directions(found, symbols)
    return {
        "rank": found.rank,
        "n_free": len(found.names),
        "singular_values": [float(value) for value in found.singular_values],
        "null_directions": null,
        "ranks": around.ranks,
        "spectrum": sloppiness(objective, optimum, symbols),
        "parameters": verdicts(objective, estimates, around, null),
    }
