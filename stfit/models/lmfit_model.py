"""The adapter between the law and lmfit: what the models of Eqs. 27, 28 and 32 have in common."""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from types import ModuleType
from typing import Any, ClassVar, final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.derivatives import value_of
from stfit.models.fit_rows import Coders, FitRows
from stfit.models.likelihood_model import LikelihoodModel
from stfit.models.parameters import Parameter
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.models.stored_state import STORED, law_state
from stfit.models.varied import Varied

Array = npt.NDArray[np.float64]
Coordinates = Mapping[str, Any]  # of a fit, by name: floats, arrays or Jets


class LawModel(LikelihoodModel):
    """A law as an lmfit model, whose parameters are the coordinates of `PARAMETERS`.

    A subclass gives `predicted`, `as_data`, `derived_at`, `start`, its noise, and what its keywords are.

    Parameters
    ----------
    law : SpinTransferLaw
        What predicts the data.
    fitted : iterable of Parameter
        The parameters of the fit, in order.
    settings : iterable of str
        The independent variables.
    title : str
        What lmfit calls the model where no `name` is given.
    keywords : mapping of str to object
        Those of the constructor, from which the model is made again; prefix, name and nan_policy among them.
    """

    coders: ClassVar[Coders]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        STORED[cls.__name__] = cls

    def __init__(
        self,
        law: SpinTransferLaw,
        fitted: Iterable[Parameter],
        settings: Iterable[str],
        title: str,
        keywords: Mapping[str, Any],
    ) -> None:
        self.law = law
        self.fitted = tuple(fitted)
        self.coordinates = tuple(p.coordinate for p in self.fitted)
        self.keywords = {key: value for key, value in keywords.items() if key not in ("prefix", "name", "nan_policy")}
        names = tuple(settings)
        super().__init__(
            _Evaluation(self, names),
            independent_vars=list(names),
            param_names=list(self.coordinates),
            nan_policy=keywords.get("nan_policy", "raise"),
            prefix=keywords.get("prefix", ""),
            name=keywords.get("name") or title,
        )
        self._last: tuple[tuple[float, ...], dict[str, float]] = ((), {})
        at_start = self.quantities({p.coordinate: p.start for p in self.fitted})
        self.derived_names = tuple(self.derived_at(at_start))

    # --- what a model is ------------------------------------------------------------------------------------------

    @abstractmethod
    def predicted(self, coordinates: Coordinates, settings: Mapping[str, Any]) -> Any:
        """What the law predicts at each setting, in the terms in which it has errors; an array or a Jet."""

    @abstractmethod
    def as_data(self, prediction: Any) -> Any:
        """The prediction in the unit of the data; an array or a Jet."""

    @abstractmethod
    def derived_at(self, quantities: Mapping[str, Any]) -> dict[str, Any]:
        """What follows from the parameters (SI), by name."""

    @abstractmethod
    def start(self, rows: FitRows, params: lmfit.Parameters) -> dict[str, float]:
        """Coordinates near the best fit, by name; params: where they stand, of which those unmeasured may be held."""

    def scattered(self, prediction: Any) -> Any:
        """The prediction in the terms of the noise: those of the data, unless a subclass says otherwise."""
        return self.as_data(prediction)

    def guess(self, data: Any, *settings: Any, weights: Any = None, **kwargs: Any) -> lmfit.Parameters:
        """Parameters to start from, found from the data.

        Parameters
        ----------
        data : array or pandas Series, shape (rows,)
            What was measured; rows that are NaN are left out.
        *settings
            The independent variables in their order, or by name, as fit() takes them.
        weights : array, Series or number, optional
            As fit() takes them.
        **kwargs
            Values of parameters that are known, as make_params() takes them.

        Returns
        -------
        lmfit.Parameters
            With starts, bounds, and what is derived.

        Raises
        ------
        ValueError
            If a setting is missing, or does not go with the data.
        TypeError
            If a keyword is no setting and no parameter of the fit.
        """
        if len(settings) > len(self.independent_vars):
            raise TypeError(f"{self._name}: expected {', '.join(self.independent_vars)}; found {len(settings)} of them")
        named = dict(zip(self.independent_vars, settings, strict=False))
        named |= {name: kwargs.pop(name) for name in self.independent_vars if name in kwargs}
        params = self.make_params(**kwargs)
        given = {self._strip_prefix(name) for name in kwargs}
        own = self.own(params)
        for name, value in self.start(self.rows(data, weights, named, "omit"), params).items():
            if name not in given and own[name].expr is None:
                own[name].set(value=value)
        return params

    # --- what lmfit needs of it -----------------------------------------------------------------------------------

    def start_at(self, constants: Mapping[str, float], held: Iterable[str]) -> None:
        """Set bounds and starts: constants (SI) where they are known, with those and `held` not varied."""
        fixed = set(held)
        for p in self.fitted:
            start = p.coordinate_of(constants[p.name]) if p.name in constants else p.start
            vary = not (p.constant or p.name in fixed)
            self.set_param_hint(p.coordinate, value=start, min=p.lower, max=p.upper, vary=vary)

    def quantities(self, coordinates: Coordinates) -> dict[str, Any]:
        """The public quantities (SI) at the coordinates of a fit."""
        return {p.name: p.quantity(coordinates[p.coordinate]) for p in self.fitted}

    def quantities_at(self, params: lmfit.Parameters) -> dict[str, float]:
        """The public quantities (SI) where parameters stand."""
        return self.quantities({name: parameter.value for name, parameter in self.own(params).items()})

    def own(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The coordinates among parameters by name, without the prefix."""
        return {name: params[f"{self.prefix}{name}"] for name in self.coordinates}

    def add_derived(self, params: lmfit.Parameters) -> None:
        """Add what is derived from the coordinates, as expressions."""
        params._asteval.symtable.update(self.own_symbols())
        for name in self.derived_names:
            params.add(f"{self.prefix}{name}", expr=self._expression(name))

    def own_symbols(self) -> dict[str, Any]:
        """The functions in those expressions, by name."""
        return {f"{self.prefix}{name}_of": _Derived(self, name) for name in self.derived_names}

    def _expression(self, name: str) -> str:
        return f"{self.prefix}{name}_of({', '.join(self.prefix + c for c in self.coordinates)})"

    def derived_number(self, name: str, values: tuple[float, ...]) -> float:
        """A derived parameter at coordinates, of which all are computed once."""
        at, found = self._last
        if at != values:
            quantities = self.quantities(dict(zip(self.coordinates, values, strict=True)))
            found = {key: float(value_of(value).item()) for key, value in self.derived_at(quantities).items()}
            self._last = (values, found)
        return found[name]

    def derived_of(self, varied: Varied) -> dict[str, Any]:
        """The derived parameters that the parameters of a fit hold, by name, with derivatives."""
        found = self.derived_at(self.quantities(self._jets(varied)))
        return {full: found[name] for full, name in self.derived_held(varied.params).items()}

    def derived_held(self, params: lmfit.Parameters) -> dict[str, str]:
        """The names of the derived parameters that parameters hold, with the prefix, and without."""
        names = {f"{self.prefix}{name}": name for name in self.derived_names}
        held = {full: name for full, name in names.items() if full in params}
        return {full: name for full, name in held.items() if params[full].expr == self._expression(name)}

    def derived_at_draws(self, params: lmfit.Parameters, draws: Mapping[str, Array]) -> dict[str, Array]:
        """The derived parameters at draws of those that vary, by name; none where a coordinate is an expression."""
        own = self.own(params)
        if any(parameter.expr is not None for parameter in own.values()):
            return {}
        columns = {name: np.atleast_1d(draws.get(p.name, p.value))[:, np.newaxis] for name, p in own.items()}
        found = self.derived_at(self.quantities(columns))
        return {full: np.asarray(found[name])[:, 0] for full, name in self.derived_held(params).items()}

    def _jets(self, varied: Varied) -> dict[str, Any]:
        jets = varied.jets(f"{self.prefix}{name}" for name in self.coordinates)
        return self.own(jets)

    def expected(self, varied: Varied, settings: Mapping[str, Any]) -> Any:
        """What is predicted in the terms of the noise; a Jet of shape (rows,)."""
        return self.scattered(self.predicted(self._jets(varied), settings))

    def jet(self, varied: Varied, settings: Mapping[str, Any]) -> Any:
        """What is predicted in the unit of the data; a Jet of shape (rows,)."""
        return self.as_data(self.predicted(self._jets(varied), settings))

    def _residual(self, params: Any, data: Array, weights: Array, **settings: Any) -> Array:
        values = {name: parameter.value for name, parameter in self.own(params).items()}
        expected = self.scattered(value_of(self.predicted(values, settings)))
        return self.noise.residuals(data, weights, expected)

    def band(self, result: Any, settings: Mapping[str, Any]) -> tuple[Array, Array]:
        """What a fit predicts at settings, and its standard error, in the terms of `predicted`; shape (rows,).

        result: what fit() returned.
        """
        found = self.predicted(self._jets(Varied(result.params, result.var_names, 1)), settings)
        return value_of(found), result.band(found)

    # --- copies and storage ---------------------------------------------------------------------------------------

    def __reduce__(self) -> tuple[Any, ...]:
        keywords = self.keywords | {"prefix": self.prefix, "name": self._name, "nan_policy": self.nan_policy}
        return _made, (type(self), keywords), {"param_hints": deepcopy(self.param_hints)}

    def _get_state(self) -> Any:
        return law_state(self)


def _made(law: type[LawModel], keywords: Mapping[str, Any]) -> LawModel:
    """A model from its keywords."""
    make: Callable[..., LawModel] = law
    return make(**keywords)


@final
class _Evaluation:
    """A law as the function that lmfit evaluates, with a signature of settings and coordinates."""

    def __init__(self, model: LawModel, settings: tuple[str, ...]) -> None:
        self.model, self.settings = model, settings
        self.__name__ = type(model).__name__
        kind = inspect.Parameter.KEYWORD_ONLY
        required = inspect.Parameter.empty
        given = [inspect.Parameter(name, kind, default=model.defaults.get(name, required)) for name in settings]
        fitted = [inspect.Parameter(name, kind) for name in model.coordinates]
        self.__signature__ = inspect.Signature([*given, *fitted])

    def __call__(self, **values: Any) -> Array:
        """The prediction in the unit of the data, shape (rows,)."""
        needed = [*(name for name in self.settings if name not in self.model.defaults), *self.model.coordinates]
        missing = [name for name in needed if name not in values]
        if missing:
            raise TypeError(f"{self.model._name}: expected {', '.join(self.settings)}; {missing[0]} is missing")
        return np.asarray(self.model.as_data(value_of(self.model.predicted(values, values))))


@final
class _Derived:
    """A derived parameter as a function of the coordinates, for the expressions of lmfit."""

    def __init__(self, model: LawModel, name: str) -> None:
        self.model, self.name = model, name
        self.__name__ = f"{name}_of"

    def __call__(self, *values: float) -> float:
        """Its value, SI."""
        return self.model.derived_number(self.name, values)

    def __deepcopy__(self, memo: Any) -> _Derived:
        return self  # nothing in it changes; lmfit copies its parameters at every turn


def drawing() -> ModuleType:
    """The figures of the models."""
    from stfit.models import drawing as figures  # matplotlib, whose import takes longer than most fits

    return figures
