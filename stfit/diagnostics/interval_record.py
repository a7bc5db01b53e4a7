"""What result.json keeps of profiles, contours and bootstraps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.backends.bootstrap import Bootstrap
from stfit.backends.contour import JOINT_LEVELS, Contour, contour
from stfit.backends.optimum import Optimum
from stfit.backends.profile import Profile, Profiles
from stfit.diagnostics.estimates import LOGARITHMIC
from stfit.objective import Objective
from stfit.results import Estimate

Array = npt.NDArray[np.float64]

_POINTS: Final = 16  # of a stored contour, drawn as a smooth curve through them
_PARTNERS: Final = ("theta_0", "chi", "h", "c_P", "tau_0", "beta", "E_P")  # of the first profile, in a contour


def profile_record(
    objective: Objective, found: Profiles, shown: Sequence[str], base: Mapping[str, Estimate]
) -> dict[str, Any]:
    """Curves of the profiles that are drawn, with the parabola of the covariance, and one pair of contours."""
    kept = {name: _profile(objective, found[name], base[name]) for name in shown if found[name].values.size > 2}
    return {"profiles": kept, "contours": _contours(objective, found.optimum, shown, base)}


def _profile(objective: Objective, profile: Profile, base: Estimate) -> dict[str, Any]:
    return {
        "unit": base.unit,
        "best": profile.best,
        "values": profile.values.tolist(),
        "rise": profile.rise.tolist(),
        "parabola": _parabola(objective, profile, base),
        "ci68": list(profile.interval("ci68")),
        "ci95": list(profile.interval("ci95")),
        "ends": {which: [end.state.key for end in ends] for which, ends in profile.ends.items()},
    }


def _parabola(objective: Objective, profile: Profile, base: Estimate) -> list[float]:
    """The rise in deviance at the values of the curve, were the likelihood what the covariance says; [] for none.

    A parabola in the coordinate of the fit, or in the logarithm where the covariance's interval comes from there.
    """
    if not base.stderr or not profile.best:
        return []
    values, best, stderr = profile.values, profile.best, base.stderr
    if profile.name in objective.names:
        parameter = objective.space.varied[objective.names.index(profile.name)].parameter
        centre = parameter.coordinate_of(best)
        error = stderr / abs(parameter.coordinate_slope(centre))
        distance = (parameter.coordinates_of(values) - centre) / error
    elif profile.name in LOGARITHMIC and np.all(values / best > 0):
        distance = np.log(values / best) * abs(best) / stderr
    else:
        distance = (values - best) / stderr
    return np.square(distance).tolist()  # type: ignore[no-any-return]


def _contours(
    objective: Objective, optimum: Optimum, shown: Sequence[str], base: Mapping[str, Estimate]
) -> list[dict[str, Any]]:
    """Joint 68.27 % and 95 % regions of the first profile and its partner."""
    partners = [name for name in _PARTNERS if name in base and name not in shown[:1]]
    for partner in partners if shown else ():
        pair = shown[0], partner
        found = [contour(objective, optimum, pair, level, points=_POINTS) for level in JOINT_LEVELS.values()]
        closed = [entry for entry in found if entry is not None]
        if len(closed) == len(JOINT_LEVELS):
            return [_contour(closed, base)]
    return []


def _contour(found: Sequence[Contour], base: Mapping[str, Estimate]) -> dict[str, Any]:
    x, y = found[0].names
    return {
        "x": x,
        "y": y,
        "units": [base[x].unit, base[y].unit],
        "best": list(found[0].best),
        "regions": [
            {
                "level": level,
                "rise": entry.level,
                "x": entry.values[:, 0].tolist(),
                "y": entry.values[:, 1].tolist(),
                "open": entry.open.tolist(),
            }
            for level, entry in zip(JOINT_LEVELS, found, strict=True)
        ],
    }


def bootstrap_record(found: Bootstrap) -> dict[str, Any]:
    """How many replicas were fitted, how they were drawn, and how many failed."""
    return {"draw": found.draw.value, "fitted": int(found.draws.shape[0]), "failed": found.failed, "seed": found.seed}
