"""What lmfit expects of any Model, asked of Eqs. 27, 28 and 32 and of lmfit's GaussianModel beside them.

`python -m tests.lmfit_features` prints the table of docs/reference/lmfit-models.md.
"""

from __future__ import annotations

import copy
import pickle
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import lmfit
import numpy as np
import pandas as pd
import pytest
from lmfit.model import load_model, load_modelresult, save_model, save_modelresult
from lmfit.models import GaussianModel

import stfit
from stfit import CriticalCurrentModel, DwellTimeModel, FluctuationModel
from stfit.models.lmfit_result import LikelihoodResult

ROWS: Final = 24
NAMES: Final = ("gaussian", "dwell", "critical", "fluctuation")
OURS: Final = NAMES[1:]


@dataclass(frozen=True)
class Case:
    """A model with data of it."""

    make: Callable[..., Any]
    data: Any
    weights: Any
    settings: Mapping[str, Any]
    asked: str  # the parameter to look at
    other: str  # another that varies
    keywords: Mapping[str, Any] = field(default_factory=dict)

    def model(self, **keywords: Any) -> Any:
        return self.make(**{**self.keywords, **keywords})

    def start(self, model: Any = None) -> lmfit.Parameters:
        return (model or self.model()).guess(self.data, **self.settings)

    def fit(self, model: Any = None, params: Any = None, **options: Any) -> Any:
        model = model or self.model()
        options = {"weights": self.weights, "scale_covar": False} | options
        return model.fit(self.data, params or self.start(model), **{**self.settings, **options})


