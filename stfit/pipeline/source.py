"""What a result was fitted from, as long as the process lives, and how a chain of it is run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self, final

from stfit.analysis import Analysis
from stfit.backends.chain import Chain
from stfit.backends.optimum import Optimum
from stfit.errors import InputError, Problem
from stfit.measurement import Observation
from stfit.objective import Objective
from stfit.results import FitResult


@final
@dataclass(frozen=True)
class Source:
    """What a result was fitted from, as long as the process lives; chain: None before anything was sampled."""

    analysis: Analysis
    measurements: tuple[Observation, ...]
    objective: Objective
    optimum: Optimum
    chain: Chain | None = None

    @classmethod
    def of(
        cls, analysis: Analysis, measurements: Sequence[Observation], objective: Objective, optimum: Optimum
    ) -> Self:
        """That of a fit, with a prior that holds the best fit: a range that nobody gave must not cut it off."""
        roomy = replace(objective, space=objective.space.reaching(optimum.x))
        return cls(analysis, tuple(measurements), roomy, optimum)


def source_of(result: FitResult, what: str) -> Source:
    """What a result was fitted from. InputError where it was read from a file, which does not hold it."""
    if isinstance(result.source, Source):
        return result.source
    expected = 'a result of stfit.fit, or a stored one with its data, stfit.read_result("result.json", data="…toml")'
    raise InputError(Problem(what, expected, "a result that was read from a file"))
