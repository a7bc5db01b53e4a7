"""The columns of an index of traces."""

from __future__ import annotations

from typing import Final

from stfit.measurement.columns import COLUMN, CURRENT, FIELD, FILE, GROUP, TEMPERATURE, VOLTAGE, Column, Domain, Layout

_INTERVAL: Final = Column("sample_interval", "s", Domain.POSITIVE, ("us", "s"), ("dt", "delta_t"))

LAYOUT: Final = Layout((FILE,), ((CURRENT,), (VOLTAGE,)), (TEMPERATURE, FIELD, _INTERVAL, GROUP, COLUMN))
