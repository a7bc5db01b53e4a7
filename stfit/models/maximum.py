"""Standard errors of an lmfit result from the Hessian of −ln L, in place of those of lmfit's JᵀJ."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from stfit.derivatives import Jet, seed

Coordinates = Mapping[str, Any]


def set_errors(
    result: Any,
    log_likelihood: Callable[[Coordinates], Any],
    derived: Callable[[Coordinates], Mapping[str, Any]],
) -> None:
    """Put standard errors and correlations into an lmfit ModelResult; nothing where lmfit found no covariance.

    log_likelihood, derived: of all parameters by name, as numbers or Jets. derived: what the expressions among the
    parameters follow from.
    """
    names = list(result.var_names)
    if not names or result.covar is None:
        return
    jets = dict(zip(names, seed(np.array([result.params[name].value for name in names]), 2), strict=True))
    coordinates = {name: parameter.value for name, parameter in result.params.items()} | jets
    covariance = np.linalg.inv(-log_likelihood(coordinates).hessian)
    errors = np.sqrt(np.diag(covariance))
    result.covar = covariance
    for i, name in enumerate(names):
        result.params[name].stderr = float(errors[i])
        correlations = covariance[i] / (errors[i] * errors)
        result.params[name].correl = {other: float(correlations[j]) for j, other in enumerate(names) if j != i}
    for name, value in derived(coordinates).items():
        if name in result.params and isinstance(value, Jet):
            gradient = value.gradient.reshape(len(names), -1)[:, 0]
            result.params[name].stderr = float(np.sqrt(gradient @ covariance @ gradient))
