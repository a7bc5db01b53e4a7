"""The posterior density of one quantity beside its prior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.diagnostics.draws import quantity_draws
from stfit.objective import CoordinatePrior, Objective

Array = npt.NDArray[np.float64]

_BINS: Final = 40
_TAIL: Final = 0.002  # of the draws left out at either end
_WIDE: Final = 300.0  # from one end of the 95 % interval to the other: a logarithmic axis (a uniform law from 0 has 39)
_PRIOR_DRAWS: Final = 20_000
_LEAST_INSIDE: Final = 800  # draws of the prior in the range shown: each bin is then good to about a fifth


@final
@dataclass(frozen=True)
class Marginal:
    """Densities between edges (bins + 1,), in the unit of the quantity; per unit of its logarithm where log is true.

    prior: None where too few draws of it lie in the range shown to give its density.
    """

    log: bool
    edges: Array
    posterior: Array
    prior: Array | None


def marginal(objective: Objective, name: str, draws: Array, seed: int) -> Marginal:
    """The marginal of a quantity from its draws, shape (n,); seed: of draws that give the prior of a derived one."""
    low, high = np.quantile(draws, [0.025, 0.975])
    log = bool(np.min(draws) > 0.0 and high > _WIDE * low)
    seen = np.log(draws) if log else draws
    first, last = np.quantile(seen, [_TAIL, 1.0 - _TAIL])
    edges = np.linspace(first, last, _BINS + 1) if last > first else first + np.array([-0.5, 0.5])
    posterior = np.histogram(seen, edges)[0] / (draws.size * np.diff(edges))
    prior = _prior_density(objective, name, edges, seed, log=log)
    return Marginal(log, np.exp(edges) if log else edges, posterior, prior)


def _prior_density(objective: Objective, name: str, edges: Array, seed: int, *, log: bool) -> Array | None:
    """Density in each bin: in closed form of a parameter, counted of what follows from several."""
    if name in objective.names:
        prior = objective.prior.coordinates[objective.names.index(name)]
        return _closed_form(prior, (edges[:-1] + edges[1:]) / 2.0, log=log)
    drawn = objective.prior.draw(np.random.default_rng(seed), _PRIOR_DRAWS)
    values = quantity_draws(objective, drawn)[name]
    if log:
        values = np.log(values[values > 0.0])
    counts = np.histogram(values, edges)[0]
    if np.sum(counts) < _LEAST_INSIDE:
        return None
    return np.asarray(counts / (_PRIOR_DRAWS * np.diff(edges)))


def _closed_form(prior: CoordinatePrior, at: Array, *, log: bool) -> Array:
    """The density of the coordinate, per unit of the quantity or of its logarithm; 0 beyond the ends."""
    parameter = prior.fitted.parameter
    quantity = np.exp(at) if log else at
    with np.errstate(invalid="ignore"):  # a quantity may lie beyond where its coordinate ends
        x = parameter.coordinates_of(quantity)
    inside = (x >= prior.lower) & (x <= prior.upper)
    clipped = np.clip(np.nan_to_num(x, nan=prior.lower), prior.lower, prior.upper)
    stretch = parameter.log_coordinate_slope(clipped) - (np.log(quantity) if log else 0.0)
    return np.asarray(np.where(inside, np.exp(prior.log_density(clipped) - stretch), 0.0))
