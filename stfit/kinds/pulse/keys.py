"""The keys of switching under pulses in an analysis file."""

from __future__ import annotations

from stfit.analysis.sections import SIGN, MeasurementSection


class PulseKeys(MeasurementSection):
    """sign: "magnitude" where the file leaves out that P->AP and AP->P are driven by opposite currents."""

    sign: SIGN = "signed"
