"""A result turned into a report: which sections, in which order. Every form is made from this."""

from __future__ import annotations

from stfit.reports import (
    answer_section,
    calibration_section,
    fit_tests_section,
    identifiability_section,
    intervals_section,
    joint_section,
    measurements_section,
    next_steps_section,
    provenance_section,
    rivals_section,
    sampling_section,
)
from stfit.reports.content import Document, Prose
from stfit.reports.sentences import headline
from stfit.results.result import FitResult, Status


def document(result: FitResult) -> Document:
    """The report of a result, without a form; figures are drawn later, in the size that a form asks for."""
    overview, *alone = measurements_section.parts(result) or (None,)
    sections = (
        overview,
        answer_section.others(result),
        rivals_section.section(result),
        fit_tests_section.section(result),
        identifiability_section.section(result),
        joint_section.budget_section(result),
        joint_section.section(result),
        intervals_section.section(result),
        sampling_section.section(result),
        calibration_section.section(result),
        next_steps_section.section(result),
        *alone,
        provenance_section.assumed(result),
        provenance_section.provenance(result),
        provenance_section.citation(result),
    )
    return Document(
        title=result.title,
        headline=Prose(headline(result)),
        remarks=answer_section.remarks(result),
        failed=result.status is not Status.CONVERGED or result.goodness.verdict == "rejected",
        first=(answer_section.answer(result), answer_section.reliability(result)),
        picture=measurements_section.picture(result),
        sections=tuple(section for section in sections if section is not None),
        version=result.stfit_version,
        created=result.created,
    )
