"""The virtual laboratory: devices whose truth is known, what is measured on them, the files a lab would have."""

from stfit.simulate.designs import (
    CriticalCurrentDesign,
    Design,
    DwellDesign,
    LineDesign,
    PulseDesign,
    RampDesign,
    TelegraphDesign,
    VirtualDevice,
)
from stfit.simulate.laboratory import TRUTH, simulate

__all__ = [
    "TRUTH",
    "CriticalCurrentDesign",
    "Design",
    "DwellDesign",
    "LineDesign",
    "PulseDesign",
    "RampDesign",
    "TelegraphDesign",
    "VirtualDevice",
    "simulate",
]
