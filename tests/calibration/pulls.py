"""Many devices measured and fitted from a truth written out by hand; pulls, coverages and bands are stfit's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.estimates import estimates
from stfit.objective import Objective
from stfit.results import Estimate, Status
from stfit.studies.coverage import NOMINAL, Coverage, Judgement, Pulls, band, coverage, critical_z, pull
from tests.calibration.virtual_devices import DERIVED_TRUTH, TRUTH, Design

Array = npt.NDArray[np.float64]

QUANTITIES: Final = ("l_over_L", "theta_0", "tau_0", "slope_P", "slope_AP", "I_c_P", "I_c_AP")
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
    """Pulls of one quantity over all devices (NaN where a fit gives none), and how often its intervals cover."""

    pulls: Array
    covered: Mapping[str, float]


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
        origin = 0.0 if quantity in _LOGARITHMIC else None
        pulls = np.array([pull(estimate, truth, origin) for estimate in found])
        truths, interval = [truth] * len(found), found[0].interval
        return Calibration(pulls, {level: coverage(found, truths, interval, level, 1).covered for level in NOMINAL})


def simulate(design: Design, devices: int, seed: int) -> Ensemble:
    """Measure and fit the design on `devices` devices; data and quotes of the constants are drawn afresh for each."""
    return replicated(design.objective(), TRUTH, devices, seed)


def replicated(objective: Objective, truth: Mapping[str, float], devices: int, seed: int) -> Ensemble:
    """The same for the design of an objective, on devices of any truth."""
    x, rng = objective.space.coordinates(truth), np.random.default_rng(seed)
    replicas = (objective.replicate(x, rng) for _ in range(devices))
    return Ensemble(tuple(Fit(replica, minimise(replica)) for replica in replicas))


def complaints(name: str, found: Calibration, comparisons: int) -> list[str]:
    """What is outside its band, in words; nothing where the quantity is calibrated."""
    devices = found.pulls.size
    missing = int(np.count_nonzero(np.isnan(found.pulls)))
    if missing:
        return [f"{name}: {missing} of {devices} fits give no estimate"]
    pulls = Pulls(found.pulls, critical_z(comparisons))
    wrong = []
    if Judgement.BIASED in pulls.judgements:
        wrong.append(f"{name}: pulls have mean {pulls.mean:.3f} ± {pulls.mean_error:.3f}")
    if {Judgement.TOO_NARROW, Judgement.TOO_WIDE} & set(pulls.judgements):
        wrong.append(f"{name}: pulls have width {pulls.width:.3f} ± {pulls.width_error:.3f}")
    for level, covered in found.covered.items():
        allowed = band(level, devices, comparisons)
        if Coverage("", level, round(covered * devices), devices, *allowed).judgement is not Judgement.HOLDS:
            wrong.append(f"{name}: {level} covers {100 * covered:.1f} % of {devices} devices")
    return wrong


def comparisons_of(ensembles: int, quantities: int) -> int:
    """How many figures are compared."""
    return ensembles * quantities * _FIGURES


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
