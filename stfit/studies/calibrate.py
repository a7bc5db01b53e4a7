"""Is an interval as wide as it says? The design is simulated from its own fit and refitted, many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.bootstrap import bootstrap
from stfit.backends.keeping import Kept, kept
from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.estimates import LOGARITHMIC, estimates
from stfit.diagnostics.intervals import bootstrap_estimates, covariance_estimates, profile_estimates
from stfit.errors import InputError, Problem
from stfit.objective import Objective
from stfit.results import Estimate, Status, Verdict
from stfit.results.result import estimate_of
from stfit.studies.coverage import NOMINAL, Coverage, Judgement, Pulls, coverage, critical_z, pull
from stfit.studies.sbc import Repetitions, SimulatedPosteriors, simulate_posteriors
from stfit.studies.truths import truths_at

Array = npt.NDArray[np.float64]

REFITTED: Final = ("covariance", "profile", "bootstrap")
KINDS: Final = (*REFITTED, "posterior")
_RESAMPLES: Final = 199  # replicas of a bootstrap within a replica: (199 + 1) p is a whole number at the 95 % ends
_LEFT_OUT: Final = (Verdict.NOT_IDENTIFIED, Verdict.AT_BOUND)


@final
@dataclass(frozen=True)
class Replica:
    """One simulated measurement and what its fit says: how it ended, and the estimates by kind of interval."""

    status: Status
    estimates: Mapping[str, Mapping[str, Estimate]]


@final
@dataclass(frozen=True)
class QuantityCalibration:
    """One quantity over all replicas. truth: that of the fit, SI. missing: replicas without an error of it.

    bias, bias_error: mean of estimate − truth and its Monte-Carlo error, in the unit of the quantity; taken on the
    logarithm where the interval is made there. coverages: of every kind and level.
    """

    name: str
    truth: float
    unit: str
    missing: int
    bias: float
    bias_error: float
    pulls: Pulls
    coverages: tuple[Coverage, ...]

    def judgement(self, kind: str) -> Judgement:
        """Of the intervals of a kind, at both levels."""
        found = [c.judgement for c in self.coverages if c.interval == kind and c.judgement is not Judgement.HOLDS]
        return found[0] if found else Judgement.HOLDS


@final
@dataclass(frozen=True)
class Calibration:
    """What simulation says of the errors and intervals of one design. kinds: of intervals that were tested.

    fitted: what is tested, with its estimates by the fit. left_out: quantity → why it is not tested.
    posteriors: where posterior intervals are tested; their truths are drawn from the prior.
    """

    replicas: tuple[Replica, ...]
    seed: int
    kinds: tuple[str, ...]
    fitted: Mapping[str, Estimate]
    truths: Mapping[str, float]
    origins: Mapping[str, float | None]
    left_out: Mapping[str, str] = field(default_factory=dict)
    posteriors: SimulatedPosteriors | None = None

    @property
    def not_converged(self) -> int:
        """How many fits did not end at a maximum; they are left out of every other figure."""
        return len(self.replicas) - len(self._converged)

    @property
    def comparisons(self) -> int:
        """How many figures are compared: mean and width of the pulls, two levels of each kind of interval."""
        return max(1, len(self.fitted) * (2 + len(NOMINAL) * len(self.kinds)))

    @cached_property
    def quantities(self) -> tuple[QuantityCalibration, ...]:
        """Every quantity that was tested."""
        return tuple(self._quantity(name) for name in self.fitted)

    def __getitem__(self, name: str) -> QuantityCalibration:
        """The quantity called `name`; KeyError lists those there are."""
        if name not in self.fitted:
            raise KeyError(f"no calibrated quantity is called {name!r}; there are {', '.join(self.fitted)}")
        return next(quantity for quantity in self.quantities if quantity.name == name)

    @cached_property
    def _converged(self) -> list[Replica]:
        return [replica for replica in self.replicas if replica.status is Status.CONVERGED]

    def _quantity(self, name: str) -> QuantityCalibration:
        truth, origin = self.truths[name], self.origins[name]
        found = [replica.estimates["covariance"][name] for replica in self._converged]
        pulls = np.array([pull(estimate, truth, origin) for estimate in found])
        values = np.array([np.nan if estimate.value is None else estimate.value for estimate in found])
        bias, bias_error = _bias(values, truth, origin)
        return QuantityCalibration(
            name=name,
            truth=truth,
            unit=self.fitted[name].unit,
            missing=int(np.count_nonzero(np.isnan(pulls))),
            bias=bias,
            bias_error=bias_error,
            pulls=Pulls(pulls[np.isfinite(pulls)], critical_z(self.comparisons)),
            coverages=tuple(self._coverage(name, kind, level) for kind in self.kinds for level in NOMINAL),
        )

    def _coverage(self, name: str, kind: str, level: str) -> Coverage:
        if kind == "posterior":
            drawn = () if self.posteriors is None else self.posteriors.replicas
            found, truths = [r.estimates[name] for r in drawn], [r.truths[name] for r in drawn]
        else:
            found = [replica.estimates[kind][name] for replica in self._converged]
            truths = [self.truths[name]] * len(found)
        return coverage(found, truths, kind, level, self.comparisons)


def calibrate(
    objective: Objective,
    optimum: Optimum,
    repetitions: Repetitions,
    *,
    kinds: Sequence[str] = ("covariance", "profile"),
    quantities: Sequence[str] | None = None,
    posteriors: int | None = None,
) -> Calibration:
    """Simulate the design from its fit and refit it many times: pulls, bias, coverage of each kind of interval.

    The fit is the truth: data are drawn at it, and the quotes of constrained constants about it (held there, the pulls
    would be far too narrow). Posterior intervals are tested as simulation-based calibration does, with truths from the
    prior, in repetitions of their own.

    Parameters
    ----------
    objective, optimum
        The design and its fit.
    repetitions
        How often, and with which seed.
    kinds
        The intervals that are tested: some of covariance, profile, bootstrap and posterior.
    quantities
        Which are tested (default: all that have an error).
    posteriors
        How many repetitions test the posterior intervals (default: as many as are refitted).

    Returns
    -------
    Calibration
        What each repetition found, and figures over all.

    Raises
    ------
    InputError
        If there are fewer than two repetitions, or an unknown kind or quantity.
    """
    found = estimates(objective, optimum)
    _check(repetitions.replicas, kinds, quantities or (), found)
    truths = truths_at(objective, optimum.x)
    asked = found if quantities is None else {name: found[name] for name in quantities}
    tested, left_out = _tested(asked, truths)
    refitted = tuple(kind for kind in REFITTED if kind in kinds)
    replicate = partial(_replica, objective, optimum.x, tuple(tested), refitted)
    sampled = None
    if "posterior" in kinds:
        count = repetitions.replicas if posteriors is None else posteriors
        sampled = simulate_posteriors(objective, optimum, replace(repetitions, replicas=count))
    seeds = np.random.SeedSequence(repetitions.seed).spawn(repetitions.replicas)
    of = (objective, optimum.x, tuple(tested), refitted, repetitions.seed)
    work = Kept("simulated and refitted", of, _plain_replica, _whole_replica)
    return Calibration(
        replicas=tuple(kept(work, replicate, seeds, repetitions.processes)),
        seed=repetitions.seed,
        kinds=tuple(kind for kind in KINDS if kind in kinds),
        fitted=tested,
        truths={name: truths[name] for name in tested},
        origins={name: origin_of(objective, name) for name in tested},
        left_out=left_out,
        posteriors=sampled,
    )


def origin_of(objective: Objective, name: str) -> float | None:
    """Where the logarithm of a quantity begins, on which its interval is made; None where that is linear."""
    for p in objective.space.varied:
        if p.name == name:
            parameter = p.parameter
            return {"log": 0.0, "log1p": -parameter.scale}.get(parameter.transform)
    return 0.0 if name in LOGARITHMIC else None


def _replica(
    objective: Objective, x: Array, names: Sequence[str], kinds: Sequence[str], seed: np.random.SeedSequence
) -> Replica:
    """One measurement more, fitted from where the user's fit started."""
    drawn = objective.replicate(x, np.random.default_rng(seed))
    optimum = minimise(drawn)
    if optimum.status is not Status.CONVERGED:
        return Replica(optimum.status, {})
    found = {"covariance": covariance_estimates(drawn, optimum)}
    if "profile" in kinds:
        found["profile"] = profile_estimates(drawn, optimum)
    if "bootstrap" in kinds:
        resampled = bootstrap(drawn, optimum, seed=int(seed.generate_state(1)[0]), replicas=_RESAMPLES)
        found["bootstrap"] = bootstrap_estimates(drawn, optimum, resampled)
    return Replica(optimum.status, {kind: {name: e[name] for name in names} for kind, e in found.items()})


