"""The columns of a table of switching events under ramps, and of hysteresis loops."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from stfit.measurement import columns
from stfit.measurement.columns import TEMPERATURE, TIMING, TRANSITION, Column, Domain, Layout

_AMPERES: Final = ("mA", "uA", "A")
_VOLTS: Final = ("V", "mV")
_TESLAS: Final = ("mT", "T", "Oe")
_SWITCHING_CURRENT: Final = Column(
    "switching_current", "A", accepts=_AMPERES, aliases=("I_sw", "I_switch", "I_switching"), measured=True
)
_SWITCHING_VOLTAGE: Final = Column(
    "switching_voltage", "V", accepts=_VOLTS, aliases=("V_sw", "V_switch", "V_switching"), measured=True
)
_SWITCHING_FIELD: Final = Column(
    "switching_field",
    "T",
    accepts=_TESLAS,
    aliases=("H_sw", "B_sw", "H_switch", "H_switching", "coercive_field", "H_c"),
    measured=True,
)
_RATES: Final = ("A/s", "mA/s", "uA/s", "V/s", "mT/s")
_RAMP_RATE: Final = Column(
    "ramp_rate",
    "A/s",
    accepts=_RATES,
    aliases=("sweep_rate", "dI/dt", "dV/dt", "dH/dt"),
    noise=TIMING,
    otherwise=Column(
        "voltage_rate",
        "V/s",
        accepts=_RATES,
        noise=TIMING,
        otherwise=Column("field_rate", "T/s", accepts=_RATES, noise=TIMING),
    ),
)
_CURRENT_STEP: Final = Column("current_step", "A", Domain.POSITIVE, _AMPERES, ("step", "step_size"))
_VOLTAGE_STEP: Final = Column("voltage_step", "V", Domain.POSITIVE, _VOLTS)
_FIELD_STEP: Final = Column("field_step", "T", Domain.POSITIVE, _TESLAS)
_START_CURRENT: Final = Column("start_current", "A", accepts=_AMPERES, aliases=("I_start",))
_START_VOLTAGE: Final = Column("start_voltage", "V", accepts=_VOLTS, aliases=("V_start",))
_START_FIELD: Final = Column("start_field", "T", accepts=_TESLAS, aliases=("H_start", "B_start"))

LAYOUT: Final = Layout(
    (TRANSITION, _RAMP_RATE),
    (
        (_SWITCHING_CURRENT,),
        (_SWITCHING_VOLTAGE,),
        (_SWITCHING_FIELD, columns.CURRENT),
        (_SWITCHING_FIELD,),
    ),
    (
        _CURRENT_STEP,
        _START_CURRENT,
        _VOLTAGE_STEP,
        _START_VOLTAGE,
        _FIELD_STEP,
        _START_FIELD,
        columns.FIELD,
        TEMPERATURE,
    ),
)

_SWEEP: Final = Column("sweep", "", Domain.FINITE, aliases=("loop", "cycle", "repeat", "group"), label=True)
_RESISTANCE: Final = Column("resistance", "ohm", accepts=("ohm", "kohm", "mohm"), aliases=("R", "R_dc"), measured=True)
_TIME: Final = Column("time", "s", accepts=("s", "ms"), aliases=("t",), measured=True)

_CURRENT: Final = replace(columns.CURRENT, measured=True)
_VOLTAGE: Final = replace(columns.VOLTAGE, measured=True)
_FIELD: Final = replace(columns.FIELD, measured=True, noise=None)

LOOP_LAYOUT: Final = Layout(
    (_SWEEP,),
    tuple(
        (drive, reading, pace)
        for drive, reading in ((_CURRENT, _RESISTANCE), (_CURRENT, _VOLTAGE), (_FIELD, _RESISTANCE))
        for pace in (_TIME, _RAMP_RATE)
    ),
    (_FIELD, TEMPERATURE),
    drawn=(("current", "field"), ("resistance", "voltage")),
)
