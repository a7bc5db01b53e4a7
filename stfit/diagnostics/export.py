"""A chain as ArviZ's InferenceData: public quantities, what follows from them, the prior, and the data."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.backends.chain import Chain
from stfit.diagnostics.draws import quantity_draws
from stfit.errors import InputError, Problem
from stfit.measurement import name_of
from stfit.objective import Objective

Array = npt.NDArray[np.float64]

_PRIOR_DRAWS: Final = 1000


def inference_data(objective: Objective, chain: Chain) -> Any:
    """Posterior, sample_stats (lp), prior and observed_data; SI units, names as in result.json.

    Every ensemble is a chain of ArviZ. Its walkers learn from each other, which ArviZ could not know: one draw of each
    walker in an autocorrelation time is handed over (attrs: thinned_by), so that an effective sample size is at most
    the number of draws. InputError where ArviZ is not installed.
    """
    try:
        import arviz  # an extra, and slow to import
    except ImportError as error:
        expected = "ArviZ, which the extra [inference] brings: pip install 'stfit[inference]'"
        raise InputError(Problem("export of a chain", expected, "none installed")) from error
    rng = np.random.default_rng(chain.seed)
    every = max(1, int(np.ceil(chain.autocorrelation_time)))
    draws, log_posterior = chain.draws[:, ::every], chain.log_posterior[:, ::every]
    believed = quantity_draws(objective, objective.prior.draw(rng, _PRIOR_DRAWS))
    return arviz.from_dict(
        posterior={name: _by_ensemble(values) for name, values in quantity_draws(objective, draws).items()},
        sample_stats={"lp": _by_ensemble(log_posterior)},
        prior={name: values[None] for name, values in believed.items()},
        observed_data=_observed(objective),
        attrs={"seed": chain.seed, "thinned_by": every, "burn_in": chain.burn_in, "ended": chain.ended.value},
    )


def _by_ensemble(values: Array) -> Array:
    """(ensembles, steps, walkers) as (chains, draws), step after step."""
    return values.reshape(values.shape[0], -1)


def _observed(objective: Objective) -> dict[str, Array]:
    """What each measurement observed, by its name: the values that its figure shows, SI."""
    names = [name_of(term.measurement) for term in objective.terms]
    unique = [name if names.count(name) == 1 else f"{name} ({i + 1})" for i, name in enumerate(names)]
    return {name: term.measurement.view().observed.value for name, term in zip(unique, objective.terms, strict=True)}
