"""What lmfit expects of any Model, asked of Eqs. 27, 28 and 32 and of lmfit's GaussianModel beside them."""

from __future__ import annotations

import copy
import operator
import pickle
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import lmfit
import numpy as np
import pandas as pd
import pytest
from lmfit.model import CompositeModel, load_model, load_modelresult, save_model, save_modelresult
from lmfit.models import GaussianModel

import stfit
from stfit import CriticalCurrentModel, DwellTimeModel, FluctuationModel
from stfit.errors import InputError
from stfit.models.likelihood_model import LawComposite
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
    model = of.model(prefix="a_", name="mine", nan_policy="omit")
    assert (model.prefix, model.nan_policy) == ("a_", "omit")
    assert "mine" in model.name
    same(result, of.fit(model), "a_")


def a_prefix_set_later(of: Case, result: Any) -> None:
    model = of.model()
    model.prefix = "b_"
    same(result, of.fit(model), "b_")


def hints_and_values(of: Case, result: Any) -> None:
    model = of.model()
    model.set_param_hint(of.asked, value=3.0, max=50.0)
    params = model.make_params(**{of.other: {"value": 0.4, "vary": False}})
    assert (params[of.asked].value, params[of.asked].max) == (3.0, 50.0)
    assert (params[of.other].value, params[of.other].vary) == (0.4, False)


def values_as_keywords_of_fit(of: Case, result: Any) -> None:
    best = result.params[of.asked].value
    same(result, of.fit(**{of.asked: best * 1.01}))
    found = of.fit(**{of.asked: lmfit.Parameter(of.asked, value=best, vary=False)})
    assert found.params[of.asked].value == best


def guess_by_position(of: Case, result: Any) -> None:
    found = of.model().guess(of.data, *of.settings.values())
    assert found[of.asked].value == of.start()[of.asked].value


def nan_policies(of: Case, result: Any) -> None:
    data = np.append(of.data, np.nan)
    settings = {name: np.append(values, values[-1:]) for name, values in of.settings.items()}
    weights = np.append(of.weights, of.weights[-1:])
    options = {"weights": weights, "scale_covar": False, **settings}
    same(result, of.model().fit(data, of.start(), nan_policy="omit", **options))
    same(result, of.model(nan_policy="omit").fit(data, of.start(), **options))
    with pytest.raises(ValueError, match="NaN"):
        of.model().fit(data, of.start(), **options)


def series_in_another_order(of: Case, result: Any) -> None:
    place = np.random.default_rng(1).permutation(ROWS)
    settings = {name: pd.Series(values[place], index=place) for name, values in of.settings.items()}
    found = of.model().fit(pd.Series(of.data), of.start(), weights=of.weights, scale_covar=False, **settings)
    same(result, found)


def a_missing_setting(of: Case, result: Any) -> None:
    name, *_ = of.settings
    settings = {key: values for key, values in of.settings.items() if key != name}
    with pytest.raises(ValueError, match=f"{name}"):
        of.model().fit(of.data, of.start(), weights=of.weights, **settings)
    with pytest.raises(TypeError, match="missing"):
        of.model().eval(of.start(), **settings)


def composites(of: Case, result: Any) -> None:
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
    params = of.start()
    params.add("copied", value=params[of.asked].value, min=params[of.asked].min, max=params[of.asked].max)
    params[of.asked].set(expr="2 * copied")
    found = of.fit(params=params)
    assert found.params[of.asked].value == pytest.approx(result.params[of.asked].value, rel=1e-4)
    assert found.params[of.asked].stderr == pytest.approx(result.params[of.asked].stderr, rel=1e-2)
    assert found.params["copied"].stderr == pytest.approx(result.params[of.asked].stderr / 2, rel=1e-2)


def errors_with_their_scale(of: Case, result: Any) -> None:
    found = of.fit(scale_covar=True)
    ratio = found.params[of.asked].stderr / result.params[of.asked].stderr
    assert ratio == pytest.approx(np.sqrt(result.redchi), rel=1e-3)
    for one in (found, result):
        assert one.uvars[of.asked].s == pytest.approx(one.params[of.asked].stderr, rel=1e-6)


def fitted_again(of: Case, result: Any) -> None:
    found = of.fit()
    found.fit()
    same(result, found)
    found.fit(data=of.data, weights=2.0 * of.weights)
    assert found.params[of.asked].stderr < result.params[of.asked].stderr


def profiles(of: Case, result: Any) -> None:
    found = copy.deepcopy(result).conf_interval(p_names=[of.asked], sigmas=[1])[of.asked]
    low, _, high = (value for _, value in found)
    size = 1.0 if isinstance(result, LikelihoodResult) else np.sqrt(result.redchi)  # lmfit takes that from the scatter
    assert (high - low) / 2 == pytest.approx(size * result.params[of.asked].stderr, rel=0.1)


