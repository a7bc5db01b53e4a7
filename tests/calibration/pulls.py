"""Many devices measured and fitted: pulls, coverages, and the bands they must lie in.

The band of every figure is z times its Monte-Carlo error, z two-sided at 0.001/(number of comparisons), so that all
comparisons of one set together alarm falsely once in a thousand seeds (physics.md, section 4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, norm

from stfit.backends.least_squares import Optimum, minimise
from stfit.diagnostics.estimates import estimates
from stfit.objective import Objective
from stfit.results import Estimate, Status
from tests.calibration.virtual_devices import DERIVED_TRUTH, TRUTH, Design

Array = npt.NDArray[np.float64]

QUANTITIES: Final = ("l_over_L", "theta_0", "tau_0", "slope_P", "slope_AP", "I_c_P", "I_c_AP")
NOMINAL: Final[Mapping[str, float]] = {"ci68": 0.6826894921370859, "ci95": 0.95}
FALSE_ALARM: Final = 0.001
_FIGURES: Final = 4  # mean and width of the pulls, two coverages

# these have their intervals on the logarithm, and so their pulls
_LOGARITHMIC: Final = frozenset({"tau_0", "I_c_P", "I_c_AP"})


@final
@dataclass(frozen=True)
class Fit:
    """One simulated device and its fit."""

    objective: Objective
    optimum: Optimum


@final
@dataclass(frozen=True)
class Calibration:
    """Pulls of one quantity over all devices, and how often its intervals cover."""

    pulls: Array
    covered: Mapping[str, float]

    @property
    def mean(self) -> float:
        """0 without bias."""
        return float(np.mean(self.pulls))

    @property
    def width(self) -> float:
        """1 where the standard errors are right."""
        return float(np.std(self.pulls, ddof=1))


@final
@dataclass(frozen=True)
class Ensemble:
    """Devices of one truth with their fits, and how a fit's errors are found."""

    fits: tuple[Fit, ...]
    estimated: Callable[[Objective, Optimum], Mapping[str, Estimate]] = estimates

    @property
    def unconverged(self) -> int:
        """How many fits did not end at a maximum."""
        return sum(fit.optimum.status is not Status.CONVERGED for fit in self.fits)

    @cached_property
    def estimates(self) -> list[Mapping[str, Estimate]]:
        """The estimates of every device."""
        return [self.estimated(fit.objective, fit.optimum) for fit in self.fits]

    def calibration(self, quantity: str) -> Calibration:
        """Pulls and coverages of one quantity."""
        truth = {**TRUTH, **DERIVED_TRUTH}[quantity]
        found = [device[quantity] for device in self.estimates]
        covered = {level: float(np.mean([_covers(e, level, truth) for e in found])) for level in NOMINAL}
        return Calibration(np.array([_pull(e, truth, quantity in _LOGARITHMIC) for e in found]), covered)


def simulate(design: Design, devices: int, seed: int) -> Ensemble:
    """Measure and fit the design on `devices` devices; data and quotes of the constants are drawn afresh for each."""
    objective = design.objective()
    truth = objective.space.coordinates(TRUTH)
    rng = np.random.default_rng(seed)
    replicas = (objective.replicate(truth, rng) for _ in range(devices))
    return Ensemble(tuple(Fit(replica, minimise(replica)) for replica in replicas))


def critical_z(comparisons: int) -> float:
    """Two-sided at 0.001/comparisons."""
    return float(norm.isf(FALSE_ALARM / comparisons / 2))


def complaints(name: str, found: Calibration, comparisons: int) -> list[str]:
    """What is outside its band, in words; nothing where the quantity is calibrated."""
    devices, z = found.pulls.size, critical_z(comparisons)
    missing = int(np.count_nonzero(np.isnan(found.pulls)))
    if missing:
        return [f"{name}: {missing} of {devices} fits give no estimate"]
    wrong = []
    if abs(found.mean) > z / np.sqrt(devices):
        wrong.append(f"{name}: pulls have mean {found.mean:.3f} ± {1 / np.sqrt(devices):.3f}")
    # the standard deviation of N Gaussian pulls has the error 1/√(2N)
    if abs(found.width - 1.0) > z / np.sqrt(2 * devices):
        wrong.append(f"{name}: pulls have width {found.width:.3f} ± {1 / np.sqrt(2 * devices):.3f}")
    for level, nominal in NOMINAL.items():
        tail = FALSE_ALARM / comparisons / 2
        inside = round(found.covered[level] * devices)
        if not binom.ppf(tail, devices, nominal) <= inside <= binom.isf(tail, devices, nominal):
            wrong.append(f"{name}: {level} covers {100 * found.covered[level]:.1f} % of {devices} devices")
    return wrong


def comparisons_of(ensembles: int, quantities: int) -> int:
    """How many figures are compared."""
    return ensembles * quantities * _FIGURES


def _pull(estimate: Estimate, truth: float, logarithmic: bool) -> float:
    """(estimate − truth)/error, NaN where the fit gives none."""
    if estimate.value is None or estimate.stderr is None:
        return float("nan")
    if not logarithmic:
        return (estimate.value - truth) / estimate.stderr
    ratio = estimate.value / truth
    return float(np.log(ratio) * abs(estimate.value) / estimate.stderr) if ratio > 0 else float("nan")


def _covers(estimate: Estimate, level: str, truth: float) -> bool:
    interval = estimate.ci68 if level == "ci68" else estimate.ci95
    if interval is None:
        return False
    low, high = interval
    return (low is None or low <= truth) and (high is None or truth <= high)


def halved(objective: Objective, optimum: Optimum) -> Mapping[str, Estimate]:
    """The estimates of someone who halves every standard error."""
    assert optimum.covariance is not None
    return estimates(objective, replace(optimum, covariance=optimum.covariance / 4))


def from_residuals(objective: Objective, optimum: Optimum) -> Mapping[str, Estimate]:
    """The estimates of someone who takes (JᵀJ)⁻¹ of the signed roots for the covariance."""
    scales = optimum.directions.scales
    jacobian = objective.jacobian(optimum.x) * scales
    covariance = np.linalg.inv(jacobian.T @ jacobian) * np.outer(scales, scales)
    return estimates(objective, replace(optimum, covariance=covariance))
