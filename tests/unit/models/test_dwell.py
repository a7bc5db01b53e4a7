"""Eq. 27 as an lmfit model: by hand, in a notebook, and against the objective that the command line fits."""

from typing import Any

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.models.derived import DERIVED_UNITS
from stfit.models.dwell import DwellTimeModel
from stfit.models.fit_rows import state_codes
from tests import builders
from tests.builders import K_B, TRUTH, E

EPS = 2.0**-52
GRID = builders.grid()
MODEL = DwellTimeModel(reference_temperature=295.0, beta=0.35, delta_R=0.11)


def independent(grid: builders.Grid = GRID) -> dict[str, Any]:
    return {
        "current": grid.current,
        "temperature": grid.temperature,
        "state": np.where(grid.state == 0, "P", "AP"),
    }


def means(grid: builders.Grid = GRID, n: int = 500, seed: int | None = 1) -> np.ndarray[Any, Any]:
    table = builders.dwell_times(grid, n=n, seed=seed)
    return np.asarray(table.total_time / table.n)


def fitted(grid: builders.Grid = GRID, n: int = 500, seed: int | None = 1, **held: float) -> Any:
    data = means(grid, n, seed)
    params = MODEL.guess(data, weights=np.full(data.size, np.sqrt(n)), **independent(grid))
    for name, value in held.items():
        params[name].set(value=value, vary=False)
    return MODEL.fit(data, params, weights=np.sqrt(n), **independent(grid))


def test_equation_27_by_hand() -> None:
    eta = MODEL.law.log_dwell_time(
        TRUTH, state=GRID.state.astype(float), current=GRID.current, temperature=GRID.temperature, field=None
    )
    # ε times the largest of the summed parts, ln τ0 and B/k_BT, about 25
    assert np.max(np.abs(eta - GRID.log_dwell_time(TRUTH))) < 25 * 8 * EPS


def test_derived_quantities_by_hand() -> None:
    derived = MODEL.law.derived(TRUTH, 300.0)
    c_P, c_AP = builders.factors(TRUTH)
    coupling = builders.coupling(TRUTH)
    expected = {
        "c_P": c_P,
        "c_AP": c_AP,
        "c_ratio": c_AP / c_P,
        "slope_P": coupling * c_P / (K_B * 300.0),
        "slope_AP": -coupling * c_AP / (K_B * 300.0),
        "I_c_P": -TRUTH["E_P"] / (coupling * c_P),
        "I_c_AP": TRUTH["E_AP"] / (coupling * c_AP),
    }
    assert {name: float(value) for name, value in derived.items()} == pytest.approx(expected, rel=1e-13)
    # s_i I_c,i = −E_i/k_BT
    assert derived["slope_P"] * derived["I_c_P"] == pytest.approx(-TRUTH["E_P"] / (K_B * 300.0), rel=1e-13)


def test_no_spin_transfer_means_an_infinite_critical_current() -> None:
    derived = MODEL.law.derived(
        dict(TRUTH) | {"l_over_L": np.array(0.0)}, 300.0
    )  # filterwarnings = error: and silently
    assert np.isinf(derived["I_c_P"])


def test_parameters_and_what_follows_from_them_have_units() -> None:
    names = {p.name for p in MODEL.fitted}
    assert names == {"l_over_L", "tau_0", "E_P", "E_AP", "theta_0", "beta", "delta_R"}
    assert set(MODEL.law.derived(TRUTH, 300.0)) == set(DERIVED_UNITS) - names


def test_make_params_has_the_documented_bounds_and_holds_the_constants() -> None:
    params = MODEL.make_params()
    assert (params["l_over_L"].min, params["l_over_L"].max) == (-1000.0, 1000.0)
    assert np.exp(params["ln_tau_0"].min) == pytest.approx(1e-18)
    assert params["E_P"].max * E == pytest.approx(200 * K_B * 295.0)
    assert (params["beta"].value, params["beta"].vary) == (0.35, False)
    assert (params["delta_R"].value, params["delta_R"].vary) == (0.11, False)
    assert params["slope_P"].expr is not None


def test_derived_parameters_follow_the_fitted_ones() -> None:
    params = MODEL.make_params(l_over_L=3.0, ln_tau_0=np.log(1e-9), E_P=0.5, E_AP=0.45, theta_0=1.7)
    derived = MODEL.law.derived(TRUTH, 295.0)
    assert params["I_c_P"].value == pytest.approx(float(derived["I_c_P"]), rel=1e-12)
    assert params["tau_0"].value == pytest.approx(1e-9, rel=1e-12)


def test_the_guess_is_the_answer_where_there_is_no_noise() -> None:
    params = MODEL.guess(means(seed=None), **independent())
    assert params["l_over_L"].value == pytest.approx(3.0, rel=1e-8)
    assert params["theta_0"].value == pytest.approx(1.7, rel=1e-8)
    assert params["tau_0"].value == pytest.approx(1e-9, rel=1e-6)
    # the regression is linear and exact up to its conditioning, 1e10 ε at most


