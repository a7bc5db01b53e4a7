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

_ERROR_RATE: Final = Column(
    "error_rate", "", Domain.PROBABILITY, aliases=("WER", "write_error_rate", "BER", "bit_error_rate")
)

LAYOUT: Final = Layout(
    (TRANSITION, _PULSE_WIDTH, _N),
    tuple((drive, share) for drive in (CURRENT, VOLTAGE) for share in (_N_SWITCHED, _PROBABILITY, _ERROR_RATE)),
    (TEMPERATURE,),
)