def _plain_replica(replica: Replica) -> dict[str, Any]:
    return asdict(replica) | {"status": replica.status.key}


def _whole_replica(plain: Mapping[str, Any]) -> Replica:
    found = plain["estimates"].items()
    estimates = {kind: {name: estimate_of(entry) for name, entry in of.items()} for kind, of in found}
    return Replica(Status.from_key(plain["status"]), estimates)


def _tested(found: Mapping[str, Estimate], truths: Mapping[str, float]) -> tuple[dict[str, Estimate], dict[str, str]]:
    """The quantities whose errors can be tested, and why the others are left out; what is held goes without saying."""
    tested = {name: e for name, e in found.items() if name in truths and e.stderr and e.verdict not in _LEFT_OUT}
    left_out = {name: e.verdict.value for name, e in found.items() if name in truths and e.verdict in _LEFT_OUT}
    return tested, left_out


def _bias(values: Array, truth: float, origin: float | None) -> tuple[float, float]:
    """Mean of estimate − truth with its Monte-Carlo error, in the unit of the quantity; NaN of fewer than two."""
    if origin is None:
        off = values - truth
    else:
        ratio = (values - origin) / (truth - origin)
        off = (truth - origin) * np.log(np.where(ratio > 0.0, ratio, np.nan))
    off = off[np.isfinite(off)]
    if off.size < 2:
        return float("nan"), float("nan")
    return float(np.mean(off)), float(np.std(off, ddof=1) / np.sqrt(off.size))


def _check(replicas: int, kinds: Sequence[str], quantities: Sequence[str], found: Mapping[str, Estimate]) -> None:
    if replicas < 2:
        raise InputError(Problem("calibration, replicas", "at least 2", str(replicas)))
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not kinds:
        raise InputError(Problem("calibration, intervals", f"some of {', '.join(KINDS)}", ", ".join(unknown) or "none"))
    missing = [name for name in quantities if name not in found]
    if missing:
        raise InputError(Problem("calibration, quantities", f"some of {', '.join(found)}", ", ".join(missing)))