def test_a_guess_keeps_constants_and_values_it_is_given() -> None:
    params = MODEL.guess(means(seed=None), **independent(), beta=0.7, ln_tau_0=-20.0)
    assert params["beta"].value == 0.7
    assert params["l_over_L"].value == pytest.approx(6.0, rel=1e-8)  # λ/β is what the data give
    assert params["ln_tau_0"].value == -20.0


def test_fit_equals_the_objective_with_its_errors() -> None:
    result = fitted()
    table = builders.dwell_times(GRID, n=500, seed=1)
    objective = builders.objective(table, device=builders.KNOWN)
    optimum = minimise(objective)
    found = estimates(objective, optimum)
    assert result.chisqr == pytest.approx(optimum.sum_of_squares, rel=1e-9)
    # lmfit stops at 1.5e-8 of the sum of squares, about √(1e-8·40/2) of a standard error at most
    close = 1e-3
    scales = {"E_P": E, "E_AP": E}
    for name in ("l_over_L", "theta_0", "E_P", "E_AP", "tau_0", "slope_P", "slope_AP", "I_c_P", "I_c_AP", "c_P"):
        parameter, estimate = result.params[name], found[name]
        scale = scales.get(name, 1.0)
        assert estimate.value is not None
        assert estimate.stderr is not None
        assert abs(parameter.value * scale - estimate.value) < close * estimate.stderr, name
        assert parameter.stderr * scale == pytest.approx(estimate.stderr, rel=1e-3), name


def test_fit_without_parameters_starts_by_itself() -> None:
    result = MODEL.fit(means(), weights=np.sqrt(500), **independent())
    assert result.chisqr == pytest.approx(fitted().chisqr, rel=1e-7)  # lmfit's tolerance, 1.5e-8, on both


def test_errors_are_those_of_the_hessian_not_of_the_jacobian() -> None:
    # one dwell a row: −ln L has the curvature t/τ, the root another one; only the former covers
    grid = builders.grid(currents=tuple(np.linspace(-10e-3, 10e-3, 41).tolist()))
    result = fitted(grid, n=1, seed=4)
    table = builders.dwell_times(grid, n=1, seed=4)
    objective = builders.objective(table, device=builders.KNOWN)
    errors = np.sqrt(np.diag(np.linalg.inv(objective.information(minimise(objective).x))))
    assert result.params["l_over_L"].stderr == pytest.approx(errors[0], rel=1e-3)
    jacobian = objective.jacobian(minimise(objective).x)
    wrong = np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian)))
    assert abs(wrong[0] / errors[0] - 1.0) > 5e-3  # this device can tell the two apart


def test_one_temperature_leaves_tau_0_without_an_error() -> None:
    grid = builders.grid(temperatures=(295.0,))
    result = fitted(grid)
    for name in ("ln_tau_0", "tau_0", "E_P", "E_AP", "I_c_P"):
        assert result.params[name].stderr is None, name
    held = fitted(grid, ln_tau_0=np.log(1e-9))
    for name in ("l_over_L", "theta_0", "slope_P", "slope_AP"):
        # holding what is open changes no prediction, so neither what is known
        assert result.params[name].stderr == pytest.approx(held.params[name].stderr, rel=1e-5), name
    assert held.params["E_P"].stderr > 0.0


def test_nothing_to_fit_is_no_error() -> None:
    values = {"l_over_L": 3.0, "ln_tau_0": np.log(1e-9), "E_P": 0.5, "E_AP": 0.45}
    result = fitted(**values)
    assert result.params["theta_0"].value == pytest.approx(1.7, abs=5 * result.params["theta_0"].stderr)
    assert result.var_names == ["theta_0"]


@pytest.mark.parametrize("convention", ["consistent", "printed"])
def test_evaluating_gives_dwell_times_without_overflow(convention: str) -> None:
    model = DwellTimeModel(convention=convention)
    params = model.make_params(l_over_L=1000.0, E_P=5.0)
    tau = model.eval(params, current=np.array([-1.0, 1.0]), temperature=4.0, state=np.array([0, 0]))
    assert np.all(np.isfinite(tau))


def test_states_are_words_or_codes() -> None:
    assert state_codes(["P", "ap", "AP"]).tolist() == [0.0, 1.0, 1.0]
    assert state_codes(1).tolist() == [1.0]
    with pytest.raises(ValueError, match=r"a state is 'P' or 'AP'; found \['ANTI'\]"):
        state_codes(["P", "anti"])
    with pytest.raises(ValueError, match=r"a state is 0 \(P\) or 1 \(AP\)"):
        state_codes([0, 2])


def test_an_unknown_keyword_is_refused() -> None:
    with pytest.raises(TypeError, match=r"no keyword \['barrier'\]"):
        DwellTimeModel(barrier="exact")  # type: ignore[call-arg]
