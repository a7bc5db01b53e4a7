"""Lines of ferromagnetic resonance: their power and their linewidth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Self, final

import numpy as np
import numpy.typing as npt

from stfit.kinds.resonance.columns import (
    LINEWIDTH,
    POWER,
    UNITS,
    correlated,
    line_numbers,
    observables,
    repeated_settings,
    several_frequencies,
    uncorrelated,
)
from stfit.kinds.resonance.prediction import log_line
from stfit.measurement.base import Array, Codes, Origin, Rows, Settings, frozen
from stfit.measurement.columns import STATES
from stfit.measurement.defaults import Gaussian, view_against_drive
from stfit.measurement.grouping import groups
from stfit.measurement.observation import View
from stfit.measurement.resampling import with_rows, with_rows_drawn
from stfit.measurement.start import RoughDwellTimes, Start
from stfit.measurement.traits import OwnParameter, Traits
from stfit.measurement.view import Axis, Observed, SeriesSetting
from stfit.physics.fluctuations import FWHM_OVER_WIDTH, LineNumbers, log_at_zero_current

if TYPE_CHECKING:
    from stfit.kinds.resonance.found import FoundLines

KIND: Final = "fmr-lines"


@final
@dataclass(frozen=True)
class FmrLines(Gaussian):
    """Powers and linewidths of lines below I_c with Gaussian errors, one row an observable of a line.

    A prediction is ln of the power, or of the linewidth (FWHM, Hz or T), of each row.

    Parameters
    ----------
    settings : Settings
        The state that resonates, current, temperature and frequency of each row, whether it is a linewidth, and what
        the powers and widths are (`lines`).
    origin : Origin
        Where the table comes from.
    value, stderr : Array
        Power without unit, linewidth (FWHM) in Hz or T, shape (rows,).
    by_frequency : bool
        Whether the figure is drawn against the frequency.
    tests : tuple[tuple[str, float, float], ...]
        Tests of fit of the spectra behind the lines: name, statistic, p-value.
    found : FoundLines or None
        What the spectra say of the lines beside widths and powers, where they come from spectra.
    undeclared : bool
        Whether an inhomogeneous width is taken as 0 because nothing is said of it.
    shared : Array or None
        Correlation of the errors of power and width of the line of each row, shape (rows,); None where they are
        independent.
    line : Rows or None
        Number of the line of each row, shape (rows,); beside `shared`.
    """

    settings: Settings
    origin: Origin
    value: Array
    stderr: Array
    by_frequency: bool
    tests: tuple[tuple[str, float, float], ...] = ()
    found: FoundLines | None = None
    undeclared: bool = False
    shared: Array | None = None
    line: Rows | None = None

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, npt.NDArray[Any]],
        *,
        origin: Origin,
        linewidth: str | None = None,
        power: str | None = None,
        inhomogeneous_linewidth: str | float | None = None,
    ) -> Self:
        """Build from the columns of a table; widths become FWHM.

        Parameters
        ----------
        columns : Mapping[str, ndarray]
            The columns of LAYOUT, SI units, shape (lines,).
        origin : Origin
            With the polarity of the currents.
        linewidth : {"fwhm", "hwhm", "peak-to-peak"}, optional
            The measure of every width given.
        power : {"integrated", "peak"}, optional
            What the powers are.
        inhomogeneous_linewidth : str or float, optional
            The known width that no current changes, with its unit; 0 by default, or fitted where several frequencies
            tell it.

        Returns
        -------
        FmrLines
            Powers first, then widths.

        Raises
        ------
        TableError
            Where a key is missing or belongs to no column, and for lines of several frequencies with anything but a
            linewidth in field units.
        """
        numbers = line_numbers(columns, linewidth, power, inhomogeneous_linewidth)
        factor = FWHM_OVER_WIDTH[linewidth] if linewidth else 1.0
        found = dict(observables(columns, factor))
        is_linewidth = frozen(np.repeat(list(found), columns["state"].size), np.int8)
        settings = repeated_settings(columns, len(found), origin.polarity)
        notices = (f"linewidths are {linewidth}: times {factor:.4g} they are FWHM",) if factor != 1.0 else ()
        return cls(
            replace(settings, is_linewidth=is_linewidth, lines=numbers),
            origin.of(KIND, *notices),
            value=frozen(np.concatenate([value for value, _ in found.values()])),
            stderr=frozen(np.concatenate([stderr for _, stderr in found.values()])),
            by_frequency=several_frequencies(columns),
            undeclared=inhomogeneous_linewidth is None and numbers.inhomogeneous is not None,
        )

    @property
    def numbers(self) -> LineNumbers:
        """What the powers and widths are."""
        if self.settings.lines is None:
            raise TypeError("lines that do not say what their numbers are")
        return self.settings.lines

    @property
    def inhomogeneous_assumed(self) -> bool:
        """Whether widths at several currents are taken to have no inhomogeneous part, which nobody said."""
        return self.undeclared and bool(self.numbers.width) and np.unique(self.settings.drive).size > 1

    @property
    def is_linewidth(self) -> Codes:
        """1 for a linewidth, 0 for a power, shape (rows,)."""
        return np.asarray(self.settings.is_linewidth)

    @property
    def traits(self) -> Traits:  # type: ignore[override]
        """Damping and gyromagnetic ratio are needed where widths follow the frequency.

        Own parameters are powers and homogeneous widths at zero current, by state, and the inhomogeneous width where
        it is fitted. Lines of spectra that were all taken without a current say nothing of spin transfer.
        """
        states = tuple(word for word, code in STATES.items() if np.any(self.settings.state == code))
        own = tuple(
            OwnParameter(name, UNITS[name.removesuffix("_AP").removesuffix("_P")])
            for name in self.numbers.parameters(states)
        )
        needs = ("alpha", "gyromagnetic_ratio") if self.numbers.by_frequency else ()
        return Traits(needs, own, spin_transfer=self.found is None or bool(np.any(self.settings.drive)))

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """ln of the power or of the linewidth of each row, Eq. 32; shape (..., rows)."""
        return log_line(law, quantities, self.settings, temperature)

    def residuals(self, prediction: Any) -> Any:
        """(value − prediction)/stderr of logarithms; of a width what the power of its line leaves open."""
        off = (self.value - np.exp(prediction)) / self.stderr
        return off if self.shared is None else uncorrelated(off, *self._pairs)

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> FmrLines:
        """A fresh draw of every value with the same errors.

        Without a prediction rows are drawn again within their series: state, observable, temperature, and frequency or
        current.
        """
        if prediction is None:
            drawn: FmrLines = with_rows_drawn(self, self._series, rng)
            return replace(drawn, shared=None)
        noise = rng.standard_normal(self.value.shape)
        noise = noise if self.shared is None else correlated(noise, *self._pairs)
        return replace(self, value=frozen(np.exp(prediction) + self.stderr * noise))

    def expected(self, prediction: Array) -> FmrLines:
        """Every value as predicted."""
        return replace(self, value=frozen(np.exp(prediction)))

    def scaled(self, factor: float) -> FmrLines:
        """Errors smaller by the root of the factor."""
        return replace(self, stderr=frozen(self.stderr / np.sqrt(factor)))

    def start(self) -> Start:
        """Slopes of ln τ from the powers, or from the widths where there are none, by the mapping "damping"."""
        code = POWER if self.numbers.power else LINEWIDTH
        # what multiplies s I in the logarithm of the observable
        factor = {"integrated": -1.0, "peak": -2.0, "": 1.0}[self.numbers.power]
        positive = (self.is_linewidth == code) & (self._homogeneous > 0)
        settings = self.settings
        first, group = groups([settings.state.astype(float), self._frequency, settings.temperature])
        log_value = np.zeros(self.value.size)
        for index in range(first.size):
            rows = positive & (group == index)
            at_zero, _ = log_at_zero_current(settings.drive[rows], self._homogeneous[rows], self.stderr[rows])
            log_value[rows] = np.log(self._homogeneous[rows]) - at_zero
        chosen = np.flatnonzero(positive)
        weight = np.square(self.value / self.stderr)[chosen]
        return Start(RoughDwellTimes(log_value[chosen] / factor, weight, chosen, only_slopes=True), own=self._own)

    @property
    def _own(self) -> dict[str, float]:
        """Where to start every parameter of a line: at what the data show at zero current."""
        settings, code = self.settings, self.is_linewidth
        found = {"inhomogeneous_linewidth": 0.5 * float(np.min(self.value[code == LINEWIDTH], initial=np.inf))}
        for word, state in STATES.items():
            rows = (settings.state == state) & (code == LINEWIDTH)
            width = np.exp(log_at_zero_current(settings.drive[rows], self._homogeneous[rows], self.stderr[rows])[0])
            if self.numbers.width:
                found[f"{self.numbers.width_parameter}_{word}"] = float(width)
            rows = (settings.state == state) & (code == POWER)
            power = np.exp(log_at_zero_current(settings.drive[rows], self.value[rows], self.stderr[rows])[0])
            integrated = 0.5 * np.pi * width if self.numbers.power == "peak" and self.numbers.width else 1.0
            found[f"power_{word}"] = float(power * integrated)
        return found

    @property
    def _pairs(self) -> tuple[Rows, Array]:
        """The row of the power of each width, other rows themselves; the correlation of their errors, 0 of others."""
        rows = np.arange(self.value.size)
        if self.line is None or self.shared is None:
            return rows, np.zeros(rows.size)
        power = np.flatnonzero(self.is_linewidth == POWER)
        known, first = np.unique(self.line[power], return_index=True)
        at = np.minimum(np.searchsorted(known, self.line), max(known.size - 1, 0))
        paired = (self.is_linewidth == LINEWIDTH) & np.isin(self.line, known)
        partner = np.where(paired, power[first][at], rows) if known.size else rows
        return partner, np.where(paired, self.shared, 0.0)

    @property
    def _homogeneous(self) -> Array:
        """Values less the known inhomogeneous width, where they are widths."""
        return np.asarray(self.value - self.is_linewidth * (self.numbers.inhomogeneous or 0.0))

    @property
    def _frequency(self) -> Array:
        return np.asarray(self.settings.frequency)

    @property
    def _series(self) -> tuple[SeriesSetting, ...]:
        """The observable, temperature, and the frequency or (where that is the axis) the current."""
        observable = SeriesSetting(self.is_linewidth.astype(float), "", 1.0, ("power", "linewidth"))
        temperature = SeriesSetting(self.settings.temperature, "K", 1.0)
        if self.by_frequency:
            return observable, temperature, SeriesSetting(self.origin.polarity * self.settings.drive, "mA", 1e3)
        return observable, temperature, SeriesSetting(self._frequency, "GHz", 1e-9)

    def view(self) -> View:
        """Powers, and linewidths (FWHM, Hz or T), with their errors."""
        names = (("peak power" if self.numbers.power == "peak" else "power", ""), ("linewidth", self.numbers.width))
        low, high = self.value - self.stderr, self.value + self.stderr
        shows = tuple(names[code] for code in self.is_linewidth)
        observed = Observed(self.value, low, high, "line", "", by_row=shows)
        view = view_against_drive(self, self._series, observed, np.exp)
        if not self.by_frequency:
            return view
        observed = replace(observed, extra={"current": view.axis.values})
        return replace(view, axis=Axis("frequency", "Hz", self._frequency), observed=observed, along=self._along)

    def _along(self, row: int, values: Array) -> FmrLines:
        """The setting of a row at other frequencies (Hz)."""
        grid: FmrLines = with_rows(self, np.full(values.size, row))
        return replace(grid, settings=replace(grid.settings, frequency=frozen(values)))