def other_methods(of: Case, result: Any) -> None:
    for method in ("least_squares", "nelder", "powell"):
        found = of.fit(params=copy.deepcopy(result.params), method=method)
        assert found.chisqr == pytest.approx(result.chisqr, rel=1e-3)
        if isinstance(result, LikelihoodResult) or method == "least_squares":  # lmfit needs a package more for others
            assert found.params[of.asked].stderr == pytest.approx(result.params[of.asked].stderr, rel=0.05)


def limits_and_callbacks(of: Case, result: Any) -> None:
    seen: list[int] = []
    of.fit(iter_cb=lambda params, i, residual, *args, **kws: seen.append(i))
    assert seen
    assert of.fit(max_nfev=3).aborted
    assert of.fit(iter_cb=lambda params, i, residual, *args, **kws: i > 2).aborted


def reports(of: Case, result: Any) -> None:
    assert of.asked in result.fit_report()
    assert result.summary()["ndata"] == ROWS
    assert of.asked in result._repr_html_()


def copies(of: Case, result: Any) -> None:
    for found in (copy.deepcopy(result), pickle.loads(pickle.dumps(result))):  # noqa: S301 - our own bytes
        same(result, found)
        found.fit()
        same(result, found)
    for model in (copy.deepcopy(result.model), pickle.loads(pickle.dumps(result.model))):  # noqa: S301 - our own bytes
        same(result, of.fit(model))


def one_datum(of: Case, result: Any) -> None:
    params = copy.deepcopy(result.params)
    for name in result.var_names:
        params[name].vary = name == of.asked
    settings = {name: values[:1] for name, values in of.settings.items()}
    found = of.model().fit(of.data[:1], params, weights=of.weights[:1], scale_covar=False, **settings)
    assert found.best_fit == pytest.approx(of.data[:1], rel=1e-3)


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
    other_methods,
    limits_and_callbacks,
    reports,
    copies,
    one_datum,
)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_what_lmfit_expects(name: str, feature: Callable[[Case, Any], None]) -> None:
    feature(case(name), fitted(name))


# --- what lmfit's Model does otherwise, since it does not know the likelihood ---------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_models_and_results_are_stored(name: str, tmp_path: Path) -> None:
    of, result, file = case(name), fitted(name), str(tmp_path / "saved")
    composite = of.model(prefix="a_") * held_factor(of)
    for model in (of.model(prefix="a_"), composite):
        save_model(model, file)
        again = stfit.load_model(file, {"factor": factor})
        assert type(again) is type(model)
        same(result, of.fit(again, started_like(of.start(), again)), "a_")
        with pytest.raises(TypeError, match=r"stfit\.load_model"):
            load_model(file, {"factor": factor})
    save_modelresult(result, file)
    stored = stfit.load_modelresult(file)
    same(result, stored)
    assert stored.params["c_P"].stderr == pytest.approx(result.params["c_P"].stderr, rel=1e-9)
    assert 'c_P_of\\"' not in Path(file).read_text(encoding="utf-8")  # no function of ours is stored as code
    with pytest.raises(TypeError, match=r"stfit\.load_modelresult"):
        load_modelresult(file)


def times(left: Any, right: Any) -> Any:
    return left * right


def test_a_composite_by_a_function_keeps_all_that_it_has(tmp_path: Path) -> None:
    of, file = case("critical"), str(tmp_path / "saved")
    functions: dict[str, Callable[..., Any]] = {"factor": factor, "times": times}
    model = LawComposite(of.model(prefix="a_"), held_factor(of), times, nan_policy="omit", name="mine")
    model.set_param_hint("a_beta", value=0.4)
    save_model(model, file)
    for again in (stfit.load_model(file, functions), pickle.loads(pickle.dumps(model))):  # noqa: S301 - our own bytes
        assert (again.nan_policy, again._name) == ("omit", "mine")
        assert again.make_params()["a_beta"].value == 0.4
        same(fitted("critical"), of.fit(again, started_like(of.start(), again)), "a_")
    for missing in functions:
        with pytest.raises(ValueError, match=f"funcdefs: expected the function '{missing}'"):
            stfit.load_model(file, {name: function for name, function in functions.items() if name != missing})
    model.op = partial(times)
    with pytest.raises(TypeError, match="a function with a name"):
        model.dumps()


