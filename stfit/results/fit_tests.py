"""The tests of fit by name, and which of those of a result raise an alarm."""

from __future__ import annotations

from typing import Final

from stfit.results.result import Goodness, GoodnessTest

DEVIANCE: Final = "deviance"
OVER_DISPERSION: Final = "over-dispersion"
UNDER_DISPERSION: Final = "under-dispersion"
CORRELATION: Final = "correlation of neighbours"
RUNS: Final = "runs of signs"
SWITCHING_CURRENTS: Final = "switching currents"
EXPONENTIAL_SHAPE: Final = "exponential shape of dwells"
SPECTRUM_RESIDUALS: Final = "residuals of the spectra"
LINE_SHAPE: Final = "shape of the lines"
KITTEL: Final = "positions of the lines"
STRAIGHT_WIDTHS: Final = "widths over frequency"
LINE_SMOOTHING: Final = "smoothing of the lines"
LARGEST_RESIDUAL: Final = "largest residual"
CORRELATED_RESIDUALS: Final = "correlation of neighbouring residuals"
PREDICTIVE: Final = "posterior predictive: "  # how the names of the checks of a chain begin

ALARMS: Final = ("rejected", "doubtful")  # verdicts, the gravest first


def kind_of(name: str) -> str:
    """The name of a test without the state it looks at, and without "posterior predictive"."""
    return name.removeprefix(PREDICTIVE).split(", ")[0]


def corrected_p_values(goodness: Goodness) -> list[float]:
    """The p-values that Holm's correction covers, as the tests gave them."""
    outside = (PREDICTIVE, UNDER_DISPERSION)
    return [t.p_value for t in goodness.tests if t.p_value is not None and not t.name.startswith(outside)]


def scatters_too_little(goodness: Goodness) -> bool:
    """Whether any measurement scatters less than its errors say."""
    return any(test.name == UNDER_DISPERSION and test.verdict in ALARMS for test in goodness.tests)


def alarming(goodness: Goodness) -> dict[str, list[GoodnessTest]]:
    """Tests that reject or are doubtful, by kind: the kind with the gravest verdict and the smallest p first."""
    kinds: dict[str, list[GoodnessTest]] = {}
    for test in sorted((t for t in goodness.tests if t.verdict in ALARMS), key=_gravity):
        kinds.setdefault(kind_of(test.name), []).append(test)
    return kinds


def _gravity(test: GoodnessTest) -> tuple[int, float]:
    return ALARMS.index(test.verdict), 1.0 if test.p_value is None else test.p_value
