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
from stfit.reports.sentences import headline
from stfit.results.result import FitResult, Status


def document(result: FitResult) -> Document:
    """The report of a result, without a form; figures are drawn later, in the size that a form asks for."""
    sections = (
        answer.others(result),
        *measurements.parts(result),
        fit_tests.section(result),
        intervals.section(result),
        sampling.section(result),
        joint.budget_section(result),
        identifiability.section(result),
        joint.section(result),
        rivals.section(result),
        next_steps.section(result),
        calibration.section(result),
        provenance.assumed(result),
        provenance.provenance(result),
        provenance.citation(result),
    )
    return Document(
        title=result.title,
        headline=Prose(headline(result)),
        failed=result.status is not Status.CONVERGED or result.goodness.verdict == "rejected",
        first=(answer.answer(result), answer.belief(result)),
        picture=answer.picture(result),
        sections=tuple(section for section in sections if section is not None),
        version=result.stfit_version,
        created=result.created,
    )
