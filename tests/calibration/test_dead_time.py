"""Dwell times seen with a dead time: bias, width of the pulls and coverage of ln τ, for events and for tables.

STFIT_CALIBRATION=300 pytest -m calibration tests/calibration/test_dead_time.py
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import norm

from stfit.derivatives import concatenate, seed
from stfit.kinds.dwell.apparent import dwell_table
from stfit.kinds.dwell.events import DwellEvents
from stfit.measurement import Origin
from stfit.physics.telegraph import apparent_mean_dwell
from stfit.studies.coverage import FALSE_ALARM, NOMINAL

pytestmark = pytest.mark.slow

Array = npt.NDArray[np.float64]

SEED: Final = 1992  # chosen before the first run with it
TAU: Final = np.array([1.0, 1.0, 1.0, 3.0]) * 1e-3  # s: two settings, P and AP of each
STATE: Final = np.array([0, 1, 0, 1], dtype=np.int8)
CURRENT: Final = np.array([1.0, 1.0, 2.0, 2.0]) * 1e-3
SHARES: Final = (0.1, 0.3, 0.5)  # dead time over the shorter dwell time
N: Final = 200  # observed dwells a row
_FIGURES: Final = 4
_Z: Final = float(norm.isf(FALSE_ALARM / (2 * 3 * len(SHARES) * TAU.size * _FIGURES)))


def watch(dead_time: float) -> dict[str, Any]:
    """A watch of each row that holds about N observed dwells."""
    length = N * apparent_mean_dwell(TAU, TAU[[1, 0, 3, 2]], dead_time)
    return {"state": STATE, "current": CURRENT, "duration": length, "censored": np.ones(4)}


def timed(dead_time: float) -> Any:
    return DwellEvents.from_columns(watch(dead_time), origin=Origin(), dead_time=dead_time)


def counted(dead_time: float) -> Any:
    columns = watch(dead_time)
    row = np.repeat(np.arange(4), N)
    events = {name: columns[name][row] for name in ("state", "current", "duration")}
    return DwellEvents.from_columns(events, origin=Origin(), dead_time=dead_time)


def table(dead_time: float) -> Any:
    columns = watch(dead_time) | {"n": np.full(4, float(N)), "dead_time": np.full(4, dead_time)}
    columns["total_time"] = columns.pop("duration")
    return dwell_table(columns, origin=Origin())


DESIGNS: Final[dict[str, Callable[[float], Any]]] = {"counted": counted, "timed": timed, "table": table}


def maximum(measurement: Any) -> tuple[Array, Array]:
    """ln τ of the four rows at the maximum of the likelihood, and their errors, by damped Newton steps."""
    x = np.asarray(measurement.start().dwell_times.log_dwell)
    for _ in range(40):
        jet = measurement.log_likelihood(concatenate(seed(x, 2)))
        curvature, axes = np.linalg.eigh(-jet.hessian)
        step = axes @ ((axes.T @ jet.gradient) / np.abs(curvature))
        if curvature[0] > 0 and np.max(np.abs(step)) < 1e-6:
            break
        step = np.clip(step, -0.3, 0.3)
        while measurement.log_likelihood(x + step) < measurement.log_likelihood(x) - 1e-9:
            step = step / 2.0
        x = x + step
    assert np.max(np.abs(step)) < 1e-6
    return x, np.sqrt(np.diag(np.linalg.inv(-jet.hessian)))


@cache
def pulls(design: str, share: float, devices: int) -> Array:
    """(ln τ − truth)/error, shape (devices, 4)."""
    measurement = DESIGNS[design](share * TAU.min())
    rng = np.random.default_rng(SEED + round(10 * share) + 100 * list(DESIGNS).index(design))
    found = np.empty((devices, 4))
    for device in range(devices):
        x, error = maximum(measurement.draw(np.log(TAU), rng))
        found[device] = (x - np.log(TAU)) / error
    return found


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("design", DESIGNS)
def test_pulls_and_coverage(design: str, share: float, devices: int) -> None:
    devices = max(devices // 2, 40)
    found = pulls(design, share, devices)
    # the estimate of a logarithm from n counts is off by its own −1/(2√n) errors; a third of an error is allowed
    assert np.all(np.abs(found.mean(axis=0)) < 1.0 / 3.0 + (_Z - 1.0) / np.sqrt(devices))
    assert np.all(np.abs(found.std(axis=0, ddof=1) - 1.0) < 0.05 + _Z / np.sqrt(2.0 * devices))
    for level, nominal in NOMINAL.items():
        covered = np.mean(np.abs(found) < norm.isf((1.0 - nominal) / 2.0), axis=0)
        assert np.all(np.abs(covered - nominal) < 0.01 + _Z * np.sqrt(nominal * (1.0 - nominal) / devices)), level


@pytest.mark.parametrize("share", SHARES[1:])
def test_a_dead_time_that_is_ignored_fails(share: float, devices: int) -> None:
    """The negative control: observed means are longer by (τ_1/τ_2 + 1)(e^{ξ/τ_2} − 1), 2 to 12 errors here."""
    dead_time = share * TAU.min()
    measurement = counted(dead_time)
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(devices):
        reduced = measurement.draw(np.log(TAU), rng).reduced
        found.append((np.log(reduced.total_time / reduced.n) - np.log(TAU)) * np.sqrt(reduced.n))
    assert np.all(np.mean(found, axis=0)[:2] > 4.0)
    assert np.any(np.abs(np.mean(found, axis=0)) > 1.0 / 3.0 + _Z / np.sqrt(devices))
