"""What depends on the parameters of an lmfit fit, with derivatives by those that vary, through expressions too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from itertools import combinations
from typing import Any, Final, final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet, seed, value_of

Array = npt.NDArray[np.float64]

_OF_ERROR: Final = 0.03  # of a standard error, by which a parameter is moved for a difference
_OF_VALUE: Final = 1e-3  # of its value, at most
_UNKNOWN: Final = 1.2e-4  # of its value where it has no error: the fourth root of the rounding


@final
class Varied:
    """The parameters of a fit as functions of those that vary.

    Parameters
    ----------
    params : lmfit.Parameters
        Where they stand.
    names : sequence of str
        Those that vary, p of them, in the order of the derivatives.
    order : int
        1 for gradients, 2 for Hessians too.
    """

    def __init__(self, params: lmfit.Parameters, names: Sequence[str], order: int) -> None:
        self.params, self.names, self.order = params, tuple(names), order
        self._values = np.array([float(params[name].value) for name in self.names])
        self._seeds = dict(zip(self.names, seed(self._values, order), strict=True))
        self._moved: lmfit.Parameters | None = None

    def jets(self, names: Iterable[str]) -> dict[str, Any]:
        """Parameters by name: Jets of shape (1,) of those that vary or follow from them, numbers of the others."""
        return {name: self._jet(name) for name in names}

    def _jet(self, name: str) -> Any:
        if name in self._seeds:
            return self._seeds[name]
        if self.params[name].expr is None:
            return float(self.params[name].value)
        return self.of(lambda params: np.array([float(params[name].value)]))

    def jet_of(self, model: Any, settings: Mapping[str, Any]) -> Any:
        """What a model of lmfit predicts at settings, in the unit of the data; a Jet of shape (rows,)."""
        if hasattr(model, "jet"):
            return model.jet(self, settings)
        return self.of(lambda params: np.atleast_1d(value_of(model.eval(params, **settings))))

    def of(self, function: Callable[[lmfit.Parameters], Any]) -> Any:
        """function(params), of shape (rows,), with derivatives by central differences; an array if it has none."""
        centre = np.atleast_1d(self._at(function))
        steps = [self._step(i) for i in range(len(self.names))]
        ends = [(self._at(function, (i, h)), self._at(function, (i, -h))) for i, h in enumerate(steps)]
        felt = [i for i, (up, down) in enumerate(ends) if np.any(up != centre) or np.any(down != centre)]
        if not felt:
            return centre
        gradient = np.zeros((len(steps), *centre.shape))
        for i in felt:
            gradient[i] = (ends[i][0] - ends[i][1]) / (2.0 * steps[i])
        if self.order < 2:
            return Jet(centre, gradient, None)
        hessian = np.zeros((len(steps), len(steps), *centre.shape))
        for i in felt:
            hessian[i, i] = (ends[i][0] - 2.0 * centre + ends[i][1]) / steps[i] ** 2
        for i, j in combinations(felt, 2):
            hessian[i, j] = hessian[j, i] = self._mixed(function, (i, steps[i]), (j, steps[j]))
        return Jet(centre, gradient, hessian)

    def _mixed(
        self, function: Callable[[lmfit.Parameters], Any], one: tuple[int, float], other: tuple[int, float]
    ) -> Array:
        """The mixed second derivative of function(params) by two that vary, from the corners of a rectangle."""
        (i, h), (j, k) = one, other
        same = self._at(function, (i, h), (j, k)) + self._at(function, (i, -h), (j, -k))
        opposite = self._at(function, (i, h), (j, -k)) + self._at(function, (i, -h), (j, k))
        return np.asarray((same - opposite) / (4.0 * h * k))

    def _step(self, place: int) -> float:
        value, error = abs(self._values[place]), self.params[self.names[place]].stderr
        if error is None or not 0.0 < error < np.inf:
            return float(_UNKNOWN * (value or 1.0))
        return float(min(_OF_ERROR * error, _OF_VALUE * value) if value else _OF_ERROR * error)

    def _at(self, function: Callable[[lmfit.Parameters], Any], *moves: tuple[int, float]) -> Array:
        """function(params) with some of those that vary moved, beyond their bounds if need be."""
        if self._moved is None:
            self._moved = deepcopy(self.params)
            for name in self.names:
                self._moved[name].set(min=-np.inf, max=np.inf)
        values = self._values.copy()
        for place, step in moves:
            values[place] += step
        for name, value in zip(self.names, values.tolist(), strict=True):
            self._moved[name].value = value
        self._moved.update_constraints()
        return np.asarray(function(self._moved), dtype=float)
