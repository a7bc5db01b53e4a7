"""Laws and their composites as lmfit stores models: a state that JSON holds, and the model that it gives back."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import lmfit
from lmfit.model import _buildmodel

from stfit.physics.transport import ChiGmr, CosineGmr, Gmr, TabulatedGmr

LAWS: Final[dict[str, type[lmfit.Model]]] = {}  # that can be stored, by the name of their class

_CURVES: Final = {curve.__name__: curve for curve in (CosineGmr, ChiGmr, TabulatedGmr)}


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
    name = type(model).__name__
    own = {"keywords": keywords, "prefix": model.prefix, "name": model._name, "nan_policy": model.nan_policy}
    state = {
        "version": "2",
        "funcname": name,
        "funcdef": _NO_FUNCTION,
        "opts": {},
        "law": own | {"hints": model.param_hints},
    }
    return state, None, None


def restored(state: Any, funcdefs: Mapping[str, Any] | None = None) -> lmfit.Model:
    """The model that has a state.

    Parameters
    ----------
    state : tuple of three
        As a model's `_get_state` gives it, or the JSON of that decoded.
    funcdefs : mapping of str to callable, optional
        The functions of plain lmfit Models in it, by name.

    Returns
    -------
    lmfit.Model
        A law, a composite with a law's likelihood, or what lmfit makes of the state.
    """
    left, right, op = state
    if op is not None:
        combine = getattr(operator, op)
        return combine(restored(left, funcdefs), restored(right, funcdefs))
    if "law" not in left:
        return _buildmodel(state, funcdefs=None if funcdefs is None else dict(funcdefs))
    own = left["law"]
    keywords = dict(own["keywords"])
    if keywords.get("gmr") is not None:
        keywords["gmr"] = _curve(keywords["gmr"])
    model = LAWS[left["funcname"]](**keywords, prefix=own["prefix"], name=own["name"], nan_policy=own["nan_policy"])
    model.param_hints = own["hints"]
    return model


def _stored_curve(curve: Gmr) -> dict[str, Any]:
    name = type(curve).__name__
    if not isinstance(curve, tuple(_CURVES.values())):
        raise TypeError(f"a model with a GMR curve {name} of your own cannot be stored as text; pickle keeps it")
    values: Any = curve
    return {"curve": name, "values": asdict(values)}


def _curve(stored: Mapping[str, Any]) -> Gmr:
    curve: Gmr = _CURVES[stored["curve"]](**stored["values"])
    return curve
