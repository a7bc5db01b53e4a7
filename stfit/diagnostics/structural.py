"""Is what the best fit does not see seen elsewhere? Rank and null directions at several points of parameter space.

A direction may be null at one point alone: without a current effect (λ = 0) no slope tells θ0, and a barrier top at an
end of its range has no first derivative. That is a matter of these data; a direction that is null everywhere is one of
the design and the law.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.derivatives import Jet
from stfit.objective import Objective
from stfit.objective.information import Directions, directions

Array = npt.NDArray[np.float64]

DRAWN: Final = 8  # points beside the optimum
_TRIED: Final = 4 * DRAWN
_FARTHEST: Final = 0.1  # of the natural size of a coordinate (k_BT, λ, a factor e of τ0): every row keeps its weight
_NEAREST: Final = 0.02  # of it: far above the RANK_TOLERANCE by which a special point is told


@final
@dataclass(frozen=True)
class Structure:
    """Directions at the optimum and at points around it, with the derivatives of every quantity there.

    gradients: at each point, quantity → (p,); the first point is the optimum.
    """

    points: tuple[Directions, ...]
    gradients: tuple[dict[str, Array], ...]

    @property
    def ranks(self) -> list[int]:
        """Number of directions that are seen at each point."""
        return [found.rank for found in self.points]

    def seen_elsewhere(self, name: str) -> bool:
        """Whether a quantity that is not determined at the optimum is determined where the data see most."""
        most = max(self.ranks)
        return any(
            found.rank == most and not touches(found, gradients.get(name))
            for found, gradients in zip(self.points[1:], self.gradients[1:], strict=True)
        )

    def touched(self, name: str) -> bool:
        """Whether a quantity changes along a null direction at the optimum."""
        return touches(self.points[0], self.gradients[0].get(name))


def touches(found: Directions, gradient: Array | None) -> bool:
    """Whether a quantity changes along a null direction; one that has no derivative there is not determined."""
    return gradient is None or not np.all(np.isfinite(gradient)) or found.touches_null(gradient)


def structure(objective: Objective, optimum: Optimum, *, seed: int, drawn: int = DRAWN) -> Structure:
    """The rank at the optimum and at `drawn` points around it inside the bounds, where everything is finite.

    Each coordinate moves by a fiftieth to a tenth of its natural size, up or down: far enough to leave a special point,
    near enough for every row to keep its weight.
    """
    points, gradients = [optimum.directions], [_gradients(objective, optimum.x)]
    rng = np.random.default_rng([seed, 1])
    for _ in range(_TRIED):
        if len(points) > drawn:
            break
        x = _around(objective, optimum, rng)
        with np.errstate(all="ignore"):  # a point may lie where nothing is finite: it is then no witness
            sensitivity = objective.sensitivity(x)
            if np.all(np.isfinite(sensitivity)) and np.any(sensitivity):
                points.append(directions(objective, x))
                gradients.append(_gradients(objective, x))
    return Structure(tuple(points), tuple(gradients))


def _around(objective: Objective, optimum: Optimum, rng: np.random.Generator) -> Array:
    lower, upper = objective.bounds
    size = rng.uniform(_NEAREST, _FARTHEST, optimum.x.size) * rng.choice([-1.0, 1.0], optimum.x.size)
    step = size * optimum.directions.scales
    there = optimum.x + step
    return np.asarray(np.clip(np.where((there < lower) | (there > upper), optimum.x - step, there), lower, upper))


def _gradients(objective: Objective, x: Array) -> dict[str, Array]:
    """Derivatives of every quantity with respect to the coordinates, shape (p,) each; zero of what is held."""
    quantities = objective.all_quantities(objective.space.jets(x, order=1))
    return {
        name: quantity.gradient.reshape(x.size, -1)[:, 0] if isinstance(quantity, Jet) else np.zeros(x.size)
        for name, quantity in quantities.items()
    }
