"""What a fit says of resonance lines."""

from __future__ import annotations

from typing import Final

from stfit.analysis import Constant
from stfit.diagnostics.remarks import Known, Remarks
from stfit.kinds.resonance.data import FmrLines
from stfit.kinds.resonance.film_result import own_results
from stfit.measurement import Observation, name_of
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.results import GoodnessTest, OwnResult

_MAPPINGS: Final = {
    "power": "Eq. 32 applies to the power alone: P ∝ exp(−s_i I), and the linewidth is constant.",
    "damping": "Eq. 32 at constant noise strength: P ∝ exp(−s_i I), homogeneous linewidth ∝ exp(+s_i I).",
    "peak": "Eq. 32 applies to the peak: P ∝ exp(−s_i I/2), homogeneous linewidth ∝ exp(+s_i I/2).",
    "torque": "Spin-transfer torque instead of Eq. 32: homogeneous linewidth ∝ 1 − I/I_c,i, P·Δf constant.",
}
_NO_INHOMOGENEOUS: Final = (
    "The whole linewidth follows the current: inhomogeneous_linewidth is not given and taken as 0. A part that no "
    "current changes makes slopes too small."
)


class LineRemarks(Remarks):
    """Lines are read by one mapping of Eq. 32."""

    def assumptions(self, law: SpinTransferLaw, measurements: list[Observation]) -> list[str]:
        """The mapping, and a width that no current changes where it is taken for 0."""
        assumed = [m for m in measurements if isinstance(m, FmrLines) and m.inhomogeneous_assumed]
        return [_MAPPINGS[law.mapping], *([_NO_INHOMOGENEOUS] if assumed else [])]

    def tests(self, measurement: Observation) -> list[GoodnessTest]:
        """Those of the spectra in which the lines were found."""
        if not isinstance(measurement, FmrLines):
            return []
        where = name_of(measurement)
        return [GoodnessTest(name, where, statistic, p_value, "") for name, statistic, p_value in measurement.tests]

    def own(self, measurement: Observation, known: Known) -> list[OwnResult]:
        """Places and widths of the lines of spectra, and the constants of their film."""
        if not isinstance(measurement, FmrLines) or measurement.found is None:
            return []
        gamma = known.get("gyromagnetic_ratio")
        return own_results(measurement.found, None if gamma is None else Constant(*gamma), name_of(measurement))

    def sweeps(self, measurement: Observation) -> dict[str, list[float]]:
        """Some of the spectra with their fits."""
        found = measurement.found if isinstance(measurement, FmrLines) else None
        return {} if found is None else dict(found.spectra)


REMARKS: Final = LineRemarks()


def facts(measurement: FmrLines) -> list[tuple[str, str]]:
    """What `stfit inspect` says of spectra: their lines, or the constants of their film."""
    return [("lines", own.headline) for own in REMARKS.own(measurement, {})]
