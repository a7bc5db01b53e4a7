"""Critical currents of both transitions, extrapolated to zero temperature (Eq. 28) or measured on a time scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, Self, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import total
from stfit.errors import CellProblem, TableError
from stfit.measurement.base import (
    Array,
    Axis,
    Codes,
    Observed,
    Origin,
    SeriesSetting,
    Settings,
    common_series_settings,
    frozen,
)
from stfit.measurement.defaults import WithResiduals, repeated
from stfit.measurement.resampling import with_rows_drawn
from stfit.objective.predictions import inverse_critical_current
from stfit.physics.critical import inverse_limits

_NOT_ZERO = 5.0  # standard errors: a current that far from 0 has a sign
_KIND_OF_CURRENT = Literal["extrapolated", "measured"]


@final
@dataclass(frozen=True)
class CriticalCurrents(WithResiduals):
    """Critical currents with Gaussian errors; the prediction is 1/I_c (1/A), which is linear in ΔR.

    state: the state that the transition leaves. current, stderr: A, shape (rows,), signed as the laboratory has them
    (with polarity 1 and λ/β > 0, P->AP is negative). delta_R: ohm, of each row; None: that of the device. barrier: J,
    out of the state; None: E_P or E_AP. measurement_time: s, where the state lives that long at I_c; None for
    currents extrapolated linearly to zero temperature. Not affected by the temperature then.
    """

    state: Codes
    current: Array
    stderr: Array
    delta_R: Array | None
    barrier: Array | None
    temperature: Array
    measurement_time: float | None
    polarity: int
    origin: Origin

    kind: ClassVar[str] = "switching-currents"
    state_words: ClassVar[tuple[str, str]] = ("P→AP", "AP→P")

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, npt.NDArray[Any]],
        *,
        polarity: int,
        origin: Origin,
        critical_current: _KIND_OF_CURRENT = "extrapolated",
        measurement_time: float | None = None,
        sign: str = "signed",
    ) -> Self:
        """Build from the columns of a table.

        critical_current: "extrapolated" (to zero temperature) or "measured", then with measurement_time (s).
        sign: "magnitude" where the file leaves the sign out (P->AP is then negative, AP->P positive).
        TableError where a current or ΔR is 0, a magnitude is negative, or the measurement time does not fit.
        """
        state, current = columns["transition"], columns["critical_current"]
        extrapolated = critical_current == "extrapolated"
        _check_time(measurement_time, extrapolated=extrapolated)
        _refuse_zeros(columns)
        if sign == "magnitude":
            _refuse_negative(current)
            current = np.where(state == 0, -current, current)
        optional = {name: frozen(columns[name]) if name in columns else None for name in ("delta_R", "barrier")}
        notices = (*origin.notices, *_notices(columns, state, current, extrapolated=extrapolated))
        return cls(
            state=frozen(state, np.int8),
            current=frozen(current),
            stderr=frozen(columns["critical_current_stderr"]),
            **optional,
            temperature=frozen(columns.get("temperature", np.full(state.size, np.nan))),
            measurement_time=None if extrapolated else measurement_time,
            polarity=polarity,
            origin=replace(origin, notices=notices),
        )

    @property
    def settings(self) -> Settings:
        """At what each row was taken; no current was set."""
        return Settings(
            self.state,
            None,
            None,
            self.temperature,
            np.full(self.state.size, np.nan),
            delta_R=self.delta_R,
            energy=self.barrier,
            measurement_time=self.measurement_time,
            athermal=self.measurement_time is None,
        )

    @property
    def series_settings(self) -> tuple[SeriesSetting, ...]:
        """Temperature, where it matters."""
        return () if self.measurement_time is None else common_series_settings(self.settings)[:1]

    def rough_critical_currents(self) -> Array:
        """The critical currents as they were measured, A with polarity."""
        return self.polarity * self.current

    @property
    def axis(self) -> Axis:
        """ΔR, ohm, from the origin; where all rows have that of the device, their number."""
        if self.delta_R is None:
            return Axis("row", "", np.arange(1.0, self.state.size + 1.0))
        return Axis("delta_R", "ohm", self.delta_R, reaches=0.0)

    def along(self, row: int, values: Array) -> Self:
        """A transition at other ΔR, at the mean barrier of its rows."""
        changed: dict[str, Array] = {} if self.delta_R is None else {"delta_R": values}
        if self.barrier is not None:
            changed["barrier"] = np.full(values.size, np.mean(self.barrier[self.state == self.state[row]]))
        grid: Self = repeated(self, row, values.size, **changed)
        return grid

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """1/I_c of each row, 1/A, Eq. 28; shape (..., rows)."""
        return inverse_critical_current(law, quantities, self.settings, temperature)

    def deviance_residuals(self, prediction: Any) -> Any:
        """(I_c − 1/prediction)/stderr, with the sign of the polarity."""
        return (self.polarity * self.current - 1.0 / prediction) / self.stderr

    def log_likelihood(self, prediction: Any) -> Any:
        """Gaussian in I_c, up to a constant."""
        return total(-0.5 * np.square(self.deviance_residuals(prediction)))

    def expected_counts(self, prediction: Array) -> Array:
        """No counts: a Gaussian error needs no asymptotic statistics."""
        return np.full(np.shape(prediction), np.inf)

    def replicate(self, prediction: Array, rng: np.random.Generator) -> CriticalCurrents:
        """A fresh Gaussian draw of every current with the stated errors."""
        drawn = 1.0 / prediction + self.stderr * rng.standard_normal(self.stderr.shape)
        return replace(self, current=frozen(self.polarity * drawn))

    def resampled(self, rng: np.random.Generator) -> CriticalCurrents:
        """Rows drawn again within their transition, each with its ΔR and barrier."""
        drawn: CriticalCurrents = with_rows_drawn(self, rng)
        return drawn

    def expected(self, prediction: Array) -> CriticalCurrents:
        """Every current as predicted."""
        return replace(self, current=frozen(self.polarity / prediction))

    def longer(self, factor: float) -> CriticalCurrents:
        """Errors smaller by the root of the factor."""
        return replace(self, stderr=frozen(self.stderr / np.sqrt(factor)))

    def rough_dwell_times(self) -> None:
        """None: a critical current tells of λ and the barriers, see `models.guess_critical`."""
        return

    def observed(self) -> Observed:
        """1/I_c with its error; rows with barriers of their own at the mean barrier of their transition."""
        factor = self._to_mean_barrier
        low, high = inverse_limits(self.current, self.stderr)
        extra = {"critical_current": self.current, "critical_current_stderr": self.stderr}
        if self.barrier is not None:
            extra["barrier"] = self.barrier
        return Observed(factor / self.current, factor * low, factor * high, "1/I_c", "1/A", extra)

    def displayed(self, prediction: Array) -> Array:
        """1/I_c as `observed`, 1/A, with the laboratory's sign."""
        return self.polarity * prediction * self._to_mean_barrier

    @property
    def opposed(self) -> int:
        """How many currents have the sign of the other transition, those that may be 0 left out."""
        sides = _sides(self.state, self.current, 1.0 if self.delta_R is None else self.delta_R)
        return _minority(sides[np.abs(self.current) > _NOT_ZERO * self.stderr])

    @property
    def _to_mean_barrier(self) -> Array:
        """What takes 1/I_c ∝ 1/E_i to the mean barrier of the transition, on one line through the origin."""
        factor = np.ones(self.state.size)
        if self.barrier is not None:
            for code in np.unique(self.state):
                rows = self.state == code
                factor[rows] = self.barrier[rows] / np.mean(self.barrier[rows])
        return factor


def _check_time(measurement_time: float | None, *, extrapolated: bool) -> None:
    expected = None
    if extrapolated and measurement_time is not None:
        expected = 'no measurement time with critical_current = "extrapolated"'
    if not extrapolated and not (measurement_time is not None and measurement_time > 0.0):
        expected = 'a positive time in s, as critical_current = "measured" needs'
    if expected is not None:
        raise TableError([CellProblem(None, "measurement_time", expected, f"{measurement_time}")])


def _refuse_zeros(columns: Mapping[str, npt.NDArray[Any]]) -> None:
    problems = [
        CellProblem(int(row), name, "a number that is not 0", "0")
        for name in ("critical_current", "delta_R")
        if name in columns
        for row in np.flatnonzero(columns[name] == 0.0)
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
    notices = []
    if extrapolated and "temperature" in columns:
        notices.append("column 'temperature' is not used: the critical currents are those of zero temperature")
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
