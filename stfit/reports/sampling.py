"""The chain in a report: its verdict, what each number is worth, how much is prior, and its two figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from stfit.figures.style import svg
from stfit.reports.view import symbol_html, trusted
from stfit.results.chain_plot import posterior_figure, traces_figure
from stfit.results.numbers import format_rounded, prefix
from stfit.results.result import FitResult
from stfit.results.sentences import chain_sentence
from stfit.results.symbols import symbol

LOG_POSTERIOR: Final = "log_posterior"
_BADGES: Final = {"reliable": "acceptable", "tentative": "doubtful", "unusable": "rejected"}
_ERRORS: Final = ("median", "sd", "lo95", "hi95")


@dataclass(frozen=True)
class Worth:
    """One line of the table of diagnostics."""

    symbol: Markup
    rhat: str
    effective: str
    tails: str
    taus: str
    errors: tuple[str, ...]
    quoted: bool


@dataclass(frozen=True)
class PriorRow:
    """One line of the table of prior sensitivity."""

    symbol: Markup
    prior: str
    likelihood: str
    contraction: str
    diagnosis: str


@dataclass(frozen=True)
class Sampling:
    """The section."""

    verdict: str
    badge: str
    sentence: str
    reasons: list[str]
    ran: str
    worth: list[Worth]
    priors: list[PriorRow]
    prior_sentences: list[str]
    corner: Markup | None
    traces: Markup | None


def sampling(result: FitResult) -> Sampling | None:
    """The section of a result whose posterior was sampled; None of any other."""
    found = result.sampling
    if not found:
        return None
    priors = found["prior_sensitivity"]
    return Sampling(
        verdict=found["verdict"],
        badge=_BADGES[found["verdict"]],
        sentence=chain_sentence(found) or "",
        reasons=list(found["reasons"]),
        ran=_ran(found),
        worth=[_worth(name, entry, result) for name, entry in found["quantities"].items()],
        priors=[] if priors is None else [_prior(name, entry) for name, entry in priors["quantities"].items()],
        prior_sentences=[] if priors is None else list(priors["sentences"]),
        corner=_corner(result),
        traces=_traces(result),
    )


def _ran(found: Mapping[str, Any]) -> str:
    accepted = " to ".join(
        f"{100 * share:.0f}" for share in sorted({min(found["acceptance"]), max(found["acceptance"])})
    )
    return (
        f"{found['ensembles']} independent ensembles of {found['walkers']} walkers; of each walker {found['steps']} "
        f"steps were kept after {found['burn_in']} of burn-in. Seed {found['seed']}. "
        f"Accepted: {accepted} % of the moves."
    )


def _worth(name: str, entry: Mapping[str, Any], result: FitResult) -> Worth:
    estimate = result.parameters.get(name)
    unit = "" if estimate is None else estimate.unit
    size = 0.0 if estimate is None or estimate.value is None else abs(estimate.value)
    _, label = prefix(size or 1.0, unit)
    errors = entry["mcse"] or {}
    shown = tuple(format_rounded(errors.get(key), unit if label else "", 2, size) for key in _ERRORS)
    return Worth(
        symbol=trusted("ln posterior") if name == LOG_POSTERIOR else symbol_html(name),
        rhat=_number(entry["rhat"], 4),
        effective=_whole(entry["ess_bulk"]),
        tails=_whole(entry["ess_tail"]),
        taus=_whole(entry["steps_per_tau"]),
        errors=shown,
        quoted=entry["mcse"] is not None,
    )


def _prior(name: str, entry: Mapping[str, Any]) -> PriorRow:
    return PriorRow(
        symbol=symbol_html(name),
        prior=_number(entry["prior"], 2),
        likelihood=_number(entry["likelihood"], 2),
        contraction=_number(entry["contraction"], 2, largest=0.999),
        diagnosis=entry["diagnosis"],
    )


def _number(value: float | None, decimals: int, largest: float | None = None) -> str:
    if value is None:
        return "–"
    if largest is not None and value > largest:
        return f"> {largest:g}"
    return f"{value:.{decimals}f}".replace("-", "−")


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _corner(result: FitResult) -> Markup | None:
    figure = posterior_figure(result)
    if figure is None:
        return None
    names = ", ".join(symbol(name).text for name in result.sampling["draws"]["values"])
    words = f"Posterior densities of {names}, each beside its prior, and of every pair, with 68 % and 95 % contours."
    return trusted(svg(figure, words, "corner"))


def _traces(result: FitResult) -> Markup | None:
    figure = traces_figure(result)
    if figure is None:
        return None
    rhat = max((entry["rhat"] or 0.0) for entry in result.sampling["quantities"].values() if entry["judged"])
    words = (
        "Draws of every ensemble along the chain, and how often each ensemble has which ranks among all draws; the "
        f"largest R̂ is {rhat:.4f}."
    )
    return trusted(svg(figure, words, "trace"))
