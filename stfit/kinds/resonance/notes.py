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


class LineRemarks(Remarks):
    """Lines are read by one mapping of Eq. 32."""

    def assumptions(self, law: SpinTransferLaw, measurements: list[Observation]) -> list[str]:  # noqa: ARG002
        """The mapping."""
        return [_MAPPINGS[law.mapping]]

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
