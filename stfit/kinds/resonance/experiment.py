"""Resonances in an experiment file: tables of lines, and spectra with a line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar, Final, final

import numpy as np
import numpy.typing as npt
from pydantic import PlainValidator

from stfit.analysis import names, quantities
from stfit.analysis.axes import (
    Count,
    Currents,
    FileName,
    Temperatures,
    any_of,
    as_written,
    axis_of,
    fraction,
    positive,
    read_pair,
    spaced,
    words_of,
)
from stfit.analysis.messages import shown, unfit
from stfit.analysis.sections import Section, by_parameter, table
from stfit.laboratory.designs import DesignDefaults
from stfit.measurement.columns import STATES
from stfit.physics.fluctuations import LINE_SHAPES, POWERS, LineNumbers
from stfit.physics.resonance import GEOMETRIES

Array = npt.NDArray[np.float64]

_FEWEST_SAMPLES: Final = 12  # that the reduction takes
_UNUSED: Final = 0.5  # spectra have the errors of their samples

_TrueLines = partial(by_parameter, "Lines", names.fixed_value)


@final
@dataclass(frozen=True)
class LineDesign(DesignDefaults):
    """Powers and linewidths (FWHM) at every combination of states, currents (A), temperatures (K), frequencies (Hz).

    lines: the true parameters of the lines (SI, by public name). known_width: the inhomogeneous width that the
    laboratory knows, in the unit of the width; None where it is one of the parameters. relative_stderr: error over
    value. frequencies: empty where none is written down.
    """

    kind: ClassVar[str] = "fmr-lines"
    fields: ClassVar[None] = None

    file: str
    currents: Array
    temperatures: Array
    frequencies: Array
    lines: Mapping[str, float]
    numbers: LineNumbers
    relative_stderr: float
    states: tuple[int, ...] = (0, 1)

    @property
    def needs(self) -> tuple[str, ...]:
        """Damping and gyromagnetic ratio, where widths follow the frequency."""
        return ("alpha", "gyromagnetic_ratio") if self.numbers.by_frequency else ()

    @property
    def own_parameters(self) -> Mapping[str, float]:
        """The true powers and widths of the lines."""
        return self.lines


@final
@dataclass(frozen=True)
class SpectrumDesign(DesignDefaults):
    """Spectra of the lines that `lines` describes, one file each; lines.file: their index.

    sweep: frequencies (Hz) or, where widths are in tesla, fields (T), shape (samples,). centers: where the line of each
    frequency lies, or, where none is given, of each state, in the same unit; empty where a geometry (a key of
    GEOMETRIES) says it, with effective_magnetisation (T). shape: a key of LINE_SHAPES.
    antisymmetric: that part of the line over its symmetric one. noise: standard deviation of a sample, background: its
    value in the middle and its change along the sweep; in units of the signal, which is the power in a GHz or a mT, or
    where no power is given the height of the line.
    """

    kind: ClassVar[str] = "fmr-spectra"
    fields: ClassVar[None] = None

    lines: LineDesign
    sweep: Array
    centers: Array
    shape: str
    noise: float
    background: tuple[float, float] = (0.0, 0.0)
    antisymmetric: float = 0.0
    geometry: str = ""
    effective_magnetisation: float = 0.0

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


class _Resonances(Section):
    """The keys that say which lines there are."""

    kind: str
    file: FileName
    currents: Currents
    points: Count | None = None
    temperatures: Temperatures
    frequencies: Annotated[list[float] | None, axis_of("Hz")] = None
    lines: Annotated[dict[str, float], table(_TrueLines, dict)]
    inhomogeneous_linewidth: Annotated[str | None, PlainValidator(quantities.text)] = None
    states: Annotated[tuple[int, ...], words_of(STATES)] = (0, 1)

    def true_lines(self, power: str, relative_stderr: float) -> LineDesign:
        """The lines; power: which one a table would hold, relative_stderr: its errors."""
        numbers = self._numbers(power)
        wanted = numbers.parameters(tuple(word for word, code in STATES.items() if code in self.states))
        if set(wanted) != set(self.lines):
            raise unfit(f"true values of {', '.join(wanted) or 'powers or linewidths'} in lines", ", ".join(self.lines))
        return LineDesign(
            self.file,
            spaced(self.currents, self.points),
            np.array(self.temperatures),
            np.array(self.frequencies or []),
            self.lines,
            numbers,
            relative_stderr,
            self.states,
        )

    def _numbers(self, power: str) -> LineNumbers:
        """What is measured: the powers and widths that have true values, or field widths at several frequencies."""
        stems = {name.removesuffix("_AP").removesuffix("_P") for name in self.lines}
        by_frequency = bool(self.frequencies) and not stems & {"linewidth", "field_linewidth"}
        width = "T" if by_frequency or "field_linewidth" in stems else "Hz" if "linewidth" in stems else ""
        known: float | None = None
        if "inhomogeneous_linewidth" not in stems:
            given = self.inhomogeneous_linewidth
            known = 0.0 if given is None else quantities.quantity(given, width)
        return LineNumbers(power if "power" in stems else "", width, known, by_frequency)


class LinesSection(_Resonances):
    """Powers and linewidths, as a table."""

    relative_stderr: Annotated[float, PlainValidator(fraction)]
    power: Annotated[str, PlainValidator(quantities.choice(*POWERS))] = "integrated"

    def design(self) -> LineDesign:
        """What is measured."""
        return self.true_lines(self.power, self.relative_stderr)


def _background(value: Any) -> tuple[float, float]:
    """Value in the middle of the sweep, and its change along it."""
    if not isinstance(value, list) or len(value) != 2:
        raise unfit("two numbers: the background in the middle and its change along the sweep", shown(value))
    middle, change = (quantities.quantity(entry, "") for entry in value)
    return middle, change


class SpectraSection(_Resonances):
    """Spectra of the lines, a file each. Widths in tesla are swept in field, others in frequency."""

    sweep: Annotated[list[Any], PlainValidator(as_written)]
    samples: Count
    noise: Annotated[float, positive("")]
    background: Annotated[tuple[float, float], PlainValidator(_background)] = (0.0, 0.0)
    line_shape: Annotated[str, PlainValidator(quantities.choice(*LINE_SHAPES))] = "lorentzian"
    antisymmetric: Annotated[float, any_of("")] = 0.0
    centers: Annotated[list[Any] | None, PlainValidator(as_written)] = None
    geometry: Annotated[str | None, PlainValidator(quantities.choice(*GEOMETRIES))] = None
    effective_magnetisation: Annotated[float | None, any_of("T")] = None

    def design(self) -> SpectrumDesign:
        """What is measured."""
        lines = self.true_lines("integrated", _UNUSED)
        if not lines.numbers.width or not self.file.endswith(".csv"):
            raise unfit("an index called ….csv, and true values of linewidths in lines", f"'{self.file}'")
        if self.antisymmetric and self.line_shape != "symmetric+antisymmetric":
            expected = 'line_shape = "symmetric+antisymmetric" where a line has an antisymmetric part'
            raise unfit(expected, shown(self.line_shape))
        if self.samples < _FEWEST_SAMPLES:
            raise unfit(f"{_FEWEST_SAMPLES} samples or more", str(self.samples))
        unit = "T" if lines.numbers.width == "T" else "Hz"
        first, last = read_pair(self.sweep, unit)
        return SpectrumDesign(
            lines,
            np.linspace(first, last, self.samples),
            self._centers(lines, unit),
            self.line_shape,
            self.noise,
            self.background,
            self.antisymmetric,
            self.geometry or "",
            self.effective_magnetisation or 0.0,
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
