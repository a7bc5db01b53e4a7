from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from stfit.results import Estimate, Verdict
from stfit.studies.coverage import (
    FALSE_ALARM,
    NOMINAL,
    Coverage,
    Judgement,
    Pulls,
    band,
    coverage,
    covers,
    critical_z,
    pull,
)

ONE = Estimate(2.0, 0.5, (1.5, 2.5), (1.0, 3.0), "e", Verdict.IDENTIFIED, "profile")


@pytest.mark.parametrize("comparisons", [1, 50])
@pytest.mark.parametrize("level", NOMINAL)
def test_the_band_holds_right_intervals_but_once_in_a_thousand_tables(level: str, comparisons: int) -> None:
    low, high = band(level, 300, comparisons)
    outside = binom.cdf(low - 1, 300, NOMINAL[level]) + binom.sf(high, 300, NOMINAL[level])
    assert outside <= FALSE_ALARM / comparisons
    # one device less on either side, and a tail alone would be more than its half
    assert binom.cdf(low, 300, NOMINAL[level]) >= FALSE_ALARM / comparisons / 2


@pytest.mark.parametrize(
    ("inside", "judgement"),
    [(100, Judgement.TOO_NARROW), (137, Judgement.HOLDS), (175, Judgement.TOO_WIDE)],
)
def test_a_coverage_is_judged_by_its_band(inside: int, judgement: Judgement) -> None:
    found = Coverage("profile", "ci68", inside, 200, *band("ci68", 200, 1))
    assert found.judgement is judgement
    assert found.covered == inside / 200
    assert found.error == pytest.approx(np.sqrt(0.6827 * 0.3173 / 200), rel=1e-4)  # 68.27 % to four digits


def test_what_has_no_interval_of_the_kind_is_left_out_and_counted() -> None:
    other = replace(ONE, interval="covariance")
    none = replace(ONE, ci68=None, ci95=None)
    found = coverage([ONE, ONE, other, none], [2.1, 2.7, 2.1, 2.1], "profile", "ci68", 1)
    assert (found.inside, found.of) == (1, 2)
    nothing = coverage([none], [2.0], "profile", "ci95", 1)
    assert nothing.judgement is Judgement.UNTESTED
    assert np.isnan(nothing.covered)


def test_an_open_end_covers_everything_on_its_side() -> None:
    assert covers((None, 1.0), -1e9)
    assert covers((0.0, None), 1e9)
    assert not covers((0.0, None), -1e-9)


def test_pulls_are_taken_where_the_interval_is() -> None:
    assert pull(ONE, 1.0) == pytest.approx(2.0, rel=1e-15)
    # σ(ln q) = 0.5/2, and ln 2/0.25; of ln(1 + q): σ = 0.5/3, ln(3/2)/σ
    assert pull(ONE, 1.0, 0.0) == pytest.approx(np.log(2.0) / 0.25, rel=1e-14)
    assert pull(ONE, 1.0, -1.0) == pytest.approx(np.log(1.5) * 6.0, rel=1e-14)
    negative = replace(ONE, value=-2.0)
    assert pull(negative, -1.0, 0.0) == pytest.approx(np.log(2.0) / 0.25, rel=1e-14)
    assert np.isnan(pull(ONE, -1.0, 0.0))
    assert np.isnan(pull(replace(ONE, stderr=None), 1.0))


def test_pulls_are_judged_by_mean_and_width() -> None:
    rng = np.random.default_rng(5)
    z, right = critical_z(10), rng.standard_normal(400)
    assert Pulls(right, z).judgements == (Judgement.HOLDS,)
    assert Pulls(2.0 * right, z).judgements == (Judgement.TOO_NARROW,)
    assert Pulls(0.5 * right, z).judgements == (Judgement.TOO_WIDE,)
    assert Pulls(right + 1.0, z).judgements == (Judgement.BIASED,)
    assert Pulls(right[:1], z).judgements == (Judgement.UNTESTED,)
