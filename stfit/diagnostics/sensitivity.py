"""How much of a posterior is prior: power scaling, and how far the data narrow each parameter.

Power scaling (Kallioinen, Paananen, Bürkner & Vehtari 2023, doi:10.1007/s11222-023-10366-5) raises the prior, or the
likelihood, to a power α near one by weighing the draws, and measures how far the posterior moves with log2 α, as the
cumulative Jensen–Shannon distance. A uniform prior to a power is the same prior: of it only contraction tells, 1 − the
variance of the posterior over that of the prior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.chain import Chain
from stfit.diagnostics.draws import quantity_draws, thinned
from stfit.diagnostics.pareto import RELIABLE_SHAPE, pareto_shape
from stfit.objective import Objective
from stfit.results.symbols import symbol

Array = npt.NDArray[np.float64]

_MOST_DRAWS: Final = 4000
_POWER: Final = 1.01  # α and 1/α, as in the paper, section 2.3
SENSITIVE_FROM: Final = 0.05  # the paper's threshold: a normal law whose mean moves by 0.3 of its spread when α doubles
# Opposed pulls in posterior standard deviations per unit of ln α, from which prior and data contradict each other: for
# a normal prior and a normal likelihood z standard deviations apart, the prior with the share s of the precision, each
# is z √(s(1 − s)); this is z = 2 at s = 1/5.
_PULL: Final = 0.8
# Contraction below which a posterior is mostly prior: a normal prior then holds more than half of the precision.
MOSTLY_PRIOR: Final = 0.5

CONFLICT: Final = "prior-data conflict"
STRONG_PRIOR: Final = "strong prior / weak likelihood"
BOTH: Final = "prior and data both tell"
NOTHING: Final = "–"


@final
@dataclass(frozen=True)
class Sensitivity:
    """Of one quantity: how far its posterior moves with the prior's and with the likelihood's power.

    prior: None where no informed prior is there to scale; both None where the weights of the draws are not to be
    trusted. contraction: of the coordinate of a parameter, None of a derived quantity.
    """

    prior: float | None
    likelihood: float | None
    contraction: float | None
    diagnosis: str


@final
@dataclass(frozen=True)
class PriorSensitivity:
    """Of all quantities by name, with what a report says of it."""

    quantities: dict[str, Sensitivity]
    sentences: tuple[str, ...]


@final
@dataclass(frozen=True)
class _Scaling:
    """Weights of the draws at α and at 1/α, each (n,), and the logarithm that is scaled; None where it is constant."""

    weights: tuple[Array, Array] | None
    logarithm: Array
    trusted: bool

    @classmethod
    def of(cls, logarithm: Array) -> _Scaling:
        if np.ptp(logarithm) == 0.0:
            return cls(None, logarithm, trusted=True)
        ratios = [(power - 1.0) * logarithm for power in (_POWER, 1.0 / _POWER)]
        trusted = all(pareto_shape(ratio) < RELIABLE_SHAPE for ratio in ratios)
        raised, lowered = (np.exp(ratio - np.max(ratio)) for ratio in ratios)
        return cls((raised / np.sum(raised), lowered / np.sum(lowered)), logarithm, trusted)

    def sensitivity(self, values: Array) -> float | None:
        """Cumulative Jensen–Shannon distance per unit of log2 α; None where there is nothing to scale or no trust."""
        if self.weights is None or not self.trusted:
            return None
        distances = [cumulative_distance(values, weights) for weights in self.weights]
        return float(np.mean(distances) / np.log2(_POWER))

    def pull(self, values: Array) -> float:
        """How far the mean moves per unit of ln α, in standard deviations: d mean/d ln α is a covariance."""
        centred = values - np.mean(values)
        return float(np.mean(centred * (self.logarithm - np.mean(self.logarithm))) / np.std(values))


def prior_sensitivity(objective: Objective, chain: Chain) -> PriorSensitivity:
    """Of every parameter that varies and of what follows from it, from at most 4000 draws."""
    x = thinned(chain.flat, _MOST_DRAWS)
    prior, likelihood = _Scaling.of(objective.prior.log_informed_density(x)), _Scaling.of(objective.log_likelihood(x))
    narrowed = contractions(objective, x)
    found = {
        name: _sensitivity(values, prior, likelihood, narrowed.get(name))
        for name, values in quantity_draws(objective, x).items()
        if np.all(np.isfinite(values))
    }
    uniform = frozenset(p.name for p in objective.space.varied if p.constraint is None)
    return PriorSensitivity(found, _sentences(found, uniform, trusted=prior.trusted and likelihood.trusted))


def contractions(objective: Objective, x: Array) -> dict[str, float]:
    """1 − the variance of the posterior of each coordinate over that of its prior; x: draws, shape (n, p)."""
    variances = np.var(x, axis=0)
    priors = objective.prior.coordinates
    return {
        name: float(1.0 - variance / prior.deviation**2)
        for name, variance, prior in zip(objective.names, variances, priors, strict=True)
    }


def cumulative_distance(values: Array, weights: Array) -> float:
    """Cumulative Jensen–Shannon distance of draws from the same draws with weights that add up to 1, both (n,).

    Between 0 and 1, and the same whatever the unit; the larger of those of x and of −x, of which it is no function.
    """
    order = np.argsort(values)
    ordered, weighed = values[order], weights[order]
    return max(_one_way(ordered, weighed), _one_way(-ordered[::-1], weighed[::-1]))


def _one_way(ordered: Array, weights: Array) -> float:
    steps = np.diff(ordered)
    plain = np.arange(1, ordered.size) / ordered.size
    other = np.cumsum(weights)[:-1]
    middle = (plain + other) / 2.0
    # the terms that make each direction positive cancel in their sum
    divergence = float(steps @ (plain * np.log2(plain / middle) + other * np.log2(other / middle)))
    largest = float(steps @ (plain + other))
    return float(np.sqrt(max(divergence, 0.0) / largest)) if largest > 0.0 else 0.0


def _sensitivity(values: Array, prior: _Scaling, likelihood: _Scaling, narrowed: float | None) -> Sensitivity:
    if np.ptp(values) == 0.0:
        return Sensitivity(None, None, narrowed, NOTHING)
    found = prior.sensitivity(values), likelihood.sensitivity(values)
    to_prior, to_data = (value is not None and value >= SENSITIVE_FROM for value in found)
    diagnosis = NOTHING
    if to_prior:
        pulls = prior.pull(values), likelihood.pull(values)
        opposed = pulls[0] * pulls[1] < 0.0 and min(abs(pull) for pull in pulls) >= _PULL
        diagnosis = (CONFLICT if opposed else BOTH) if to_data else STRONG_PRIOR
    return Sensitivity(*found, narrowed, diagnosis)


def _sentences(found: dict[str, Sensitivity], uniform: frozenset[str], *, trusted: bool) -> tuple[str, ...]:
    """What a reader must know of the priors."""

    def named(diagnosis: str) -> list[str]:
        return [name for name, entry in found.items() if entry.diagnosis == diagnosis]

    mostly = [name for name, e in found.items() if e.contraction is not None and e.contraction < MOSTLY_PRIOR]
    sentences = []
    if not trusted:
        sentences.append("Power scaling is not reliable here: a few draws carry most of the weight.")
    if conflict := named(CONFLICT):
        sentences.append(
            f"Prior and data pull {_list(conflict)} in opposite directions: at least one of them is wrong."
        )
    if bounded := [name for name in mostly if name in uniform]:
        sentences.append(f"The data remove less than half of the prior variance of {_list(bounded)}: mostly prior.")
    if given := [name for name in mostly if name not in uniform]:
        sentences.append(f"The data add little to the given {_list(given)}: the errors are those that were given.")
    if strong := [name for name in named(STRONG_PRIOR) if name not in mostly]:
        sentences.append(f"The error of {_list(strong)} comes from the prior rather than from the data.")
    if both := named(BOTH):
        sentences.append(f"Prior and data both determine the error of {_list(both)}.")
    if listed := [name for name in found if name in uniform]:
        sentences.append(
            f"Uniform priors cannot be scaled: for {_list(listed)} only the contraction shows the weight of the data."
        )
    return tuple(sentences)


def _list(names: Sequence[str]) -> str:
    return ", ".join(symbol(name).text for name in names)
