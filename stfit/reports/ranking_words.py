"""Which of several descriptions of the same data is supported, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stfit.results.ranking import READABLE, TOLD_APART, Entry, readings, rounded_aic, verdicts

_MAPPING: Final = "mapping-"
_STRONG: Final = 3.0  # ln Bayes factor (R. E. Kass & A. E. Raftery, J. Am. Stat. Assoc. 90, 773, 1995)


def readings_sentence(comparison: Sequence[Entry]) -> str:
    """The range of l/L_θθ over descriptions with about equal support, and what it depends on; "" where there is one."""
    found = readings(comparison)
    if found is None:
        return ""
    return (
        f"{found.count} descriptions fit about equally well (ΔAIC at most {READABLE:g}). They give l/L_θθ = "
        f"{found.text}, depending on {found.reason}."
    )


def comparison_sentence(comparison: Sequence[Entry]) -> str:
    """Which descriptions the data cannot tell apart, or which one they prefer; "" without rivals."""
    pairs = list(zip(comparison, verdicts(comparison), strict=True))
    best, alike = _with(pairs, "best"), _with(pairs, "as good")
    if alike:
        names = "; ".join(entry["description"] for entry in (*best, *alike))
        return f"The data cannot tell these apart (|ΔAIC| < {TOLD_APART:g}): {names}."
    others = _with(pairs, "adds nothing", "less supported", "hardly supported")
    if not best or not others:
        return ""
    following = min(others, key=rounded_aic)
    if following not in _with(pairs, "adds nothing"):
        lead = following["aic"] - best[0]["aic"]
        return (
            f"The data prefer “{best[0]['description']}”. “{following['description']}” comes next; its AIC is "
            f"{lead:.1f} higher."
        )
    sentences = [f"The data prefer “{best[0]['description']}”. {_needless(_with(pairs, 'adds nothing'))}"]
    if behind := _with(pairs, "less supported", "hardly supported"):
        following = min(behind, key=rounded_aic)
        lead = following["aic"] - best[0]["aic"]
        sentences.append(f"“{following['description']}” comes next; its AIC is {lead:.1f} higher.")
    return " ".join(sentences)


def line_readings(comparison: Sequence[Entry]) -> list[tuple[str, str, str]]:
    """Every reading of resonance lines: its name, its AIC above the best, what it gives; none where one was fitted."""
    shown = [entry for entry in comparison if entry["name"].startswith(_MAPPING) and entry["status"] == "converged"]
    if len(shown) < 2:
        return []
    return [(e["name"].removeprefix(_MAPPING), f"{e['delta_aic']:.1f}", e["note"] or "–") for e in shown]


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
        f"{first['aic'] - best['aic']:.1f} in AIC. The numbers of this fit rest on the less favoured description."
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
        "Evidence rests on the priors stated under “Assumptions”: a prior twice as wide lowers ln Z by ln 2 = "
        f"0.7 where the data narrow it. Priors of parameters that descriptions share nearly cancel in the ratio{apart}."
    ).replace(" -", " −")


def _with(pairs: Sequence[tuple[Entry, str]], *wanted: str) -> list[Entry]:
    return [entry for entry, verdict in pairs if verdict in wanted]
