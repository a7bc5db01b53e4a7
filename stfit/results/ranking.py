"""Which of several descriptions of the same data is supported, by Akaike's criterion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

from stfit.results.numbers import format_rounded

SAME_LAW: Final = "same-law"  # the status of a description that is the fitted one in other words
NOT_TRIED: Final = "not-tried"  # the status of a description that these data or settings do not allow

# Burnham & Anderson, Model Selection and Multimodel Inference (2002), section 2.6
TOLD_APART: Final = 2.0
RIVAL_READINGS: Final = "rival readings"  # the name of the note on them
READABLE: Final = 4.0  # "considerably less support" begins here
_HARDLY_SUPPORTED: Final = 10.0

Entry = Mapping[str, Any]


@final
@dataclass(frozen=True)
class Readings:
    """The values of l/L_θθ that descriptions with about equal support give.

    Parameters
    ----------
    low, high : float
        The smallest and the largest of them, e.
    count : int
        How many descriptions there are.
    depends_on : tuple of str
        In what they differ, in words: "the barrier law", for instance.
    """

    low: float
    high: float
    count: int
    depends_on: tuple[str, ...]

    @property
    def text(self) -> str:
        """The range with its unit: "6 to 11 e"."""
        return f"{format_rounded(self.low, '', 2)} to {format_rounded(self.high, 'e', 2)}"

    @property
    def reason(self) -> str:
        """What the value depends on, in words."""
        return " and ".join(self.depends_on)


def readings(comparison: Sequence[Entry]) -> Readings | None:
    """Descriptions at most 4 in AIC above the best one whose l/L_θθ differ by more than the error of the first entry.

    Parameters
    ----------
    comparison : sequence of dict
        The entries of result.json: `l_over_L` is [value, standard error] in e, or None. The first one is the fit.

    Returns
    -------
    Readings or None
        None where the fit gives no l/L_θθ, or where no supported description gives another value.

    References
    ----------
    Burnham and Anderson, Model Selection and Multimodel Inference (2002), section 2.6: within 4 of the best AIC a
    description still has support.
    """
    fitted = [entry for entry in comparison if entry["status"] == "converged"]
    if not fitted or fitted[0] is not comparison[0] or fitted[0].get("l_over_L") is None:
        return None
    best = min(rounded_aic(entry) for entry in fitted)
    value, stderr = fitted[0]["l_over_L"]
    supported = [e for e in fitted[1:] if e.get("l_over_L") is not None and rounded_aic(e) - best <= READABLE]
    others = [e for e in supported if e.get("differs_in") and abs(e["l_over_L"][0] - value) > stderr]
    if not others:
        return None
    values = [value, *(entry["l_over_L"][0] for entry in others)]
    return Readings(min(values), max(values), len(values), tuple(dict.fromkeys(e["differs_in"] for e in others)))


def verdicts(comparison: Sequence[Entry]) -> list[str]:
    """What the differences of AIC say of each entry, in the order of the entries.

    Returns
    -------
    list of str
        "best", "as good", "adds nothing", "less supported", "hardly supported", "same law", "not tried" or "no fit".
        A description "adds nothing" where one that it contains has an AIC at most 2 higher: a parameter that is not
        needed costs 2 and lowers the deviance by 1 on average.
    """
    fitted = [entry for entry in comparison if entry["status"] == "converged"]
    best = min((e for e in fitted if not _adds_nothing(e, fitted)), key=rounded_aic, default=None)
    return [_verdict(entry, fitted, best) for entry in comparison]


def rounded_aic(entry: Entry) -> float:
    """AIC without its roundings: of equals the first is the best."""
    return round(float(entry["aic"]), 6)


def _adds_nothing(entry: Entry, fitted: Sequence[Entry]) -> bool:
    nested = (other for other in fitted if other["name"] in entry.get("contains", ()))
    return any(other["aic"] <= entry["aic"] + TOLD_APART for other in nested)


def _verdict(entry: Entry, fitted: Sequence[Entry], best: Entry | None) -> str:
    if entry["status"] == SAME_LAW:
        return "same law"
    if entry["status"] == NOT_TRIED:
        return "not tried"
    if best is None or entry["status"] != "converged":
        return "no fit"
    if entry is best:
        return "best"
    distance = entry["aic"] - best["aic"]
    if distance >= _HARDLY_SUPPORTED:
        return "hardly supported"
    if _adds_nothing(entry, fitted):
        return "adds nothing"
    return "as good" if distance < TOLD_APART else "less supported"
