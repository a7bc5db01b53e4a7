"""What a result keeps of a chain: verdict, what each number is worth, and enough of the draws for the figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from stfit.backends.chain import Chain
from stfit.backends.optimum import Optimum
from stfit.diagnostics.convergence import Convergence
from stfit.diagnostics.draws import quantity_draws
from stfit.diagnostics.marginals import marginal
from stfit.diagnostics.posterior import posterior_estimates
from stfit.diagnostics.reliability import Reliability, reliability
from stfit.diagnostics.sensitivity import prior_sensitivity
from stfit.objective import Objective
from stfit.results import Estimate

Array = npt.NDArray[np.float64]

MOST_SHOWN: Final = 8  # quantities that a corner plot can hold
_DRAWS: Final = 500  # of each quantity
_DIGITS: Final = 6
_RANK_BINS: Final = 20
_SHOWN_FIRST: Final = (  # what a corner plot shows, the fitted asymmetry and the slopes among it
    *("l_over_L", "theta_0", "chi", "h", "tau_0", "E_P", "E_AP", "Kv", "slope_P", "slope_AP"),
    *("beta", "delta_R", "temperature"),
)


def sampling_summary(
    objective: Objective,
    optimum: Optimum,
    chain: Chain,
    seed: int,
    judged: Reliability | None = None,
    estimates: Mapping[str, Estimate] | None = None,
) -> dict[str, Any]:
    """The content of FitResult.sampling, SI units, six digits; schema.json describes it.

    Effective draws and Monte-Carlo errors are withheld (None) where the chain is unusable, and always of what the data
    do not identify; of an unusable chain no marginal and no prior sensitivity is kept either, only what shows where it
    failed. seed: of the draws that place the priors of derived quantities. judged,
    estimates: the verdict and the posterior estimates, where they are known already.
    """
    found = judged or reliability(objective, optimum, chain)
    numbers = estimates if estimates is not None else posterior_estimates(objective, optimum, chain, found)
    quoted = {name for name in found.judged if found.usable and _has_number(numbers.get(name))}
    ensembles, steps, walkers, _ = chain.draws.shape
    draws = quantity_draws(objective, chain.draws)
    shown = shown_names(objective, draws)
    asked = [found.found[name] for name in found.judged]
    return {
        "verdict": found.verdict.value,
        "reasons": list(found.reasons),
        "seed": int(chain.seed),
        "ensembles": ensembles,
        "walkers": walkers,
        "steps": steps,
        "burn_in": int(chain.burn_in),
        "acceptance": [_rounded(value) for value in chain.acceptance],
        "tau": _rounded(max(entry.tau for entry in asked)),
        "steps_per_tau": _rounded(min(entry.steps_per_tau for entry in asked)),
        "quantities": {
            name: _worth(entry, quoted=name in quoted, judged=name in found.judged)
            for name, entry in found.found.items()
        },
        "prior_sensitivity": _priors(objective, chain) if found.usable else None,
        "draws": _kept(chain, draws, shown),
        "marginals": _marginals(objective, draws, shown, seed) if found.usable else {},
        "ranks": {name: _rank_histograms(draws[name]) for name in shown},
    }


def shown_names(objective: Objective, draws: Mapping[str, Array]) -> list[str]:
    """The quantities that figures of a chain show: the headline, then the other parameters, at most eight."""
    names = [name for name in _SHOWN_FIRST if name in draws]
    names += [name for name in objective.names if name not in names]
    return names[:MOST_SHOWN]


def _has_number(estimate: Estimate | None) -> bool:
    """Whether a number is quoted; the logarithm of the posterior, which is no quantity of the result, always is."""
    return estimate is None or estimate.value is not None


def _worth(entry: Convergence, *, quoted: bool, judged: bool) -> dict[str, Any]:
    numbers = {name: _rounded(getattr(entry, name)) for name in ("rhat", "tau", "steps_per_tau")}
    effective: dict[str, Any] = {
        name: _rounded(getattr(entry, name)) if quoted else None for name in ("ess_bulk", "ess_tail")
    }
    errors = {name: _rounded(value) for name, value in entry.mcse.items()} if quoted else None
    return {"judged": judged} | numbers | effective | {"mcse": errors}


def _priors(objective: Objective, chain: Chain) -> dict[str, Any]:
    found = prior_sensitivity(objective, chain)
    quantities = {
        name: {key: value if isinstance(value, str) else _rounded(value) for key, value in asdict(entry).items()}
        for name, entry in found.quantities.items()
    }
    return {"quantities": quantities, "sentences": list(found.sentences)}


def _kept(chain: Chain, draws: Mapping[str, Array], names: list[str]) -> dict[str, Any]:
    """Draws of every ensemble at evenly spaced steps, each of the next walker."""
    ensembles, steps, walkers = chain.log_posterior.shape
    count = max(1, min(steps, _DRAWS // ensembles))
    step = np.linspace(0, steps - 1, count).round().astype(int)
    walker = np.arange(count) % walkers
    return {
        "ensemble": np.repeat(np.arange(ensembles), count).tolist(),
        "step": np.tile(step, ensembles).tolist(),
        "values": {name: [_rounded(value) for value in draws[name][:, step, walker].ravel()] for name in names},
    }


def _marginals(objective: Objective, draws: Mapping[str, Array], names: list[str], seed: int) -> dict[str, Any]:
    found = {name: marginal(objective, name, draws[name].ravel(), seed) for name in names}
    return {
        name: {
            "log": entry.log,
            "edges": [_rounded(value) for value in entry.edges],
            "posterior": [_rounded(value) for value in entry.posterior],
            "prior": None if entry.prior is None else [_rounded(value) for value in entry.prior],
        }
        for name, entry in found.items()
    }


def _rank_histograms(values: Array) -> list[list[float | None]]:
    """How often each ensemble is in each twentieth of all draws, over how often it would be were all alike."""
    ranks = rankdata(values, axis=None).reshape(values.shape[0], -1) - 0.5
    bins = np.clip((ranks / values.size * _RANK_BINS).astype(int), 0, _RANK_BINS - 1)
    counts = [np.bincount(row, minlength=_RANK_BINS) * _RANK_BINS / row.size for row in bins]
    return [[_rounded(value) for value in row] for row in counts]


def _rounded(value: Any) -> float | None:
    """Six significant digits; None for what is no number, which JSON does not know."""
    return float(f"{value:.{_DIGITS}g}") if value is not None and np.isfinite(value) else None
