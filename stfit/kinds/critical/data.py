"""Critical currents of both transitions, extrapolated to zero temperature (Eq. 28) or measured on a time scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Self, final

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, TableError
from stfit.measurement.base import Array, Origin, Settings, frozen
from stfit.measurement.defaults import Gaussian
from stfit.measurement.observation import View
from stfit.measurement.resampling import with_rows, with_rows_drawn
from stfit.measurement.start import Start
from stfit.measurement.view import TRANSITION_WORDS, Axis, Observed, SeriesSetting, temperature_and_field
from stfit.objective.predictions import inverse_critical_current
from stfit.physics.critical import inverse_limits
from stfit.units import SMALLEST

KIND: Final = "switching-currents"

_NOT_ZERO = 5.0  # standard errors: a current that far from 0 has a sign
_KIND_OF_CURRENT = Literal["extrapolated", "measured"]


@final
@dataclass(frozen=True)
class CriticalCurrents(Gaussian):
    """Critical currents with Gaussian errors; the prediction is 1/I_c (1/A), which is linear in ΔR.

    Parameters
    ----------
    settings : Settings
        The state that the transition leaves, its own ΔR and barrier where it has them, its temperature; in which time
        each current was measured, None for currents extrapolated linearly to zero temperature. No row depends on the
        temperature then.
    origin : Origin
        Where the table comes from.
    current, stderr : Array
        A, the current times the polarity (for λ/β > 0 that of P->AP is negative), shape (rows,).
    """

    settings: Settings
    origin: Origin
    current: Array
    stderr: Array

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, npt.NDArray[Any]],
        *,
        origin: Origin,
        critical_current: _KIND_OF_CURRENT | None = None,
        measurement_time: float | None = None,
        sign: str = "signed",
    ) -> Self:
        """Build from the columns of a table.

        Parameters
        ----------
        columns : Mapping[str, ndarray]
            The columns of LAYOUT, SI units, shape (rows,).
        origin : Origin
            With the polarity of the currents.
        critical_current : {"extrapolated", "measured"}, optional
            Extrapolated to zero temperature, or measured on a time scale: so where nobody says and there is a time.
        measurement_time : float, optional
            s, where the state lives that long at I_c; for a table without such a column.
        sign : {"signed", "magnitude"}
            "magnitude" where the file leaves the sign out: P->AP is then negative, AP->P positive.

        Returns
        -------
        CriticalCurrents
            With a notice where a temperature or a time is not used, or signs contradict each other.

        Raises
        ------
        TableError
            Where a current or ΔR is next to 0, a magnitude negative, or the measurement time missing or given twice.
        """
        state, current = columns["transition"], columns["critical_current"]
        time = _times(columns, critical_current, measurement_time)
        _refuse_next_to_nothing(columns)
        if sign == "magnitude":
            _refuse_negative(current)
            current = np.where(state == 0, -current, current)
        delta_R, energy = (frozen(columns[name]) if name in columns else None for name in ("delta_R", "barrier"))
        return cls(
            Settings.from_columns(
                columns,
                origin.polarity,
                delta_R=delta_R,
                energy=energy,
                measurement_time=time,
                athermal=time is None,
            ),
            origin.of(KIND, *_notices(columns, state, current, extrapolated=time is None)),
            current=frozen(origin.polarity * current),
            stderr=frozen(columns["critical_current_stderr"]),
        )

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """1/I_c of each row, 1/A, Eq. 28; shape (..., rows)."""
        return inverse_critical_current(law, quantities, self.settings, temperature)

    def residuals(self, prediction: Any) -> Any:
        """(I_c − 1/prediction)/stderr."""
        return (self.current - 1.0 / prediction) / self.stderr

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> CriticalCurrents:
        """A fresh Gaussian draw of every current with the stated errors.

        Without a prediction rows are drawn again within their transition, each with its ΔR and barrier.
        """
        if prediction is None:
            drawn: CriticalCurrents = with_rows_drawn(self, self._series, rng)
            return drawn
        return replace(self, current=frozen(1.0 / prediction + self.stderr * rng.standard_normal(self.stderr.shape)))

    def expected(self, prediction: Array) -> CriticalCurrents:
        """Every current as predicted."""
        return replace(self, current=frozen(1.0 / prediction))

    def scaled(self, factor: float) -> CriticalCurrents:
        """Errors smaller by the root of the factor."""
        return replace(self, stderr=frozen(self.stderr / np.sqrt(factor)))

    def start(self) -> Start:
        """The critical currents as they were measured: they tell of λ and the barriers, see `models.guess_critical`."""
        return Start(critical_currents=self.current)

    def view(self) -> View:
        """1/I_c with its error; rows with barriers of their own at the mean barrier of their transition."""
        settings, factor = self.settings, self._to_mean_barrier
        current = self.origin.polarity * self.current
        low, high = inverse_limits(current, self.stderr)
        extra = {"critical_current": current, "critical_current_stderr": self.stderr}
        if settings.energy is not None:
            extra["barrier"] = settings.energy
        if settings.measurement_time is not None:
            extra["measurement_time"] = settings.measurement_time
        observed = Observed(factor / current, factor * low, factor * high, "1/I_c", "1/A", extra)
        return View(self, self._axis, self._series, observed, self._displayed, self._along, TRANSITION_WORDS)

    @property
    def _times_vary(self) -> bool:
        times = self.settings.measurement_time
        return times is not None and float(np.ptp(times)) > 0.0

    @property
    def _axis(self) -> Axis:
        """The time where it varies, by its logarithm, in which I_c is straight; else ΔR, else the number of the row."""
        settings = self.settings
        if settings.measurement_time is not None and self._times_vary:
            return Axis("lg_measurement_time", "", np.log10(settings.measurement_time))
        if settings.delta_R is not None:
            return Axis("delta_R", "ohm", settings.delta_R, reaches=0.0)
        return Axis("row", "", np.arange(1.0, self.current.size + 1.0))  # all rows have the ΔR of the device

    def _displayed(self, prediction: Array) -> Array:
        """1/I_c as the view shows it, 1/A, with the laboratory's sign."""
        return self.origin.polarity * prediction * self._to_mean_barrier

    def _along(self, row: int, values: Array) -> CriticalCurrents:
        """A transition at other values of the axis, at the mean barrier of its rows."""
        grid: CriticalCurrents = with_rows(self, np.full(values.size, row))
        settings, energy, state = grid.settings, self.settings.energy, self.settings.state
        if self._times_vary:
            settings = replace(settings, measurement_time=frozen(10.0**values))
        elif settings.delta_R is not None:
            settings = replace(settings, delta_R=frozen(values))
        if energy is not None:
            settings = replace(settings, energy=frozen(np.full(values.size, np.mean(energy[state == state[row]]))))
        return replace(grid, settings=settings)

    @property
    def _series(self) -> tuple[SeriesSetting, ...]:
        """Temperature, where it matters, and ΔR beside a time that varies."""
        settings = self.settings
        thermal = () if settings.athermal else temperature_and_field(settings)[:1]
        if settings.delta_R is None or not self._times_vary:
            return thermal
        return (*thermal, SeriesSetting(settings.delta_R, "ohm", 1.0))

    @property
    def opposed(self) -> int:
        """How many currents have the sign of the other transition, those that may be 0 left out."""
        delta_R = 1.0 if self.settings.delta_R is None else self.settings.delta_R
        sides = _sides(self.settings.state, self.current, delta_R)
        return _minority(sides[np.abs(self.current) > _NOT_ZERO * self.stderr])

    @property
    def _to_mean_barrier(self) -> Array:
        """What takes 1/I_c ∝ 1/E_i to the mean barrier of the transition, on one line through the origin."""
        energy, state = self.settings.energy, self.settings.state
        factor = np.ones(state.size)
        if energy is not None:
            for code in np.unique(state):
                rows = state == code
                factor[rows] = energy[rows] / np.mean(energy[rows])
        return factor


