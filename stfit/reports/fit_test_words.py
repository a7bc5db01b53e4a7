"""The tests of fit in words: what each means where it rejects, and what to do then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from stfit.results.fit_tests import (
    ALARMS,
    CORRELATED_RESIDUALS,
    CORRELATION,
    DEVIANCE,
    EXPONENTIAL_SHAPE,
    KITTEL,
    LARGEST_RESIDUAL,
    LINE_SHAPE,
    LINE_SMOOTHING,
    OVER_DISPERSION,
    RUNS,
    SPECTRUM_RESIDUALS,
    STRAIGHT_WIDTHS,
    SWITCHING_CURRENTS,
    UNDER_DISPERSION,
    alarming,
    kind_of,
)
from stfit.results.numbers import format_p
from stfit.results.result import Goodness, GoodnessTest


class Explanation(NamedTuple):
    """meaning: of a test that rejects; remedy: what to do then. A sentence each."""

    meaning: str
    remedy: str


_SHAPE: Final = Explanation(
    "Neighbouring points lie on the same side of the fitted curve: the curve has the wrong shape.",
    "Try another law ([model]), or leave out currents at which another mechanism sets in.",
)
EXPLANATIONS: Final[Mapping[str, Explanation]] = {
    DEVIANCE: Explanation(
        "The data lie farther from the fitted law than their errors allow.",
        "Check signs, units and settings first; then look at the residuals, and try another law ([model]).",
    ),
    OVER_DISPERSION: Explanation(
        "The rows of this measurement scatter more than their errors allow.",
        "Look for drift or jumps between rows, and for errors that are too small.",
    ),
    UNDER_DISPERSION: Explanation(
        "The data scatter less than their errors say: errors overstated, or rows not independent.",
        "Check that the errors are standard errors of single rows, and that rows were neither smoothed nor repeated.",
    ),
    CORRELATION: _SHAPE,
    RUNS: _SHAPE,
    SWITCHING_CURRENTS: Explanation(
        "The single switching events do not follow the fitted law along the ramp.",
        "Look for false events (glitches), a wrong ramp rate or start current, and drift from ramp to ramp.",
    ),
    EXPONENTIAL_SHAPE: Explanation(
        "The single dwells are not exponential: no single rate describes them.",
        "Look for missed short dwells (declare dead_time), durations counted in frames, and rates that drift.",
    ),
    SPECTRUM_RESIDUALS: Explanation(
        "Lines and background do not describe the spectra: what they leave is not noise.",
        "Look at the spectra that the notices name; try another line_shape or background, or cut the sweep.",
    ),
    LINE_SHAPE: Explanation(
        "Another shape of the line describes the spectra better.", "Declare the line_shape that the notices name."
    ),
    LINE_SMOOTHING: Explanation(
        "The noise is smoothed, and the widths depend on whether a time constant smoothed the lines too.",
        "Say whether it did: smoothed_lines = true or false; or sweep more slowly.",
    ),
    KITTEL: Explanation(
        "The lines do not lie where Kittel's relation puts those of one film.",
        "Free what the finding names (film, geometry), or look for another mode among the lines.",
    ),
    STRAIGHT_WIDTHS: Explanation(
        "The linewidths are no straight line over frequency, so that damping is not their slope.",
        "Leave out frequencies at which the film is not saturated, and look for lines that overlap.",
    ),
    LARGEST_RESIDUAL: Explanation(
        "One row lies farther from the fitted law than expected for this number of rows.",
        "Check that row in the table of residuals.",
    ),
    CORRELATED_RESIDUALS: _SHAPE,
}
_OTHER: Final = Explanation(
    "The data disagree with the fit in this test.", "Look at the residuals before using a number."
)


def explanation_of(name: str) -> Explanation:
    """Meaning and remedy of a test by its name in a result, such as "deviance, P→AP"; general words for others."""
    return EXPLANATIONS.get(kind_of(name), _OTHER)


def alarms(goodness: Goodness) -> list[tuple[str, str]]:
    """Verdict and sentences of each kind of test that rejects or is doubtful, the gravest first."""
    several = len({test.measurement for test in goodness.tests} - {"all"}) > 1
    found = []
    for tests in alarming(goodness).values():
        verdict = min((test.verdict for test in tests), key=ALARMS.index)
        listed = "; ".join(_named(test, with_measurement=several) for test in tests)
        words = " ".join(explanation_of(tests[0].name))
        found.append((verdict, f"{'Test' if len(tests) == 1 else 'Tests'} {listed}: {words}"))
    return found


def _named(test: GoodnessTest, *, with_measurement: bool) -> str:
    """For example "deviance, P of dwell.csv (p = 0.002)"."""
    where = f" of {test.measurement}" if with_measurement and test.measurement != "all" else ""
    return f"{test.name}{where} ({format_p(test.p_value, 'p = ')})"
