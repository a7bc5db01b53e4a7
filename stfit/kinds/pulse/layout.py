"""The columns of a table of switching under pulses."""

from __future__ import annotations

from typing import Final

from stfit.measurement.columns import CURRENT, TEMPERATURE, TIMING, TRANSITION, VOLTAGE, Column, Domain, Layout

_PULSE_WIDTH: Final = Column(
    "pulse_width", "s", Domain.POSITIVE, ("ns", "us", "ms", "s"), ("t_p", "tp", "pulse_length"), noise=TIMING
)
_N: Final = Column("n", "", Domain.POSITIVE_COUNT, aliases=("pulses", "n_pulses", "n_reps", "trials", "shots"))
_N_SWITCHED: Final = Column("n_switched", "", Domain.COUNT, aliases=("switched", "k", "successes", "hits"))
_PROBABILITY: Final = Column("probability", "", Domain.PROBABILITY, aliases=("P_sw", "switching_probability"))

LAYOUT: Final = Layout(
    (TRANSITION, _PULSE_WIDTH, _N),
    ((CURRENT, _N_SWITCHED), (CURRENT, _PROBABILITY), (VOLTAGE, _N_SWITCHED), (VOLTAGE, _PROBABILITY)),
    (TEMPERATURE,),
)
