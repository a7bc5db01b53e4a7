"""The virtual laboratory: devices whose truth is known, what is measured on them, the files a lab would have."""

from stfit.laboratory.designs import DYNAMICS, EXACT_RATES, RATE_LAW, Design, VirtualDevice, law_at
from stfit.laboratory.measuring import TRUTH, simulate

__all__ = ["DYNAMICS", "EXACT_RATES", "RATE_LAW", "TRUTH", "Design", "VirtualDevice", "law_at", "simulate"]
