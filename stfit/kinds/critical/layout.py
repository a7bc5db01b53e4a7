"""The columns of a table of critical currents."""

from __future__ import annotations

from typing import Final

from stfit.measurement.columns import TEMPERATURE, TRANSITION, Column, Domain, Layout

_AMPERES: Final = ("mA", "A", "uA")
_CURRENT: Final = Column(
    "critical_current", "A", accepts=_AMPERES, aliases=("I_c", "I_crit", "switching_current"), measured=True
)
_STDERR: Final = Column(
    "critical_current_stderr", "A", Domain.POSITIVE, _AMPERES, ("I_c_stderr", "I_c_err", "critical_current_err")
)
_DELTA_R: Final = Column("delta_R", "ohm", accepts=("ohm", "mohm"), aliases=("dR", "ΔR", "R_AP-R_P"))
_BARRIER: Final = Column(
    "barrier", "J", Domain.POSITIVE, ("eV", "meV", "J"), ("E_a", "energy_barrier", "anisotropy_energy")
)

_TIME: Final = Column(
    "measurement_time",
    "s",
    Domain.POSITIVE,
    ("s", "ms", "us", "ns"),
    ("t_m", "pulse_width", "t_p", "tp", "pulse_length", "pulse_duration"),
)

LAYOUT: Final = Layout((TRANSITION, _CURRENT, _STDERR), (), (_DELTA_R, _BARRIER, TEMPERATURE, _TIME))
