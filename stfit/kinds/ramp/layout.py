"""The columns of a table of switching currents, and of hysteresis loops."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from stfit.measurement.columns import CURRENT, TEMPERATURE, TIMING, TRANSITION, VOLTAGE, Column, Domain, Layout

_AMPERES: Final = ("mA", "uA", "A")
_SWITCHING_CURRENT: Final = Column(
    "switching_current", "A", accepts=_AMPERES, aliases=("I_sw", "I_switch", "I_switching"), measured=True
)
_RAMP_RATE: Final = Column(
    "ramp_rate", "A/s", accepts=("A/s", "mA/s", "uA/s"), aliases=("sweep_rate", "dI/dt"), noise=TIMING
)
_CURRENT_STEP: Final = Column("current_step", "A", Domain.POSITIVE, _AMPERES, ("step", "step_size"))
_START_CURRENT: Final = Column("start_current", "A", accepts=_AMPERES, aliases=("I_start",))

LAYOUT: Final = Layout((TRANSITION, _SWITCHING_CURRENT, _RAMP_RATE), (), (_CURRENT_STEP, _START_CURRENT, TEMPERATURE))

_SWEEP: Final = Column("sweep", "", Domain.FINITE, aliases=("loop", "cycle", "repeat", "group"), label=True)
_RESISTANCE: Final = Column("resistance", "ohm", accepts=("ohm", "kohm", "mohm"), aliases=("R", "R_dc"), measured=True)
_TIME: Final = Column("time", "s", accepts=("s", "ms"), aliases=("t",), measured=True)
_RATE: Final = Column("ramp_rate", "A/s", accepts=("A/s", "mA/s"), aliases=("sweep_rate", "dI/dt"), noise=TIMING)

_VOLTAGE: Final = replace(VOLTAGE, measured=True)

LOOP_LAYOUT: Final = Layout(
    (_SWEEP, replace(CURRENT, measured=True)),
    ((_RESISTANCE, _TIME), (_RESISTANCE, _RATE), (_VOLTAGE, _TIME), (_VOLTAGE, _RATE)),
    (TEMPERATURE,),
    drawn=(("current",), ("resistance", "voltage")),
)
