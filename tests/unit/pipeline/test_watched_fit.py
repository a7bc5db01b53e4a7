"""The long parts of a fit and of a plan tell whoever watches how far they are; the numbers do not depend on it."""

from __future__ import annotations

from typing import Any

import pytest

import stfit
from stfit.backends.parallel import watched
from stfit.results import FitResult
from tests.builders import QUOTES, dwell_times, grid

DATA = dwell_times(grid(temperatures=(270.0, 300.0), currents=(-5e-3, 0.0, 5e-3)), n=20, seed=20261126)


def fitted(**fit: Any) -> FitResult:
    return stfit.fit(DATA, device=dict(QUOTES), fit={"compare": False} | fit)


@pytest.mark.parametrize(
    ("fit", "doing"),
    [
        ({"intervals": "profile"}, "profiles"),
        ({"intervals": "covariance", "goodness": "bootstrap"}, "simulated tests of fit"),
        ({"intervals": "covariance", "compare": True}, "rival descriptions"),
    ],
)
def test_a_fit(fit: dict[str, Any], doing: str) -> None:
    seen: list[tuple[str, int, int]] = []
    with watched(lambda *now: seen.append(now)):
        result = fitted(**fit)
    told = [(done, of) for words, done, of in seen if words == doing]
    assert told
    assert [done for done, _ in told] == list(range(1, len(told) + 1))
    assert all(done <= of for done, of in told)
    assert result.parameters == fitted(**fit).parameters
