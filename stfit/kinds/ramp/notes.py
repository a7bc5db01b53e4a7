"""The moments of switching currents against those of the fitted law: a check that does not pass through the fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from stfit.backends.optimum import Optimum
from stfit.derivatives import value_of
from stfit.diagnostics.remarks import Remarks, ReplicaTest
from stfit.kinds.ramp.contrast import contrast_notes
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.exposure import is_straight
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.kinds.ramp.switching_events import event_tests
from stfit.measurement import Observation, name_of
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective import Objective, Term
from stfit.objective.predictions import log_dwell_time
from stfit.physics.switching import ramp_mean, ramp_mode, ramp_std
from stfit.results import Note
from stfit.results.numbers import format_rounded

Array = npt.NDArray[np.float64]

_LATE_MODE = 5.0  # 1/a between start and mode, from which the closed forms hold: e⁻⁵ of the events lack the early tail
_KURTOSIS = 5.4  # of Gompertz's law far from its start, as of Gumbel's: 3 + 12/5
_FAR = 0.01  # of the samples of a loop, that may lie on neither branch
_FALSE_ALARM = 0.001  # shared among all moments compared


@final
@dataclass(frozen=True)
class RampMoments:
    """Of every setting, shape (settings,), what is swept counted from the start of the ramp (A or V).

    mean, deviation: of the events. expected_mean, expected_deviation, mode: of the fitted law, NaN where the ramp
    starts too near the mode for the closed forms.
    """

    n: Array
    mean: Array
    deviation: Array
    expected_mean: Array
    expected_deviation: Array
    mode: Array

    @property
    def pulls(self) -> Array:
        """Differences of means and of standard deviations in units of their errors, shape (2·settings,)."""
        n = np.where(self.n > 0, self.n, np.nan)  # ramps on which nothing switched have no moments
        of_mean = (self.mean - self.expected_mean) / (self.expected_deviation / np.sqrt(n))
        of_deviation = (self.deviation / self.expected_deviation - 1.0) / np.sqrt((_KURTOSIS - 1.0) / (4.0 * n))
        return np.concatenate([of_mean, of_deviation])


def ramp_moments(objective: Objective, optimum: Optimum, term: Term) -> RampMoments:
    """Moments of the ramps of a term whose measurement is one."""
    measurement = term.measurement
    if not isinstance(measurement, RampEvents | SteppedRamps):
        raise TypeError(f"a measurement of kind {measurement.origin.kind!r} has no ramps")
    n, mean, deviation = measurement.event_moments
    rate = measurement.ramps.ramp_rate
    start, slope = _start_and_slope(objective, optimum, term, measurement)
    rising = np.where(slope > 0, slope, np.nan)
    mode = ramp_mode(rising, -start, rate)
    late = np.where(mode * rising > _LATE_MODE, 1.0, np.nan)
    return RampMoments(n, mean, deviation, late * ramp_mean(rising, -start, rate), late * ramp_std(rising), mode)


def _start_and_slope(
    objective: Objective, optimum: Optimum, term: Term, measurement: RampEvents | SteppedRamps
) -> tuple[Array, Array]:
    """ln τ where each ramp starts, and the slope at which it falls along the ramp, 1/A or 1/V."""
    quantities = term.quantities(objective.space.quantities(optimum.x))
    _, mean, deviation = measurement.event_moments
    half = np.clip(deviation, 0.01 * mean, 0.5 * mean)
    rows = measurement.first_rows
    settings = measurement.settings.at(rows)
    temperature = term.thermometer[rows] * (np.squeeze(quantities["temperature"]) / term.nominal_temperature)
    low, high = (
        value_of(log_dwell_time(term.law, quantities, settings.swept_to(measurement.ramps.reached(rise)), temperature))
        for rise in (mean - half, mean + half)
    )
    slope = (low - high) / (2.0 * half)
    return (low + high) / 2 + slope * mean, slope


def ramp_notes(objective: Objective, optimum: Optimum) -> list[Note]:
    """One remark for each measurement under ramps: whether means and widths are those of the fit.

    None where the fit has no one slope along a ramp.
    """
    quantities = objective.space.quantities(optimum.x)
    ramps = [
        term
        for term in objective.terms
        if isinstance(term.measurement, RampEvents | SteppedRamps)
        and is_straight(term.law, quantities, term.measurement.settings)
    ]
    found = [ramp_moments(objective, optimum, term) for term in ramps]
    compared = sum(int(np.count_nonzero(np.isfinite(moments.pulls))) for moments in found)
    limit = float(-ndtri(_FALSE_ALARM / max(compared, 1) / 2))
    return [_note(term.measurement, moments, limit) for term, moments in zip(ramps, found, strict=True)]


def _note(measurement: Any, moments: RampMoments, limit: float) -> Note:
    name, unit = name_of(measurement), measurement.ramps.swept.unit
    pulls = moments.pulls[np.isfinite(moments.pulls)]
    topic = "moments of the switching currents"
    if pulls.size == 0:
        text = f"{name}: the ramps start too near the mode of the switching currents for their moments to be compared."
        return Note(topic, "info", text)
    worst = float(pulls[np.argmax(np.abs(pulls))])
    modes = " to ".join(
        format_rounded(float(end), unit, 3) for end in (np.nanmin(moments.mode), np.nanmax(moments.mode))
    )
    text = (
        f"{name}: mean and width of the switching currents differ from those of the fit, mode − 0.577/|s| and "
        f"π/(√6 |s|), by at most {abs(worst):.1f} standard errors ({pulls.size} moments; modes {modes} from the start)."
    )
    if abs(worst) <= limit:
        return Note(topic, "info", text)
    return Note(topic, "warning", f"{text} Eq. 27, with one slope for the whole ramp, does not describe them.")


def _between(measurements: list[Observation]) -> list[Note]:
    """A warning for loops many of whose samples lie between the branches: two states do not describe them."""
    loops = [m for m in measurements if isinstance(m, SteppedRamps) and m.between > _FAR]
    return [
        Note(
            "levels between the branches",
            "warning",
            f"{name_of(loop)}: {100 * loop.between:.2g} % of the samples lie far from both branches: the device rests "
            "on levels in between (a domain wall, a vortex). A state counts as left where its branch is left; the "
            "law of two states may not describe such a device.",
        )
        for loop in loops
    ]


class RampRemarks(Remarks):
    """The moments of switching currents are a check that does not pass through the fit."""

    def assumptions(self, law: SpinTransferLaw, measurements: list[Observation]) -> list[str]:
        """How single events are counted, where the law has no one slope along a ramp."""
        if law.linear_in_current or not any(isinstance(m, RampEvents) for m in measurements):
            return []
        return [
            "Switching events under ramps are counted in bins of current, because ln τ is not linear in the current."
        ]

    def validity(self, objective: Objective, optimum: Optimum) -> list[Note]:
        """Means and widths against those of the fit; samples of loops on neither branch; branches against ΔR."""
        loops = _between([term.measurement for term in objective.terms])
        return [*ramp_notes(objective, optimum), *loops, *contrast_notes(objective)]

    def replica_tests(self, measurement: Observation) -> list[ReplicaTest]:
        """Whether single switching events follow the fitted law."""
        return event_tests(measurement) if isinstance(measurement, RampEvents | SteppedRamps) else []

    def sweeps(self, measurement: Observation) -> dict[str, list[float]]:
        """The first sweeps of loops, as they were measured."""
        found = measurement.sweeps if isinstance(measurement, SteppedRamps) else {}
        return {name: values.tolist() for name, values in found.items()}


REMARKS: Final = RampRemarks()
