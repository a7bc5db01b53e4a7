"""The tests of fit by name: what each means where it rejects, and what to do then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from stfit.results.numbers import format_p
from stfit.results.result import Goodness, GoodnessTest

DEVIANCE: Final = "deviance"
OVER_DISPERSION: Final = "over-dispersion"
UNDER_DISPERSION: Final = "under-dispersion"
CORRELATION: Final = "correlation of neighbours"
RUNS: Final = "runs of signs"
SWITCHING_CURRENTS: Final = "switching currents"
EXPONENTIAL_SHAPE: Final = "exponential shape of dwells"
LARGEST_RESIDUAL: Final = "largest residual"
CORRELATED_RESIDUALS: Final = "correlation of neighbouring residuals"
PREDICTIVE: Final = "posterior predictive: "  # how the names of the checks of a chain begin

ALARMS: Final = ("rejected", "doubtful")  # verdicts, the gravest first


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
    LARGEST_RESIDUAL: Explanation(
        "One row lies farther from the fitted law than any of so many rows should.",
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


def alarming(goodness: Goodness) -> dict[str, list[GoodnessTest]]:
    """Tests that reject or are doubtful, by kind: the kind with the gravest verdict and the smallest p first."""
    kinds: dict[str, list[GoodnessTest]] = {}
    for test in sorted((t for t in goodness.tests if t.verdict in ALARMS), key=_gravity):
        kinds.setdefault(kind_of(test.name), []).append(test)
    return kinds


def _gravity(test: GoodnessTest) -> tuple[int, float]:
    return ALARMS.index(test.verdict), 1.0 if test.p_value is None else test.p_value


def _named(test: GoodnessTest, *, with_measurement: bool) -> str:
    """For example "deviance, P of dwell.csv (p = 0.002)"."""
    where = f" of {test.measurement}" if with_measurement and test.measurement != "all" else ""
    return f"{test.name}{where} ({format_p(test.p_value, 'p = ')})"
