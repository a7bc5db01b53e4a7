"""The columns of a table of resonance lines, of an index of spectra, and of a spectrum."""

from __future__ import annotations

from typing import Final

from stfit.measurement.columns import COLUMN, CURRENT, FIELD, FILE, GROUP, STATE, TEMPERATURE, Column, Domain, Layout

_WIDTH_UNITS: Final = ("MHz", "GHz", "mT")
_WIDTH_NAMES: Final = ("width", "line_width", "delta_f", "delta_H", "df", "dH", "FWHM", "HWHM")
_LINEWIDTH: Final = Column(
    "linewidth",
    "Hz",
    Domain.POSITIVE,
    _WIDTH_UNITS,
    _WIDTH_NAMES,
    otherwise=Column("field_linewidth", "T", Domain.POSITIVE, _WIDTH_UNITS),
    measured=True,
)
_LINEWIDTH_STDERR: Final = Column(
    "linewidth_stderr",
    "Hz",
    Domain.POSITIVE,
    _WIDTH_UNITS,
    ("linewidth_err", "width_stderr"),
    otherwise=Column("field_linewidth_stderr", "T", Domain.POSITIVE, _WIDTH_UNITS),
)
_POWER: Final = Column("power", "", aliases=("P", "integrated_power", "peak_power"), measured=True)
_POWER_STDERR: Final = Column("power_stderr", "", Domain.POSITIVE, aliases=("power_err",))
_FREQUENCY: Final = Column("frequency", "Hz", Domain.POSITIVE, ("GHz", "MHz"), ("f", "freq"))

LAYOUT: Final = Layout(
    (STATE, CURRENT),
    (
        (_LINEWIDTH, _LINEWIDTH_STDERR, _POWER, _POWER_STDERR),
        (_LINEWIDTH, _LINEWIDTH_STDERR),
        (_POWER, _POWER_STDERR),
    ),
    (_FREQUENCY, TEMPERATURE),
)

_SIGNAL: Final = Column(
    "signal", "", aliases=("V", "voltage", "amplitude", "dP/dH", "absorption", "S21 re"), any_unit=True
)
_IMAGINARY: Final = Column("signal_imaginary", "", aliases=("S21 im",), any_unit=True)
_PHASE: Final = Column("signal_phase", "", aliases=("S21 phase",), any_unit=True)  # an angle
SPECTRUM: Final = Layout(
    (_SIGNAL,),
    ((FIELD,), (_FREQUENCY,)),
    (_IMAGINARY, _PHASE),
    record=True,
    drawn=(("field", "frequency"), ("signal",)),
)

# Without a current no state plays a part.
INDEX_LAYOUT: Final = Layout(
    (FILE,),
    ((STATE, CURRENT, _FREQUENCY), (STATE, CURRENT), (_FREQUENCY,), (FIELD,)),
    (STATE, CURRENT, TEMPERATURE, FIELD, GROUP, COLUMN),
)