def _times(
    columns: Mapping[str, npt.NDArray[Any]], critical_current: _KIND_OF_CURRENT | None, key: float | None
) -> Array | None:
    """The time of each row, s; None for extrapolated currents."""
    column = columns.get("measurement_time")
    expected, found = "", "both"
    if column is not None and key is not None:
        expected = "either this column or the key of this name"
    elif critical_current == "extrapolated" and key is not None:
        expected, found = 'no measurement time with critical_current = "extrapolated"', f"{key:g} s"
    elif key is not None and not key > 0.0:
        expected, found = "a positive time in s", f"{key:g} s"
    elif critical_current == "measured" and column is None and key is None:
        expected = 'a column, or the key measurement_time = "1 s", as critical_current = "measured" needs'
        found = "neither"
    if expected:
        raise TableError([CellProblem(None, "measurement_time", expected, found)])
    if critical_current == "extrapolated" or (column is None and key is None):
        return None
    times: Array = frozen(np.full(columns["transition"].shape, key) if column is None else column)
    return times


def _refuse_next_to_nothing(columns: Mapping[str, npt.NDArray[Any]]) -> None:
    problems = [
        CellProblem(int(row), name, f"a number of at least {SMALLEST:g} in size", f"{columns[name][row]:g}")
        for name in ("critical_current", "delta_R")
        if name in columns
        for row in np.flatnonzero(np.abs(columns[name]) < SMALLEST)
    ]
    if problems:
        raise TableError(problems)


def _refuse_negative(current: Array) -> None:
    wrong = np.flatnonzero(current < 0)
    if wrong.size:
        expected = 'a magnitude, as sign = "magnitude" says'
        raise TableError([CellProblem(int(r), "critical_current", expected, f"{current[r]:g} A") for r in wrong])


def _notices(
    columns: Mapping[str, npt.NDArray[Any]], state: npt.NDArray[Any], current: Array, *, extrapolated: bool
) -> list[str]:
    """What a reader of the fit should know of the table."""
    notices = [
        f"column {name!r} is not used: the critical currents are those of zero temperature"
        for name in ("temperature", "measurement_time")
        if extrapolated and name in columns
    ]
    if fewer := _minority(_sides(state, current, columns.get("delta_R", 1.0))):
        notices.append(
            f"{fewer} of {current.size} critical currents have the sign of the other transition: no λ/β describes both"
        )
    return notices


def _sides(state: npt.NDArray[Any], current: Array, delta_R: Any) -> Array:
    """Of each current the sign of λ/β that it asks for, +1 or −1."""
    return np.asarray(np.sign(current) * np.where(state == 0, -1.0, 1.0) * np.sign(delta_R))


def _minority(sides: Array) -> int:
    """How many differ from the others."""
    return int(min(np.count_nonzero(sides > 0), np.count_nonzero(sides < 0)))
