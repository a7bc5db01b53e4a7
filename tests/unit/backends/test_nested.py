"""Nested sampling: the evidence of a linear Gaussian problem in closed form, the seed, the missing extra."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest

from stfit.backends import nested as module
from stfit.backends.nested import Ending, nested
from stfit.errors import InputError

LIVE = 60


@dataclass(frozen=True)
class Line:
    """Points on a straight line with Gaussian errors; intercept and slope uniform within ±half."""

    half: float = 50.0
    names: tuple[str, ...] = ("intercept", "slope")

    @cached_property
    def design(self) -> np.ndarray:
        return np.stack([np.ones(9), np.linspace(-1.0, 2.0, 9)], axis=1)

    @cached_property
    def data(self) -> np.ndarray:
        return np.asarray(self.design @ np.array([3.0, -2.0]) + np.random.default_rng(5).standard_normal(9))

    def from_unit_cube(self, u: np.ndarray) -> np.ndarray:
        return np.asarray((2.0 * u - 1.0) * self.half)

    def log_likelihood(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(-0.5 * np.sum((self.data - x @ self.design.T) ** 2, axis=-1))

    @property
    def log_z(self) -> float:
        """−χ²/2 + ln(2π) − ln|AᵀA|/2 less the logarithm of the prior's area: its ends are tens of errors away."""
        best, (chi2,), _, _ = np.linalg.lstsq(self.design, self.data)
        assert np.max(np.abs(best)) < 0.5 * self.half
        normal = self.design.T @ self.design
        return float(-0.5 * chi2 + np.log(2 * np.pi) - 0.5 * np.linalg.slogdet(normal)[1] - 2 * np.log(2 * self.half))


def test_the_evidence_of_a_straight_line_is_that_of_its_closed_form() -> None:
    found = nested(Line(), seed=1, live=LIVE)
    assert found.ended is Ending.FINISHED
    # the error that is stated, and 0.05 for what the live points still held
    assert abs(found.log_z - Line().log_z) < 4 * found.error + 0.05
    # √(information/live) (Skilling, Eq. 19); information is what the data narrow: 8 of 100 in two coordinates, some 7
    assert found.error == pytest.approx(np.sqrt(found.information / LIVE), rel=0.3)
    weights = np.exp(found.log_weight)
    # the weights are those of the posterior, whose mean is the best fit, within the error of some 60 points
    best = np.linalg.lstsq(Line().design, Line().data)[0]
    spread = np.sqrt(np.diag(np.linalg.inv(Line().design.T @ Line().design)))
    assert np.all(np.abs(weights @ found.x / weights.sum() - best) < 4 * spread / np.sqrt(LIVE))


def test_a_prior_twice_as_wide_costs_ln_2_for_each_parameter() -> None:
    narrow, wide = (nested(Line(half), seed=2, live=LIVE) for half in (25.0, 50.0))
    assert abs(narrow.log_z - wide.log_z - 2 * np.log(2)) < 4 * np.hypot(narrow.error, wide.error)


def test_the_seed_decides() -> None:
    one, same, other = (nested(Line(), seed=seed, live=25) for seed in (3, 3, 4))
    assert one.log_z == same.log_z
    assert np.array_equal(one.x, same.x)
    assert one.log_z != other.log_z


def test_a_run_out_of_calls_says_so() -> None:
    assert nested(Line(), seed=3, live=25, most_calls=500).ended is Ending.OUT_OF_BUDGET


def test_without_the_extra_one_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r'key .fit.evidence.: expected dynesty: pip install "stfit\[inference\]"'):
        nested(Line(), seed=1)
