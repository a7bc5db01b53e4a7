"""The result of an lmfit model with a likelihood of its own."""

from __future__ import annotations

import json
from copy import copy
from typing import Any, Final, Self, final

import numpy as np
import numpy.typing as npt
from lmfit.jsonutils import decode4js
from lmfit.model import ModelResult
from scipy.stats import chi2, norm, t
from uncertainties import correlated_values, ufloat

from stfit.derivatives import Jet, value_of
from stfit.models.search_parameters import add_left_out, without_derived
from stfit.models.stored_state import NO_STATE, Functions, decoded, restored, restored_parameters, without_symbols
from stfit.models.uncertainty import Uncertainty, straightened
from stfit.models.varied import Varied

Array = npt.NDArray[np.float64]

_BY_JACOBIAN: Final = frozenset({"leastsq", "least_squares"})  # methods whose errors lmfit gives without being asked
_STORED: Final = frozenset({"model", "params", "init_params", "values", "userargs", "userkws"})


@final
class LikelihoodResult(ModelResult):
    """An lmfit ModelResult whose errors and statistics are those of the likelihood of its model.

    Standard errors, `covar`, `uvars` and bands come from the Hessian of −ln L at the optimum, through expressions
    between parameters too: JᵀJ of signed-root residuals is not the information. A parameter that the data leave open
    has stderr None. With weights the variance of the data is known: AIC, BIC, `conf_interval` and `eval_uncertainty`
    use it, where lmfit estimates it from the scatter. With scale_covar=True, which is the default where no weights are
    given, covariances are multiplied by the reduced chi-square, and statistics are lmfit's.
    """

    covar: Array | None
    uvars: dict[str, Any] | None
    calc_covar: bool
    uncertainty: Uncertainty | None = None
    weighted = True  # whether weights were given
    scale_asked: bool | None = None  # scale_covar as the user gave it

    def fit(self, data: Any = None, params: Any = None, weights: Any = None, method: Any = None, **kwargs: Any) -> None:
        """Fit again; data, weights, settings, scale_covar and nan_policy that are not given stay as they were.

        Where nobody gave scale_covar, it follows from whether there are weights. TypeError for an unknown keyword.
        """
        nan_policy = kwargs.pop("nan_policy", None) or self.nan_policy
        self.scale_asked = kwargs.pop("scale_covar", self.scale_asked)
        self.model.require_known(kwargs, self.model.independent_vars, "settings of the model")
        if data is not None or weights is not None:
            self.weighted = weights is not None or (self.weighted and self.weights is not None)
        given = self.weights if weights is None and self.weighted else weights
        rows = self.model.rows(self.data if data is None else data, given, self.userkws | kwargs, nan_policy)
        used = self.model.noise.unweighted(rows.data) if rows.weights is None else rows.weights
        self.scale_covar = rows.weights is None if self.scale_asked is None else self.scale_asked
        if rows.weights is None and not self.scale_covar:
            raise ValueError("scale_covar=False: expected weights, which give the errors their size; found none")
        super().fit(rows.data, params, used, method, nan_policy, **rows.settings)
        self._describe()

    def minimize(self, method: str = "leastsq", params: Any = None, **kws: Any) -> Any:
        """Minimize −2 ln L; derived parameters are computed at the steps only where `iter_cb` may look at them."""
        start = self.params if params is None else params
        derived = () if callable(self.iter_cb) else self.model.derived_in(start)
        wanted, self.calc_covar = self.calc_covar, False  # lmfit's Hessian by differences is slow and not needed
        try:
            found = super().minimize(method, without_derived(start, derived), **kws)
        finally:
            self.calc_covar = wanted
        add_left_out(found.params, start)
        if method != "emcee":
            found.covar = None  # that of JᵀJ; lmfit would carry it through every expression
        found.keeps_likelihood = True
        return found

    def _calculate_uncertainties_correlations(self) -> None:
        """The errors of JᵀJ, which tell the size of steps for differences."""
        for name, variance in zip(self.result.var_names, np.diag(self.result.covar), strict=True):
            self.result.params[name].stderr = float(np.sqrt(variance)) if variance > 0.0 else None

    # --- errors and statistics ------------------------------------------------------------------------------------

    def _describe(self) -> None:
        """Errors from the Hessian of −ln L and statistics of a known variance, in place of lmfit's."""
        self.uncertainty = None
        if self.aborted or self.chisqr is None:
            self._without_errors()
            return
        if not self.scale_covar:
            self.aic = self.chisqr + 2.0 * self.nvarys
            self.bic = self.chisqr + np.log(self.ndata) * self.nvarys
        unasked = not self.calc_covar and self.method not in _BY_JACOBIAN
        if self.method == "emcee":
            self._describe_chain()
        if self.method == "emcee" or not self.var_names:
            return
        if unasked:
            self._without_errors()
            return
        expected = self.model.expected(Varied(self.params, self.var_names, 2), self.userkws)
        curvature, information = self._curvature(expected), self._curvature(straightened(expected))
        if not np.all(np.isfinite(curvature)):
            self._without_errors()
            return
        self.uncertainty = Uncertainty.of(curvature, information)
        if self.scale_covar:
            self.uncertainty = self.uncertainty.times(self.redchi)
        self.covar = self.uncertainty.covariance
        self._set_errors(self.uncertainty)

    def _describe_chain(self) -> None:
        """Errors of derived parameters as lmfit gives those of the others: half the central 68 % of the chain."""
        draws = dict(zip(self.var_names, self.chain.reshape(-1, len(self.var_names)).T, strict=True))
        for name, values in self.model.derived_along(self.params, draws).items():
            low, high = np.percentile(values, [15.87, 84.13])
            self.params[name].stderr = float(high - low) / 2.0

    def _without_errors(self) -> None:
        """No errors, where there is no optimum or nobody asks."""
        self.covar, self.errorbars, self.uvars = None, False, None
        for parameter in self.params.values():
            parameter.stderr = parameter.correl = None

    def _curvature(self, expected: Any) -> Array:
        """The Hessian of −ln L, shape (p, p), of what is expected of each row."""
        if not isinstance(expected, Jet):  # nothing that varies is felt
            return np.zeros((len(self.var_names), len(self.var_names)))
        return -np.asarray(self.model.noise.log_likelihood(self.data, self.weights, expected).hessian)

    def _set_errors(self, found: Uncertainty) -> None:
        """Standard errors and correlations of all parameters; None where the data leave one open."""
        gradients = self._gradients()
        base = correlated_values([self.params[name].value for name in self.var_names], found.covariance)
        shifts = [value - value.nominal_value for value in base]
        uvars: dict[str, Any] = {}
        for name, parameter in self.params.items():
            gradient = gradients.get(name)
            if gradient is None:
                parameter.stderr, parameter.correl = 0.0, None
                uvars[name] = 0.0 * shifts[0] + parameter.value
            elif found.sees(gradient):
                parameter.stderr = found.error(gradient)
                uvars[name] = sum((g * d for g, d in zip(gradient, shifts, strict=True)), parameter.value)
            else:
                parameter.stderr = None
                uvars[name] = ufloat(parameter.value, np.nan)
        self.uvars = uvars
        errors = np.sqrt(np.maximum(np.diag(found.covariance), np.finfo(float).tiny))
        for i, name in enumerate(self.var_names):
            correlations = (found.covariance[i] / (errors[i] * errors)).tolist()
            self.params[name].correl = {o: r for o, r in zip(self.var_names, correlations, strict=True) if o != name}
        self.errorbars = all(self.params[name].stderr is not None for name in self.var_names)

    def _gradients(self) -> dict[str, Array]:
        """∂/∂(what varies), shape (p,), of every parameter that varies or follows from others."""
        varied = Varied(self.params, self.var_names, 1)
        jets = self.model.derived_jets(varied)
        followers = [name for name, p in self.params.items() if p.expr is not None and name not in jets]
        jets |= varied.jets([*self.var_names, *followers])
        none = np.zeros(len(self.var_names))
        return {
            name: jet.gradient.reshape(none.size, -1)[:, 0] if isinstance(jet, Jet) else none
            for name, jet in jets.items()
        }

    def band(self, prediction: Any) -> Array:
        """Standard error of what is predicted; NaN where it takes part in what the data leave open.

        Parameters
        ----------
        prediction : array or Jet, shape (rows,)
            With its gradient by the parameters that vary.

        Returns
        -------
        array, shape (rows,)
            Zero where it has no gradient, or the fit gave no errors.
        """
        if not isinstance(prediction, Jet) or self.covar is None:
            return np.zeros(np.shape(value_of(prediction)))
        slopes = np.broadcast_to(prediction.gradient, (len(self.var_names), *prediction.shape))
        variance = np.einsum("in,ij,jn->n", slopes, self.covar, slopes)
        error = np.sqrt(np.maximum(variance, 0.0))
        if self.uncertainty is None:
            return np.asarray(error)
        return np.where([self.uncertainty.sees(slope) for slope in slopes.T], error, np.nan)

    def eval_uncertainty(self, params: Any = None, sigma: float = 1, dscale: float = 0.01, **kwargs: Any) -> Array:  # noqa: ARG002
        """Half width of the band of the model function, in the unit of the data.

        Sets `dely`, `dely_comps` and `dely_predicted`. The last one adds the scatter of a datum by its weight; it is
        NaN at settings other than those of the fit, unless all weights are alike.

        Parameters
        ----------
        params : lmfit.Parameters, optional
            Where to evaluate; default the best fit.
        sigma : float
            Standard errors, or a probability where below 1.
        dscale : float
            As lmfit takes it; derivatives need no step here.
        **kwargs
            Settings other than those of the fit.

        Returns
        -------
        array, shape (rows,)
            `dely`.
        """
        varied = Varied(self.params if params is None else params, self.var_names, 1)
        settings = self.userkws | kwargs
        probability = sigma if sigma < 1.0 else chi2.cdf(sigma**2, 1)
        law = t(self.ndata - self.nvarys) if self.scale_covar else norm
        factor = float(law.ppf((probability + 1.0) / 2.0))
        prediction = self.model.jet(varied, settings)
        error = self.band(prediction)
        self.dely = factor * error
        self.dely_predicted = factor * np.hypot(error, self._spread(value_of(prediction)))
        self.dely_comps = {
            name: factor * self.band(jet) for name, jet in self.model.component_jets(varied, settings).items()
        }
        return np.asarray(self.dely)

    def _spread(self, prediction: Array) -> Array:
        """Standard deviation of a datum at each prediction."""
        alike = np.ptp(self.weights) <= 1e-12 * np.max(self.weights)
        weights = self.weights if prediction.shape == self.weights.shape else self.weights[0] if alike else np.nan
        scale = np.sqrt(self.redchi) if self.scale_covar else 1.0
        return np.asarray(scale * self.model.noise.spread(prediction, weights))

    def conf_interval(self, **kwargs: Any) -> Any:
        """Confidence intervals from profiles, by the likelihood ratio where the variance is known; as lmfit's."""
        if not self.scale_covar:
            kwargs.setdefault("prob_func", _likelihood_ratio)
        return super().conf_interval(**kwargs)

    def fit_report(self, *args: Any, **kwargs: Any) -> str:
        """The report of lmfit, with what the errors are made of."""
        size = "scaled by the scatter (reduced chi-square)" if self.scale_covar else "as large as the weights say"
        return f"{super().fit_report(*args, **kwargs)}\n[[Errors]]\n    from the Hessian of -ln L, {size}"

    # --- storage --------------------------------------------------------------------------------------------------

    def dumps(self, **kws: Any) -> str:
        """The result as JSON; `loads` and stfit.load_modelresult read it."""
        bare = copy(self)
        for name in ("params", "init_params"):
            setattr(bare, name, without_symbols(getattr(self, name), self.model.symbols()))
        content = json.loads(super(LikelihoodResult, bare).dumps())
        return json.dumps(content | {"weighted": self.weighted, "scale_asked": self.scale_asked}, **kws)

    def loads(self, s: str, funcdefs: Functions | None = None, **kws: Any) -> Self:
        """Become the result that `dumps` wrote.

        Parameters
        ----------
        s : str
            What `dumps` returned.
        funcdefs, **kws
            The functions of other models and of expressions, by name, and what json.loads takes.

        Returns
        -------
        LikelihoodResult
            Itself.

        Raises
        ------
        TypeError, ValueError
            If it is no such result; if a function is not among `funcdefs`.
        """
        content, functions = decoded(s, **kws), dict(funcdefs or {})
        if not (isinstance(content, dict) and content.keys() >= _STORED):
            raise TypeError(NO_STATE)
        content = {name: decode4js(value) for name, value in content.items()}
        self.model = restored(content.pop("model"), functions)
        self.userfcn = self.model._residual
        own = self.model.symbols()
        for name in ("params", "init_params"):
            setattr(self, name, restored_parameters(content.pop(name), own, functions))
        del content["values"]  # they follow from the parameters
        for name, value in content.items():
            if not name.startswith("__"):
                setattr(self, name, value)
        self.data, self.weights = self.userargs
        self.components = self.model.components
        self.best_fit = self.model.eval(self.params, **self.userkws)
        self.init_fit = self.model.eval(self.init_params, **self.userkws)
        self._describe()
        return self


def _likelihood_ratio(best: Any, held: Any) -> float:
    """Probability that −2 ln L rises by less than it did where some parameters were held."""
    return float(chi2.cdf(held.chisqr - best.chisqr, best.nvarys - held.nvarys))
