"""Do single switching events follow the fitted law? A test that needs no classes, for few events as for many.

Under the fitted law the share of ramps that have switched at each event is uniform between 0 and 1 (the probability-
integral transform), whatever the setting, so that the events of a transition are tested together. The statistic is
Anderson and Darling's (Ann. Math. Statist. 23, 193, 1952), which feels both ends of the distribution. Fitted parameters
move its null distribution: p comes from refits of simulated ramps.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.diagnostics.remarks import ReplicaTest
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.measurement import name_of
from stfit.measurement.view import TRANSITION_WORDS
from stfit.results.fit_tests import SWITCHING_CURRENTS

Array = npt.NDArray[np.float64]

_FEWEST: Final = 20  # events of a transition
_NARROWEST: Final = 1e-6  # of the shares: what an exact event is spread over
_ANGLES: Final = (np.arange(256) + 0.5) * (np.pi / 512)  # u = sin² of them: dense at both ends, where the weight is
_SHARES: Final = np.sin(_ANGLES) ** 2
_WEIGHTS: Final = (np.pi / 512) * 2.0 / (np.sin(_ANGLES) * np.cos(_ANGLES))  # du/(u(1 − u))


def event_tests(ramps: RampEvents | SteppedRamps) -> list[ReplicaTest]:
    """A test for each transition of a measurement under ramps that has events enough."""
    events = np.bincount(ramps.ramps.state, weights=ramps.event_moments[0], minlength=2)
    return [
        ReplicaTest(f"{SWITCHING_CURRENTS}, {TRANSITION_WORDS[state]}", name_of(ramps), partial(_statistic, state))
        for state in np.flatnonzero(events >= _FEWEST).tolist()
    ]


def _statistic(state: int, ramps: RampEvents | SteppedRamps, prediction: Array) -> float:
    """Anderson and Darling's statistic of the events out of a state."""
    low, high, events, setting = ramps.switched_shares(prediction)
    tested = (ramps.ramps.state[setting] == state) & (events > 0)
    return anderson_darling(low[tested], high[tested], events[tested])


def anderson_darling(low: Array, high: Array, count: Array) -> float:
    """A² = n ∫ (F − u)²/(u(1 − u)) du of events known to lie between two shares; arrays of shape (rows,).

    F is the mean distribution of the events under the fitted law, given what is known of each: uniform between its two
    shares. What is not known of an event thus speaks neither for the law nor against it.
    """
    width = np.maximum(high - low, _NARROWEST)
    rise = count / width
    events = float(np.sum(count))
    distribution = (_ramps(low, rise) - _ramps(low + width, rise)) / events
    return events * float(np.sum(_WEIGHTS * np.square(distribution - _SHARES)))


def _ramps(start: Array, rise: Array) -> Array:
    """Σ rise · max(u − start, 0) at the shares u of the statistic."""
    order = np.argsort(start)
    slopes, offsets = (np.append(0.0, np.cumsum(values[order])) for values in (rise, rise * start))
    begun = np.searchsorted(start[order], _SHARES)
    return np.asarray(_SHARES * slopes[begun] - offsets[begun])