def test_a_function_in_an_expression_is_given_again(tmp_path: Path) -> None:
    of, file = case("critical"), str(tmp_path / "saved")
    params = of.start()
    params._asteval.symtable["twice"] = twice
    params.add("theta_twice", expr="twice(theta_0)")
    result = of.fit(params=params)
    save_modelresult(result, file)
    with pytest.raises(ValueError, match="funcdefs: expected the function 'twice'"):
        stfit.load_modelresult(file)
    stored = stfit.load_modelresult(file, {"twice": twice})
    assert stored.params["theta_twice"].stderr == pytest.approx(2 * result.params["theta_0"].stderr, rel=1e-6)


def twice(value: Any) -> Any:
    return 2.0 * value


def test_nothing_in_a_file_is_executed(tmp_path: Path) -> None:
    of, file, ran = case("critical"), tmp_path / "saved", tmp_path / "ran"
    save_model(of.model(prefix="a_") * held_factor(of), str(file))
    bytes_of = b64encode(pickle.dumps(_Touch(ran))).decode()
    content = file.read_text(encoding="utf-8")
    code = re.search(r'"value": "([A-Za-z0-9+/=]{40,})"', content)
    assert code
    file.write_text(re.sub(r'"importer": "[^"]*"', '"importer": "nowhere"', content.replace(code[1], bytes_of)))
    stfit.load_model(file, {"factor": factor})
    assert not ran.exists()
    with pytest.raises(TypeError, match=r"stfit\.load_model"):
        load_model(str(file), {"factor": factor})
    assert ran.exists()  # lmfit's own reader does


