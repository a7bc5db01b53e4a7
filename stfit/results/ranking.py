"""Which of several descriptions of the same data is supported, by Akaike's criterion, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

SAME_LAW: Final = "same-law"  # the status of a description that is the fitted one in other words

# Burnham & Anderson, Model Selection and Multimodel Inference (2002), section 2.6
_TOLD_APART: Final = 2.0
_HARDLY_SUPPORTED: Final = 10.0
_STRONG: Final = 3.0  # ln Bayes factor (R. E. Kass & A. E. Raftery, J. Am. Stat. Assoc. 90, 773, 1995)

Entry = Mapping[str, Any]


def verdicts(comparison: Sequence[Entry]) -> list[str]:
    """Of each entry: "best", "as good", "adds nothing", "less supported", "hardly supported", "same law", "no fit".

    A description "adds nothing" where one with fewer parameters has an AIC at most 2 higher: a parameter that is not
    needed costs 2 and lowers the deviance by 1 on average.
    """
    fitted = [entry for entry in comparison if entry["status"] == "converged"]
    best = min((e for e in fitted if not _adds_nothing(e, fitted)), key=_aic, default=None)
    return [_verdict(entry, fitted, best) for entry in comparison]


def comparison_sentence(comparison: Sequence[Entry]) -> str:
    """What the data say of the rivals: which they cannot tell apart, or which they prefer; "" without rivals."""
    pairs = list(zip(comparison, verdicts(comparison), strict=True))
    best = _with(pairs, "best")
    behind = _with(pairs, "less supported", "hardly supported")
    alike = _with(pairs, "as good")
    if alike:
        names = "; ".join(entry["description"] for entry in (*best, *alike))
        return f"The data cannot tell these apart (|ΔAIC| < {_TOLD_APART:g}): {names}."
    if not best or not behind:
        return ""
    lead = min(entry["aic"] for entry in behind) - best[0]["aic"]
    return f"Of the descriptions tried the data prefer “{best[0]['description']}”, by {lead:.1f} in AIC over the next."


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
    simpler = (other for other in fitted if other["parameters"] < entry["parameters"])
    return any(other["aic"] <= entry["aic"] + _TOLD_APART for other in simpler)


def _verdict(entry: Entry, fitted: Sequence[Entry], best: Entry | None) -> str:
    if entry["status"] == SAME_LAW:
        return "same law"
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
