"""The sentences of a result: what was found, and whether to believe it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stfit.results.fit_tests import alarming, corrected_p_values, scatters_too_little
from stfit.results.numbers import (
    NOT_IDENTIFIED,
    format_estimate,
    format_interval,
    format_p,
    format_rounded,
    format_value,
)
from stfit.results.ranking import readings
from stfit.results.result import Combination, FitResult, Goodness, OwnResult, Status, Verdict
from stfit.results.symbols import expression_text, symbol

_NAMED: Final = 3  # tests that a warning names
_DIGITS: Final = 6  # of a deviance, behind the point: what lies below is rounding


def without_law(result: FitResult) -> bool:
    """Whether the result is what measurements say by themselves, without a law of spin transfer."""
    return "l_over_L" not in result.parameters and any(entry.own for entry in result.measurements)


def own_findings(result: FitResult) -> list[tuple[str, OwnResult]]:
    """What measurements say by themselves, each with its sentence."""
    return [(f"{_capitalised(own.headline)}.", own) for entry in result.measurements for own in entry.own]


def _own_headline(result: FitResult) -> str:
    found = own_findings(result)
    if len(found) == 1:
        return found[0][0]
    known = sum(bool(own.estimates) for _, own in found)
    return f"{known} of {len(found)} series have constants of their own; {_agreement(result.goodness)}."


def headline(result: FitResult) -> str:
    """The answer in one sentence: l/L_θθ with its interval, or why there is none, and whether the data agree."""
    if result.status is not Status.CONVERGED:
        return result.status.sentence
    if without_law(result):
        return _own_headline(result)
    if result.goodness.verdict == "rejected":
        return f"{rejection(result.goodness)} {_coefficient(result)}: no error quoted covers the misfit."
    evidence = "" if result.goodness.p_value is None else f" ({_evidence(result.goodness)})"
    return f"{_coefficient(result)}{_other_readings(result)}; {_agreement(result.goodness)}{evidence}."


def _other_readings(result: FitResult) -> str:
    """The range of l/L_θθ over rival descriptions that the data support too; "" where they agree."""
    found = readings(result.comparison)
    return "" if found is None else f"; {found.text}, depending on {found.reason}"


def truth_sentence(result: FitResult) -> str:
    """That the data are simulated, and the true l/L_θθ; "" for measured data."""
    if not result.truth:
        return ""
    known = result.truth["parameters"].get("l_over_L")
    if known is None or result.truth["convention"] != result.convention:
        return "These data are simulated."
    return (
        f"These data are simulated, with {symbol('l_over_L').text} = {format_rounded(known['value'], known['unit'])}."
    )


def rejection(goodness: Goodness) -> str:
    """The warning of a fit that the data reject; "" where they do not."""
    if goodness.verdict != "rejected":
        return ""
    tests = list(alarming(goodness))[:_NAMED]
    by = f"; test: {', '.join(tests)}" if tests else ""
    return f"WARNING: the data reject this description ({format_p(goodness.p_value, 'p = ')}{by})."


def agreement_sentence(goodness: Goodness) -> str:
    """Whether the data agree with the fit, with the p-value that says so: "The data agree with the fit (p = 0.43)."."""
    evidence = "" if goodness.p_value is None else f" ({_evidence(goodness)})"
    return f"{_capitalised(_agreement(goodness))}{evidence}."


def goodness_sentence(goodness: Goodness) -> str:
    """Whether the data agree with the fit, with deviance and p-value."""
    deviance = format_rounded(round(goodness.deviance, _DIGITS), "")
    numbers = f"deviance {deviance} for {_count(goodness.dof, 'degree')} of freedom"
    if goodness.verdict == "not-testable":
        reason = ": the data leave no freedom to disagree with it" if goodness.dof <= 0 else ""
        return f"The fit cannot be tested{reason} ({numbers})."
    several = len(corrected_p_values(goodness))
    said = _evidence(goodness)
    if several > 1 and not _capped(goodness):
        said += f", the smallest of {several} tests after Holm's correction"
    evidence = f"{said}; {numbers}, its p from {_method(goodness)}"
    return {
        "acceptable": f"{_capitalised(_agreement(goodness))} ({evidence}).",
        "doubtful": f"The data hardly agree with the fit ({evidence}): look at the residuals before using a number.",
        "rejected": f"The data reject this description ({evidence}): the errors quoted do not cover the misfit.",
    }[goodness.verdict]


_CHAIN: Final = {
    "reliable": "The chain is reliable.",
    "tentative": "The chain is tentative: its numbers may still move by a good part of their errors.",
    "unusable": "The chain is unusable: no number is taken from it.",
}


def chain_sentence(sampling: Mapping[str, Any]) -> str | None:
    """What the chain is worth, with the first of its reasons; None without a chain."""
    return " ".join([_CHAIN[sampling["verdict"]], *sampling["reasons"][:1]]) if sampling else None


def identifiability_sentence(result: FitResult) -> str:
    """How many of the free parameters the data determine, and which they do not."""
    rank, free = result.identifiability["rank"], result.identifiability["n_free"]
    if without_law(result):
        return f"The data give {_count(len(result.parameters), 'constant') if result.parameters else 'no constant'}."
    missing = [symbol(name).text for name in not_identified(result)]
    names = ", ".join(missing)
    if rank < free:
        listed = f"; not identified: {names}" if missing else ""
        sentence = f"The data determine {_count(rank, 'combination')} of {_count(free, 'free parameter')}{listed}."
    elif missing:
        sentence = f"The data are too few to determine {names}: not identified."
    else:
        sentence = f"The data determine all {_count(free, 'free parameter')}."
    return " ".join([sentence, *_at_their_bounds(result)])


def _at_their_bounds(result: FitResult) -> list[str]:
    """Which parameters lie at a bound, and what that means for the others."""
    names = [symbol(name).text for name, entry in result.parameters.items() if entry.verdict is Verdict.AT_BOUND]
    if not names:
        return []
    ends = f"{names[0]} lies at its bound" if len(names) == 1 else f"{', '.join(names)} lie at their bounds"
    return [f"{ends}. The intervals of the others allow for it."]


def quoted_at(result: FitResult) -> str:
    """At which temperature and field the numbers of a law hold, and in which convention, where it is not the usual."""
    if without_law(result):
        return ""
    field = " and zero applied field" if "anisotropy_field" in result.parameters else ""
    sentences = ["No temperature is given: slopes are those at the temperature of the measurement."]
    if result.reference_temperature is not None:
        at = f"{result.reference_temperature:g} K{field}"
        sentences = [f"Slopes, critical currents and {symbol('tau_0').text} are quoted at {at}."]
    if result.convention == "printed":
        sentences.append(
            "Printed convention: l/L_θθ is −8 times the consistent one, c_i and the barriers are twice it."
        )
    return " ".join(sentences)


def not_identified(result: FitResult) -> list[str]:
    """The names of the parameters the data do not identify."""
    return [name for name, entry in result.parameters.items() if entry.verdict is Verdict.NOT_IDENTIFIED]


def format_combination(combination: Combination) -> str:
    """A combination of parameters with its value, as "(l/L_θθ) · c_P/β = 6.5(3) e".

    Parameters
    ----------
    combination : Combination
        One of `combinations` of a result.

    Returns
    -------
    str
        Its expression and its value, or its limit (95 %).
    """
    if combination.value is None:
        return f"{expression_text(combination.expression)} {format_interval(combination.ci95, combination.unit)} (95 %)"
    value = format_value(combination.value, combination.stderr, combination.unit, combination.ci68)
    return f"{expression_text(combination.expression)} = {value}"


def _coefficient(result: FitResult) -> str:
    entry = result.parameters.get("l_over_L")
    if entry is None or entry.verdict is Verdict.NOT_IDENTIFIED:
        instead = [c for c in result.combinations if "l_over_L" in c.expression]
        known = f"; {format_combination(instead[0])} is what the data determine" if instead else ""
        return f"{symbol('l_over_L').text} is {NOT_IDENTIFIED} by these data{known}"
    value = f"{symbol('l_over_L').text} = {format_estimate(entry)}"
    value += {Verdict.FIXED: " (held fixed)", Verdict.AT_BOUND: ", which is its bound"}.get(entry.verdict, "")
    if entry.verdict in {Verdict.ONE_SIDED, Verdict.FIXED} or entry.ci95 is None:
        return value
    return f"{value} (95 %: {format_interval(entry.ci95, entry.unit)})"


def _agreement(goodness: Goodness) -> str:
    """Whether the data agree, in a clause without its evidence."""
    if goodness.verdict == "not-testable":
        return "the fit cannot be tested"
    if goodness.verdict == "rejected":
        return "the data reject this description"
    if goodness.verdict == "doubtful":
        return "the data hardly agree with the fit"
    if scatters_too_little(goodness):
        return "no test rejects the fit, but the data scatter less than their errors say"
    return "no test rejects the fit" if _capped(goodness) else "the data agree with the fit"


def _capped(goodness: Goodness) -> bool:
    """Whether Holm's correction ends at 1, which is no measure of agreement."""
    return goodness.p_value is not None and goodness.p_value >= 1.0 and len(corrected_p_values(goodness)) > 1


def _evidence(goodness: Goodness) -> str:
    """The p-value after Holm's correction, or where that ends at 1 the smallest one before it."""
    if not _capped(goodness):
        return format_p(goodness.p_value, "p = ")
    single = corrected_p_values(goodness)
    return f"smallest of {len(single)} p-values: {format_p(min(single))}"


def _method(goodness: Goodness) -> str:
    return "the asymptotic law" if goodness.method == "asymptotic" else f"a {goodness.method}"


def _capitalised(clause: str) -> str:
    return clause[:1].upper() + clause[1:]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
