"""Rows that differ in field, and ramps that sweep one: what a fit of them needs of the analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from stfit.analysis import Analysis
from stfit.errors import InputError, Problem
from stfit.measurement import Observation, name_of
from stfit.measurement.columns import P
from stfit.models.choices import Choices

_IN_A_FIELD: Final = "uniaxial"  # the asymmetry that follows one


def in_fields(analysis: Analysis, measurements: Sequence[Observation]) -> Analysis:
    """The analysis of measurements that may sweep a field.

    Parameters
    ----------
    analysis : Analysis
        As it is written.
    measurements : sequence of Observation
        Whether one of them sweeps a field counts.

    Returns
    -------
    Analysis
        With asymmetry = "uniaxial" in place of the default where a field is swept.
    """
    swept = any(measurement.settings.swept == "field" for measurement in measurements)
    if not swept or analysis.model.asymmetry != Choices.asymmetry:
        return analysis
    return replace(analysis, model=replace(analysis.model, asymmetry=_IN_A_FIELD))


def differs_in_field(analysis: Analysis, measurements: Sequence[Observation]) -> bool:
    """Whether the barriers follow the field of each row: where rows differ in it, or its scale is known.

    Parameters
    ----------
    analysis : Analysis
        Its asymmetry, and `anisotropy_field` in [device].
    measurements : sequence of Observation
        All that are fitted together.

    Raises
    ------
    InputError
        Where rows differ in field and no asymmetry that follows it is chosen, where some have none, or where the
        anisotropy field is neither known nor seen in a sweep of the field.
    """
    fields = np.concatenate([m.settings.field for m in measurements])
    several = np.unique(fields[np.isfinite(fields)]).size + int(np.any(np.isnan(fields))) > 1
    uniaxial = analysis.model.asymmetry == _IN_A_FIELD
    scale_known = "anisotropy_field" in analysis.device
    swept = any(m.settings.swept == "field" for m in measurements)
    if not (several or swept):
        return uniaxial and scale_known and bool(np.all(np.isfinite(fields)))
    where = analysis.source or "analysis"
    if not uniaxial:
        expected = 'asymmetry = "uniaxial", the only one that takes several fields, or rows of one field'
        raise InputError(Problem(f"{where}, key 'model.asymmetry'", expected, repr(analysis.model.asymmetry)))
    without = [name_of(m) for m in measurements if np.any(np.isnan(m.settings.field))]
    if without:
        expected = f"a field in every row, as other rows have one (a column field, or field of {without[0]})"
        raise InputError(Problem(f"{where}, the measurements", expected, "rows without"))
    if not (scale_known or swept):
        expected = 'the anisotropy field, for example "120 mT", as the rows differ in field'
        raise InputError(Problem(f"{where}, key 'device.anisotropy_field'", expected, "nothing"))
    return True


def field_sign(measurements: Sequence[Observation]) -> int:
    """+1 where a positive field favours P, −1 where it favours AP, as the ways say on which P is left.

    measurements: ramps and loops that sweep a field.
    """
    rising = 0.0
    for settings in (measurement.settings for measurement in measurements):
        if settings.interval is not None:
            way = np.sign(settings.interval[1] - settings.interval[0])
            rising += float(np.sum(np.where(settings.state == P, way, -way)))
    return -1 if rising > 0 else 1


def refuse_one_state(analysis: Analysis, measurements: Sequence[Observation]) -> None:
    """InputError where rows stand in a field beyond the anisotropy field, where there are no two states."""
    scale, offset = (analysis.device.get(name) for name in ("anisotropy_field", "field_offset"))
    largest = np.inf if scale is None else scale.value
    standing = [m.settings.field for m in measurements if m.settings.swept != "field"]
    fields = np.concatenate([*standing, np.zeros(0)]) - (0.0 if offset is None else offset.value)
    beyond = fields[np.abs(fields) >= largest]
    if beyond.size:
        where = f"{analysis.source or 'analysis'}, key 'device.anisotropy_field'"
        expected = "more than every field less the field_offset, as there are no two states beyond it"
        raise InputError(Problem(where, expected, f"{1e3 * largest:g} mT with a row at {1e3 * beyond[0]:g} mT"))
