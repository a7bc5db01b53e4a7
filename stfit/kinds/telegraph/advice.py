"""What `stfit init` asks and says of traces."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.pipeline.advice import ARRAYS, Advice, Asked, Setting

_SIGNALS: Final = ("resistance", "voltage", "signal")
_TWO_LEVELS: Final = 0.88  # of the variance of a signal; of a Lorentzian line over eight widths it is 0.8


class _TraceAdvice(Advice):
    def needed(self, asked: Asked) -> list[Setting]:
        """Whether the signal is a voltage; of arrays what their numbers are, and the time between them."""
        settings = []
        told = asked.given.keys() & {"quantity", "unit"}
        arrays = any(Path(name).suffix.lower() in ARRAYS for name in asked.files)
        index = asked.columns.get("file") and "current" not in asked.columns  # which has a voltage for the drive then
        if index and "voltage" in asked.columns:
            if arrays and not told:
                remark = "in a unit that the key unit says, or resistance; R = V/I in either state"
                settings.append(Setting("quantity", "current", remark, assumed=True))
        elif "voltage" in asked.columns and not told:
            remark = "R = V/I, so that levels change places where the current is negative"
            settings.append(Setting("quantity", "voltage", remark, assumed=True))
        elif arrays and not told:
            remark = 'or "voltage", which AP has the lower of at a negative current'
            settings.append(Setting("quantity", "resistance", remark, assumed=True))
        if arrays and "sample_interval" not in asked.given.keys() | asked.columns.keys():
            remark = "the time between two samples, which an array does not say"
            settings.append(Setting("sample_interval", "10 us", remark, fill=True))
        return settings

    def suits(self, numbers: Mapping[str, npt.NDArray[np.float64]]) -> bool:
        """Whether most of the variance is that of two levels."""
        signal = next((numbers[name] for name in _SIGNALS if name in numbers), np.zeros(0))
        signal = signal[np.isfinite(signal)]
        signal = signal / (np.max(np.abs(signal), initial=0.0) or 1.0)  # whose squares are finite
        low, high = np.quantile(signal, [0.02, 0.98]) if signal.size else (0.0, 0.0)
        upper = signal > 0.5 * (low + high)
        if not 0.0 < (share := float(np.mean(upper)) if signal.size else 0.0) < 1.0:
            return False
        between = share * (1.0 - share) * float(np.mean(signal[upper]) - np.mean(signal[~upper])) ** 2
        return between > _TWO_LEVELS * float(np.var(signal))


ADVICE: Final = _TraceAdvice(
    (
        ("unit", "0.5 mohm", "of the numbers in arrays, or of one count; no dwell time depends on it"),
        ("ap_level", "low", "where AP is the state of the lower resistance"),
        ("dead_time", "25 us", "below which the instrument loses dwells"),
    )
)
