"""The report as one self-contained HTML page, made from a stored result alone."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from stfit.figures.style import svg
from stfit.reports import joint, view
from stfit.reports.calibration import calibration
from stfit.reports.identifiability import identifiability
from stfit.reports.intervals import intervals
from stfit.reports.measurements import sections
from stfit.reports.rivals import rivals
from stfit.reports.sampling import sampling
from stfit.reports.traces import HEAD
from stfit.results.plot import all_residuals_figure, correlations_figure
from stfit.results.released import released_sentence
from stfit.results.result import FitResult, Status
from stfit.results.sentences import goodness_sentence, headline, identifiability_sentence, quoted_at
from stfit.results.symbols import symbol

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # not allowed in HTML
_TEMPLATES = Path(__file__).with_name("templates")


def render(result: FitResult) -> str:
    """The page: no network, no script; every text from files is escaped."""
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            result=result,
            headline=headline(result),
            converged=result.status is Status.CONVERGED,
            goodness=goodness_sentence(result.goodness),
            identifiability=identifiability_sentence(result),
            quoted_at=quoted_at(result),
            answers=view.answers(result),
            others=view.others(result),
            combinations=view.combinations(result),
            sections=sections(result),
            trace_head=HEAD,
            correlations=_correlations(result),
            residuals=_residuals(result),
            priors=view.priors(result),
            null_directions=view.null_directions(result),
            tests=view.tests(result),
            budget=joint.budget(result),
            joint=joint.joint(result),
            rivals=rivals(result),
            calibration=calibration(result),
            released=released_sentence(result),
            intervals=intervals(result),
            sampling=sampling(result),
            known=identifiability(result),
            diagnostics=view.diagnostics(result),
        )
    )
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", page)


def page(template: str, **content: object) -> str:
    """A page of a template; every text in it is escaped, and has no control characters."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _environment().get_template(template).render(**content))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["prose"] = view.prose
    return environment


def _correlations(result: FitResult) -> Markup | None:
    figure = correlations_figure(result)
    if figure is None:
        return None
    pairs = [
        (abs(value), f"{symbol(row).text} and {symbol(column).text} {value:+.2f}")
        for row, others in result.correlations.items()
        for column, value in others.items()
        if row < column and value is not None
    ]
    strongest = "; ".join(text for _, text in sorted(pairs, reverse=True)[:5]).replace("-", "−")
    return view.trusted(svg(figure, f"Correlations of the parameters; the strongest: {strongest}.", "c"))


def _residuals(result: FitResult) -> Markup | None:
    figure = all_residuals_figure(result)
    words = "All residuals, ordered, against the quantiles of a normal distribution."
    return None if figure is None else view.trusted(svg(figure, words, "q"))
