"""The chain in a report: its verdict, what each number is worth, how much is prior, and its two figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stfit.reports.content import (
    Badge,
    Block,
    Drawing,
    Heading,
    Inline,
    Italic,
    Listing,
    Name,
    Number,
    Paragraph,
    Prose,
    ReportSection,
    Table,
    TableColumn,
    TableRow,
)
from stfit.reports.drawn_chain import has_posterior, posterior_figure, traces_figure
from stfit.reports.sentences import chain_sentence
from stfit.reports.view import drawn
from stfit.results.numbers import format_rounded, prefix
from stfit.results.result import FitResult
from stfit.results.symbols import symbol

LOG_POSTERIOR: Final = "log_posterior"
BADGES: Final = {"reliable": "acceptable", "tentative": "doubtful", "unusable": "rejected"}
_ERRORS: Final = ("median", "sd", "lo95", "hi95")


_HEADS: Final[tuple[Inline, ...]] = (
    "R̂",
    "ESS, bulk",
    "ESS, tails",
    (Italic("N"), "/τ"),
    "error of median",
    "of deviation",
    "of 95 %, low",
    "high",
)
_WORTH: Final = (TableColumn(), *(TableColumn(title, numeric=True) for title in _HEADS))
_WORTH_WORDS: Final = (
    "R̂ compares the ensembles by the ranks of their draws; it is 1 where they agree. ESS is the number of independent "
    "draws with the same error, from the mean over the walkers. N/τ is the number of steps in autocorrelation times τ. "
    "A longer chain reduces the errors given here. A dash stands where the chain is unusable or the data do not "
    "identify the quantity."
)
_PRIOR_WORDS: Final = (
    "Change of the posterior when the exponent of the informed priors, or of the likelihood, is doubled; it matters "
    "above 0.05. Contraction is the part of the prior variance that the data remove; it is 0 where the posterior is "
    "the prior."
)
_CORNER: Final = (
    "Diagonal: posterior densities with their priors (dashed; a very wide prior is not visible). Below: pairs of "
    "parameters, with the contours that contain 68 % and 95 %. Grey: a parameter that is not identified."
)
_CHAIN: Final = (
    "Left: draws along the chain, one line for each ensemble. Right: frequency of the ranks of each ensemble among all "
    "draws, divided by that of equal ensembles; the band is two standard deviations."
)


@dataclass(frozen=True)
class Worth:
    """One line of the table of diagnostics."""

    symbol: Inline
    rhat: str
    effective: str
    tails: str
    taus: str
    errors: tuple[str, ...]
    quoted: bool


@dataclass(frozen=True)
class PriorRow:
    """One line of the table of prior sensitivity."""

    symbol: Inline
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
    corner: Drawing | None
    traces: Drawing | None


def sampling(result: FitResult) -> Sampling | None:
    """The section of a result whose posterior was sampled; None of any other."""
    found = result.sampling
    if not found:
        return None
    priors = found["prior_sensitivity"]
    return Sampling(
        verdict=found["verdict"],
        badge=BADGES[found["verdict"]],
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
        f"{found['ensembles']} independent ensembles of {found['walkers']} walkers. Each walker kept {found['steps']} "
        f"steps after a burn-in of {found['burn_in']}. Seed {found['seed']}. {accepted} % of the moves were accepted."
    )


def _worth(name: str, entry: Mapping[str, Any], result: FitResult) -> Worth:
    estimate = result.parameters.get(name)
    unit = "" if estimate is None else estimate.unit
    size = 0.0 if estimate is None or estimate.value is None else abs(estimate.value)
    _, label = prefix(size or 1.0, unit)
    errors = entry["mcse"] or {}
    shown = tuple(format_rounded(errors.get(key), unit if label else "", 2, size) for key in _ERRORS)
    return Worth(
        symbol="ln posterior" if name == LOG_POSTERIOR else Name(name),
        rhat=_number(entry["rhat"], 4),
        effective=_whole(entry["ess_bulk"]),
        tails=_whole(entry["ess_tail"]),
        taus=_whole(entry["steps_per_tau"]),
        errors=shown,
        quoted=entry["mcse"] is not None,
    )


def _prior(name: str, entry: Mapping[str, Any]) -> PriorRow:
    return PriorRow(
        symbol=Name(name),
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


def _corner(result: FitResult) -> Drawing | None:
    if not has_posterior(result):
        return None
    names = ", ".join(symbol(name).text for name in result.sampling["draws"]["values"])
    words = f"Posterior densities of {names}, each beside its prior, and of every pair, with 68 % and 95 % contours."
    return Drawing("posterior", lambda _: drawn(posterior_figure(result)), words, _CORNER)


def _traces(result: FitResult) -> Drawing | None:
    if not result.sampling["draws"]["values"]:
        return None
    rhat = max((entry["rhat"] or 0.0) for entry in result.sampling["quantities"].values() if entry["judged"])
    words = (
        f"Draws of every ensemble along the chain, and the ranks of each among all draws; the largest R̂ is {rhat:.4f}."
    )
    return Drawing("chain", lambda _: drawn(traces_figure(result)), words, _CHAIN)


def section(result: FitResult) -> ReportSection | None:
    """The section of the report; None of a result without a chain."""
    found = sampling(result)
    if found is None:
        return None
    blocks: list[Block] = [
        Paragraph((Badge(found.badge, found.verdict), " ", Prose(found.ran))),
        Listing(tuple(Prose(reason) for reason in found.reasons)),
        *(figure for figure in (found.corner, found.traces) if figure is not None),
        Table(_WORTH, tuple(_worth_row(entry) for entry in found.worth)),
        Paragraph(_WORTH_WORDS, "fine"),
        *(_prior_blocks(found) if found.priors else []),
    ]
    return ReportSection("sampling", "Sampling", tuple(blocks), f"the chain is {found.verdict}", folded=True)


def _worth_row(entry: Worth) -> TableRow:
    numbers = (entry.rhat, entry.effective, entry.tails, entry.taus, *entry.errors)
    return TableRow((entry.symbol, *(Number(text) for text in numbers)), "" if entry.quoted else "not-identified")


def _prior_blocks(found: Sampling) -> list[Block]:
    rows = [
        TableRow(
            (entry.symbol, *(Number(text) for text in (entry.prior, entry.likelihood, entry.contraction)), diagnosis)
        )
        for entry in found.priors
        for diagnosis in [entry.diagnosis]
    ]
    columns = (
        TableColumn(),
        *(TableColumn(t, numeric=True) for t in ("prior", "data", "contraction")),
        TableColumn("diagnosis"),
    )
    return [
        Heading("Influence of the priors"),
        *(Paragraph(Prose(sentence)) for sentence in found.prior_sentences),
        Table(columns, tuple(rows)),
        Paragraph(_PRIOR_WORDS, "fine"),
    ]
