"""From the sampling of a stored result to the figures of its chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from stfit.figures.posterior_figure import Drawn, chain_figure, corner_figure
from stfit.figures.style import Array, AxisQuantity, Figure, escape
from stfit.results.numbers import prefix
from stfit.results.result import FitResult, Verdict
from stfit.results.symbols import symbol

_LONGEST: Final = 16  # letters of a name in a figure


def has_posterior(result: FitResult) -> bool:
    """Whether there is a usable chain to draw a posterior of."""
    return bool(result.sampling and result.sampling["draws"]["values"] and result.sampling.get("marginals"))


def posterior_figure(result: FitResult) -> Figure | None:
    """Marginals and pairs of the headline parameters with their priors; None without a usable chain."""
    return corner_figure(_drawn(result)) if has_posterior(result) else None


def traces_figure(result: FitResult) -> Figure | None:
    """How the ensembles ran and whether they agree, of a usable chain or not; None without a chain."""
    shown = _drawn(result)
    if not shown:
        return None
    draws = result.sampling["draws"]
    return chain_figure(shown, *(np.array(draws[name], dtype=float) for name in ("ensemble", "step")))


def _drawn(result: FitResult) -> list[Drawn]:
    sampling = result.sampling
    if not sampling:
        return []
    return [_quantity(result, name, np.array(values, float)) for name, values in sampling["draws"]["values"].items()]


def _quantity(result: FitResult, name: str, draws: Array) -> Drawn:
    sampling = result.sampling
    marginal = sampling["marginals"].get(name)
    entry = result.parameters.get(name)
    log = bool(marginal and marginal["log"])
    largest = float(np.quantile(np.abs(draws), 0.5 if log else 0.95))
    factor, unit = prefix(largest, "" if entry is None else entry.unit)
    ranks = np.array(sampling["ranks"][name], dtype=float)
    return Drawn(
        symbol=_label(name),
        quantity=AxisQuantity(name, unit, factor, log=log),
        draws=draws,
        edges=_densities(marginal, "edges"),
        posterior=_densities(marginal, "posterior"),
        prior=None if not marginal or marginal["prior"] is None else _densities(marginal, "prior"),
        identified=entry is None or entry.verdict is not Verdict.NOT_IDENTIFIED,
        ranks=ranks,
        spread=_spread(sampling["quantities"][name]["ess_bulk"], ranks.shape),
    )


def _densities(marginal: Mapping[str, Any] | None, name: str) -> Array:
    return np.array([] if marginal is None else marginal[name], dtype=float)


def _spread(effective: float | None, shape: tuple[int, ...]) -> float | None:
    """Standard deviation of a bin's frequency over that expected, were the draws of an ensemble independent."""
    if effective is None:
        return None
    ensembles, bins = shape
    return float(np.sqrt((bins - 1.0) * ensembles / effective))


def _label(name: str) -> str:
    if symbol(name).known:
        return symbol(name).math
    return escape(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…")
