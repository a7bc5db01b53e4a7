"""One small design of every kind of measurement, with many counts a row and with few, for tests of interval kinds.

Rich is 300 counts a row and more; poor is at most 15 in at least 15 rows (physics.md, section 4). Critical currents and
resonance lines count nothing: there rich and poor are small and large errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

import numpy as np

from stfit.analysis import analysis_of
from stfit.measurement import Observation
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from tests import builders
from tests.calibration.virtual_devices import (
    LINES_TRUTH,
    QUOTES,
    TRUTH,
    critical_currents,
    dwell_events,
    dwell_table,
    lines,
    pulses,
)

_COLD_TO_WARM: Final = (250.0, 285.0, 320.0)
_DEVICE: Final = ("l_over_L", "theta_0", "tau_0", "slope_P", "slope_AP", "I_c_P", "I_c_AP")
_SLOPES: Final = ("l_over_L", "theta_0", "slope_P", "slope_AP")
_BETA: Final = {"beta": QUOTES["beta"]}
_SEED: Final = 4040  # of the one measurement that makes a design; chosen before the first run with it


@final
@dataclass(frozen=True)
class KindDesign:
    """A measurement, what is known beside it, and which quantities are tested. steps, walkers: of its chains."""

    measurement: Callable[[], Observation]
    quantities: tuple[str, ...] = _DEVICE
    known: Mapping[str, str] | None = None
    steps: int = 320
    walkers: int = 64

    def objective(self) -> Objective:
        """The objective of this design, measured once at the truth."""
        known = QUOTES if self.known is None else self.known
        designed = assemble(analysis_of({"device": dict(known)}, Path(), "calibration"), [self.measurement()])
        truth = designed.space.coordinates(truth_of(designed))
        return designed.replicate(truth, np.random.default_rng(_SEED), redraw_constraints=False)


def truth_of(objective: Objective) -> Mapping[str, float]:
    """The true parameters, those of single measurements included."""
    return {
        name: value
        for name, value in {**TRUTH, **LINES_TRUTH}.items()
        if name in {p.name for p in objective.space.varied}
    }


def _rich_ramps(step: float | None = None) -> Observation:
    return builders.ramps(TRUTH, temperatures=(250.0, 320.0), rates=(1.0, 100.0), n=300, seed=_SEED, step=step)


def _poor_ramps(step: float | None = None) -> Observation:
    rates = (1.0, 10.0, 100.0)
    return builders.ramps(TRUTH, temperatures=_COLD_TO_WARM, rates=rates, n=6, seed=_SEED, step=step)


DESIGNS: Final[Mapping[str, KindDesign]] = {
    "dwell-times, rich": KindDesign(
        lambda: dwell_table((300, 600), 2e-3, currents=3, temperatures=_COLD_TO_WARM),
    ),
    "dwell-times, poor": KindDesign(
        lambda: dwell_table((1, 10), 4e-3, currents=3, temperatures=_COLD_TO_WARM), steps=700
    ),
    "dwell-events, rich": KindDesign(
        lambda: dwell_events((300, 600), 2e-3, currents=3, temperatures=_COLD_TO_WARM),
    ),
    "dwell-events, poor": KindDesign(
        lambda: dwell_events((1, 10), 4e-3, currents=3, temperatures=_COLD_TO_WARM), steps=700
    ),
    "switching-pulse, rich": KindDesign(lambda: pulses(1000, temperatures=_COLD_TO_WARM)),
    "switching-pulse, poor": KindDesign(lambda: pulses(12, temperatures=(250.0, 320.0))),
    "switching-ramp, exact, rich": KindDesign(_rich_ramps),
    "switching-ramp, exact, poor": KindDesign(_poor_ramps),
    "switching-ramp, stepped, rich": KindDesign(lambda: _rich_ramps(step=0.4e-3)),
    "switching-ramp, stepped, poor": KindDesign(lambda: _poor_ramps(step=0.4e-3)),
    "switching-currents, 3 %": KindDesign(
        lambda: critical_currents(0.03, barriers=True), ("l_over_L", "theta_0"), _BETA, 500
    ),
    "switching-currents, 15 %": KindDesign(
        lambda: critical_currents(0.15, barriers=True), ("l_over_L", "theta_0"), _BETA, 500
    ),
    "fmr-lines, 3 %": KindDesign(lines, _SLOPES, walkers=160),
    "fmr-lines, 15 %": KindDesign(lambda: lines(5.0), _SLOPES, walkers=160),
}
