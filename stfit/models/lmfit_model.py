"""The adapter between the law and lmfit: what the models of Eqs. 27, 28 and 32 have in common."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any, TypedDict

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet, seed, value_of
from stfit.models.choices import Choices
from stfit.models.parameters import Parameter
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.models.uncertainty import Uncertainty
from stfit.physics.transport import Gmr

Array = npt.NDArray[np.float64]
Coordinates = Mapping[str, Any]  # of a fit, by name: floats, arrays or Jets


class DeviceKeywords(TypedDict, total=False):
    """What a model takes of the device: r(θ), names of the analysis file, constants in SI units."""

    gmr: Gmr | None
    asymmetry: str
    convention: str
    reference_temperature: float
    beta: float
    delta_R: float


def law_and_constants(
    keywords: DeviceKeywords, *, mapping: str = "damping", by_field: bool = False
) -> tuple[SpinTransferLaw, dict[str, float]]:
    """The law of a model and the constants that are held; TypeError for a keyword that no device has."""
    unknown = keywords.keys() - DeviceKeywords.__annotations__.keys()
    if unknown:
        raise TypeError(f"a model takes no keyword {sorted(unknown)}; there are {list(DeviceKeywords.__annotations__)}")
    names = Choices(
        asymmetry=keywords.get("asymmetry", "theta_0"),
        convention=keywords.get("convention", "consistent"),
        mapping=mapping,
    )
    kelvin = keywords.get("reference_temperature", 300.0)
    law = SpinTransferLaw.of(names, gmr=keywords.get("gmr"), reference_temperature=kelvin, by_field=by_field)
    return law, {"beta": keywords.get("beta", 0.5), "delta_R": keywords.get("delta_R", 1.0)}


class LawModel(lmfit.Model, ABC):
    """A law as an lmfit model, whose parameters are the coordinates of `PARAMETERS`.

    A subclass gives `predicted`, `as_data`, `derived_at`, and how lmfit's residuals and errors differ.

    Parameters
    ----------
    law : SpinTransferLaw
        What predicts the data.
    fitted : iterable of Parameter
        The parameters of the fit, in order.
    settings : mapping of str to object
        The independent variables, each with its default; `inspect.Parameter.empty` where it must be given.
    name : str
        What lmfit calls the model.
    """

    def __init__(
        self, law: SpinTransferLaw, fitted: Iterable[Parameter], settings: Mapping[str, Any], name: str
    ) -> None:
        self.law = law
        self.fitted = tuple(fitted)
        self.coordinates = tuple(p.coordinate for p in self.fitted)
        super().__init__(
            self._function(settings),
            independent_vars=list(settings),
            param_names=list(self.coordinates),
            name=name,
        )

    # --- what a model is ------------------------------------------------------------------------------------------

    @abstractmethod
    def predicted(self, coordinates: Coordinates, settings: Mapping[str, Any]) -> Any:
        """What the law predicts at each setting, in the terms in which it has errors; an array or a Jet."""

    @abstractmethod
    def as_data(self, prediction: Array) -> Array:
        """The prediction in the unit of the data."""

    @abstractmethod
    def derived_at(self, quantities: Mapping[str, Any]) -> dict[str, Any]:
        """What follows from the parameters (SI), by name."""

    # --- what lmfit needs of it -----------------------------------------------------------------------------------

    def _function(self, settings: Mapping[str, Any]) -> Callable[..., Array]:
        """The model as a function of settings and coordinates, whose signature lmfit reads the parameters from."""

        def law(**values: Any) -> Array:
            return np.asarray(self.as_data(value_of(self.predicted(values, values))))

        kind = inspect.Parameter.KEYWORD_ONLY
        given = [inspect.Parameter(name, kind, default=default) for name, default in settings.items()]
        fitted = [inspect.Parameter(name, kind) for name in self.coordinates]
        law.__signature__ = inspect.Signature([*given, *fitted])  # type: ignore[attr-defined]
        return law

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

    def make_params(self, verbose: bool = False, **kwargs: Any) -> lmfit.Parameters:
        """The lmfit Parameters: coordinates with bounds, and expressions for what is derived from them."""
        params = super().make_params(verbose, **kwargs)
        start = {name: params[name].value for name in self.coordinates}
        for name in self.derived_at(self.quantities(start)):
            params._asteval.symtable[f"{name}_of"] = self._expression(name)
            params.add(name, expr=f"{name}_of({', '.join(self.coordinates)})")
        return params

    def _expression(self, name: str) -> Callable[..., float]:
        def function(*values: Any) -> float:
            quantities = self.quantities(dict(zip(self.coordinates, values, strict=True)))
            return float(value_of(self.derived_at(quantities)[name]).item())

        return function

    # --- what errors mean -----------------------------------------------------------------------------------------

    def band(self, result: Any, settings: Mapping[str, Any]) -> tuple[Array, Array]:
        """What a fit predicts at settings, and its standard error, in the terms of `predicted`; shape (rows,).

        result: what fit() returned.
        """
        found = self.predicted(self._jets(result, 1), settings)
        if not isinstance(found, Jet) or result.covar is None:
            return value_of(found), np.zeros_like(value_of(found))
        variance = np.einsum("in,ij,jn->n", found.gradient, result.covar, found.gradient)
        return found.value, np.sqrt(np.maximum(variance, 0.0))

    def set_errors(self, result: Any, log_likelihood: Callable[[Coordinates], Any]) -> None:
        """Take standard errors and correlations from the Hessian of −ln L, in place of those of lmfit's JᵀJ.

        log_likelihood: of the coordinates, a Jet. A parameter that the data leave open has no error. Nothing where
        lmfit found no covariance.
        """
        names = list(result.var_names)
        if not names or result.covar is None:
            return
        coordinates = self._jets(result, 2)
        found = Uncertainty.of(-log_likelihood(coordinates).hessian)
        result.covar = found.covariance
        errors = np.sqrt(np.diag(found.covariance))
        for i, name in enumerate(names):
            parameter = result.params[name]
            parameter.stderr = float(errors[i]) if found.sees(np.eye(len(names))[i]) else None
            correlations = found.covariance[i] / np.maximum(errors[i] * errors, np.finfo(float).tiny)
            parameter.correl = {other: float(correlations[j]) for j, other in enumerate(names) if j != i}
        for name, value in self.derived_at(self.quantities(coordinates)).items():
            if name in result.params and isinstance(value, Jet):
                gradient = value.gradient.reshape(len(names), -1)[:, 0]
                variance = float(gradient @ found.covariance @ gradient)
                result.params[name].stderr = float(np.sqrt(variance)) if found.sees(gradient) else None

    def _jets(self, result: Any, order: int) -> dict[str, Any]:
        """The coordinates of a fit, those that varied as Jets."""
        names = list(result.var_names)
        values: dict[str, Any] = {name: result.params[name].value for name in self.coordinates}
        return values | dict(zip(names, seed(np.array([values[name] for name in names]), order), strict=True))


def drawing() -> ModuleType:
    """The figures of the models."""
    from stfit.models import drawing as figures  # matplotlib, whose import takes longer than most fits

    return figures


def codes(values: Any, words: tuple[str, str], what: str, plain: Callable[[str], str] = str) -> Array:
    """0 or 1 for each of `values`, given as words or as codes.

    Parameters
    ----------
    values : array of str, int or float
        A word of `words`, or its code.
    words : tuple of two str
        Those of the codes 0 and 1.
    what : str
        What a value is, for the message.
    plain : callable
        What makes a word as it was written one of `words`.

    Returns
    -------
    array of float
        The codes, at least one-dimensional.

    Raises
    ------
    ValueError
        If a word or a code is unknown.
    """
    given = np.atleast_1d(np.asarray(values))
    if given.dtype.kind in "US" or given.dtype == object:
        distinct, place = np.unique([plain(str(word)) for word in given.ravel()], return_inverse=True)
        unknown = sorted(set(distinct.tolist()) - set(words))
        if unknown:
            raise ValueError(f"{what} is {words[0]!r} or {words[1]!r}; found {unknown}")
        return np.asarray(distinct == words[1], dtype=float)[place].reshape(given.shape)
    found = given.astype(float)
    if not np.all(np.isin(found, [0.0, 1.0])):
        raise ValueError(f"{what} is 0 ({words[0]}) or 1 ({words[1]})")
    return found


def state_codes(state: Any) -> Array:
    """0 for P and 1 for AP, from words or codes; ValueError for anything else."""
    return codes(state, ("P", "AP"), "a state", str.upper)
