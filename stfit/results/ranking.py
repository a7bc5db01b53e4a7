"""Which of several descriptions of the same data is supported, by Akaike's criterion, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

from stfit.results.numbers import format_rounded

SAME_LAW: Final = "same-law"  # the status of a description that is the fitted one in other words
NOT_TRIED: Final = "not-tried"  # the status of a description that these data or settings do not allow

# Burnham & Anderson, Model Selection and Multimodel Inference (2002), section 2.6
_TOLD_APART: Final = 2.0
_READABLE: Final = 4.0  # "considerably less support" begins here
_HARDLY_SUPPORTED: Final = 10.0
_STRONG: Final = 3.0  # ln Bayes factor (R. E. Kass & A. E. Raftery, J. Am. Stat. Assoc. 90, 773, 1995)

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
    best = min(_aic(entry) for entry in fitted)
    value, stderr = fitted[0]["l_over_L"]
    supported = [e for e in fitted[1:] if e.get("l_over_L") is not None and _aic(e) - best <= _READABLE]
    others = [e for e in supported if e.get("differs_in") and abs(e["l_over_L"][0] - value) > stderr]
    if not others:
        return None
    values = [value, *(entry["l_over_L"][0] for entry in others)]
    return Readings(min(values), max(values), len(values), tuple(dict.fromkeys(e["differs_in"] for e in others)))


def readings_sentence(comparison: Sequence[Entry]) -> str:
    """The range of l/L_θθ over descriptions with about equal support, and what it depends on; "" where there is one."""
    found = readings(comparison)
    if found is None:
        return ""
    return (
        f"{found.count} descriptions fit about equally well (ΔAIC at most {_READABLE:g}). They give l/L_θθ = "
        f"{found.text}, depending on {found.reason}."
    )


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
    best = min((e for e in fitted if not _adds_nothing(e, fitted)), key=_aic, default=None)
    return [_verdict(entry, fitted, best) for entry in comparison]


def comparison_sentence(comparison: Sequence[Entry]) -> str:
    """Which descriptions the data cannot tell apart, or which one they prefer; "" without rivals."""
    pairs = list(zip(comparison, verdicts(comparison), strict=True))
    best, alike = _with(pairs, "best"), _with(pairs, "as good")
    if alike:
        names = "; ".join(entry["description"] for entry in (*best, *alike))
        return f"The data cannot tell these apart (|ΔAIC| < {_TOLD_APART:g}): {names}."
    others = _with(pairs, "adds nothing", "less supported", "hardly supported")
    if not best or not others:
        return ""
    following = min(others, key=_aic)
    if following not in _with(pairs, "adds nothing"):
        lead = following["aic"] - best[0]["aic"]
        return (
            f"The data prefer “{best[0]['description']}”. “{following['description']}” comes next; its AIC is "
            f"{lead:.1f} higher."
        )
    sentences = [f"The data prefer “{best[0]['description']}”. {_needless(_with(pairs, 'adds nothing'))}"]
    if behind := _with(pairs, "less supported", "hardly supported"):
        following = min(behind, key=_aic)
        lead = following["aic"] - best[0]["aic"]
        sentences.append(f"“{following['description']}” comes next; its AIC is {lead:.1f} higher.")
    return " ".join(sentences)


def _needless(entries: Sequence[Entry]) -> str:
    names = " and ".join(f"“{entry['description']}”" for entry in entries)
    return f"{names} {'has' if len(entries) == 1 else 'have'} one more parameter, which the data do not need."


def preference(comparison: Sequence[Entry]) -> str | None:
    """A sentence where a rival is much better than the first entry, on which all numbers of a result rest."""
    pairs = list(zip(comparison, verdicts(comparison), strict=True))
    if not pairs or pairs[0][1] != "hardly supported":
        return None
    first, best = comparison[0], _with(pairs, "best")[0]
    return (
        f"“{best['description']}” describes the data better than “{first['description']}”, by "
        f"{first['aic'] - best['aic']:.1f} in AIC: the numbers of this fit rest on what the data disfavour."
    )


def evidence_sentence(evidence: Sequence[Entry]) -> str:
    """Which description the evidence prefers, by how much, and on which priors that rests; "" without rivals."""
    if len(evidence) < 2:
        return ""
    first, best = evidence[0], max(evidence, key=lambda entry: float(entry["log_z"]))
    rivals = [entry for entry in evidence if entry is not first]
    nearest = max(rivals, key=lambda entry: float(entry["log_z"]))
    lead, error = -nearest["log_bayes_factor"], nearest["log_bayes_factor_stderr"]
    if abs(lead) < _STRONG + 2.0 * error:
        found = f"By its evidence “{first['description']}” and “{nearest['description']}” cannot be told apart"
    else:
        found = f"By its evidence “{best['description']}” is preferred"
    own = sorted({name for entry in evidence for name in entry["own_parameters"]})
    apart = f", those of {' and '.join(own)} do not" if own else ""
    return (
        f"{found}: ln Z of the description fitted is {lead:+.1f} ± {error:.1f} above that of its nearest rival. "
        "Evidence rests on the priors stated under “Assumptions”: one twice as wide costs ln 2 = 0.7 where the "
        f"data narrow it. Priors of parameters that descriptions share nearly cancel in the ratio{apart}."
    ).replace(" -", " −")


def _aic(entry: Entry) -> float:
    """AIC without its roundings: of equals the first is the best."""
    return round(float(entry["aic"]), 6)


def _adds_nothing(entry: Entry, fitted: Sequence[Entry]) -> bool:
    nested = (other for other in fitted if other["name"] in entry.get("contains", ()))
    return any(other["aic"] <= entry["aic"] + _TOLD_APART for other in nested)


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
    return "as good" if distance < _TOLD_APART else "less supported"


def _with(pairs: Sequence[tuple[Entry, str]], *wanted: str) -> list[Entry]:
    return [entry for entry, verdict in pairs if verdict in wanted]
