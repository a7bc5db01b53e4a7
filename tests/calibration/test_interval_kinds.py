"""Intervals of every kind hold the truth as often as they say, for every kind of measurement, rich and poor.

STFIT_CALIBRATION=2000 pytest -m calibration tests/calibration/test_interval_kinds.py

By default (100) some poor designs alone meet the kinds of interval that are slow, a few devices each: enough to see
that all of it works, and whether widths are wrong by far. stfit/kinds/*/calibration.json hold the long run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from stfit.backends.budget import Budget
from stfit.backends.chain import Chain
from stfit.backends.least_squares import minimise
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.results import Estimate, Interval
from stfit.studies.calibrate import Calibration
from stfit.studies.coverage import FALSE_ALARM, NOMINAL, Coverage, Judgement, band, coverage
from stfit.studies.sbc import LOG_LIKELIHOOD, RANKS, Repetitions, simulate_posteriors
from stfit.studies.truths import truths_at
from stfit.studies.uniformity import band as ranks_band
from stfit.studies.uniformity import counts_below
from tests.calibration.kinds import DESIGNS, truth_of
from tests.calibration.released import calibration_of
from tests.calibration.virtual_devices import DERIVED_TRUTH

pytestmark = pytest.mark.slow

KINDS: Final = ("covariance", "profile", "bootstrap", "posterior")
# of STFIT_CALIBRATION; a bootstrap takes a hundred times as long as a covariance, the others about thirty times
SHARES: Final = {"covariance": 0.1, "profile": 0.03, "bootstrap": 0.02, "posterior": 0.02}
QUICK: Final = {  # designs that a default run tests a slow kind of interval on
    "profile": ("dwell-times, poor", "dwell-events, poor", "switching-currents, 15 %", "fmr-lines, 15 %"),
    "bootstrap": ("dwell-times, poor", "switching-currents, 15 %"),
    "posterior": ("dwell-times, poor", "switching-currents, 15 %"),
}
CELLS: Final = len(KINDS) * sum(len(design.quantities) for design in DESIGNS.values())
COMPARISONS: Final = len(NOMINAL) * (CELLS + len(KINDS) * 7)  # each cell by itself, and all designs together
LONG: Final = 500  # of STFIT_CALIBRATION, from which every design meets every kind of interval
ENOUGH: Final = 200  # devices, from which an interval that is known to fail has to be seen to fail
# (interval, design, quantity, level) → how it fails: the profile and the posterior are not to appear here
KNOWN_TO_FAIL: Final[dict[tuple[str, str, str, str], Judgement]] = {}

CalibrationOf = Callable[[str, str], Calibration | None]


@pytest.fixture(scope="module")
def found_of(devices: int) -> CalibrationOf:
    """The calibration of one kind of interval on one design; None where the default leaves it out."""

    def found(interval: str, design: str) -> Calibration | None:
        if design not in QUICK.get(interval, DESIGNS) and devices < LONG:
            return None
        return calibration_of(design, interval, max(1, round(devices * SHARES[interval])))

    return found


@pytest.mark.parametrize("name", DESIGNS)
def test_the_truth_of_what_follows_is_that_of_the_device(name: str) -> None:
    objective = DESIGNS[name].objective()
    truths = truths_at(objective, objective.space.coordinates(truth_of(objective)))
    for quantity in set(DESIGNS[name].quantities) & set(DERIVED_TRUTH):
        assert truths[quantity] == pytest.approx(DERIVED_TRUTH[quantity], rel=1e-13)  # a dozen roundings


@pytest.mark.parametrize("name", [name for name in DESIGNS if name.startswith(("dwell", "switching-pulse"))])
def test_a_poor_design_is_poor_and_a_rich_one_rich(name: str) -> None:
    objective = DESIGNS[name].objective()
    (term,), (prediction,) = objective.terms, objective.predictions(objective.space.coordinates(truth_of(objective)))
    if isinstance(term.measurement, SwitchingPulses):
        counts = np.asarray(term.measurement.n)
    else:
        counts = term.measurement.row_fit(prediction).expected_counts
    if name.endswith("poor"):
        assert counts.size >= 15
        assert np.all(counts <= 15)
    else:
        assert np.all(counts >= 300 - 1e-6)  # events a fixed time long enough for 300


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("interval", KINDS)
def test_every_interval_holds_the_truth_as_often_as_it_says(
    interval: str, name: str, found_of: CalibrationOf, devices: int
) -> None:
    found = found_of(interval, name)
    if found is None:
        pytest.skip(f"STFIT_CALIBRATION={devices} leaves this design to longer runs")
    assert found.not_converged == 0
    assert [words for q in found.quantities for c in q.coverages for words in complaints(name, q.name, c)] == []


@pytest.mark.parametrize("interval", KINDS)
def test_all_designs_together_cover(interval: str, found_of: CalibrationOf) -> None:
    assert [
        w for q in DESIGNS[next(iter(DESIGNS))].quantities for c in pooled(interval, q, found_of) for w in outside(q, c)
    ] == []


@pytest.mark.parametrize("interval", ["covariance", "profile", "posterior"])
def test_halved_intervals_are_found_out(interval: str, found_of: CalibrationOf) -> None:
    # 95 % becomes 67 %: of 100 devices 67 ± 5, where right intervals hold 83 or more
    found = [c for q in ("l_over_L", "theta_0") for c in pooled(interval, q, found_of, halved)]
    if found[0].of < 100:
        pytest.skip(f"{found[0].of} devices are too few to find out anyone")
    assert [words for c in found for words in outside("", c)] != []


@pytest.mark.parametrize("name", DESIGNS)
def test_ranks_of_truths_are_uniform(name: str, found_of: CalibrationOf, devices: int) -> None:
    found = found_of("posterior", name)
    if found is None or found.posteriors is None:
        pytest.skip(f"STFIT_CALIBRATION={devices} leaves this design to longer runs")
    assert found.posteriors.not_uniform == []


def test_ranks_of_all_designs_together_are_uniform(found_of: CalibrationOf) -> None:
    names = ("l_over_L", "theta_0", "beta", LOG_LIKELIHOOD)
    sampled = [f.posteriors for name in DESIGNS if (f := found_of("posterior", name)) and f.posteriors]
    for name in names:
        ranks = [r.ranks[name] for s in sampled for r in s.replicas if name in r.ranks]
        counts, limits = counts_below(np.array(ranks), RANKS), ranks_band(len(ranks), FALSE_ALARM / len(names))
        assert np.all((counts >= limits.lowest) & (counts <= limits.highest)), name


def test_a_sampler_with_halved_widths_is_found_out() -> None:
    """The log-likelihood tells soonest: −2Δ ln L of the truth is χ² of 8, that of halved draws a quarter of it.

    Three quarters of the truths then rank below all draws, where of 20 uniform ranks at most 8 are below a twentieth:
    9 of 20 or more do so in all but 1e-3 of seeds.
    """
    objective = DESIGNS["dwell-times, rich"].objective()
    found = simulate_posteriors(
        objective,
        minimise(objective),
        Repetitions(20, seed=20260, budget=Budget(ensembles=2, walkers=64, steps=200, target=1000)),
        distorted=squeezed,
    )
    assert found.too_short <= 4
    assert LOG_LIKELIHOOD in found.not_uniform


def squeezed(chain: Chain) -> Chain:
    """The chain of a sampler whose draws have half the width."""
    centre = np.mean(chain.draws, axis=(0, 1, 2))
    return replace(chain, draws=centre + (chain.draws - centre) / 2)


def complaints(design: str, quantity: str, found: Coverage) -> list[str]:
    """What is outside its band and not known to be; what is known to fail, has devices enough, and does not."""
    lowest, highest = band(found.level, found.of, COMPARISONS)
    known = KNOWN_TO_FAIL.get((found.interval, design, quantity, found.level))
    wrong = replace(found, lowest=lowest, highest=highest).judgement
    expected = known is not None and (found.of < ENOUGH or wrong is known)
    if (wrong is Judgement.HOLDS and known is None) or expected or wrong is Judgement.UNTESTED:
        return []
    return [f"{found.interval} of {quantity}, {found.level}: {found.inside} of {found.of}, known: {known}"]


def outside(quantity: str, found: Coverage) -> list[str]:
    """A sentence where the coverage is outside its band."""
    if found.lowest <= found.inside <= found.highest:
        return []
    return [f"{found.interval} of {quantity}, {found.level}: {found.inside} of {found.of} are inside"]


def pooled(
    interval: str, quantity: str, found_of: CalibrationOf, changed: Callable[[Estimate], Estimate] = lambda e: e
) -> list[Coverage]:
    """The coverages of a quantity over the devices of all designs."""
    estimates: list[Estimate] = []
    truths: list[float] = []
    for name in DESIGNS:
        found = found_of(interval, name)
        if found is None or quantity not in found.fitted:
            continue
        if interval == "posterior":
            drawn = () if found.posteriors is None else found.posteriors.replicas
            estimates += [changed(r.estimates[quantity]) for r in drawn]
            truths += [r.truths[quantity] for r in drawn]
        else:
            estimates += [changed(r.estimates[interval][quantity]) for r in found.replicas if r.estimates]
            truths += [found.truths[quantity]] * sum(bool(r.estimates) for r in found.replicas)
    return [coverage(estimates, truths, interval, level, COMPARISONS) for level in NOMINAL]


def halved(estimate: Estimate) -> Estimate:
    """The estimate of someone who halves every interval about its value."""
    return replace(estimate, ci68=_nearer(estimate.ci68, estimate), ci95=_nearer(estimate.ci95, estimate))


def _nearer(ends: Interval | None, estimate: Estimate) -> Interval | None:
    if ends is None or estimate.value is None:
        return ends
    low, high = (None if end is None else (end + estimate.value) / 2 for end in ends)
    return low, high
