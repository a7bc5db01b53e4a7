"""lmfit models that keep a likelihood of their own: alone, in composites, fitted again, pickled and stored."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from typing import Any, ClassVar, Final, final

import lmfit
import numpy as np
import numpy.typing as npt
from lmfit.model import CompositeModel

from stfit.models.fit_rows import Coders, FitRows
from stfit.models.lmfit_result import LikelihoodResult
from stfit.models.noise import Noise
from stfit.models.search_parameters import attributes
from stfit.models.stored_state import COMPOSITE, STORED, Functions, composite_state, decoded, restored
from stfit.models.varied import Varied

Array = npt.NDArray[np.float64]

_OPTIONS: Final = ("iter_cb", "calc_covar", "max_nfev")  # of a fit, that lmfit takes as they are
_WITH_DERIVATIVES: Final = frozenset({operator.add, operator.sub, operator.mul, operator.truediv})


class LikelihoodModel(lmfit.Model, ABC):
    """An lmfit model whose data scatter in a way of their own.

    noise: how. defaults: settings that need not be given. A law times, plus, minus or over another model keeps the
    likelihood of the law.
    """

    noise: Noise
    defaults: ClassVar[Mapping[str, Any]] = {}
    param_names: list[str]

    @property
    def laws(self) -> tuple[Any, ...]:
        """The laws in it."""
        return tuple(part for part in self.components if hasattr(part, "coders"))

    @abstractmethod
    def expected(self, varied: Varied, settings: Mapping[str, Any]) -> Any:
        """What is predicted in the terms of the noise; a Jet of shape (rows,)."""

    @abstractmethod
    def jet(self, varied: Varied, settings: Mapping[str, Any]) -> Any:
        """What is predicted in the unit of the data; a Jet of shape (rows,)."""

    def component_jets(self, varied: Varied, settings: Mapping[str, Any]) -> dict[str, Any]:
        """What each component predicts, named as eval_components names them."""
        return {part.prefix or part._name: varied.jet_of(part, settings) for part in self.components}

    def derived_jets(self, varied: Varied) -> dict[str, Any]:
        """The derived parameters of all laws that the parameters hold, by name."""
        return {name: jet for law in self.laws for name, jet in law.derived_of(varied).items()}

    def derived_in(self, params: lmfit.Parameters) -> list[str]:
        """The names of the derived parameters of all laws that parameters hold."""
        return [name for law in self.laws for name in law.derived_held(params)]

    def derived_along(self, params: lmfit.Parameters, draws: Mapping[str, Array]) -> dict[str, Array]:
        """The derived parameters of all laws at draws of those that vary, by name; shape (draws,)."""
        return {name: values for law in self.laws for name, values in law.derived_at_draws(params, draws).items()}

    def symbols(self) -> dict[str, Any]:
        """The functions in the expressions of derived parameters, by name."""
        return {name: function for law in self.laws for name, function in law.own_symbols().items()}

    # --- fitting --------------------------------------------------------------------------------------------------

    def rows(self, data: Any, weights: Any, settings: Mapping[str, Any], nan_policy: str) -> FitRows:
        """The rows of a fit; ValueError names what is missing, is no number, or does not go with the data."""
        for part in self.components:
            optional = getattr(part, "defaults", part.independent_vars_defvals)
            missing = [name for name in part.independent_vars if name not in settings and name not in optional]
            if missing:
                raise ValueError(f"{part._name}: expected {', '.join(part.independent_vars)}; {missing[0]} is missing")
        coders: Coders = {name: coder for law in self.laws for name, coder in law.coders.items()}
        rows = FitRows.of(data, weights, settings, coders, nan_policy)
        self.noise.require_possible(rows.data)
        return rows

    def fit(
        self,
        data: Any,
        params: lmfit.Parameters | None = None,
        weights: Any = None,
        method: Any = "leastsq",
        **options: Any,
    ) -> LikelihoodResult:
        """Fit by maximum likelihood; takes what lmfit's Model.fit takes.

        Parameters
        ----------
        data : array or pandas Series, shape (rows,)
            What was measured.
        params : lmfit.Parameters, optional
            Where to start; default `make_params()`.
        weights : array, Series or number, optional
            √n for means over n dwell times, which they must have; 1/σ for all else. Without 1/σ all relative errors are
            taken to be alike, and the scatter gives their size.
        method : str
            A method of lmfit.
        **options
            The settings by name (arrays, Series or numbers; words or codes), values of parameters, and `iter_cb`,
            `scale_covar`, `fit_kws`, `nan_policy`, `calc_covar`, `max_nfev`. `scale_covar` is False where weights are
            given, since they are absolute.

        Returns
        -------
        LikelihoodResult
            An lmfit ModelResult with errors from the Hessian of −ln L.

        Raises
        ------
        ValueError
            If a setting, a start or the weights are missing, or rows do not go together.
        TypeError
            If a keyword is none of these.
        """
        settings = {name: options.pop(name) for name in self.independent_vars if name in options}
        started = self._started(params, options)
        asked = options.pop("scale_covar", None)
        result = LikelihoodResult(
            self,
            started,
            data=data,
            weights=weights,
            method=method,
            fcn_kws=settings,
            nan_policy=options.pop("nan_policy", None) or self.nan_policy,
            **{name: options.pop(name) for name in _OPTIONS if name in options},
            **(options.pop("fit_kws", None) or {}),
        )
        expected = f"settings ({', '.join(self.independent_vars)}), parameters, or what lmfit's fit takes"
        self.require_known(options, ("verbose", "coerce_farray"), expected)
        result.weighted, result.scale_asked = weights is not None, asked
        result.fit()
        result.components = self.components
        return result

    def make_params(self, verbose: bool = False, **kwargs: Any) -> lmfit.Parameters:
        """The lmfit Parameters, with what is derived from those of the laws.

        Parameters
        ----------
        verbose : bool
            As lmfit takes it.
        **kwargs
            Values of parameters, mappings of their attributes, or Parameters, by name, with the prefix or without.

        Returns
        -------
        lmfit.Parameters
            With starts, bounds, and expressions for what is derived.

        Raises
        ------
        TypeError
            If a keyword is no parameter of the fit.
        """
        # lmfit loses some of those with the prefix, and all of a Parameter but its value
        given = {self._strip_prefix(name): attributes(value) for name, value in kwargs.items()}
        params = super().make_params(verbose, **given)
        self.require_known(given, map(self._strip_prefix, params), f"values of {', '.join(params)}")
        for law in self.laws:
            law.add_derived(params)
        return params

    def require_known(self, given: Iterable[str], known: Iterable[str], expected: str) -> None:
        """TypeError where a keyword is none of those known; expected: those, in words."""
        strange = sorted(set(given) - set(known))
        if strange:
            raise TypeError(f"{self._name}: expected {expected}; found {strange[0]!r}")

    def _started(self, params: lmfit.Parameters | None, options: dict[str, Any]) -> lmfit.Parameters:
        """The parameters to start from, with those that are given by name, which are taken out of the options."""
        started = self.make_params() if params is None else deepcopy(params)
        for name in [name for name in self.param_names if name in options]:
            given = attributes(options.pop(name))
            started[name].set(**(given if isinstance(given, Mapping) else {"value": given}))
        absent = [name for name in self.param_names if name not in started]
        absent += [name for name, p in started.items() if p.expr is None and not np.isfinite(p.value)]
        if absent:
            raise ValueError(
                f"{self._name}: expected a value of every parameter to start from; none of {', '.join(absent)}"
            )
        return started

    def post_fit(self, fitresult: Any) -> None:
        """Refuse a fit in which lmfit's own composite has put its residuals in place of the likelihood."""
        if not hasattr(fitresult, "keeps_likelihood"):
            raise ValueError(
                f"a composite that begins with another model loses the likelihood of {self._name!r}: "
                "write the law first, or LawComposite(left, right, operator) of stfit.models.likelihood_model"
            )

    # --- composites and storage -----------------------------------------------------------------------------------

    def __add__(self, other: Any) -> LawComposite:
        return LawComposite(self, other, operator.add)

    def __sub__(self, other: Any) -> LawComposite:
        return LawComposite(self, other, operator.sub)

    def __mul__(self, other: Any) -> LawComposite:
        return LawComposite(self, other, operator.mul)

    def __truediv__(self, other: Any) -> LawComposite:
        return LawComposite(self, other, operator.truediv)

    def __radd__(self, other: Any) -> LawComposite:
        return LawComposite(other, self, operator.add)

    def __rsub__(self, other: Any) -> LawComposite:
        return LawComposite(other, self, operator.sub)

    def __rmul__(self, other: Any) -> LawComposite:
        return LawComposite(other, self, operator.mul)

    def __rtruediv__(self, other: Any) -> LawComposite:
        return LawComposite(other, self, operator.truediv)

    def loads(self, s: str, funcdefs: Functions | None = None, **kws: Any) -> lmfit.Model:
        """The model that `dumps` wrote; funcdefs: the functions of plain Models in it, by name."""
        return restored(decoded(s, **kws), funcdefs)


