"""A chain as ArviZ sees it."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from stfit.backends.budget import Budget
from stfit.backends.chain import Chain
from stfit.backends.ensemble import sample
from stfit.backends.least_squares import minimise
from stfit.diagnostics.export import inference_data
from stfit.errors import InputError
from stfit.objective import Objective
from tests import builders

GRID = builders.grid(temperatures=(260.0, 310.0), currents=(-8e-3, -2e-3, 3e-3, 9e-3))


@pytest.fixture(scope="module")
def sampled() -> tuple[Objective, Chain]:
    objective = builders.objective(builders.dwell_times(GRID, n=50, seed=1))
    return objective, sample(objective, minimise(objective), seed=1, budget=Budget(2, 20, 120, 100))


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # of ArviZ itself
def test_public_quantities_by_ensemble(sampled: tuple[Objective, Chain]) -> None:
    objective, chain = sampled
    data = inference_data(objective, chain)
    every = int(np.ceil(chain.autocorrelation_time))  # ArviZ could not know that walkers learn from each other
    assert every > 1
    thinned = chain.draws[:, ::every, :, chain.names.index("tau_0")]  # coordinate of τ0: its logarithm
    assert data.posterior["tau_0"].shape == (2, thinned[0].size)
    # the walker 3 of 20, at the second step kept, is the 24th draw, counted from 1
    np.testing.assert_allclose(data.posterior["tau_0"].values[1, 23], np.exp(thinned[1, 1, 3]), rtol=1e-14)
    np.testing.assert_array_equal(data.sample_stats["lp"].values[1, 23], chain.log_posterior[1, every, 3])
    assert data.attrs["thinned_by"] == every
    product = data.posterior["slope_AP"] * data.posterior["I_c_AP"]
    barrier = -data.posterior["E_AP"] / (builders.K_B * 295.0 * data.posterior["temperature"] / 295.0)
    np.testing.assert_allclose(product, barrier, rtol=1e-12)  # s_i I_c,i = −E_i/k_BT
    assert data.prior["beta"].shape == (1, 1000)
    assert next(iter(data.observed_data.values())).size == 16
    assert data.attrs["seed"] == 1


def test_without_arviz_the_extra_is_named(sampled: tuple[Objective, Chain], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "arviz", None)
    with pytest.raises(InputError, match=r"pip install 'stfit\[inference\]'"):
        inference_data(*sampled)
