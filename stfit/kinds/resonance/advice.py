"""What `stfit init` asks and says of resonance lines and spectra."""

from __future__ import annotations

from typing import Final

from stfit.pipeline.advice import Advice, Asked, Setting

_HELD: Final = (("linewidth", "fwhm", "hwhm", "peak-to-peak"), ("power", "integrated", "peak"))  # the usual first


class _LineAdvice(Advice):
    def needed(self, asked: Asked) -> list[Setting]:
        """What the columns hold."""
        return [asked.usual(*held) for held in _HELD if held[0] not in asked.given and held[0] in asked.columns]


LINE_ADVICE: Final = _LineAdvice((("inhomogeneous_linewidth", "12 MHz", "the part that no current changes"),))
SPECTRUM_ADVICE: Final = Advice(
    (("line_shape", "derivative", 'or "symmetric+antisymmetric"; default: the best by evidence'),)
)
