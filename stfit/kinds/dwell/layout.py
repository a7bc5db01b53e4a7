"""The columns of tables of dwell times and of single dwells."""

from __future__ import annotations

from typing import Final

from stfit.measurement.columns import CURRENT, FIELD, STATE, TEMPERATURE, Column, Domain, Layout

_SECONDS: Final = ("s", "ms", "us", "ns")
_N: Final = Column("n", "", Domain.COUNT, aliases=("count", "transitions", "n_transitions", "n_events"))
_TOTAL_TIME: Final = Column("total_time", "s", Domain.POSITIVE, _SECONDS, ("t_total", "time_in_state"))
_MEAN: Final = Column("mean_dwell", "s", Domain.POSITIVE, _SECONDS, ("tau", "dwell_time", "mean_dwell_time"))
_MEAN_STDERR: Final = Column(
    "mean_dwell_stderr", "s", Domain.POSITIVE, _SECONDS, ("tau_stderr", "tau_err", "mean_dwell_err")
)
_DEAD_TIME: Final = Column("dead_time", "s", Domain.NON_NEGATIVE, _SECONDS)

LAYOUT: Final = Layout(
    (STATE, CURRENT), ((_N, _TOTAL_TIME), (_MEAN, _N), (_MEAN, _MEAN_STDERR)), (TEMPERATURE, FIELD, _DEAD_TIME)
)

_DURATION: Final = Column(
    "duration", "s", Domain.POSITIVE, ("s", "ms", "us", "ns"), ("dwell", "dwell_time", "t"), measured=True
)
_CENSORED: Final = Column("censored", "", Domain.FLAG)

EVENT_LAYOUT: Final = Layout((STATE, CURRENT, _DURATION), (), (_CENSORED, TEMPERATURE, FIELD))
