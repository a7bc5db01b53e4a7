"""The keys of switching under pulses in an analysis file."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import PlainValidator

from stfit.analysis import planning, quantities
from stfit.analysis.messages import shown, unfit
from stfit.analysis.sections import MeasurementSection, Section, Sign

READ_OUT: Final = ("visibility", "floor")


def _read_out(value: Any) -> tuple[str, ...]:
    """A list of visibility and floor, each kept once."""
    if not isinstance(value, list | tuple) or not value or not all(name in READ_OUT for name in value):
        raise unfit('a list of "visibility" and "floor"', shown(value))
    return tuple(name for name in READ_OUT if name in value)


class PulseKeys(MeasurementSection):
    """sign: "magnitude" where the file leaves out that P->AP and AP->P are driven by opposite currents.

    read_out: which of visibility and floor the read-out has.
    """

    sign: Sign = "signed"
    read_out: Annotated[tuple[str, ...], PlainValidator(_read_out)] = ()


class PulsePlanKeys(Section):
    """What [plan] says of pulses: how many at each point, and the time (s) to reset the device after each."""

    pulses: Annotated[int, PlainValidator(quantities.count_from(1))] = 1000
    pulse_overhead: Annotated[float, PlainValidator(planning.overhead)] = 0.01
