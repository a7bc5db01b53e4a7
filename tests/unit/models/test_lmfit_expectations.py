"""What lmfit expects of any Model, asked of Eqs. 27, 28 and 32 and of lmfit's GaussianModel beside them."""

from __future__ import annotations

import copy
import operator
import pickle
import re
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import lmfit
import numpy as np
import pytest
from lmfit.model import CompositeModel, load_model, load_modelresult, save_model, save_modelresult

import stfit
from stfit import DwellTimeModel, FluctuationModel
from stfit.errors import InputError
from stfit.models.likelihood_model import LawComposite
from tests.lmfit_features import (
    FEATURES,
    NAMES,
    OURS,
    ROWS,
    Case,
    bounded_methods,
    case,
    factor,
    fitted,
    held_factor,
    same,
)

TABLE: Final = Path(__file__).parents[3] / "docs" / "reference" / "lmfit-models.md"


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_what_lmfit_expects(name: str, feature: Callable[[Case, Any], None]) -> None:
    feature(case(name), fitted(name))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:delta_grad == 0.0:UserWarning")  # SciPy's trust-constr at the optimum
@pytest.mark.parametrize("name", NAMES)
def test_every_method_that_takes_bounds_finds_the_optimum(name: str) -> None:
    bounded_methods(case(name), fitted(name))


def test_the_table_of_the_reference_has_every_feature() -> None:
    rows = TABLE.read_text(encoding="utf-8").splitlines()
    for feature in (*FEATURES, bounded_methods):
        words = str(feature.__doc__).removesuffix(".")
        assert f"| {words} | ✓ | ✓ | ✓ | ✓ |" in rows


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
    held = lmfit.Parameter("beta", value=0.3, vary=True, max=0.4)
    given = model.guess(of.data, **of.settings, beta=held)
    assert (given["a_beta"].value, given["a_beta"].max, given["a_beta"].vary) == (0.3, 0.4, True)
    found = of.fit(**{of.other: {"value": fitted(name).params[of.other].value, "vary": False}})
    assert of.other not in found.var_names


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
