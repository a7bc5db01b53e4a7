"""What `stfit init` asks and says of resonance lines and spectra."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.pipeline.advice import Advice, Asked, Setting
from stfit.units import split_header

_POWERS: Final = ("power", "integrated", "peak")  # the usual first
_ONE_STATE: Final = Setting("state", "P", 'or "AP": the state that resonates', assumed=True)
_NO_CURRENT: Final = Setting("current", "0 mA", "where none flowed, or none is told", assumed=True)
_FEWEST: Final = 4  # different settings, of which a straight line leaves a scatter
_LEAST: Final = 0.003  # of a width: no spectrometer is more exact
_SECOND_LOBE: Final = 0.4  # of the first one, from which a line has two of opposite sign


class _LineAdvice(Advice):
    def needed(self, asked: Asked) -> list[Setting]:
        """What the columns hold."""
        held = [_widths(asked.columns.get("linewidth", "")), _POWERS]
        settings = [asked.usual(*h) for h in held if h[0] in asked.columns.keys() - asked.given.keys()]
        return settings + _scatter(asked)


class _SpectrumAdvice(Advice):
    def needed(self, asked: Asked) -> list[Setting]:
        """The state, where a current flows; the shape of the line: with two lobes of opposite sign a derivative."""
        one_state = "current" in asked.columns and "state" not in asked.columns.keys() | asked.given.keys()
        settings = [_ONE_STATE] if one_state else []
        if "line_shape" in asked.given:
            return settings
        shapes = ["lorentzian", "symmetric+antisymmetric", "derivative"]
        if {"signal_imaginary", "signal_phase"} & asked.columns.keys():
            shapes = ["symmetric+antisymmetric", "derivative"]
        elif "signal" in asked.numbers and _has_two_lobes(asked.numbers["signal"]):
            shapes = ["derivative", "symmetric+antisymmetric", "lorentzian"]
        return [*settings, asked.usual("line_shape", *shapes, of="the lines as the instrument shows them")]


def _scatter(asked: Asked) -> list[Setting]:
    """The error of linewidths that a table gives none of: their scatter about a straight line."""
    settings = (asked.numbers[name] for name in ("current", "frequency") if name in asked.numbers)
    x = next((values for values in settings if np.unique(values).size >= _FEWEST), None)
    width, unit = asked.numbers.get("linewidth"), split_header(asked.columns.get("linewidth", ""))[1]
    if "linewidth_stderr" in asked.columns or x is None or width is None or not unit:
        return []
    left = width - np.polyval(np.polyfit(x, width, 1), x)
    scatter = float(np.sqrt(np.sum(left**2) / (x.size - 2)))
    scatter = max(scatter, _LEAST * float(np.mean(np.abs(width))))
    remark = "the table gives no errors: this is the scatter of the widths about a straight line"
    return [Setting("linewidth_stderr", f"{scatter:.2g} {unit}", remark, assumed=True)]


def _widths(header: str) -> tuple[str, ...]:
    """What a linewidth may be, that which its header says first."""
    name = header.casefold()
    said = "peak-to-peak" if "pp" in name or "peak" in name else "hwhm" if "hwhm" in name else "fwhm"
    return ("linewidth", said, *(width for width in ("fwhm", "hwhm", "peak-to-peak") if width != said))


def _has_two_lobes(signal: npt.NDArray[np.float64]) -> bool:
    above, below = np.max(signal) - np.median(signal), np.median(signal) - np.min(signal)
    return bool(min(above, below) > _SECOND_LOBE * max(above, below))


LINE_ADVICE: Final = _LineAdvice(
    (("inhomogeneous_linewidth", "12 MHz", "the part that no current changes"),), (_ONE_STATE, _NO_CURRENT)
)
SPECTRUM_ADVICE: Final = _SpectrumAdvice()
