"""What a stored calibration says: one sentence, a sentence for each interval, and the tables of a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from stfit.results.symbols import symbol

NOMINAL: Final = {"ci68": 68.27, "ci95": 95.0}  # per cent
LIKELIHOOD: Final = "log-likelihood"
_HOLDS: Final = "holds"

Calibration = Mapping[str, Any]  # `calibration` of a result


def calibration_sentence(calibration: Calibration) -> str:
    """What was simulated and whether the intervals are as wide as they say; "" where nothing was."""
    if not calibration:
        return ""
    sentences = [_simulated(calibration)]
    if calibration["quantities"]:
        sentences += [_of_kind(calibration, kind) for kind in calibration["intervals"]]
        sentences += _of_pulls(calibration)
    sentences += _of_ranks(calibration.get("posteriors"))
    return " ".join(sentences)


def is_clean(calibration: Calibration) -> bool:
    """Whether every interval, every pull and every rank is as it should be, and every fit and chain came to an end."""
    ranks = calibration.get("posteriors") or {"ranks": [], "too_short": 0}
    verdicts = [verdict for entry in calibration["quantities"] for verdict in entry["verdicts"].values()]
    verdicts += [entry["pulls"]["verdict"] for entry in calibration["quantities"]]
    ended = calibration["not_converged"] == 0 and ranks["too_short"] == 0
    return ended and all(v == _HOLDS for v in verdicts) and all(entry["uniform"] for entry in ranks["ranks"])


def failing(calibration: Calibration) -> list[str]:
    """A sentence for every kind of interval of a quantity that does not hold."""
    return [
        interval_sentence(entry, kind)
        for entry in calibration["quantities"]
        for kind, verdict in entry["verdicts"].items()
        if verdict != _HOLDS
    ]


def interval_sentence(quantity: Mapping[str, Any], kind: str) -> str:
    """For example "The covariance interval of τ0 is too narrow: it covers 61.0 % (68.27 %) and 90.5 % (95 %) of 200."""
    verdict = quantity["verdicts"][kind]
    found = [entry for entry in quantity["coverage"] if entry["interval"] == kind]
    name = symbol(quantity["name"]).text
    if verdict == "not tested":
        return f"The {kind} interval of {name} is not tested: no simulated measurement gave one."
    parts = [f"{percent(entry)} ({NOMINAL[entry['level']]:g} %)" for entry in found]
    words = verdict if verdict == _HOLDS else f"is {verdict}"
    return f"The {kind} interval of {name} {words}: it covers {' and '.join(parts)} of {found[0]['of']}."


def percent(coverage: Mapping[str, Any]) -> str:
    """The fraction covered, in per cent to one decimal; "–" where no interval was given."""
    return f"{100.0 * coverage['inside'] / coverage['of']:.1f} %" if coverage["of"] else "–"


def allowed(coverage: Mapping[str, Any]) -> str:
    """What right intervals would cover, in per cent: "58 to 78 %"."""
    if not coverage["of"]:
        return "–"
    low, high = (100.0 * coverage[end] / coverage["of"] for end in ("lowest", "highest"))
    return f"{low:.0f} to {high:.0f} %"


def signed(value: float | None, error: float | None = None) -> str:
    """A pull to two decimals with its error: "+0.03 ± 0.07"."""
    if value is None:
        return "–"
    text = f"{value:+.2f}".replace("-", "−")
    return text if error is None else f"{text} ± {error:.2f}"


def calibration_text(calibration: Calibration) -> str:
    """The tables for a terminal; columns aligned."""
    lines = [calibration_sentence(calibration), ""]
    rows = [("", "interval", "covers 68.27 %", "covers 95 %", "of", "verdict"), *_coverage_rows(calibration)]
    lines += _aligned(rows)
    pulls = [("", "mean of pulls", "width of pulls", "none", "verdict"), *_pull_rows(calibration)]
    lines += ["", *_aligned(pulls)]
    lines += [
        f"{symbol(name).text}: not tested, {reason.replace('-', ' ')}"
        for name, reason in calibration["left_out"].items()
    ]
    return "\n".join(lines) + "\n"


def rank_name(name: str) -> str:
    """What a rank belongs to, in symbols."""
    return LIKELIHOOD if name == "log_likelihood" else symbol(name).text


def _simulated(calibration: Calibration) -> str:
    failed = calibration["not_converged"]
    one = "fit did not converge and is left out" if failed == 1 else "fits did not converge and are left out"
    ended = "all fits converged" if failed == 0 else f"{failed} {one}"
    return (
        f"The measurements were simulated {calibration['replicas']} times from this fit (seed {calibration['seed']}); "
        f"{ended}."
    )


def _of_kind(calibration: Calibration, kind: str) -> str:
    wrong: dict[str, list[str]] = {}
    for entry in calibration["quantities"]:
        if entry["verdicts"][kind] != _HOLDS:
            wrong.setdefault(entry["verdicts"][kind], []).append(symbol(entry["name"]).text)
    if not wrong:
        count = max(
            entry["of"] for q in calibration["quantities"] for entry in q["coverage"] if entry["interval"] == kind
        )
        return f"The {kind} intervals cover the stated shares, as far as {count} simulations can tell."
    parts = [f"{verdict} {kind} intervals: {', '.join(names)}" for verdict, names in wrong.items()]
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in parts)


def _of_pulls(calibration: Calibration) -> list[str]:
    biased = [symbol(e["name"]).text for e in calibration["quantities"] if "biased" in e["pulls"]["verdict"]]
    return [f"Biased against their standard error: {', '.join(biased)}."] if biased else []


def _of_ranks(posteriors: Mapping[str, Any] | None) -> list[str]:
    if posteriors is None:
        return []
    wrong = [rank_name(entry["name"]) for entry in posteriors["ranks"] if not entry["uniform"]]
    count = posteriors["replicas"] - posteriors["too_short"]
    ranks = f"The ranks of {count} true values from the prior among their posterior draws"
    sentences = [f"{ranks} are uniform." if not wrong else f"{ranks} are not uniform: {', '.join(wrong)}."]
    short = posteriors["too_short"]
    if short:
        sentences.append(f"{short} {'chain was' if short == 1 else 'chains were'} too short to be ranked.")
    return sentences


def _coverage_rows(calibration: Calibration) -> Iterator[tuple[str, ...]]:
    for quantity in calibration["quantities"]:
        name = symbol(quantity["name"]).text
        for kind in calibration["intervals"]:
            found = [entry for entry in quantity["coverage"] if entry["interval"] == kind]
            cells = [f"{percent(entry)} ({allowed(entry)})" for entry in found]
            yield (name, kind, *cells, str(found[0]["of"]), quantity["verdicts"][kind])
            name = ""


def _pull_rows(calibration: Calibration) -> Iterator[tuple[str, ...]]:
    for quantity in calibration["quantities"]:
        pulls = quantity["pulls"]
        width = "–" if pulls["width"] is None else f"{pulls['width']:.2f} ± {pulls['width_error']:.2f}"
        mean = signed(pulls["mean"], pulls["mean_error"])
        yield symbol(quantity["name"]).text, mean, width, str(quantity["missing"]), pulls["verdict"]


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