@cache
def case(name: str) -> Case:
    rng = np.random.default_rng(3)
    noise = rng.standard_normal(ROWS)
    state = np.tile(["P", "AP"], ROWS // 2)
    current = np.repeat(np.linspace(-4e-3, 4e-3, ROWS // 2), 2)
    device: dict[str, Any] = {"reference_temperature": 295.0, "beta": 0.35, "delta_R": 0.11}
    if name == "gaussian":
        x = np.linspace(-3.0, 3.0, ROWS)
        weights = np.full(ROWS, 50.0)
        return Case(GaussianModel, np.exp(-(x**2) / 2) + noise / 50, weights, {"x": x}, "amplitude", "sigma")
    if name == "dwell":
        settings = {"current": current, "temperature": np.tile([280.0, 280.0, 310.0, 310.0], ROWS // 4), "state": state}
        model, n = DwellTimeModel(**device), 200
        exact = model.eval(
            model.make_params(l_over_L=20.0, ln_tau_0=-20.7, E_P=0.46, E_AP=0.43, theta_0=1.7), **settings
        )
        data = exact * rng.gamma(n, 1 / n, ROWS)
        return Case(DwellTimeModel, data, np.full(ROWS, np.sqrt(n)), settings, "l_over_L", "E_P", device)
    if name == "critical":
        settings = {
            "delta_R": np.repeat(np.linspace(0.05, 0.2, ROWS // 2), 2),
            "transition": np.tile(["P->AP", "AP->P"], ROWS // 2),
        }
        critical = CriticalCurrentModel(beta=0.35)
        exact = critical.eval(critical.make_params(l_over_L=20.0, theta_0=1.7), **settings)
        return Case(
            CriticalCurrentModel,
            exact * (1 + 0.03 * noise),
            1 / np.abs(0.03 * exact),
            settings,
            "l_over_L",
            "theta_0",
            {"beta": 0.35},
        )
    settings = {
        "current": current / 20,
        "temperature": np.full(ROWS, 295.0),
        "state": state,
        "observable": np.tile(["power", "power", "linewidth", "linewidth"], ROWS // 4),
    }
    lines = FluctuationModel(**device)
    exact = lines.eval(lines.make_params(l_over_L=20.0, theta_0=1.7, ln_power_P=0.7, ln_power_AP=1.1), **settings)
    return Case(
        FluctuationModel, exact * (1 + 0.02 * noise), 1 / (0.02 * exact), settings, "l_over_L", "theta_0", device
    )


@cache
def fitted(name: str) -> Any:
    return case(name).fit()


def same(one: Any, other: Any, prefix: str = "") -> None:
    """Two results say the same."""
    assert other.chisqr == pytest.approx(one.chisqr, rel=1e-6)
    for name in one.var_names:
        within = 1e-3 * one.params[name].stderr  # lmfit stops at 1.5e-8 of χ²
        assert other.params[prefix + name].value == pytest.approx(one.params[name].value, rel=1e-9, abs=within)
        assert other.params[prefix + name].stderr == pytest.approx(one.params[name].stderr, rel=1e-3)


def factor(current: Any = None, delta_R: Any = None, x: Any = None, k: float = 1.0) -> Any:
    return k * np.ones(ROWS)


def held_factor(of: Case) -> Any:
    """The constant 1 as a plain Model of the first setting."""
    model = lmfit.Model(factor, independent_vars=[next(iter(of.settings))], param_names=["k"])
    model.set_param_hint("k", value=1.0, vary=False)
    return model


# --- the same list for all ------------------------------------------------------------------------------------------


def keywords_of_the_constructor(of: Case, result: Any) -> None:
    """`prefix`, `name` and `nan_policy` in the constructor."""
    model = of.model(prefix="a_", name="mine", nan_policy="omit")
    assert (model.prefix, model.nan_policy) == ("a_", "omit")
    assert "mine" in model.name
    same(result, of.fit(model), "a_")


def a_prefix_set_later(of: Case, result: Any) -> None:
    """`model.prefix = …` afterwards."""
    model = of.model()
    model.prefix = "b_"
    same(result, of.fit(model), "b_")


def hints_and_values(of: Case, result: Any) -> None:
    """Parameter hints; values and attributes as keywords of `make_params`."""
    model = of.model()
    model.set_param_hint(of.asked, value=3.0, max=50.0)
    params = model.make_params(**{of.other: {"value": 0.4, "vary": False}})
    assert (params[of.asked].value, params[of.asked].max) == (3.0, 50.0)
    assert (params[of.other].value, params[of.other].vary) == (0.4, False)


def values_as_keywords_of_fit(of: Case, result: Any) -> None:
    """Values and `Parameter` objects as keywords of `fit`."""
    best = result.params[of.asked].value
    same(result, of.fit(**{of.asked: best * 1.01}))
    found = of.fit(**{of.asked: lmfit.Parameter(of.asked, value=best, vary=False)})
    assert found.params[of.asked].value == best


def guess_by_position(of: Case, result: Any) -> None:
    """`guess(data, …)`, settings by position or by name."""
    found = of.model().guess(of.data, *of.settings.values())
    assert found[of.asked].value == of.start()[of.asked].value


def nan_policies(of: Case, result: Any) -> None:
    """`nan_policy` "raise" and "omit", of the model and of the fit."""
    data = np.append(of.data, np.nan)
    settings = {name: np.append(values, values[-1:]) for name, values in of.settings.items()}
    weights = np.append(of.weights, of.weights[-1:])
    options = {"weights": weights, "scale_covar": False, **settings}
    same(result, of.model().fit(data, of.start(), nan_policy="omit", **options))
    same(result, of.model(nan_policy="omit").fit(data, of.start(), **options))
    with pytest.raises(ValueError, match="NaN"):
        of.model().fit(data, of.start(), **options)


def series_in_another_order(of: Case, result: Any) -> None:
    """Pandas Series are aligned by their index."""
    place = np.random.default_rng(1).permutation(ROWS)
    settings = {name: pd.Series(values[place], index=place) for name, values in of.settings.items()}
    found = of.model().fit(pd.Series(of.data), of.start(), weights=of.weights, scale_covar=False, **settings)
    same(result, found)


def a_missing_setting(of: Case, result: Any) -> None:
    """A missing independent variable is named."""
    name, *_ = of.settings
    settings = {key: values for key, values in of.settings.items() if key != name}
    with pytest.raises(ValueError, match=f"{name}"):
        of.model().fit(of.data, of.start(), weights=of.weights, **settings)
    with pytest.raises(TypeError, match="missing"):
        of.model().eval(of.start(), **settings)


def composites(of: Case, result: Any) -> None:
    """Composites by operators; `eval_components`, `eval_uncertainty`."""
    part = held_factor(of)
    for model in (of.model() * part, of.model() / part):
        params = model.make_params()
        for name, parameter in of.start().items():
            if parameter.expr is None:
                params[name].set(value=parameter.value, vary=parameter.vary)
        found = of.fit(model, params)
        same(result, found)
        assert set(result.params) <= set(found.params)
        assert set(found.eval_components()) == {of.model()._name, "factor"}
        assert found.eval_uncertainty() == pytest.approx(result.eval_uncertainty(), rel=2e-2)  # lmfit uses Student's t


def expressions(of: Case, result: Any) -> None:
    """`expr` between parameters, with errors through it."""
    params = of.start()
    params.add("copied", value=params[of.asked].value, min=params[of.asked].min, max=params[of.asked].max)
    params[of.asked].set(expr="2 * copied")
    found = of.fit(params=params)
    assert found.params[of.asked].value == pytest.approx(result.params[of.asked].value, rel=1e-4)
    assert found.params[of.asked].stderr == pytest.approx(result.params[of.asked].stderr, rel=1e-2)
    assert found.params["copied"].stderr == pytest.approx(result.params[of.asked].stderr / 2, rel=1e-2)


def errors_with_their_scale(of: Case, result: Any) -> None:
    """`scale_covar`, `uvars`."""
    found = of.fit(scale_covar=True)
    ratio = found.params[of.asked].stderr / result.params[of.asked].stderr
    assert ratio == pytest.approx(np.sqrt(result.redchi), rel=1e-3)
    for one in (found, result):
        assert one.uvars[of.asked].s == pytest.approx(one.params[of.asked].stderr, rel=1e-6)


def fitted_again(of: Case, result: Any) -> None:
    """`result.fit()` again, with other data or weights."""
    found = of.fit()
    found.fit()
    same(result, found)
    found.fit(data=of.data, weights=2.0 * of.weights)
    assert found.params[of.asked].stderr < result.params[of.asked].stderr


def profiles(of: Case, result: Any) -> None:
    """`conf_interval`."""
    found = copy.deepcopy(result).conf_interval(p_names=[of.asked], sigmas=[1])[of.asked]
    low, _, high = (value for _, value in found)
    size = 1.0 if isinstance(result, LikelihoodResult) else np.sqrt(result.redchi)  # lmfit takes that from the scatter
    assert (high - low) / 2 == pytest.approx(size * result.params[of.asked].stderr, rel=0.1)


def other_methods(of: Case, result: Any) -> None:
    """`method`: least_squares, nelder, powell, with errors."""
    for method in ("least_squares", "nelder", "powell"):
        found = of.fit(params=copy.deepcopy(result.params), method=method)
        assert found.chisqr == pytest.approx(result.chisqr, rel=1e-3)
        if isinstance(result, LikelihoodResult) or method == "least_squares":  # lmfit needs a package more for others
            assert found.params[of.asked].stderr == pytest.approx(result.params[of.asked].stderr, rel=0.05)


def limits_and_callbacks(of: Case, result: Any) -> None:
    """`max_nfev`, `iter_cb`."""
    seen: list[int] = []
    of.fit(iter_cb=lambda params, i, residual, *args, **kws: seen.append(i))
    assert seen
    assert of.fit(max_nfev=3).aborted
    assert of.fit(iter_cb=lambda params, i, residual, *args, **kws: i > 2).aborted


def reports(of: Case, result: Any) -> None:
    """`fit_report`, `summary`, the table of a notebook."""
    assert of.asked in result.fit_report()
    assert result.summary()["ndata"] == ROWS
    assert of.asked in result._repr_html_()


def copies(of: Case, result: Any) -> None:
    """`deepcopy` and pickle of models and results."""
    for found in (copy.deepcopy(result), pickle.loads(pickle.dumps(result))):  # noqa: S301 - our own bytes
        same(result, found)
        found.fit()
        same(result, found)
    for model in (copy.deepcopy(result.model), pickle.loads(pickle.dumps(result.model))):  # noqa: S301 - our own bytes
        same(result, of.fit(model))


def one_datum(of: Case, result: Any) -> None:
    """One data point."""
    params = copy.deepcopy(result.params)
    for name in result.var_names:
        params[name].vary = name == of.asked
    settings = {name: values[:1] for name, values in of.settings.items()}
    found = of.model().fit(of.data[:1], params, weights=of.weights[:1], scale_covar=False, **settings)
    assert found.best_fit == pytest.approx(of.data[:1], rel=1e-3)


def pairs_of_profiles(of: Case, result: Any) -> None:
    """`conf_interval2d`."""
    start = copy.deepcopy(result)
    x, y, probability = lmfit.conf_interval2d(start, start, of.asked, of.other, 5, 5)
    assert probability.shape == (5, 5)
    assert x[2] == pytest.approx(result.params[of.asked].value, rel=1e-6)
    assert y[2] == pytest.approx(result.params[of.other].value, rel=1e-6)
    assert probability[2, 2] == pytest.approx(0.0, abs=1e-3)
    assert probability[0, 0] > 0.9


def stored_and_read(of: Case, result: Any) -> None:
    """`save_model`, `save_modelresult` and their readers (`stfit.load_model`, `stfit.load_modelresult`)."""
    ours = isinstance(result, LikelihoodResult)
    with TemporaryDirectory() as folder:
        file = str(Path(folder) / "saved")
        save_model(of.model(prefix="a_"), file)
        again = stfit.load_model(file) if ours else load_model(file)
        assert again.prefix == "a_"
        save_modelresult(result, file)
        stored = stfit.load_modelresult(file) if ours else load_modelresult(file)
    same(result, stored)


FEATURES: Final = (
    keywords_of_the_constructor,
    a_prefix_set_later,
    hints_and_values,
    values_as_keywords_of_fit,
    guess_by_position,
    nan_policies,
    series_in_another_order,
    a_missing_setting,
    composites,
    expressions,
    errors_with_their_scale,
    fitted_again,
    profiles,
    pairs_of_profiles,
    other_methods,
    limits_and_callbacks,
    reports,
    copies,
    stored_and_read,
    one_datum,
)


# the methods that lmfit offers for parameters with bounds (the others ask for derivatives), with short runs of each
BOUNDED: Final[Mapping[str, Mapping[str, Any]]] = {
    "leastsq": {},
    "least_squares": {},
    "nelder": {},
    "lbfgsb": {},
    "powell": {},
    "cg": {},
    "bfgs": {},
    "cobyla": {},
    "tnc": {},
    "slsqp": {},
    "trust-constr": {},
    "differential_evolution": {"popsize": 5, "seed": 1},
    "basinhopping": {"niter": 2},
    "dual_annealing": {"maxfun": 400, "seed": 1},
    "ampgo": {"totaliter": 2},
    "shgo": {"n": 16},
    "brute": {"Ns": 15},
    "emcee": {"steps": 150, "nwalkers": 12, "burn": 50, "seed": 1, "progress": False},
}
SAMPLED: Final = ("brute", "emcee")  # whose values are those of a grid or of a median


def bounded_methods(of: Case, result: Any) -> None:
    """Every `method` that takes bounds: leastsq, least_squares, scalar, global, brute and emcee."""
    for method, options in BOUNDED.items():
        params = copy.deepcopy(result.params)
        for name in result.var_names:
            params[name].vary = name == of.asked
        value, error = params[of.asked].value, params[of.asked].stderr
        params[of.asked].set(value=value + error, min=value - 4 * error, max=value + 5 * error)
        found = of.fit(params=params, method=method, fit_kws=dict(options))
        within = error if method in SAMPLED else 0.02 * error
        assert found.params[of.asked].value == pytest.approx(value, abs=within), method


def row(feature: Callable[[Case, Any], None]) -> list[str]:
    """A feature in words, and whether each model has it."""
    words = str(feature.__doc__).removesuffix(".")
    return [words, *("✓" if _has(feature, name) else "–" for name in NAMES)]


def _has(feature: Callable[[Case, Any], None], name: str) -> bool:
    try:
        feature(case(name), fitted(name))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what the table shows
        sys.stderr.write(f"{name}, {feature.__name__}: {type(error).__name__}: {error}\n")
        return False
    return True


def table() -> str:
    """The table of docs/reference/lmfit-models.md."""
    head = ["feature", "GaussianModel", "DwellTimeModel", "CriticalCurrentModel", "FluctuationModel"]
    rows = [head, ["---"] * len(head), *(row(feature) for feature in (*FEATURES, bounded_methods))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with redirect_stdout(sys.stderr):  # emcee prints that a chain is short
        text = table()
    sys.stdout.write(text + "\n")
