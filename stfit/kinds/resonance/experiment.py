"""Resonances in an experiment file: which lines there are, and tables of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar, final

import numpy as np
import numpy.typing as npt
from pydantic import PlainValidator

from stfit.analysis import names, quantities
from stfit.analysis.axes import (
    Count,
    Currents,
    FileName,
    Temperatures,
    axis_of,
    fraction,
    spaced,
    words_of,
)
from stfit.analysis.messages import unfit
from stfit.analysis.sections import Section, by_parameter, table
from stfit.laboratory.designs import DesignDefaults
from stfit.measurement.columns import STATES
from stfit.physics.fluctuations import POWERS, LineNumbers

Array = npt.NDArray[np.float64]

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


class Resonances(Section):
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


class LinesSection(Resonances):
    """Powers and linewidths, as a table."""

    relative_stderr: Annotated[float, PlainValidator(fraction)]
    power: Annotated[str, PlainValidator(quantities.choice(*POWERS))] = "integrated"

    def design(self) -> LineDesign:
        """What is measured."""
        return self.true_lines(self.power, self.relative_stderr)