@final
class LawComposite(LikelihoodModel, CompositeModel):
    """Two models joined by an operator, of which one is a law at least: the likelihood is that of the law.

    Parameters
    ----------
    left, right : lmfit.Model
        The models; several laws in one need prefixes, and data of one sort.
    op : callable
        What joins their arrays: an operator, or any other function of two.
    **kws
        `name`, `nan_policy` and `independent_vars`, as lmfit's CompositeModel takes them.

    Raises
    ------
    ValueError
        If laws of both counted and normal data are joined.
    """

    def __init__(self, left: lmfit.Model, right: lmfit.Model, op: Callable[[Any, Any], Any], **kws: Any) -> None:
        CompositeModel.__init__(self, left, right, op, **kws)
        self._name = kws.get("name") or f"{left._name} {CompositeModel._known_ops.get(op, 'and')} {right._name}"
        noises = {type(law.noise): law.noise for law in self.laws}
        if len(noises) > 1:
            raise ValueError(
                f"{left._name} and {right._name} describe data that scatter differently: they cannot be one"
            )
        (self.noise,) = noises.values()

    def expected(self, varied: Varied, settings: Mapping[str, Any]) -> Any:
        """What is predicted in the terms of the noise; a Jet of shape (rows,)."""
        return self.noise.expected(self.jet(varied, settings))

    def jet(self, varied: Varied, settings: Mapping[str, Any]) -> Any:
        """What is predicted in the unit of the data; a Jet of shape (rows,)."""
        if self.op not in _WITH_DERIVATIVES:
            return varied.of(lambda params: self.eval(params, **settings))
        return self.op(varied.jet_of(self.left, settings), varied.jet_of(self.right, settings))

    def eval_components(self, params: lmfit.Parameters | None = None, **kwargs: Any) -> dict[str, Any]:
        """What each component predicts, by its prefix or name."""
        return dict(super().eval_components(params=params, **kwargs))

    def post_fit(self, fitresult: Any) -> None:
        """What the other models do after a fit."""
        super().post_fit(fitresult)
        for part in self.components:
            if not isinstance(part, LikelihoodModel):
                part.post_fit(fitresult)

    def _residual(self, params: lmfit.Parameters, data: Array, weights: Array, **settings: Any) -> Array:
        prediction = self.eval(params, **settings)
        with np.errstate(invalid="ignore", divide="ignore"):  # lmfit refuses what is not finite
            return self.noise.residuals(data, weights, self.noise.expected(prediction))

    def __reduce__(self) -> tuple[Any, ...]:
        own = {name: getattr(self, name) for name in ("param_hints", "nan_policy", "independent_vars", "_name")}
        return type(self), (self.left, self.right, self.op), deepcopy(own)

    def _get_state(self) -> Any:
        return composite_state(self)


STORED[COMPOSITE] = LawComposite
