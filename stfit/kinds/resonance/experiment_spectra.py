"""Spectra in an experiment file: lines, where they lie, and the spectrometer that shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, final

import numpy as np
import numpy.typing as npt
from pydantic import PlainValidator

from stfit.analysis import quantities
from stfit.analysis.axes import Count, any_of, as_written, positive, read_pair
from stfit.analysis.messages import shown, unfit
from stfit.kinds.resonance.experiment import LineDesign, Resonances
from stfit.kinds.resonance.instrument import Instrument
from stfit.laboratory.designs import DesignDefaults
from stfit.physics.line_shapes import SHAPES
from stfit.physics.resonance import GEOMETRIES

Array = npt.NDArray[np.float64]

_FEWEST_SAMPLES: Final = 12  # that the reduction takes
_UNUSED: Final = 0.5  # spectra have the errors of their samples
_MIRRORED: Final = {"even": 1.0, "odd": -1.0}


@final
@dataclass(frozen=True)
class SpectrumDesign(DesignDefaults):
    """Spectra of the lines that `lines` describes, one file each; lines.file: their index.

    sweep: frequencies (Hz) or, where widths are in tesla, fields (T), shape (samples,). centers: where the line of each
    frequency lies, or, where none is given, of each state, in the same unit; empty where a geometry (a key of
    GEOMETRIES) says it, with effective_magnetisation (T) and shifts (T, by name). instrument: in units of the signal,
    which is the power in a GHz or a mT, or where no power is given the height of the line; decibel: it is written in
    dBm, as a power in W.
    """

    kind: ClassVar[str] = "fmr-spectra"
    fields: ClassVar[None] = None

    lines: LineDesign
    sweep: Array
    centers: Array
    instrument: Instrument
    geometry: str = ""
    effective_magnetisation: float = 0.0
    shifts: tuple[float, float] = (0.0, 0.0)
    decibel: bool = False

    @property
    def file(self) -> str:
        """The index."""
        return self.lines.file

    @property
    def temperatures(self) -> Array:
        """Those of the lines, K."""
        return self.lines.temperatures

    @property
    def needs(self) -> tuple[str, ...]:
        """What the lines need, and the gyromagnetic ratio where a geometry says where they lie."""
        return (*self.lines.needs, *(("gyromagnetic_ratio",) if self.geometry else ()))

    @property
    def own_parameters(self) -> Mapping[str, float]:
        """The true powers and widths of the lines."""
        return self.lines.lines


def _numbers(least: int, most: int, meaning: str) -> PlainValidator:
    """A list of numbers without a unit."""

    def read(value: Any) -> tuple[float, ...]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise unfit(meaning, shown(value))
        return tuple(quantities.quantity(entry, "") for entry in value)

    return PlainValidator(read)


def _pairs(value: Any) -> tuple[tuple[float, float], ...]:
    """Distance and height of each satellite."""
    meaning = "pairs of distance in widths and relative height, such as [[0.6, 0.5]]"
    if not isinstance(value, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        raise unfit(meaning, shown(value))
    return tuple((quantities.quantity(far, ""), quantities.quantity(size, "")) for far, size in value)


class SpectraSection(Resonances):
    """Spectra of the lines, a file each. Widths in tesla are swept in field, others in frequency."""

    sweep: Annotated[list[Any], PlainValidator(as_written)]
    samples: Count
    noise: Annotated[float, positive("")]
    background: Annotated[
        tuple[float, ...],
        _numbers(2, 5, "two numbers, the background in the middle and its change along the sweep, or up to five"),
    ] = (0.0, 0.0)
    ripple: Annotated[tuple[float, ...], _numbers(2, 2, "two numbers: an amplitude, and periods along the sweep")] = (
        0.0,
        1.0,
    )
    line_shape: Annotated[str, PlainValidator(quantities.choice(*SHAPES))] = "lorentzian"
    antisymmetric: Annotated[float, any_of("")] = 0.0
    phase: Annotated[float, any_of("rad")] = 0.0
    gaussian_linewidth: Annotated[str | None, PlainValidator(quantities.text)] = None
    modulation: Annotated[str | None, PlainValidator(quantities.text)] = None
    relative_noise: Annotated[float, any_of("")] = 0.0
    time_constant: Annotated[float, any_of("")] = 0.0
    smoothed_lines: Annotated[bool, PlainValidator(quantities.switch)] = False
    drift: Annotated[float, any_of("")] = 0.0
    satellites: Annotated[tuple[tuple[float, float], ...], PlainValidator(_pairs)] = ()
    mirrored: Annotated[str | None, PlainValidator(quantities.choice(*_MIRRORED))] = None
    complex_signal: Annotated[bool, PlainValidator(quantities.switch)] = False
    decibel: Annotated[bool, PlainValidator(quantities.switch)] = False
    centers: Annotated[list[Any] | None, PlainValidator(as_written)] = None
    geometry: Annotated[str | None, PlainValidator(quantities.choice(*GEOMETRIES))] = None
    effective_magnetisation: Annotated[float | None, any_of("T")] = None
    anisotropy_field: Annotated[float, any_of("T")] = 0.0
    field_offset: Annotated[float, any_of("T")] = 0.0

    def design(self) -> SpectrumDesign:
        """What is measured."""
        lines = self.true_lines("integrated", _UNUSED)
        if not lines.numbers.width or not self.file.endswith(".csv"):
            raise unfit("an index called ….csv, and true values of linewidths in lines", f"'{self.file}'")
        if self.samples < _FEWEST_SAMPLES:
            raise unfit(f"{_FEWEST_SAMPLES} samples or more", str(self.samples))
        unit = "T" if lines.numbers.width == "T" else "Hz"
        first, last = read_pair(self.sweep, unit)
        return SpectrumDesign(
            lines,
            np.linspace(first, last, self.samples),
            self._centers(lines, unit),
            self._instrument(unit),
            self.geometry or "",
            self.effective_magnetisation or 0.0,
            (self.anisotropy_field, self.field_offset),
            self.decibel,
        )

    def _instrument(self, unit: str) -> Instrument:
        """The spectrometer; unit: of the sweep."""
        shape = SHAPES[self.line_shape]
        for key, asked, wanted in (
            ("antisymmetric", self.antisymmetric != 0.0, self.line_shape == "symmetric+antisymmetric"),
            ("phase", self.phase != 0.0, shape.parts > 1 and self.antisymmetric == 0.0),
            ("gaussian_linewidth", self.gaussian_linewidth is not None, shape.gaussian),
            ("modulation", self.modulation is not None, shape.derivative and not shape.gaussian),
            ("decibel", self.decibel, not self.complex_signal and not shape.derivative),
        ):
            if asked and not wanted:
                raise unfit(f"a line_shape that {key} belongs to, without {key} else", shown(self.line_shape))
        if shape.gaussian and self.gaussian_linewidth is None:
            raise unfit("gaussian_linewidth, the FWHM of the Gaussian of a Voigt profile", "none")
        dispersion = self.antisymmetric or float(np.sin(self.phase))
        absorption = 1.0 if self.antisymmetric else float(np.cos(self.phase))
        broad, swing = (
            0.0 if value is None else quantities.quantity(value, unit)
            for value in (self.gaussian_linewidth, self.modulation)
        )
        return Instrument(
            self.line_shape,
            self.noise,
            (absorption, dispersion),
            broad,
            swing,
            self.background,
            (self.ripple[0], self.ripple[1]),
            self.relative_noise,
            self.time_constant,
            self.smoothed_lines,
            self.drift,
            self.satellites,
            0.0 if self.mirrored is None else _MIRRORED[self.mirrored],
            self.field_offset,
            self.complex_signal,
        )

    def _centers(self, lines: LineDesign, unit: str) -> Array:
        """One centre for each frequency, or, without frequencies, for each state; none where Kittel's relation says."""
        if self.geometry is not None:
            if unit != "T" or self.frequencies is None or self.effective_magnetisation is None or self.centers:
                expected = "frequencies, effective_magnetisation and no centers with a geometry, swept in field"
                raise unfit(expected, f"geometry = {shown(self.geometry)} without them")
            return np.zeros(0)
        wanted = len(lines.frequencies) or len(lines.states)
        given = [] if self.centers is None else [quantities.quantity(entry, unit) for entry in self.centers]
        if len(given) != wanted:
            what = "frequency" if len(lines.frequencies) else "state"
            raise unfit(f"centers, one for each {what} ({wanted}), or a geometry", f"{len(given)} of them")
        return np.array(given)
