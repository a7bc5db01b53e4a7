"""A result turned into a report: which sections, in which order. Every form is made from this."""

from __future__ import annotations

from stfit.reports import (
    answer,
    calibration,
    fit_tests,
    identifiability,
    intervals,
    joint,
    measurements,
    next_steps,
    provenance,
    rivals,
    sampling,
)
from stfit.reports.content import Document, Prose
from stfit.results.result import FitResult, Status
from stfit.results.sentences import headline


def document(result: FitResult) -> Document:
    """The report of a result, without a form; figures are drawn later, in the size that a form asks for."""
    overview, *alone = measurements.parts(result) or (None,)
    sections = (
        overview,
        answer.others(result),
        rivals.section(result),
        fit_tests.section(result),
        identifiability.section(result),
        joint.budget_section(result),
        joint.section(result),
        intervals.section(result),
        sampling.section(result),
        calibration.section(result),
        next_steps.section(result),
        *alone,
        provenance.assumed(result),
        provenance.provenance(result),
        provenance.citation(result),
    )
    return Document(
        title=result.title,
        headline=Prose(headline(result)),
        remarks=(),
        failed=result.status is not Status.CONVERGED or result.goodness.verdict == "rejected",
        first=(answer.answer(result), answer.reliability(result)),
        picture=measurements.picture(result),
        sections=tuple(section for section in sections if section is not None),
        version=result.stfit_version,
        created=result.created,
    )
