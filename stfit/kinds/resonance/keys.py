"""The keys of resonance lines and of spectra in an analysis file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from stfit.analysis import planning, quantities
from stfit.analysis.sections import MeasurementSection, Section
from stfit.physics.fluctuations import FWHM_OVER_WIDTH, LINE_SHAPES, POWERS
from stfit.physics.resonance import GEOMETRIES


def _width(value: Any) -> str:
    """A linewidth as it is written: whether its unit is that of the column is seen when the table is read."""
    written = quantities.text(value)
    try:
        quantities.quantity(written, "T")
    except PydanticCustomError:
        quantities.quantity(written, "Hz")
    return written


Width = Annotated[str | None, PlainValidator(_width)]


class LineKeys(MeasurementSection):
    """What the columns hold, and the known width that no current changes."""

    linewidth: Annotated[str | None, PlainValidator(quantities.choice(*FWHM_OVER_WIDTH))] = None
    power: Annotated[str | None, PlainValidator(quantities.choice(*POWERS))] = None
    inhomogeneous_linewidth: Width = None


class SpectrumKeys(MeasurementSection):
    """The shape of the line; the geometry of a series of frequencies; the width that no current changes."""

    line_shape: Annotated[Any, PlainValidator(quantities.choice(*LINE_SHAPES))] = "lorentzian"
    geometry: Annotated[Any, PlainValidator(quantities.choice(*GEOMETRIES))] = None
    inhomogeneous_linewidth: Width = None


class LinePlanKeys(Section):
    """What [plan] says of lines: the relative error of a power or a width of a new one."""

    line_error: Annotated[float, PlainValidator(planning.relative_error)] = 0.03
