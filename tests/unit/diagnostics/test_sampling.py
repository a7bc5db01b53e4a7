"""What result.json keeps of a chain, and of its marginals."""

import json
from typing import Any

import jsonschema
import numpy as np
import pytest

from stfit.diagnostics.marginals import marginal
from stfit.diagnostics.sampling import MOST_SHOWN, sampling_summary, shown_names
from stfit.objective import Objective
from stfit.results.storage import schema
from tests.chains import chain_of, device, one_temperature


def validate(found: dict[str, Any]) -> None:
    whole = schema()
    jsonschema.Draft202012Validator({"$ref": "#/$defs/sampling", "$defs": whole["$defs"]}).validate(found)


def test_a_usable_chain_keeps_everything_and_stays_small() -> None:
    objective, optimum, chain = device()
    found = sampling_summary(objective, optimum, chain, 1)
    validate(found)
    assert set(found) == set(schema()["$defs"]["sampling"]["properties"])
    assert (found["ensembles"], found["walkers"], found["steps"]) == (chain.ensembles, chain.walkers, chain.steps)
    assert len(json.dumps(found)) < 100_000
    values = found["draws"]["values"]
    assert list(values) == list(found["marginals"]) == list(found["ranks"])
    assert len(values) == MOST_SHOWN
    assert {len(column) for column in values.values()} == {500}
    assert found["quantities"]["l_over_L"]["mcse"]["median"] > 0
    assert found["prior_sensitivity"]["quantities"]["beta"]["diagnosis"]


def test_draws_are_those_of_the_chain_to_six_digits() -> None:
    objective, optimum, chain = device()
    found = sampling_summary(objective, optimum, chain, 1)["draws"]
    i = objective.names.index("theta_0")
    for index in (0, 130, 499):
        ensemble, step = found["ensemble"][index], found["step"][index]
        angles = objective.space.varied[i].parameter.quantity(chain.draws[ensemble, step, :, i])
        apart = np.abs(angles - found["values"]["theta_0"][index])
        assert np.min(apart) < 5e-6 * 1.7  # half of the sixth digit


def test_ranks_are_frequencies_over_those_expected() -> None:
    objective, optimum, chain = device()
    ranks = np.array(sampling_summary(objective, optimum, chain, 1)["ranks"]["theta_0"])
    assert ranks.shape == (4, 20)
    # every draw is in one bin, and every bin holds a twentieth: rounding to six digits
    assert np.mean(ranks, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert np.mean(ranks, axis=0) == pytest.approx(1.0, abs=1e-2)


def test_what_is_not_identified_has_no_effective_draws() -> None:
    objective, optimum, chain = one_temperature()
    found = sampling_summary(objective, optimum, chain, 1)
    validate(found)
    for name in ("l_over_L", "beta", "tau_0"):
        entry = found["quantities"][name]
        assert (entry["judged"], entry["ess_bulk"], entry["ess_tail"], entry["mcse"]) == (False, None, None, None)
    assert found["quantities"]["slope_P"]["ess_bulk"] > 100


def test_an_unusable_chain_keeps_only_what_shows_why() -> None:
    objective, optimum, chain = device()
    apart = chain.draws.copy()
    apart[0] += 5.0 * np.std(chain.flat, axis=0)
    found = sampling_summary(objective, optimum, chain_of(objective, apart), 1)
    validate(found)
    assert found["verdict"] == "unusable"
    assert (found["marginals"], found["prior_sensitivity"]) == ({}, None)
    assert all(entry["ess_bulk"] is None and entry["mcse"] is None for entry in found["quantities"].values())
    assert found["quantities"]["l_over_L"]["rhat"] > 1.1
    assert len(found["draws"]["values"]["l_over_L"]) == 500


def test_an_empty_sampling_fits_the_schema() -> None:
    validate({})


def test_at_most_eight_are_shown_the_headline_first() -> None:
    objective, _, _ = device()
    names = shown_names(objective, dict.fromkeys([*objective.names, "slope_P", "slope_AP", "c_P"], np.zeros(1)))
    assert names == ["l_over_L", "theta_0", "tau_0", "E_P", "E_AP", "slope_P", "slope_AP", "beta"]


def integral(density: Any, edges: Any) -> float:
    return float(np.sum(density * np.diff(edges)))


def drawn(objective: Objective, name: str, count: int) -> Any:
    x = objective.prior.draw(np.random.default_rng(6), count)
    p = objective.space.varied[objective.names.index(name)].parameter
    return p.quantity(x[:, objective.names.index(name)])


@pytest.mark.parametrize("name", ["beta", "theta_0", "tau_0", "delta_R"])
def test_draws_of_the_prior_have_the_density_of_the_prior(name: str) -> None:
    objective, _, _ = device()
    found = marginal(objective, name, drawn(objective, name, 100_000), 1)
    edges = np.log(found.edges) if found.log else found.edges
    assert found.log == (name == "tau_0")
    assert found.prior is not None
    # 99.6 % of the draws are shown; the closed form is summed by the midpoint rule, 40 bins: 1e-3
    assert integral(found.posterior, edges) == pytest.approx(0.996, abs=1e-4)
    assert integral(found.prior, edges) == pytest.approx(0.996, abs=2e-3)
    # 2500 draws a bin on average, 30 in the last of a normal law
    counts = found.prior * np.diff(edges) * 100_000
    assert np.all(np.abs(found.posterior - found.prior) * np.diff(edges) * 100_000 < 5.0 * np.sqrt(counts) + 10.0)


def test_the_prior_of_what_follows_is_counted_or_left_out() -> None:
    objective, _, chain = device()
    from stfit.diagnostics.draws import quantity_draws

    draws = quantity_draws(objective, chain.flat)
    assert marginal(objective, "slope_P", draws["slope_P"], 1).prior is None  # λ from −1000 to 1000: none so small
    before = quantity_draws(objective, objective.prior.draw(np.random.default_rng(4), 50_000))
    wide = marginal(objective, "c_AP", before["c_AP"], 1)
    assert wide.prior is not None
    # both from draws of the same law: 20000 in 40 bins, 500 each, 4.5 %; five of them in the thinnest
    assert wide.prior == pytest.approx(wide.posterior, rel=0.4)
