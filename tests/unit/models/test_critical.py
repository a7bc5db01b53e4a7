"""Eq. 28 as an lmfit model, alone in a notebook."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stfit import CriticalCurrentModel
from stfit.constants import ELEMENTARY_CHARGE
from stfit.models.critical import transition_codes
from stfit.physics import critical

DELTA_R = np.tile(np.linspace(0.05, 0.5, 10), 2)
TRANSITION = np.repeat(["P->AP", "AP->P"], 10)
TRUTH: dict[str, Any] = {"l_over_L": 12.0, "theta_0": 1.65, "E_P": 0.30, "E_AP": 0.27, "beta": 0.4}
ROUNDING = 1e-12


@pytest.fixture(scope="module")
def model() -> CriticalCurrentModel:
    return CriticalCurrentModel(beta=0.4)


def currents(model: CriticalCurrentModel, **settings: Any) -> Any:
    return model.eval(model.make_params(**TRUTH), delta_R=DELTA_R, transition=TRANSITION, **settings)


def test_it_predicts_eq_28(model: CriticalCurrentModel) -> None:
    c_P, c_AP = (1.65 - np.sin(1.65)) / 2, (np.pi - 1.65 + np.sin(1.65)) / 2
    # I_c,P = −E_P β/(8 e λ ΔR c_P), in volts over ohms: the charge cancels where the barrier is in eV
    expected_P = -0.30 * 0.4 / (8 * 12.0 * DELTA_R[:10] * c_P)
    expected_AP = 0.27 * 0.4 / (8 * 12.0 * DELTA_R[10:] * c_AP)
    assert currents(model) == pytest.approx(np.concatenate([expected_P, expected_AP]), rel=ROUNDING)


def test_barriers_and_beta_are_held_until_set_free(model: CriticalCurrentModel) -> None:
    params = model.make_params()
    assert {name for name, p in params.items() if p.vary} == {"l_over_L", "theta_0"}
    assert (params["theta_0"].min, params["theta_0"].max) == (0.0, np.pi)
    assert "delta_R" not in params
    assert "ln_tau_0" not in params


def test_derived_slopes_are_those_of_the_linear_law(model: CriticalCurrentModel) -> None:
    params = model.make_params(**TRUTH)
    for state, energy in enumerate((0.30, 0.27)):
        name = ("P", "AP")[state]
        slope = critical.inverse_current_slope(state, 12.0, energy * ELEMENTARY_CHARGE, 0.4, params[f"c_{name}"].value)
        assert params[f"inverse_slope_{name}"].value == pytest.approx(slope, rel=ROUNDING)


@pytest.mark.parametrize("sign", [1, -1])
def test_guess_of_exact_currents_is_the_truth(model: CriticalCurrentModel, sign: int) -> None:
    data = sign * currents(model)
    found = model.guess(data, delta_R=DELTA_R, transition=TRANSITION, E_P=0.30, E_AP=0.27)
    assert found["l_over_L"].value == pytest.approx(sign * 12.0, rel=1e-9)  # the root of c_AP/c_P is found to 1e-15/c_P
    assert found["theta_0"].value == pytest.approx(1.65, rel=1e-9)


@pytest.mark.slow
def test_fit_covers_the_truth(model: CriticalCurrentModel) -> None:
    rng, trials = np.random.default_rng(5), 200
    exact = currents(model)
    stderr = 0.03 * np.abs(exact)
    pulls = []
    for _ in range(trials):
        data = exact + stderr * rng.standard_normal(20)
        settings: dict[str, Any] = {"delta_R": DELTA_R, "transition": TRANSITION}
        params = model.guess(data, E_P=0.30, E_AP=0.27, **settings)
        result = model.fit(data, params, weights=1.0 / stderr, **settings)
        errors = [(result.params[n].value - TRUTH[n]) / result.params[n].stderr for n in ("l_over_L", "theta_0")]
        pulls.append(errors)
    # 4 standard errors of mean and variance of 200 normal pulls; 3 % on I_c bends the law by less than a tenth of that
    assert np.all(np.abs(np.mean(pulls, axis=0)) < 4 / np.sqrt(trials))
    assert np.all(np.abs(np.var(pulls, axis=0) - 1) < 4 * np.sqrt(2 / trials))


def test_errors_of_derived_quantities_follow_from_the_covariance(model: CriticalCurrentModel) -> None:
    exact = currents(model)
    settings: dict[str, Any] = {"delta_R": DELTA_R, "transition": TRANSITION}
    params = model.guess(exact, E_P=0.30, E_AP=0.27, **settings)
    result = model.fit(exact, params, weights=1.0 / (0.03 * np.abs(exact)), **settings)
    # each slope is seen by its ten rows alone, 3 % each: 3 %/√10; lmfit's differences are good to 1e-4
    for name in ("inverse_slope_P", "inverse_slope_AP"):
        found = result.params[name]
        assert found.stderr / abs(found.value) == pytest.approx(0.03 / np.sqrt(10), rel=1e-3)
    inverse, error = model.band(result, {"delta_R": np.array([0.0, 0.2]), "transition": np.array([1, 1])})
    assert (inverse[0], error[0]) == (0.0, 0.0)
    assert error[1] / inverse[1] == pytest.approx(0.03 / np.sqrt(10), rel=1e-3)


def test_barriers_of_the_rows_go_before_the_common_ones(model: CriticalCurrentModel) -> None:
    barrier = 0.25 + 0.1 * np.random.default_rng(2).random(20)
    data = currents(model, barrier=barrier)
    factor = barrier / np.repeat([0.30, 0.27], 10)
    assert data == pytest.approx(currents(model) * factor, rel=ROUNDING)
    settings: dict[str, Any] = {"delta_R": DELTA_R, "transition": TRANSITION, "barrier": barrier}
    params = model.guess(data, **settings)
    assert params["E_P"].value == pytest.approx(np.mean(barrier[:10]), rel=ROUNDING)
    result = model.fit(data, params, weights=1.0 / np.abs(data), **settings)
    assert result.params["l_over_L"].value == pytest.approx(12.0, rel=1e-6)  # MINPACK's tolerance, 1.5e-8, squared root


def test_plot_shows_both_transitions_and_their_residuals(model: CriticalCurrentModel) -> None:
    data = currents(model)
    settings: dict[str, Any] = {"delta_R": DELTA_R, "transition": TRANSITION}
    result = model.fit(data, model.guess(data, **settings), weights=1.0 / np.abs(data), **settings)
    top, bottom = model.plot(result).axes
    assert bottom.get_xlabel() == "ΔR (mΩ)"
    assert top.get_ylabel().startswith("inverse critical current")
    legend = top.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["P → AP", "AP → P"]
    lines = [np.asarray(line.get_xydata()) for line in top.get_lines()]
    starts = [line[0].tolist() for line in lines if len(line) == 61]
    assert starts == [[0.0, 0.0], [0.0, 0.0]]


def test_printed_convention_turns_lambda_and_keeps_the_currents(model: CriticalCurrentModel) -> None:
    printed = CriticalCurrentModel(beta=0.4, convention="printed")
    params = printed.make_params(l_over_L=-96.0, theta_0=1.65, E_P=0.60, E_AP=0.54)
    data = printed.eval(params, delta_R=DELTA_R, transition=TRANSITION)
    assert data == pytest.approx(currents(model), rel=ROUNDING)


@pytest.mark.parametrize("wrong", ["P", ["P->AP", "up"], 2])
def test_a_transition_is_one_of_two(wrong: Any) -> None:
    with pytest.raises(ValueError, match="a transition is"):
        transition_codes(wrong)