class _Touch:
    """What makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("read", [stfit.load_model, stfit.load_modelresult])
@pytest.mark.parametrize("content", [None, "", "[1]", '{"a": 1}', "\xff", "[" * 100_000, "state,current\n", "folder"])
def test_a_foreign_file_is_named(read: Callable[[Path], Any], content: str | None, tmp_path: Path) -> None:
    file = tmp_path / "saved.json"
    if content == "folder":
        file.mkdir()
    elif content is not None:
        file.write_bytes(content.encode("latin-1"))
    with pytest.raises(InputError, match=r"saved\.json: expected a \w+ that lmfit's save_\w+ wrote; found "):
        read(file)


def test_a_model_is_no_result(tmp_path: Path) -> None:
    file = tmp_path / "saved.json"
    save_model(case("dwell").model(), str(file))
    with pytest.raises(InputError, match="a result that lmfit's save_modelresult wrote"):
        stfit.load_modelresult(file)
    save_modelresult(fitted("dwell"), str(file))
    with pytest.raises(InputError, match="a model that lmfit's save_model wrote"):
        stfit.load_model(file)


def started_like(params: lmfit.Parameters, model: Any) -> lmfit.Parameters:
    """The parameters of a model with prefix "a_" at the starts of those without."""
    started = model.make_params()
    for name, parameter in params.items():
        if parameter.expr is None:
            started[f"a_{name}"].set(value=parameter.value, vary=parameter.vary)
    return started


@pytest.mark.parametrize("name", OURS)
def test_statistics_are_those_of_a_known_variance(name: str) -> None:
    of, result = case(name), fitted(name)
    assert result.aic == pytest.approx(result.chisqr + 2 * result.nvarys)
    assert result.bic == pytest.approx(result.chisqr + np.log(ROWS) * result.nvarys)
    band = result.eval_uncertainty()
    spread = result.best_fit / of.weights if name == "dwell" else 1 / of.weights
    assert result.dely_predicted == pytest.approx(np.hypot(band, spread), rel=1e-9)


@pytest.mark.parametrize("name", OURS)
def test_a_constant_set_free_leaves_what_it_cannot_change(name: str) -> None:
    of, result = case(name), fitted(name)
    params = of.start()
    params["beta"].vary = True
    free = of.fit(params=params)
    assert free.params["l_over_L"].stderr is None
    assert free.params["beta"].stderr is None
    assert np.isnan(free.uvars["beta"].s)
    for known in ("theta_0", "c_P"):
        assert free.params[known].stderr == pytest.approx(result.params[known].stderr, rel=1e-4)
    assert free.eval_uncertainty() == pytest.approx(result.eval_uncertainty(), rel=1e-3)


@pytest.mark.parametrize("name", OURS)
def test_without_weights_the_scatter_gives_the_size_of_errors(name: str) -> None:
    of = case(name)
    if name == "dwell":
        with pytest.raises(ValueError, match="root of the number of dwells"):
            of.fit(weights=None)
        return
    found = of.model().fit(of.data, of.start(), **of.settings)
    assert found.params["l_over_L"].stderr == pytest.approx(fitted(name).params["l_over_L"].stderr, rel=0.5)
    assert "scaled by the scatter" in found.fit_report()
    with pytest.raises(ValueError, match="scale_covar=False"):
        of.fit(weights=None)
    weighted = copy.deepcopy(found)
    weighted.fit(weights=of.weights)  # nobody chose scale_covar: now weights give the size
    same(fitted(name), weighted)
    stored = copy.deepcopy(found).loads(found.dumps())
    stored.fit(weights=of.weights)
    assert stored.scale_covar is False
    stored.fit(scale_covar=True)
    stored.fit(weights=2.0 * of.weights)  # somebody chose it
    assert stored.scale_covar is True


@pytest.mark.parametrize("name", OURS)
def test_a_row_without_a_setting_is_left_out_too(name: str) -> None:
    of = case(name)
    word = next(key for key in ("state", "transition") if key in of.settings)
    settings = {key: np.append(values, values[-1:]) for key, values in of.settings.items()}
    settings[word] = np.append(of.settings[word], np.array([None], dtype=object))
    data, weights = np.append(of.data, 1.0), np.append(of.weights, 1.0)
    found = of.model().fit(data, of.start(), weights=weights, nan_policy="omit", **settings)
    same(fitted(name), found)
    with pytest.raises(ValueError, match=r"is 'P"):
        of.model().fit(data, of.start(), weights=weights, **settings)


def test_one_state_determines_its_own_parameters_alone() -> None:
    of = case("dwell")
    kept = of.settings["state"] == "P"
    settings = {name: values[kept] for name, values in of.settings.items()}
    found = of.model().fit(of.data[kept], of.start(), weights=of.weights[kept], **settings)
    for name in ("l_over_L", "theta_0", "E_AP", "slope_AP"):
        assert found.params[name].stderr is None, name
    for name in ("ln_tau_0", "E_P", "slope_P"):
        assert found.params[name].stderr > 0.0, name


def test_a_law_behind_a_model_of_lmfit_is_refused() -> None:
    of = case("critical")
    settings = {"delta_R": of.settings["delta_R"], "transition": np.tile([0.0, 1.0], ROWS // 2), "barrier": None}
    model = of.model()
    behind = CompositeModel(held_factor(of), model, operator.mul)
    with pytest.raises(ValueError, match="write the law first"):
        behind.fit(of.data, held_factor(of).make_params() + of.start(), weights=of.weights, **settings)
    first = held_factor(of) * model  # a plain Model gives way
    same(fitted("critical"), of.fit(first, held_factor(of).make_params() + of.start()))


@pytest.mark.parametrize("name", OURS)
def test_a_misspelt_keyword_is_refused(name: str) -> None:
    of, model = case(name), case(name).model(prefix="a_")
    with pytest.raises(TypeError, match="found 'weight'"):
        of.fit(weight=1.0)
    with pytest.raises(TypeError, match="found 'bet'"):
        model.guess(of.data, a_bet=0.3, **of.settings)
    with pytest.raises(TypeError, match="found 'c_P'"):  # it follows from others
        model.make_params(c_P=1.0)
    with pytest.raises(TypeError, match="found 'temp'"):
        copy.copy(fitted(name)).fit(temp=295.0)
    for known in ("beta", "a_beta"):
        given = model.guess(of.data, **of.settings, **{known: {"value": 0.3, "max": 0.4}})
        assert (given["a_beta"].value, given["a_beta"].max) == (0.3, 0.4)


@pytest.mark.parametrize("name", OURS)
def test_an_unknown_convention_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="convention: expected one of 'consistent', 'printed'; found 'printd'"):
        case(name).model(convention="printd")


@pytest.mark.parametrize("name", OURS)
def test_rows_that_are_no_numbers_are_counted(name: str) -> None:
    of = case(name)
    number = next(key for key in ("current", "delta_R") if key in of.settings)
    for column in ("data", "weights", number):
        rows = {"data": of.data, "weights": of.weights, **of.settings}
        rows[column] = np.append(rows[column][2:], [np.nan, np.inf])
        with pytest.raises(ValueError, match=f"{column}: expected numbers; found NaN or infinity in 2 of {ROWS} rows"):
            of.model().fit(params=of.start(), **rows)
    if name == "dwell":
        with pytest.raises(ValueError, match="data: expected mean dwell times above 0 s; found -1 among 2 of 24 rows"):
            of.model().fit(np.append(of.data[2:], [0.0, -1.0]), of.start(), weights=of.weights, **of.settings)


def test_laws_of_other_data_are_no_composite() -> None:
    with pytest.raises(ValueError, match="scatter differently"):
        DwellTimeModel(prefix="a_") + FluctuationModel(prefix="b_")
