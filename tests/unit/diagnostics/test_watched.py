"""The long parts of a fit tell whoever watches how far they are; the numbers do not depend on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stfit.backends.least_squares import minimise
from stfit.backends.parallel import watched
from stfit.diagnostics.comparison import compare
from stfit.diagnostics.goodness import goodness
from tests.builders import KNOWN, dwell_times, grid, objective
from tests.interval_kinds import estimates_by

OBJECTIVE = objective(
    dwell_times(grid(temperatures=(270.0, 300.0), currents=(-5e-3, 0.0, 5e-3)), n=500, seed=20261126),
    device=dict(KNOWN),
)
OPTIMUM = minimise(OBJECTIVE)


@pytest.mark.parametrize(
    ("doing", "work"),
    [
        ("profiles", lambda: estimates_by("profile", OBJECTIVE, OPTIMUM)),
        ("blocks of bootstrap refits", lambda: estimates_by("bootstrap", OBJECTIVE, OPTIMUM, replicas=80)),
        ("simulated tests of fit", lambda: goodness(OBJECTIVE, OPTIMUM, 1, always_bootstrap=True)),
        ("rival descriptions", lambda: compare(OBJECTIVE, OPTIMUM)),
    ],
)
def test_whoever_watches_sees_it_grow(doing: str, work: Callable[[], Any]) -> None:
    seen: list[tuple[str, int, int]] = []
    with watched(lambda *now: seen.append(now)):
        found = work()
    told = [(done, of) for words, done, of in seen if words == doing]
    assert told
    steps = [done for done, _ in told]
    assert steps[:-1] == list(range(len(told) - 1))  # the start of a part is told, and each step
    assert told[-1][0] == told[-1][1]  # and its end, also where it ends early
    assert found == work()
