"""Eq. 32 as an lmfit model on its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import stfit
from stfit import FluctuationModel
from stfit.kinds.resonance.data import FmrLines
from stfit.measurement import Origin

STATE = np.tile(np.repeat(["P", "AP"], 9), 2)
OBSERVABLE = np.repeat(["power", "linewidth"], 18)
CURRENT = np.tile(np.linspace(-1e-3, 1e-3, 9), 4)
SETTINGS: dict[str, Any] = {"current": CURRENT, "temperature": 295.0, "state": STATE, "observable": OBSERVABLE}
TRUTH = {
    "l_over_L": 20.0,
    "theta_0": 1.7,
    "ln_power_P": np.log(2.0),
    "ln_power_AP": np.log(1.5),
    "ln_linewidth_P": np.log(9e7),
    "ln_linewidth_AP": np.log(1.1e8),
}
CONSTANTS: dict[str, Any] = {"beta": 0.35, "delta_R": 0.11, "reference_temperature": 295.0}


def measured(model: FluctuationModel, seed: int = 5, **truth: float) -> tuple[Any, Any]:
    exact = model.eval(model.make_params(**{**TRUTH, **truth}), **SETTINGS)
    sigma = 0.02 * exact
    return exact + sigma * np.random.default_rng(seed).standard_normal(exact.size), sigma


@pytest.mark.parametrize("power", ["integrated", "peak"])
@pytest.mark.parametrize("mapping", ["power", "damping", "peak", "torque"])
def test_it_finds_the_truth_from_its_own_guess(mapping: str, power: str) -> None:
    model = FluctuationModel(mapping=mapping, power=power, inhomogeneous_linewidth=1e7, **CONSTANTS)
    data, sigma = measured(model)
    start = model.guess(data, weights=1 / sigma, **SETTINGS)
    result = model.fit(data, start, weights=1 / sigma, **SETTINGS)
    assert result.success
    exact = model.make_params(**TRUTH)
    for name in result.var_names:
        # 4 standard errors: a probability of 6e-5 for each of 48 numbers
        assert abs(result.params[name].value - exact[name].value) < 4 * result.params[name].stderr, name


def test_guessed_and_derived_are_named_by_what_the_mapping_sees() -> None:
    assert "slope_P" in FluctuationModel().make_params()
    assert "I_c_AP" in FluctuationModel(mapping="torque").make_params()
    assert "I_c_AP" not in FluctuationModel().make_params()
    params = FluctuationModel().make_params()
    assert not params["E_P"].vary
    assert not params["beta"].vary
    assert params["l_over_L"].vary


def test_it_agrees_with_the_analysis_of_the_same_lines() -> None:
    model = FluctuationModel(**CONSTANTS)
    data, sigma = measured(model)
    result = model.fit(data, model.guess(data, weights=1 / sigma, **SETTINGS), weights=1 / sigma, **SETTINGS)
    half = slice(0, 18), slice(18, 36)
    columns = {"state": (STATE[half[0]] == "AP").astype(float), "current": CURRENT[half[0]]}
    for name, rows in zip(("power", "linewidth"), half, strict=True):
        columns |= {name: data[rows], f"{name}_stderr": sigma[rows]}
    lines = FmrLines.from_columns(columns, origin=Origin(), power="integrated", linewidth="fwhm")
    fitted = stfit.fit(lines, device={"beta": "0.35", "delta_R": "0.11 ohm", "temperature": "295 K"})
    for name in ("l_over_L", "theta_0", "slope_P", "slope_AP"):
        estimate = fitted[name]
        assert estimate.value == pytest.approx(result.params[name].value, rel=1e-5)  # lmfit stops at 1e-8 of χ²
        assert estimate.stderr == pytest.approx(result.params[name].stderr, rel=1e-4)


def test_a_state_that_was_not_measured_is_held() -> None:
    model = FluctuationModel(power="", width="T", asymmetry="symmetric", **CONSTANTS)
    settings = {**SETTINGS, "state": "AP", "observable": "linewidth", "current": CURRENT[:9]}
    exact = model.eval(model.make_params(l_over_L=20.0, ln_field_linewidth_AP=np.log(4e-3)), **settings)
    params = model.guess(exact, weights=50 / exact, **settings)
    assert not params["ln_field_linewidth_P"].vary
    result = model.fit(exact, params, weights=50 / exact, **settings)
    assert result.params["l_over_L"].value == pytest.approx(20.0, rel=1e-6)


def test_linewidths_against_frequency_give_the_damping() -> None:
    model = FluctuationModel(
        power="", width="T", by_frequency=True, inhomogeneous_linewidth=None, gyromagnetic_ratio=1.85e11, **CONSTANTS
    )
    frequency = np.linspace(4e9, 18e9, 8)
    settings = {"current": 0.0, "temperature": 295.0, "state": "P", "observable": "linewidth", "frequency": frequency}
    widths = 1.5e-3 + 4 * np.pi * 0.012 * frequency / 1.85e11
    params = model.guess(widths, weights=50 / widths, **settings)
    for name in ("l_over_L", "theta_0"):  # no current, no slopes
        params[name].vary = False
    result = model.fit(widths, params, weights=50 / widths, **settings)
    assert np.exp(result.params["ln_alpha"].value) == pytest.approx(0.012, rel=1e-5)
    assert result.params["inhomogeneous_linewidth"].value == pytest.approx(1.5, rel=1e-4)  # mT


def test_plot_draws_a_panel_an_observable() -> None:
    model = FluctuationModel(**CONSTANTS)
    data, sigma = measured(model)
    figure = model.plot(model.fit(data, model.guess(data, **SETTINGS), weights=1 / sigma, **SETTINGS))
    assert [axes.get_ylabel() for axes in figure.axes] == ["power (arb. units)", "residual", "linewidth (GHz)", ""]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"power": "peek"}, "power: expected one of 'integrated', 'peak', ''; found 'peek'"),
        ({"width": "hz"}, "width: expected one of 'Hz', 'T', ''; found 'hz'"),
        ({"mapping": "dampin"}, "mapping: expected one of 'power', 'damping', 'peak', 'torque'; found 'dampin'"),
        ({"by_frequency": True, "width": "Hz"}, "width: expected one of 'T'; found 'Hz'"),  # 4παf/γ is in T
        ({"inhomogeneous_linewidth": None, "width": "Hz"}, "width: expected one of 'T'; found 'Hz'"),
    ],
)
def test_an_unknown_name_is_refused_when_the_model_is_made(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        FluctuationModel(**{**CONSTANTS, **keywords})


@pytest.mark.parametrize("key", ["power", "width"])
def test_an_observable_that_the_model_does_not_have_is_refused(key: str) -> None:
    model = FluctuationModel(**{**CONSTANTS, key: ""})
    with pytest.raises(ValueError, match=f'observable: {key}=""'):
        model.eval(model.make_params(), **SETTINGS)


def test_a_guess_uses_what_is_given() -> None:
    model = FluctuationModel(**CONSTANTS)
    data, sigma = measured(model)
    asked = model.guess(data, weights=1 / sigma, **SETTINGS)
    given = model.guess(data, weights=1 / sigma, beta={"value": 0.7, "vary": False}, **SETTINGS)
    assert (given["beta"].value, given["beta"].vary) == (0.7, False)
    assert given["l_over_L"].value == pytest.approx(2.0 * asked["l_over_L"].value, rel=1e-12)  # λ/β is what shows


def test_other_words_are_refused() -> None:
    model = FluctuationModel(**CONSTANTS)
    with pytest.raises(ValueError, match=r"an observable is 'power' or 'linewidth'; found \['width'\]"):
        model.eval(model.make_params(), **(SETTINGS | {"observable": "width"}))
    with pytest.raises(ValueError, match="an observable is 0"):
        model.eval(model.make_params(), **(SETTINGS | {"observable": 2}))
