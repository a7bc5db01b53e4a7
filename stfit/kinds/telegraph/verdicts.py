"""What a check says: a verdict with its sentence, and how p-values become verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final, final

FAILED, DOUBTFUL, PASSED, NOT_TESTED = "failed", "doubtful", "passed", "not-tested"
ORDER: Final = (FAILED, DOUBTFUL, PASSED, NOT_TESTED)  # the gravest first

_FAILED_BELOW, _DOUBTFUL_BELOW = 1e-3, 5e-3  # p-values, shared by all checks: clean data then alarm below 2 %
_CHECKS_WITH_P: Final = 3  # of a trace: rates along it, shape of the dwells (or white noise), spectrum
_SMALL, _LARGE = 0.03, 0.1  # relative changes that matter however sure they are


@final
@dataclass(frozen=True)
class Check:
    """One verdict with its sentence."""

    name: str
    verdict: str
    sentence: str

    def as_dict(self) -> dict[str, str]:
        """For a result."""
        return asdict(self)


def worst(checks: Sequence[Check]) -> str:
    """The gravest verdict."""
    return min((check.verdict for check in checks), key=ORDER.index, default=PASSED)


def graded(p: float, size: float, traces: int, small: float = _SMALL, large: float = _LARGE) -> str:
    """A verdict by a p-value, for an effect that is large enough to matter.

    The checks of all traces that are judged together share the false alarms (Bonferroni).
    """
    shared = traces * _CHECKS_WITH_P
    if p * shared < _FAILED_BELOW and size > large:
        return FAILED
    return DOUBTFUL if p * shared < _DOUBTFUL_BELOW and size > small else PASSED
