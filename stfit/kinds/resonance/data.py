"""Lines of ferromagnetic resonance: their power and their linewidth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import total
from stfit.kinds.resonance.columns import (
    LINEWIDTH,
    POWER,
    UNITS,
    line_numbers,
    observables,
    repeated_settings,
    several_frequencies,
)
from stfit.kinds.resonance.prediction import log_line
from stfit.measurement.base import (
    Array,
    Axis,
    Codes,
    Observed,
    Origin,
    OwnParameter,
    RoughDwellTimes,
    SeriesSetting,
    Settings,
    frozen,
)
from stfit.measurement.columns import STATES
from stfit.measurement.defaults import WithResiduals, repeated
from stfit.measurement.resampling import with_rows_drawn
from stfit.physics.fluctuations import FWHM_OVER_WIDTH, LineNumbers, log_at_zero_current


@final
@dataclass(frozen=True)
class FmrLines(WithResiduals):
    """Powers and linewidths of lines below I_c with Gaussian errors, one row an observable of a line.

    state: the one that resonates. is_linewidth: 1 for a linewidth (FWHM, Hz or T), 0 for a power; shape (rows,) as all
    arrays. frequency: Hz, NaN where none is given. numbers: what the powers and widths are. by_frequency: whether the
    figure is drawn against the frequency.
    """

    state: Codes
    current: Array
    temperature: Array
    frequency: Array
    is_linewidth: Codes
    value: Array
    stderr: Array
    numbers: LineNumbers
    by_frequency: bool
    polarity: int
    origin: Origin

    kind: ClassVar[str] = "fmr-lines"
    state_words: ClassVar[tuple[str, str]] = ("P", "AP")

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, npt.NDArray[Any]],
        *,
        polarity: int,
        origin: Origin,
        linewidth: str | None = None,
        power: str | None = None,
        inhomogeneous_linewidth: str | float | None = None,
    ) -> Self:
        """Build from the columns of a table; widths become FWHM.

        linewidth: "fwhm", "hwhm" or "peak-to-peak", the measure of every width given. power: "integrated" or "peak".
        inhomogeneous_linewidth: the known width that no current changes, with its unit; 0 by default, or fitted where
        several frequencies tell it. TableError where a key is missing or belongs to no column, and for lines of several
        frequencies with anything but a linewidth in field units.
        """
        numbers = line_numbers(columns, linewidth, power, inhomogeneous_linewidth)
        factor = FWHM_OVER_WIDTH[linewidth] if linewidth else 1.0
        found = dict(observables(columns, factor))
        notices = (f"linewidths are {linewidth}: times {factor:.4g} they are FWHM",) if factor != 1.0 else ()
        return cls(
            **repeated_settings(columns, len(found)),
            is_linewidth=frozen(np.repeat(list(found), columns["state"].size), np.int8),
            value=frozen(np.concatenate([value for value, _ in found.values()])),
            stderr=frozen(np.concatenate([stderr for _, stderr in found.values()])),
            numbers=numbers,
            by_frequency=several_frequencies(columns),
            polarity=polarity,
            origin=replace(origin, notices=(*origin.notices, *notices)),
        )

    @property
    def needs(self) -> tuple[str, ...]:  # type: ignore[override]
        """Damping and gyromagnetic ratio, where widths follow the frequency."""
        return ("alpha", "gyromagnetic_ratio") if self.numbers.by_frequency else ()

    @property
    def own_parameters(self) -> tuple[OwnParameter, ...]:  # type: ignore[override]
        """Powers and homogeneous widths at zero current, by state; the inhomogeneous width where it is fitted."""
        states = tuple(word for word, code in STATES.items() if np.any(self.state == code))
        starts = dict(self._starts())
        return tuple(
            OwnParameter(name, starts[name], UNITS[name.removesuffix("_AP").removesuffix("_P")])
            for name in self.numbers.parameters(states)
        )

    def _starts(self) -> Iterator[tuple[str, float]]:
        """Where to start every parameter of a line: at what the data show at zero current."""
        widths = self.value[self.is_linewidth == LINEWIDTH]
        yield "inhomogeneous_linewidth", 0.5 * float(np.min(widths, initial=np.inf))
        for word, code in STATES.items():
            rows = (self.state == code) & (self.is_linewidth == LINEWIDTH)
            width = np.exp(log_at_zero_current(self.current[rows], self._homogeneous[rows], self.stderr[rows])[0])
            if self.numbers.width:
                yield f"{self.numbers.width_parameter}_{word}", float(width)
            rows = (self.state == code) & (self.is_linewidth == POWER)
            power = np.exp(log_at_zero_current(self.current[rows], self.value[rows], self.stderr[rows])[0])
            integrated = 0.5 * np.pi * width if self.numbers.power == "peak" and self.numbers.width else 1.0
            yield f"power_{word}", float(power * integrated)

    @property
    def _homogeneous(self) -> Array:
        """Values less the known inhomogeneous width, where they are widths."""
        return np.asarray(self.value - self.is_linewidth * (self.numbers.inhomogeneous or 0.0))

    @property
    def settings(self) -> Settings:
        """At what each row was taken; the current carries the polarity."""
        return Settings(
            self.state,
            self.polarity * self.current,
            None,
            self.temperature,
            np.full(self.state.size, np.nan),
            frequency=self.frequency,
            is_linewidth=self.is_linewidth,
            lines=self.numbers,
        )

    @property
    def series_settings(self) -> tuple[SeriesSetting, ...]:
        """The observable, temperature, and the frequency or (where that is the axis) the current."""
        observable = SeriesSetting(self.is_linewidth.astype(float), "", 1.0, ("power", "linewidth"))
        other = (
            SeriesSetting(self.current, "mA", 1e3) if self.by_frequency else SeriesSetting(self.frequency, "GHz", 1e-9)
        )
        return observable, SeriesSetting(self.temperature, "K", 1.0), other

    @property
    def axis(self) -> Axis:
        """The current, A; the frequency, Hz, where there are several."""
        return Axis("frequency", "Hz", self.frequency) if self.by_frequency else Axis("current", "A", self.current)

    def along(self, row: int, values: Array) -> Self:
        """The setting of a row at other currents or frequencies."""
        changed = {"frequency" if self.by_frequency else "current": values}
        grid: Self = repeated(self, row, values.size, **changed)
        return grid

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """ln of the power or of the linewidth of each row, Eq. 32; shape (..., rows)."""
        return log_line(law, quantities, self.settings, temperature)

    def deviance_residuals(self, prediction: Any) -> Any:
        """(value − prediction)/stderr, prediction being a logarithm."""
        return (self.value - np.exp(prediction)) / self.stderr

    def log_likelihood(self, prediction: Any) -> Any:
        """Gaussian in the value itself, up to a constant."""
        return total(-0.5 * np.square(self.deviance_residuals(prediction)))

    def expected_counts(self, prediction: Array) -> Array:
        """Infinite: the errors are Gaussian as given, and nothing is counted."""
        return np.full(np.shape(prediction), np.inf)

    def replicate(self, prediction: Array, rng: np.random.Generator) -> FmrLines:
        """A fresh draw of every value with the same errors."""
        drawn = np.exp(prediction) + self.stderr * rng.standard_normal(self.value.shape)
        return replace(self, value=frozen(drawn))

    def resampled(self, rng: np.random.Generator) -> FmrLines:
        """Rows drawn again within their series: state, observable, temperature, and frequency or current."""
        drawn: FmrLines = with_rows_drawn(self, rng)
        return drawn

    def expected(self, prediction: Array) -> FmrLines:
        """Every value as predicted."""
        return replace(self, value=frozen(self.displayed(prediction)))

    def longer(self, factor: float) -> FmrLines:
        """Errors smaller by the root of the factor."""
        return replace(self, stderr=frozen(self.stderr / np.sqrt(factor)))

    def rough_dwell_times(self) -> RoughDwellTimes:
        """Slopes of ln τ from the powers, or from the widths where there are none, by the mapping "damping"."""
        code = POWER if self.numbers.power else LINEWIDTH
        # what multiplies s I in the logarithm of the observable
        factor = {"integrated": -1.0, "peak": -2.0, "": 1.0}[self.numbers.power]
        positive = (self.is_linewidth == code) & (self._homogeneous > 0)
        keys = np.stack([self.state, np.nan_to_num(self.frequency), np.nan_to_num(self.temperature)])
        _, group = np.unique(keys, axis=1, return_inverse=True)
        log_value = np.zeros(self.value.size)
        for index in np.unique(group):
            rows = positive & (group.reshape(-1) == index)
            at_zero, _ = log_at_zero_current(self.current[rows], self._homogeneous[rows], self.stderr[rows])
            log_value[rows] = np.log(self._homogeneous[rows]) - at_zero
        chosen = np.flatnonzero(positive)
        weight = np.square(self.value / self.stderr)[chosen]
        return RoughDwellTimes(log_value[chosen] / factor, weight, chosen, only_slopes=True)

    def displayed(self, prediction: Array) -> Array:
        """Powers, and linewidths in Hz or T."""
        return np.exp(prediction)

    def observed(self) -> Observed:
        """Powers and linewidths (FWHM) with their errors."""
        names = (("peak power" if self.numbers.power == "peak" else "power", ""), ("linewidth", self.numbers.width))
        other = {"current": self.current} if self.by_frequency else {}
        return Observed(
            self.value,
            self.value - self.stderr,
            self.value + self.stderr,
            "line",
            "",
            other,
            tuple(names[code] for code in self.is_linewidth),
        )
