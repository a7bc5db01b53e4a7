"""Laws and their composites as lmfit stores models: a state that JSON holds, and the model that it gives back.

Functions are stored by their names alone and read from `funcdefs`: nothing that a file contains is executed.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import asdict
from typing import Any, Final

import lmfit
from lmfit.jsonutils import decode4js
from lmfit.model import CompositeModel, _buildmodel

from stfit.physics.transport import ChiGmr, CosineGmr, Gmr, TabulatedGmr

Functions = Mapping[str, Callable[..., Any]]

STORED: Final[dict[str, type[lmfit.Model]]] = {}  # laws and their composite, by the name of their class
COMPOSITE: Final = "LawComposite"

_CURVES: Final = {curve.__name__: curve for curve in (CosineGmr, ChiGmr, TabulatedGmr)}
NO_STATE: Final = "expected what lmfit's save_model or save_modelresult wrote; found something else"
_OPERATOR: Final = "operator."  # before the name of a function of that module
_LMFIT: Final = "lmfit."  # before the name of a function of its own
_EXPRESSION: Final = "_eval"  # what lmfit calls the function of an ExpressionModel, which is stored as text

# in place of the function of a law, where lmfit would make a plain Model of it: its message quotes this
_NO_FUNCTION: Final = (
    "a law, of which a plain lmfit Model would lose the likelihood and the derived parameters; "
    "stfit.load_model and stfit.load_modelresult read it"
)


def law_state(model: Any) -> tuple[dict[str, Any], None, None]:
    """The state of a law, in the form of those of lmfit: three parts, of which a single model has the first.

    model: a LawModel. TypeError for a GMR curve that is none of ours.
    """
    keywords = dict(model.keywords)
    if keywords.get("gmr") is not None:
        keywords["gmr"] = _stored_curve(keywords["gmr"])
    own = {"keywords": keywords, "prefix": model.prefix, "name": model._name, "nan_policy": model.nan_policy}
    state = {
        "version": "2",
        "funcname": type(model).__name__,
        "funcdef": _NO_FUNCTION,
        "opts": {},
        "law": own | {"hints": model.param_hints},
    }
    return state, None, None


def composite_state(model: Any) -> tuple[Any, Any, dict[str, Any]]:
    """The state of a LawComposite: those of its parts, and what it has itself. TypeError for a nameless function."""
    name = getattr(model.op, "__name__", None)
    if name is None:
        raise TypeError(f"{model._name}: expected a function with a name to join the models; found {model.op!r}")
    op = _OPERATOR + name if getattr(operator, name, None) is model.op else name
    own = {"op": op, "name": model._name, "nan_policy": model.nan_policy, "hints": model.param_hints}
    return model.left._get_state(), model.right._get_state(), own


def decoded(text: str, **kws: Any) -> Any:
    """What lmfit wrote as JSON, functions by their names; kws: for json.loads."""
    return decode4js(json.loads(text, object_hook=_named, **kws))


def restored(state: Any, funcdefs: Functions | None = None) -> lmfit.Model:
    """The model that has a state.

    Parameters
    ----------
    state : sequence of three
        As a model's `_get_state` gives it, functions by their names.
    funcdefs : mapping of str to callable, optional
        The functions in it, by name: of plain lmfit Models, and those that join two models.

    Returns
    -------
    lmfit.Model
        A law, a composite with a law's likelihood, or what lmfit makes of the state.

    Raises
    ------
    TypeError
        If it is no state.
    ValueError
        If a function is not among `funcdefs`.
    """
    functions = dict(funcdefs or {})
    if not (isinstance(state, list | tuple) and len(state) == 3):
        raise TypeError(NO_STATE)
    left, right, op = state
    if op is not None:
        return _joined(restored(left, functions), restored(right, functions), op, functions)
    if "law" not in left:
        name = left["funcname"]
        if left["funcdef"] != _LMFIT + name and name != _EXPRESSION:
            _function(name, functions)
        return _buildmodel(state, funcdefs=functions)
    own = left["law"]
    keywords = dict(own["keywords"])
    if keywords.get("gmr") is not None:
        keywords["gmr"] = _curve(keywords["gmr"])
    model = STORED[left["funcname"]](**keywords, prefix=own["prefix"], name=own["name"], nan_policy=own["nan_policy"])
    model.param_hints = own["hints"]
    return model


def _joined(left: lmfit.Model, right: lmfit.Model, op: Any, functions: Functions) -> lmfit.Model:
    """Two models joined as they were; op: of a LawComposite what it has itself, else the name of an operator."""
    if isinstance(op, str):
        if op in operator.__all__ and op not in functions:
            joined: lmfit.Model = getattr(operator, op)(left, right)
            return joined
        return CompositeModel(left, right, _function(op, functions))
    function = _function(op["op"], functions)
    model = STORED[COMPOSITE](left, right, function, name=op["name"], nan_policy=op["nan_policy"])
    model.param_hints = op["hints"]
    return model


def _function(name: str, functions: Functions) -> Callable[..., Any]:
    """The function of a name: an operator, or one that is given."""
    plain = name.removeprefix(_OPERATOR)
    if plain != name and plain in operator.__all__:
        found: Callable[..., Any] = getattr(operator, plain)
        return found
    if name not in functions:
        raise ValueError(
            f"funcdefs: expected the function {name!r}, as in funcdefs={{{name!r}: {name}}}, since none is stored; "
            f"found {', '.join(functions) or 'none'}"
        )
    return functions[name]


def _named(entry: dict[str, Any]) -> Any:
    """An entry of JSON; of a function, which lmfit stores as executable bytes, the name alone."""
    if not _is_function(entry):
        return entry
    name = str(entry["__name__"])
    return _LMFIT + name if str(entry.get("importer")).partition(".")[0] == "lmfit" else name


# --- parameters -------------------------------------------------------------------------------------------------------


def without_symbols(params: lmfit.Parameters, own: Iterable[str]) -> lmfit.Parameters:
    """A copy of parameters without the functions that the model brings itself, to be stored."""
    bare = deepcopy(params)
    for parameter in bare.values():
        parameter._delay_asteval = True  # its value stays, with nothing to compute it by
    for name in own:
        bare._asteval.symtable.pop(name, None)
    return bare


def restored_parameters(text: str, own: Functions, functions: Functions) -> lmfit.Parameters:
    """Parameters as lmfit's `dumps` wrote them.

    Parameters
    ----------
    text : str
        The JSON.
    own : mapping of str to callable
        The functions that the model brings.
    functions : mapping of str to callable
        Those of expressions that the user brings.

    Returns
    -------
    lmfit.Parameters
        With values, bounds, errors and expressions.

    Raises
    ------
    ValueError
        If a function is missing.
    """
    stored, params = json.loads(text), lmfit.Parameters()
    symbols = {
        name: _function(name, functions) if _is_function(value) else decode4js(value)
        for name, value in stored["unique_symbols"].items()
        if name not in params._asteval.symtable  # lmfit's own
    }
    entries = [lmfit.Parameter(name="") for _ in stored["params"]]
    for entry, state in zip(entries, stored["params"], strict=True):
        entry.__setstate__(state)
    params.__setstate__({"unique_symbols": symbols | dict(own), "params": entries})
    return params


def _is_function(value: Any) -> bool:
    return isinstance(value, dict) and value.get("__class__") == "Callable"


# --- curves -----------------------------------------------------------------------------------------------------------


def _stored_curve(curve: Gmr) -> dict[str, Any]:
    name = type(curve).__name__
    if not isinstance(curve, tuple(_CURVES.values())):
        raise TypeError(f"a model with a GMR curve {name} of your own cannot be stored as text; pickle keeps it")
    values: Any = curve
    return {"curve": name, "values": asdict(values)}


def _curve(stored: Mapping[str, Any]) -> Gmr:
    curve: Gmr = _CURVES[stored["curve"]](**stored["values"])
    return curve
