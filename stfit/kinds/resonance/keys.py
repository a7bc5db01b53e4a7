"""The keys of resonance lines and of spectra in an analysis file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from stfit.analysis import planning, quantities
from stfit.analysis.messages import shown, unfit
from stfit.analysis.sections import MeasurementSection, Section
from stfit.kinds.resonance.choices import BACKGROUNDS, MOST_LINES, SHIFTS
from stfit.physics.fluctuations import FWHM_OVER_WIDTH, POWERS
from stfit.physics.line_shapes import SHAPES
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


def _shifts(value: Any) -> list[str]:
    """Names of what may shift a line of a film."""
    if not isinstance(value, list) or not value or any(name not in SHIFTS for name in value):
        raise unfit(f"a list of {' and '.join(SHIFTS)}, or of one of them", shown(value))
    return value


def _modulation(value: Any) -> str:
    """Amplitude of the modulation of a field, as it is written."""
    written = quantities.text(value)
    if quantities.quantity(written, "T") <= 0.0:
        raise unfit('a positive amplitude, half of peak-to-peak, such as "0.5 mT"', shown(value))
    return written


class LineKeys(MeasurementSection):
    """What the columns hold, and the known width that no current changes."""

    linewidth: Annotated[str | None, PlainValidator(quantities.choice(*FWHM_OVER_WIDTH))] = None
    power: Annotated[str | None, PlainValidator(quantities.choice(*POWERS))] = None
    inhomogeneous_linewidth: Width = None


class SpectrumKeys(MeasurementSection):
    """The shape of the lines, how many, on what, how broadened; geometry and shifts of a film; a known width."""

    line_shape: Annotated[Any, PlainValidator(quantities.choice(*SHAPES))] = None
    lines: Annotated[Any, PlainValidator(quantities.choice(*range(1, MOST_LINES + 1)))] = MOST_LINES
    background: Annotated[Any, PlainValidator(quantities.choice(*BACKGROUNDS))] = None
    modulation: Annotated[str | None, PlainValidator(_modulation)] = None
    smoothed_lines: Annotated[bool | None, PlainValidator(quantities.switch)] = None
    film: Annotated[list[str] | None, PlainValidator(_shifts)] = None
    geometry: Annotated[Any, PlainValidator(quantities.choice(*GEOMETRIES))] = None
    inhomogeneous_linewidth: Width = None


class LinePlanKeys(Section):
    """What [plan] says of lines: the relative error of a power or a width of a new one."""

    line_error: Annotated[float, PlainValidator(planning.relative_error)] = 0.03
